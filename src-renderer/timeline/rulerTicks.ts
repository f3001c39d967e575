import type { Viewport } from '#renderer/timeline/viewport'
import { visibleRange } from '#renderer/timeline/viewport'

/** A line of the ruler. */
export interface RulerTick {
  readonly frame: number
  /** Undefined for the small lines between. */
  readonly label: string | undefined
}

const steps = [
  0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200,
]
const labelDistance = 84

/** Small lines between two labels, by how many of them read well in the step. */
function divisionsOf(step: number): number {
  const leading = Number(String(step).replace(/[0.]/g, '')[0])
  if (step === 15 || step === 30 || step === 900 || step === 1800) return 3
  if (step >= 60) return step === 300 ? 5 : 4
  return leading === 2 ? 4 : 5
}

/** Returns the lines of the ruler that are seen, at round times, with labels that do not touch. */
export function rulerTicks(viewport: Viewport, sampleRate: number): RulerTick[] {
  const secondsPerPixel = viewport.framesPerPixel / sampleRate
  const step = steps.find((candidate) => candidate / secondsPerPixel >= labelDistance) ?? steps.at(-1)!
  const divisions = divisionsOf(step)
  const { start, end } = visibleRange(viewport)
  const ticks: RulerTick[] = []
  const last = Math.floor(end / sampleRate / (step / divisions))
  for (let i = Math.max(0, Math.floor(start / sampleRate / step)) * divisions; i <= last; i++) {
    const seconds = (i * step) / divisions
    ticks.push({ frame: Math.round(seconds * sampleRate), label: i % divisions === 0 ? formatTick(seconds, step) : undefined })
  }
  return ticks
}

/** Returns a time as a label with as many decimals as the distance of labels needs: 0:05, 1:02:03, 0:01.25. */
export function formatTick(seconds: number, step: number): string {
  const decimals = step >= 1 ? 0 : Math.min(3, Math.ceil(-Math.log10(step) - 1e-9))
  const units = Math.round(seconds * 10 ** decimals)
  const whole = Math.floor(units / 10 ** decimals)
  const fraction = decimals > 0 ? `.${String(units % 10 ** decimals).padStart(decimals, '0')}` : ''
  const two = (value: number) => String(value).padStart(2, '0')
  const hours = Math.floor(whole / 3600)
  const minutes = Math.floor(whole / 60) % 60
  return `${hours > 0 ? `${hours}:${two(minutes)}` : minutes}:${two(whole % 60)}${fraction}`
}

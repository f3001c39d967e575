import type { SpectralRegion } from '#shared/contract/repair'
import type { Clip } from '#shared/project/project'
import type { Gesture, GestureContext, GesturePoint } from '#renderer/timeline/gestures'

/** Points of a lasso or a stroke; the contract takes as many. */
const mostPoints = 4000

/** Draws a region; with Shift it is added to those that are there. */
export function selectRegion(clip: Clip, trackId: string, origin: GesturePoint, hertz: number, context: GestureContext): Gesture {
  const { tool, spectral } = context
  const kept = origin.shiftKey && spectral?.clipId === clip.id ? spectral.regions : []
  const within = (frame: number) => Math.min(clip.start + clip.length, Math.max(clip.start, frame))
  const first: [number, number] = [within(origin.frame), hertz]
  const points: [number, number][] = [first]
  const radius = context.brushRadius(hertz)
  let last = first
  const region = (): SpectralRegion | undefined => {
    if (tool === 'brush') return { kind: 'brush', points: [...points], radius }
    if (tool === 'lasso') return points.length < 3 ? undefined : { kind: 'lasso', points: [...points] }
    const [start, end] = [first[0], last[0]].sort((a, b) => a - b)
    const [low, high] = [first[1], last[1]].sort((a, b) => a - b)
    return start! < end! && low! < high! ? { kind: 'box', start: start!, end: end!, low: low!, high: high! } : undefined
  }
  const tell = () => {
    const drawn = region()
    const regions = drawn ? [...kept, drawn] : kept
    context.selectSpectral(regions.length > 0 ? { trackId, clipId: clip.id, regions } : undefined)
  }
  if (tool === 'brush') tell()
  return {
    cursor: 'crosshair',
    move(point) {
      if (point.hertz === undefined) return
      last = [within(point.frame), point.hertz]
      if (points.length < mostPoints) points.push(last)
      tell()
    },
    end: tell,
  }
}

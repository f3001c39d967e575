import type { DoubtResult } from '#shared/contract/repair'

/** Seconds that one value of the curve stands for. */
const step = 0.1
/** Values over which a spot's doubt is averaged: doubt of a moment is nothing to go and listen to. */
const smoothing = 5
/** Part of the mean power below which a moment counts as quiet, and its doubt goes to 0. */
const quiet = 1e-3
/** The part of all moments, the most doubtful ones, that make spots. */
const doubtfulShare = 0.2
/** Values: shorter spots are left out, and nearer ones are one. */
const shortestSpot = 3
const nearest = 5
const mostSpots = 100

/** Gathers powers of a mixture, and what of them may be misplaced, into a curve and a list of spots. */
export class DoubtCurve {
  private readonly powers: number[] = []
  private readonly doubted: number[] = []
  private powerFrames = 0
  private doubtFrames = 0

  /** @param frameSeconds from one frame of the spectrum to the next */
  constructor(private readonly frameSeconds: number) {}

  /** Takes the powers of the next frames. */
  addPowers(powers: Float64Array): void {
    for (const power of powers) add(this.powers, this.valueOf(this.powerFrames++), power)
  }

  /** Takes the doubtful part of the power of the next frames; they come later than the powers. */
  addDoubts(powers: Float64Array): void {
    for (const power of powers) add(this.doubted, this.valueOf(this.doubtFrames++), power)
  }

  private valueOf(frame: number): number {
    return Math.floor((frame * this.frameSeconds) / step)
  }

  /** @param frames of the sound, at `sampleRate` */
  result(sampleRate: number, frames: number): Pick<DoubtResult, 'hop' | 'curve' | 'spots'> {
    const hop = step * sampleRate
    const length = Math.ceil(frames / hop)
    const mean = this.powers.reduce((sum, power) => sum + power, 0) / Math.max(1, this.powers.length)
    const curve = Array.from({ length }, (_, i) => ratio(this.doubted[i] ?? 0, (this.powers[i] ?? 0) + quiet * mean))
    return { hop, curve, spots: spotsOf(curve, hop, frames) }
  }
}

function add(values: number[], index: number, value: number): void {
  while (values.length <= index) values.push(0)
  values[index]! += value
}

function ratio(part: number, whole: number): number {
  return whole > 0 ? Math.min(1, part / whole) : 0
}

/** Stretches of the highest values of the smoothed curve, most doubtful first. */
export function spotsOf(curve: readonly number[], hop: number, frames: number): DoubtResult['spots'] {
  const smooth = smoothed(curve)
  const ordered = smooth.toSorted((a, b) => a - b)
  const threshold = ordered[Math.floor(ordered.length * (1 - doubtfulShare))] ?? 0
  const stretches: { from: number; to: number }[] = []
  smooth.forEach((value, i) => {
    const last = stretches.at(-1)
    if (!(value > threshold)) return
    if (last !== undefined && i - last.to <= nearest) last.to = i + 1
    else stretches.push({ from: i, to: i + 1 })
  })
  return stretches
    .filter(({ from, to }) => to - from >= shortestSpot)
    .map(({ from, to }) => ({
      start: Math.round(from * hop),
      end: Math.min(frames, Math.round(to * hop)),
      doubt: smooth.slice(from, to).reduce((most, value) => Math.max(most, value), 0),
    }))
    .toSorted((a, b) => b.doubt - a.doubt)
    .slice(0, mostSpots)
}

function smoothed(curve: readonly number[]): number[] {
  const half = Math.floor(smoothing / 2)
  return curve.map((_, i) => {
    const near = curve.slice(Math.max(0, i - half), i + half + 1)
    return near.reduce((sum, value) => sum + value, 0) / near.length
  })
}

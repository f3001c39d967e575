import { framesAfter, framesBefore, type MelPowers } from '#main/datasets/clips/soundEvents'

/** Groups of neighbouring bands that are told apart. */
const groups = 16
/** Frames of a step of time, and how many frames at the beginning are left out of shape and envelope. */
const step = 3
const skipped = 4
const shapeSteps = 12
const envelopeSteps = (framesBefore + framesAfter - skipped) / step
const levels = [5, 10, 20, 30, 40]
const ranks = [1, 3, 6, 12]
const range = 80

/** Numbers that `eventFeatures` gives. */
export const eventFeatureCount = groups + groups + shapeSteps * 4 + levels.length + 2 * ranks.length + envelopeSteps

/**
 * What an event sounds like, whatever its level: decibels against its loudest frame of 16 groups of bands on average and around that frame,
 * of 4 groups over time, of all over time; how much of the time is how loud; and how suddenly it gets louder and softer.
 */
export function eventFeatures(sound: MelPowers, frame: number): number[] {
  const { decibels, loudness } = levelsAround(sound, frame)
  const top = loudness[framesBefore]!
  const shape = Array.from({ length: shapeSteps }, (_, t) =>
    Array.from({ length: groups }, (__, g) => mean(step, (i) => decibels[skipped + t * step + i]![g]!) - top),
  )
  const change = loudness.slice(1).map((value, i) => value - loudness[i]!)
  const rises = change.toSorted((a, b) => b - a)
  return [
    ...Array.from({ length: groups }, (_, g) => mean(shapeSteps, (t) => shape[t]![g]!)),
    ...Array.from({ length: groups }, (_, g) => mean(3, (t) => shape[t + 3]![g]!)),
    ...shape.flatMap((row) => Array.from({ length: 4 }, (_, g) => mean(4, (i) => row[4 * g + i]!))),
    ...levels.map((level) => loudness.filter((value) => value > top - level).length / loudness.length),
    ...ranks.map((rank) => rises[rank - 1]!),
    ...ranks.map((rank) => -rises.at(-rank)!),
    ...Array.from({ length: envelopeSteps }, (_, t) => mean(step, (i) => loudness[skipped + t * step + i]!) - top),
  ]
}

/** Decibels of groups of bands, and of all together, frame by frame around `frame`; what lies 80 dB below the loudest is raised to there. */
function levelsAround({ powers, frames, bands }: MelPowers, frame: number): { decibels: number[][]; loudness: number[] } {
  const count = framesBefore + framesAfter
  const first = frame - framesBefore
  const values = new Float64Array(count * bands).fill(1e-10)
  for (let i = Math.max(0, -first); i < Math.min(count, frames - first); i++) {
    for (let band = 0; band < bands; band++) values[i * bands + band] = Math.max(1e-10, powers[(first + i) * bands + band]!)
  }
  const least = values.reduce((most, value) => Math.max(most, value), 0) * 10 ** (-range / 10)
  const width = bands / groups
  const decibels: number[][] = []
  const loudness: number[] = []
  for (let i = 0; i < count; i++) {
    const row = values.subarray(i * bands, (i + 1) * bands).map((value) => Math.max(value, least))
    decibels.push(Array.from({ length: groups }, (_, g) => mean(width, (k) => 10 * Math.log10(row[g * width + k]!))))
    loudness.push(10 * Math.log10(row.reduce((sum, value) => sum + value, 0)))
  }
  return { decibels, loudness }
}

function mean(count: number, value: (index: number) => number): number {
  let sum = 0
  for (let i = 0; i < count; i++) sum += value(i)
  return sum / count
}

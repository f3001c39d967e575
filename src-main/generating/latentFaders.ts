import { correlation, statisticsOf } from '#main/generating/latentStatistics'
import type { SoundMeasures } from '#main/generating/soundMeasures'
import { soundQualities, type LatentFader, type SoundQuality } from '#shared/contract/generating'

/** A fader, and what it adds to a latent vector for every standard deviation that it is moved by. */
export interface FaderDirection extends LatentFader {
  readonly direction: readonly number[]
}

/** Sounds by their points in latent space and what they are like. */
export interface MeasuredLatents {
  readonly points: readonly Float32Array[]
  readonly measures: readonly SoundMeasures[]
}

/** Share of the variance of a latent that is added to it in the regression: a ridge, as there may be few sounds. */
const ridge = 0.3

/**
 * For each quality a direction that changes it, found by regression on `learned`, and the one latent that goes with it most.
 * Correlations are those of `held`; of what was learned from they would be flattering.
 */
export function findFaders(learned: MeasuredLatents, held: MeasuredLatents): FaderDirection[] {
  return soundQualities.flatMap((quality) => [mixedFader(quality, learned, held), singleFader(quality, learned, held)])
}

/** Moves a point along faders. */
export function moved(latent: ArrayLike<number>, moves: readonly { direction: readonly number[]; by: number }[]): Float32Array {
  return Float32Array.from(latent, (value, i) => moves.reduce((sum, { direction, by }) => sum + by * direction[i]!, value))
}

function mixedFader(quality: SoundQuality, learned: MeasuredLatents, held: MeasuredLatents): FaderDirection {
  const weights = regress(learned.points, learned.measures.map((each) => each[quality]))
  const projected = (points: readonly Float32Array[]) => points.map((point) => point.reduce((sum, value, i) => sum + value * weights[i]!, 0))
  const found = projected(learned.points)
  const { mean, deviation } = statisticsOf(found.map((value) => Float32Array.of(value)))
  const { mean: centre } = statisticsOf(learned.points)
  const spread = deviation[0]! || 1
  // What changes with the quality, as sounds have it: the mean of latents given how far along they are.
  const direction = Array.from(centre, (middle, i) => learned.points.reduce((sum, point, k) => sum + (point[i]! - middle) * (found[k]! - mean[0]!), 0) / (learned.points.length * spread))
  return { id: quality, quality, correlation: correlation(projected(held.points), held.measures.map((each) => each[quality])), direction: direction.map(rounded) }
}

function singleFader(quality: SoundQuality, learned: MeasuredLatents, held: MeasuredLatents): FaderDirection {
  const values = ({ measures }: MeasuredLatents) => measures.map((each) => each[quality])
  const along = ({ points }: MeasuredLatents, latent: number) => points.map((point) => point[latent]!)
  const { deviation } = statisticsOf(learned.points)
  const strengths = Array.from(deviation, (_, latent) => Math.abs(correlation(along(learned, latent), values(learned))))
  const latent = strengths.indexOf(Math.max(...strengths))
  const direction = Array.from(deviation, (spread, i) => (i === latent ? rounded(spread) : 0))
  return { id: `${quality}-${latent}`, quality, latent, correlation: correlation(along(held, latent), values(held)), direction }
}

/** Ridge regression of values on points: a weight a latent. */
function regress(points: readonly Float32Array[], values: readonly number[]): Float64Array {
  const { mean, deviation } = statisticsOf(points)
  const size = mean.length
  const average = values.reduce((sum, value) => sum + value, 0) / values.length
  const matrix = Array.from({ length: size }, () => new Float64Array(size + 1))
  for (const [k, point] of points.entries()) {
    for (let i = 0; i < size; i++) {
      const row = matrix[i]!
      const centred = point[i]! - mean[i]!
      for (let j = 0; j <= i; j++) row[j]! += centred * (point[j]! - mean[j]!)
      row[size]! += centred * (values[k]! - average)
    }
  }
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < i; j++) matrix[j]![i] = matrix[i]![j]!
    matrix[i]![i]! += ridge * points.length * Math.max(deviation[i]! ** 2, 1e-12)
  }
  return solved(matrix)
}

/** Solves a positive definite system whose last column is the right side, in place. */
function solved(matrix: Float64Array[]): Float64Array {
  const size = matrix.length
  for (let i = 0; i < size; i++) {
    for (let below = i + 1; below < size; below++) {
      const factor = matrix[below]![i]! / matrix[i]![i]!
      if (factor === 0) continue
      for (let j = i; j <= size; j++) matrix[below]![j]! -= factor * matrix[i]![j]!
    }
  }
  const solution = new Float64Array(size)
  for (let i = size - 1; i >= 0; i--) {
    let sum = matrix[i]![size]!
    for (let j = i + 1; j < size; j++) sum -= matrix[i]![j]! * solution[j]!
    solution[i] = sum / matrix[i]![i]!
  }
  return solution
}

/** Five digits: cards are read by people, too. */
function rounded(value: number): number {
  return Number(value.toPrecision(5))
}

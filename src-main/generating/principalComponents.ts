import { statisticsOf } from '#main/generating/latentStatistics'
import { randomStream } from '#shared/random'

/** The directions in which points vary most. */
export interface PrincipalComponents {
  readonly mean: Float32Array
  /** Of length 1, at right angles to one another, the strongest first. */
  readonly axes: readonly Float64Array[]
  /** Variance along each. */
  readonly variances: readonly number[]
  readonly totalVariance: number
}

const rounds = 200

/**
 * The first `count` principal components, by orthogonal iteration on the covariance. An axis points to where most of its weights
 * are positive, so that the same points give the same map.
 */
export function principalComponents(points: readonly Float32Array[], count: number): PrincipalComponents {
  const { mean, deviation } = statisticsOf(points)
  const size = mean.length
  const covariance = covarianceOf(points, mean)
  const random = randomStream(0).fork('principal components')
  let axes = orthonormal(Array.from({ length: Math.min(count, size) }, () => Float64Array.from({ length: size }, () => random.normal())))
  for (let round = 0; round < rounds; round++) axes = orthonormal(axes.map((axis) => times(covariance, axis)))
  const turned = axes.map((axis) => (axis.reduce((sum, value) => sum + value, 0) < 0 ? axis.map((value) => -value) : axis))
  return {
    mean,
    axes: turned,
    variances: turned.map((axis) => dot(axis, times(covariance, axis))),
    totalVariance: deviation.reduce((sum, value) => sum + value ** 2, 0),
  }
}

/** Coordinates of a point along the axes. */
export function projected(point: Float32Array, { mean, axes }: PrincipalComponents): number[] {
  return axes.map((axis) => axis.reduce((sum, weight, i) => sum + weight * (point[i]! - mean[i]!), 0))
}

function covarianceOf(points: readonly Float32Array[], mean: Float32Array): Float64Array[] {
  const size = mean.length
  const rows = Array.from({ length: size }, () => new Float64Array(size))
  for (const point of points) {
    for (let i = 0; i < size; i++) {
      const centred = (point[i]! - mean[i]!) / points.length
      for (let j = 0; j <= i; j++) rows[i]![j]! += centred * (point[j]! - mean[j]!)
    }
  }
  for (let i = 0; i < size; i++) for (let j = 0; j < i; j++) rows[j]![i] = rows[i]![j]!
  return rows
}

/** Gram-Schmidt; a direction that is spent is left as zeros. */
function orthonormal(vectors: readonly Float64Array[]): Float64Array[] {
  const done: Float64Array[] = []
  for (const vector of vectors) {
    const rest = vector.slice()
    for (const axis of done) {
      const along = dot(axis, rest)
      for (let i = 0; i < rest.length; i++) rest[i]! -= along * axis[i]!
    }
    const length = Math.sqrt(dot(rest, rest))
    done.push(rest.map((value) => (length > 1e-12 ? value / length : 0)))
  }
  return done
}

function times(rows: readonly Float64Array[], vector: Float64Array): Float64Array {
  return Float64Array.from(rows, (row) => dot(row, vector))
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}

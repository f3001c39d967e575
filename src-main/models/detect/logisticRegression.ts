import { AppError } from '#shared/errors'

/** Tells two kinds apart by a weighted sum of standardised features. */
export interface LogisticModel {
  /** What is taken off each feature, and what it is divided by then. */
  readonly mean: readonly number[]
  readonly deviation: readonly number[]
  readonly weights: readonly number[]
  readonly bias: number
}

export interface LabelledFeatures {
  /** One row a thing. */
  readonly features: readonly (readonly number[])[]
  readonly truth: readonly boolean[]
}

/** Standardised features further out are taken as this far: one odd recording must not decide. */
const farthest = 4
const iterations = 30

/** The log odds that a thing is what is looked for. */
export function logOdds({ mean, deviation, weights, bias }: LogisticModel, features: readonly number[]): number {
  let sum = bias
  for (let j = 0; j < weights.length; j++) sum += weights[j]! * standardised(features[j]!, mean[j]!, deviation[j]!)
  return sum
}

export function probability(odds: number): number {
  return 1 / (1 + Math.exp(-odds))
}

/**
 * Fits a regression in which both kinds count alike, however many of each there are.
 * @param ridge how strongly weights are pulled to zero, against ten for all things together
 * @throws AppError DATASET_EMPTY where one kind is missing
 * @see Hastie et al., "The Elements of Statistical Learning", 2009, section 4.4.1, for Newton's method
 */
export function fitLogistic({ features, truth }: LabelledFeatures, ridge: number): LogisticModel {
  const positives = truth.filter(Boolean).length
  const negatives = truth.length - positives
  if (positives === 0 || negatives === 0) {
    throw new AppError('DATASET_EMPTY', `There are ${positives} clips of the sound and ${negatives} of others, so nothing tells them apart. Nothing was learned; give some of both.`)
  }
  const { mean, deviation } = momentsOf(features)
  const rows = features.map((row) => [1, ...row.map((value, j) => standardised(value, mean[j]!, deviation[j]!))])
  const importance = truth.map((is) => 5 / (is ? positives : negatives))
  const solution = new Float64Array(mean.length + 1)
  for (let i = 0; i < iterations; i++) if (newtonStep(rows, truth, importance, ridge, solution) < 1e-9) break
  return { mean, deviation, weights: [...solution.subarray(1)], bias: solution[0]! }
}

function standardised(value: number, mean: number, deviation: number): number {
  return Math.max(-farthest, Math.min(farthest, (value - mean) / deviation))
}

function momentsOf(features: readonly (readonly number[])[]): { mean: number[]; deviation: number[] } {
  const size = features[0]!.length
  const mean = Array.from({ length: size }, (_, j) => features.reduce((sum, row) => sum + row[j]!, 0) / features.length)
  const deviation = mean.map((middle, j) => Math.sqrt(features.reduce((sum, row) => sum + (row[j]! - middle) ** 2, 0) / features.length))
  // What never changes tells nothing: it is left at zero.
  return { mean, deviation: deviation.map((value) => (value > 1e-9 ? value : 1e9)) }
}

/** Improves `solution` in place; returns how far it moved. */
function newtonStep(rows: readonly (readonly number[])[], truth: readonly boolean[], importance: readonly number[], ridge: number, solution: Float64Array): number {
  const size = solution.length
  const gradient = Float64Array.from(solution, (value, j) => (j === 0 ? 0 : ridge * value))
  const curvature = Array.from({ length: size }, (_, j) => Float64Array.from({ length: size }, (__, k) => (j === k ? (j === 0 ? 1e-9 : ridge) : 0)))
  for (const [i, row] of rows.entries()) {
    let odds = 0
    for (let j = 0; j < size; j++) odds += solution[j]! * row[j]!
    const guess = probability(odds)
    const error = importance[i]! * (guess - (truth[i] ? 1 : 0))
    const weight = importance[i]! * Math.max(1e-6, guess * (1 - guess))
    for (let j = 0; j < size; j++) {
      gradient[j]! += error * row[j]!
      const scaled = weight * row[j]!
      const line = curvature[j]!
      for (let k = 0; k <= j; k++) line[k]! += scaled * row[k]!
    }
  }
  const step = solveCholesky(curvature, gradient)
  // Far from the solution a whole step may overshoot.
  const length = Math.sqrt(step.reduce((sum, value) => sum + value * value, 0))
  const scale = Math.min(1, 10 / length)
  for (let j = 0; j < size; j++) solution[j]! -= scale * step[j]!
  return length
}

/** Solves a·x = b of a symmetric positive matrix, of which only the lower triangle is looked at and overwritten. */
function solveCholesky(a: readonly Float64Array[], b: Float64Array): Float64Array {
  const size = b.length
  const x = b.slice()
  for (let j = 0; j < size; j++) {
    for (let k = 0; k <= j; k++) {
      let sum = a[j]![k]!
      for (let m = 0; m < k; m++) sum -= a[j]![m]! * a[k]![m]!
      a[j]![k] = j === k ? Math.sqrt(Math.max(sum, 1e-12)) : sum / a[k]![k]!
    }
  }
  for (let j = 0; j < size; j++) {
    for (let k = 0; k < j; k++) x[j]! -= a[j]![k]! * x[k]!
    x[j]! /= a[j]![j]!
  }
  for (let j = size - 1; j >= 0; j--) {
    for (let k = j + 1; k < size; k++) x[j]! -= a[k]![j]! * x[k]!
    x[j]! /= a[j]![j]!
  }
  return x
}

import type { JudgedPair } from '#shared/images/permutation'
import { meanSquaredError } from '#shared/metrics/psnr'

export const batchOrders = ['worst', 'best', 'drawn'] as const
export type BatchOrder = (typeof batchOrders)[number]

/** Where a pair was in the batch, and how far its outputs are from the truth: the mean over all pixels of both pictures. */
export interface RankedPair {
  readonly index: number
  readonly error: number
}

/** Returns the pairs in an order; those of equal error as they were drawn. */
export function orderPairs(pairs: readonly JudgedPair[], order: BatchOrder): RankedPair[] {
  const ranked = pairs.map(({ truth, output }, index) => ({
    index,
    error: (meanSquaredError(output.first, truth.first) + meanSquaredError(output.second, truth.second)) / 2,
  }))
  if (order === 'drawn') return ranked
  return ranked.sort((a, b) => (order === 'worst' ? b.error - a.error : a.error - b.error))
}

/** Returns the mean of the errors, and the standard deviation over the pairs; of none, 0. */
export function errorSpread(pairs: readonly RankedPair[]): { readonly mean: number; readonly deviation: number } {
  const count = Math.max(1, pairs.length)
  const mean = pairs.reduce((sum, { error }) => sum + error, 0) / count
  const variance = pairs.reduce((sum, { error }) => sum + (error - mean) ** 2, 0) / count
  return { mean, deviation: Math.sqrt(variance) }
}

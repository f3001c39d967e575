import type { NamedArrays } from '#main/engine/engine'

/**
 * Batches of pictures `[frame, band]` for `detectorLoss`, of `batchSize` at most: all of them in `order`, the last batch with what is left.
 */
export function melBatches(pictures: readonly Float32Array[], order: readonly number[], batchSize: number, reconstructionWeight: number): NamedArrays[] {
  return Array.from({ length: Math.ceil(order.length / batchSize) }, (_, index) => {
    const chosen = order.slice(index * batchSize, (index + 1) * batchSize)
    const size = pictures[0]!.length
    const clip = new Float32Array(batchSize * size)
    chosen.forEach((which, i) => clip.set(pictures[which]!, i * size))
    const present = Float32Array.from({ length: batchSize }, (__, i) => (i < chosen.length ? 1 : 0))
    return { clip, present, reconstructionWeight: Float32Array.of(reconstructionWeight) }
  })
}

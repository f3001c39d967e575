import type { NamedArrays } from '#main/engine/engine'
import type { PatchLoader } from '#main/node/patchLoader'

export { heldLoss, type HeldLoss } from '#main/training/heldLoss'

/** Takes the first batches of a loader, and closes it. */
export async function firstBatches(loader: PatchLoader, count: number): Promise<NamedArrays[]> {
  try {
    return await Promise.all(Array.from({ length: count }, (_, step) => loader.batch(step)))
  } finally {
    await loader.close()
  }
}

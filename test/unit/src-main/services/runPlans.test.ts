import { describe, expect, it } from 'vitest'
import type { Manifest } from '#main/datasets/manifest'
import { presetOf, requireFit } from '#main/services/runPlans'
import type { Dataset } from '#shared/contract/datasets'
import { toAppError } from '#shared/errors'

const dataset = (content: Dataset['content']) => ({ name: 'Mine', content }) as Dataset
const pictures = (...kinds: string[]): Manifest => ({
  entries: [],
  songs: [],
  images: kinds.map((kind) => ({ name: `${kind}/train`, images: `${kind}/train-images-idx3-ubyte`, from: 0, to: 10, split: 'train' })),
})
const codeOf = (presetId: string, content: Dataset['content'], manifest: Manifest) => {
  try {
    return requireFit(presetOf(presetId), dataset(content), manifest)
  } catch (error) {
    return toAppError(error).code
  }
}

describe('what a run may learn from', () => {
  it('is of the kind that the network is made for', () => {
    expect(codeOf('unmixTiny', 'songs', pictures())).toBe('INVALID_INPUT')
    expect(codeOf('tiny', 'images', pictures('mnist', 'fashion-mnist'))).toBe('INVALID_INPUT')
    expect(codeOf('tiny', 'songs', pictures())).toBeUndefined()
  })

  // Would catch a run that waits for its turn for hours before it says that it has nothing to mix.
  it('is pictures of two kinds, before the run gets into the queue', () => {
    expect(codeOf('unmixTiny', 'images', pictures('mnist'))).toBe('DATASET_EMPTY')
    expect(codeOf('unmixTiny', 'images', pictures('mnist', 'fashion-mnist'))).toBeUndefined()
  })
})

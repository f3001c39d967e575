import { describe, expect, it } from 'vitest'
import { codesName } from '#main/models/quantise/quantiser'
import { measureCoding } from '#main/quantising/codingScores'
import type { CodedPicture, SoundCoder } from '#main/quantising/soundCoder'
import { quietContext } from '#test/soundFiles'
import { smallRvqVae } from '#test/rvqVaes'

/** Two layers of two codes of two numbers; a map of two positions. */
const config = { ...smallRvqVae, frames: 2, bins: 2, quantiser: { ...smallRvqVae.quantiser, layers: 2, codes: 2, dimensions: 2 } }
const codebooks = { [codesName(0)]: Float32Array.of(0, 0, 4, 0), [codesName(1)]: Float32Array.of(0, 0, 0, 1) }
const picture = Float32Array.of(1, 0.5, 2, -1, 0.5, 1, 1, 2)

function coderOf(coded: Omit<CodedPicture, 'quantised'>): SoundCoder {
  const all = { ...coded, quantised: new Float32Array(4) }
  return { config, code: (pictures) => Promise.resolve(pictures.map(() => all)), decode: () => Promise.resolve([]), dispose: () => {} }
}

describe('what a quantised VAE does to sounds', () => {
  // Would catch errors that are taken from the wrong layer, sums that are not divided by what was summed, and batches that are lost.
  it('measures codes, layer by layer, over all sounds', async () => {
    // The first position is 4, 1 exactly; of the second, 0, 3, a layer leaves 0, 2.
    const coder = coderOf({ latent: Float32Array.of(4, 1, 0, 3), codes: Float32Array.of(1, 1, 0, 1), picture: picture.map((value) => value + 0.5) })
    const scores = await measureCoding(Array.from({ length: 17 }, () => picture), coder, codebooks, 2, quietContext())
    expect(scores.reconstruction).toBeCloseTo(0.25 / 2, 6)
    // Left behind the first layer: 0, 1 and 0, 3; behind the second: nothing and 0, 2.
    const spread = (16 + 1 + 9) / 4 - (2 ** 2 + 2 ** 2) / 2
    expect(scores.layers.map(({ error }) => error)).toEqual([expect.closeTo(10 / 4 / spread, 6), expect.closeTo(4 / 4 / spread, 6)])
    expect(scores.quantisationError).toBeCloseTo(1 / spread, 6)
    expect(scores.commitment).toBeCloseTo(10 / 4 + 1, 6)
    expect(scores.layers.map(({ used, counts }) => [used, ...counts])).toEqual([[2, 17, 17], [1, 0, 34]])
    expect(scores.layers[1]!.perplexity).toBeCloseTo(1, 6)
  })

  it('finds no distance where a sound comes back as it was', async () => {
    const coder = coderOf({ latent: Float32Array.of(4, 1, 4, 1), codes: Float32Array.of(1, 1, 1, 1), picture })
    const scores = await measureCoding([picture], coder, codebooks, 1, quietContext())
    expect([scores.distance, scores.reconstruction, scores.quantisationError]).toEqual([0, 0, 0])
  })
})

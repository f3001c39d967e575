import { describe, expect, it } from 'vitest'
import { drawPairs } from '#main/datasets/pictures/pairs'
import type { PictureUnmixer } from '#main/unmixing/pictureUnmixer'
import { errorsByPart, measureUnmixing, scorePairs } from '#main/unmixing/unmixingScores'
import { mixPictures, pictureSize } from '#shared/images/mixing'
import { randomStream } from '#shared/random'
import { quietContext } from '#test/soundFiles'

const random = randomStream(5)
/** Pictures of 51 to 204, so that what is added to them stays within range. */
const set = (count: number) => ({ count, pixels: Uint8Array.from({ length: count * pictureSize }, () => 51 + random.integer(154)), labels: undefined })
const sources = { first: set(12), second: set(10) }
const mixing = { rule: 'average', level: 0.5 } as const
const protocol = { runs: 3, pairs: 230, seed: 1 }

/** Knows the pictures, and gets them wrong by constants. */
function knowing(wrongFirst: number, wrongSecond: number): PictureUnmixer & { asked: number[] } {
  const asked: number[] = []
  const all = new Map<string, [Float32Array, Float32Array]>()
  for (let a = 0; a < 12; a++) {
    for (let b = 0; b < 10; b++) {
      const grey = ({ pixels }: typeof sources.first, i: number) => Float32Array.from(pixels.subarray(i * pictureSize, (i + 1) * pictureSize), (value) => value / 255)
      const pair: [Float32Array, Float32Array] = [grey(sources.first, a), grey(sources.second, b)]
      all.set(mixPictures(...pair, mixing).subarray(0, 20).join(), pair)
    }
  }
  return {
    asked,
    unmix(mixtures) {
      asked.push(mixtures.length / pictureSize)
      const out = { first: new Float32Array(mixtures.length), second: new Float32Array(mixtures.length), mixture: mixtures.map((value) => value + 0.125) }
      for (let at = 0; at < mixtures.length; at += pictureSize) {
        const [first, second] = all.get(mixtures.subarray(at, at + 20).join())!
        out.first.set(first.map((value) => value + wrongFirst), at)
        out.second.set(second.map((value) => value + wrongSecond), at)
      }
      return Promise.resolve(out)
    },
    dispose: () => {},
  }
}

describe('figures of unmixing', () => {
  it('are means over both pictures of all pairs, of a remainder too', async () => {
    const unmixer = knowing(0.1, 0.2)
    const { mean, deviation, mixtureError } = await measureUnmixing(unmixer, sources, mixing, protocol, quietContext())
    expect(unmixer.asked).toEqual([100, 100, 30, 100, 100, 30, 100, 100, 30])
    expect(mean.mse).toBeCloseTo((0.01 + 0.04) / 2, 6)
    // The mean of decibels, not the decibels of the mean.
    expect(mean.psnr).toBeCloseTo((20 - 20 * Math.log10(0.2)) / 2, 3)
    expect(deviation.mse).toBeLessThan(1e-8)
    expect(mixtureError).toBeCloseTo(0.125, 6)
  })

  it('of a network that makes no error are finite, and its pictures are alike', async () => {
    const { mean } = await measureUnmixing(knowing(0, 0), sources, mixing, protocol, quietContext())
    expect(mean).toEqual({ mse: 0, psnr: 120, ssim: 1 })
  })

  it('follow from the seed, and spread as runs do', async () => {
    // Wrong by the brightness of the mixture, so that it matters which are drawn.
    const guessing: PictureUnmixer = { unmix: (mixture) => Promise.resolve({ first: mixture, second: mixture, mixture }), dispose: () => {} }
    const measure = (seed: number) => measureUnmixing(guessing, sources, mixing, { runs: 4, pairs: 7, seed }, quietContext())
    const [one, again, other] = [await measure(1), await measure(1), await measure(2)]
    expect(again).toEqual(one)
    expect(other.mean.mse).not.toBe(one.mean.mse)
    expect(one.deviation.mse).toBeGreaterThan(0)
    expect(Math.abs(other.mean.mse - one.mean.mse)).toBeLessThan(4 * one.deviation.mse)
  })

  // Would catch runs that each draw by themselves: some pictures would then be in more of them than others, and means drift apart.
  it('are of every picture as often as of any other, over all runs together', async () => {
    // An error that is all of the pictures' own, and nothing of how they meet.
    const means = sources.first.count * sources.second.count
    const blank: PictureUnmixer = { unmix: (mixture) => Promise.resolve({ first: new Float32Array(mixture.length), second: new Float32Array(mixture.length), mixture }), dispose: () => {} }
    const measure = (seed: number) => measureUnmixing(blank, sources, mixing, { runs: 4, pairs: means / 4, seed }, quietContext())
    const [one, other] = [await measure(1), await measure(2)]
    expect(one.deviation.mse).toBeGreaterThan(1e-4)
    expect(other.mean.mse).toBeCloseTo(one.mean.mse, 12)
  })

  it('of parts tell which picture is wrong', () => {
    const pairs = drawPairs(sources, 3, mixing, randomStream(1))
    const unmixed = { first: pairs.first.map((value) => value + 0.1), second: pairs.second }
    const { first, second } = errorsByPart(pairs, unmixed)
    expect([first, second].map((value) => value.toFixed(6))).toEqual(['0.010000', '0.000000'])
    expect(scorePairs(pairs, unmixed).mse).toBeCloseTo(0.005, 6)
  })

  it('end where they are cancelled', async () => {
    const stop = new AbortController()
    const context = { ...quietContext(), signal: stop.signal, onProgress: () => stop.abort() }
    await expect(measureUnmixing(knowing(0, 0), sources, mixing, protocol, context)).rejects.toMatchObject({ name: 'AbortError' })
  })
})

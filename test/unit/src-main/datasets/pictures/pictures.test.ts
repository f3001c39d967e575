import { describe, expect, it } from 'vitest'
import type { ManifestImages, Split } from '#main/datasets/manifest'
import { groupsOfSplit, hasSplit, pictureGroups } from '#main/datasets/pictures/groups'
import { choosePairsEvenly, pairsOf, pairsOfStep } from '#main/datasets/pictures/pairs'
import { framePictures, greyPicture, joinPictures, type PictureSet } from '#main/datasets/pictures/pictureSet'
import { mixPictures, pictureSide, pictureSize } from '#shared/images/mixing'
import { randomStream } from '#shared/random'

const idx = (count: number, height: number, width: number) => ({
  shape: [count, height, width],
  values: Uint8Array.from({ length: count * height * width }, (_, i) => 1 + (i % 255)),
})

describe('framed pictures', () => {
  it('lie in the middle of black, each dot where it was', () => {
    const set = framePictures(idx(3, 28, 28), undefined, 1, 3)
    expect(set.count).toBe(2)
    for (const [at, index] of [[0, 1], [1, 2]] as const) {
      for (let y = 0; y < pictureSide; y++) {
        for (let x = 0; x < pictureSide; x++) {
          const inside = x >= 2 && x < 30 && y >= 2 && y < 30
          const expected = inside ? 1 + ((index * 784 + (y - 2) * 28 + x - 2) % 255) : 0
          expect(set.pixels[at * pictureSize + y * pictureSide + x]).toBe(expected)
        }
      }
    }
    expect(greyPicture(set, 1)[2 * pictureSide + 2]).toBeCloseTo((1 + ((2 * 784) % 255)) / 255, 6)
  })

  it('of another shape are centred by both sides', () => {
    const { pixels } = framePictures(idx(1, 4, 9), undefined, 0, 1)
    const filled = [...pixels.keys()].filter((at) => pixels[at]! > 0)
    expect(filled).toHaveLength(36)
    expect([filled[0], filled.at(-1)]).toEqual([14 * 32 + 11, 17 * 32 + 19])
  })

  it('keep the labels of their part of the file, also joined to others', () => {
    const labels = { shape: [4], values: Uint8Array.of(9, 8, 7, 6) }
    const [one, two] = [framePictures(idx(4, 2, 2), labels, 1, 3), framePictures(idx(4, 2, 2), labels, 0, 1)]
    expect([...joinPictures([one, two]).labels!]).toEqual([8, 7, 9])
    expect(joinPictures([one, framePictures(idx(4, 2, 2), undefined, 0, 1)]).labels).toBeUndefined()
    expect([...joinPictures([one, two]).pixels]).toEqual([...one.pixels, ...two.pixels])
  })

  it.each([
    ['larger than a mixture', () => framePictures(idx(1, 33, 28), undefined, 0, 1), '28 × 33'],
    ['without dots', () => framePictures({ shape: [1, 0, 28], values: new Uint8Array(0) }, undefined, 0, 1), '28 × 0'],
    ['more than their labels', () => framePictures(idx(4, 2, 2), { shape: [3], values: new Uint8Array(3) }, 0, 4), '4 pictures, and its file of labels 3'],
    ['fewer than were found before', () => framePictures(idx(4, 2, 2), undefined, 0, 5), '4 pictures where 5'],
  ])('%s are refused with the numbers', (_, frame, numbers) => {
    expect(frame).toThrow(expect.objectContaining({ code: 'DATASET_INVALID', message: expect.stringContaining(numbers) as string }))
  })
})

const image = (path: string, split: Split = 'train'): ManifestImages => ({ name: path, images: path, from: 0, to: 10, split })

describe('groups of pictures', () => {
  const parts = (paths: readonly string[]) => pictureGroups(paths.map((path) => image(path))).map(({ name, part }) => `${name} ${part}`)

  it('are digits first and garments second, however they are called and ordered', () => {
    expect(parts(['fashion-mnist/train', 'mnist/train', 'mnist/t10k'])).toEqual(['fashion-mnist second', 'mnist first'])
    expect(parts(['A/FashionMNIST/raw/x', 'A/MNIST/raw/x'])).toEqual(['A/FashionMNIST/raw second', 'A/MNIST/raw first'])
    expect(parts(['b/x', 'a/x', 'c/x'])).toEqual(['a first', 'b second', 'c undefined'])
    expect(parts(['fashion/x'])).toEqual(['fashion second'])
    expect(parts(['train-images'])).toEqual(['pictures first'])
  })

  it('hold what a split has, and lack what it does not', () => {
    const images = [image('mnist/a'), image('mnist/b', 'test'), image('fashion/a'), image('fashion/b', 'test')]
    expect(groupsOfSplit(images, 'test').second.images.map(({ images: path }) => path)).toEqual(['fashion/b'])
    expect([hasSplit(images, 'test'), hasSplit(images, 'validation')]).toEqual([true, false])
    const refused = (some: readonly ManifestImages[], split: Split, words: string) =>
      expect(() => groupsOfSplit(some, split)).toThrow(expect.objectContaining({ code: 'DATASET_EMPTY', message: expect.stringContaining(words) as string }))
    refused(images, 'validation', 'lacks pictures for the validation')
    refused(images.slice(0, 2), 'train', 'holds only the pictures of "mnist"')
    refused([], 'train', 'holds no pictures')
  })
})

const set = (count: number, seed: number): PictureSet => {
  const random = randomStream(seed)
  return { count, pixels: Uint8Array.from({ length: count * pictureSize }, () => random.integer(256)), labels: undefined }
}
const sources = { first: set(7, 1), second: set(5, 2) }
const mixing = { rule: 'alpha', level: 0.3 } as const

describe('pairs', () => {
  it('of a step are a function of seed and step, whatever was asked before', () => {
    const far = pairsOfStep(sources, 6, mixing, 3, 100)
    pairsOfStep(sources, 6, mixing, 3, 7)
    expect(pairsOfStep(sources, 6, mixing, 3, 100)).toEqual(far)
    for (const [seed, step] of [[3, 101], [4, 100]] as const) expect(pairsOfStep(sources, 6, mixing, seed, step).first).not.toEqual(far.first)
  })

  it('are mixed by the rule, of pictures of either set', () => {
    const { count, first, second, mixture } = pairsOfStep(sources, 20, mixing, 1, 1)
    const known = (all: PictureSet) => new Set(Array.from({ length: all.count }, (_, i) => greyPicture(all, i).join()))
    const [digits, garments] = [known(sources.first), known(sources.second)]
    for (let i = 0; i < count; i++) {
      const cut = (values: Float32Array) => values.subarray(i * pictureSize, (i + 1) * pictureSize)
      expect([digits.has(cut(first).join()), garments.has(cut(second).join())]).toEqual([true, true])
      expect(cut(mixture)).toEqual(mixPictures(cut(first), cut(second), mixing))
    }
  })

  it('chosen evenly hold every picture as often as any other, each time in another order', () => {
    const choose = (seed: number) => choosePairsEvenly(sources, 35, randomStream(seed))
    const { first, second } = choose(1)
    const times = (places: Uint32Array) => [...new Set(places)].map((place) => places.filter((other) => other === place).length)
    expect([times(first), times(second)]).toEqual([Array(7).fill(5), Array(5).fill(7)])
    expect(new Set(first.subarray(0, 7)).size).toBe(7)
    expect(choose(2).first).not.toEqual(first)
    const some = pairsOf(sources, choose(1), mixing, 4, 6)
    expect(some.first.subarray(0, pictureSize)).toEqual(greyPicture(sources.first, first[4]!))
  })
})

import { writePicture, type PictureSet } from '#main/datasets/pictures/pictureSet'
import { mixPictures, pictureSize, type Mixing } from '#shared/images/mixing'
import { randomStream, type RandomStream } from '#shared/random'

/** What mixtures are made of: any of the first with any of the second. */
export interface PictureSources {
  readonly first: PictureSet
  readonly second: PictureSet
}

/** Mixtures and what they are made of, `[pair, pixel]`, from 0 to 1. */
export interface PicturePairs {
  readonly count: number
  readonly mixture: Float32Array
  readonly first: Float32Array
  readonly second: Float32Array
}

/** Draws pairs, each picture as likely as any other; one may be drawn twice. */
export function drawPairs(sources: PictureSources, count: number, mixing: Mixing, random: RandomStream): PicturePairs {
  const draw = (set: PictureSet, stream: RandomStream) => {
    const out = new Float32Array(count * pictureSize)
    for (let i = 0; i < count; i++) writePicture(set, stream.integer(set.count), out, i * pictureSize)
    return out
  }
  const first = draw(sources.first, random.fork('first'))
  const second = draw(sources.second, random.fork('second'))
  return { count, first, second, mixture: mixPictures(first, second, mixing) }
}

/** The pairs of a step of a training, a function of seed and step alone, so that a run goes on as if it had never stopped. */
export function pairsOfStep(sources: PictureSources, count: number, mixing: Mixing, seed: number, step: number): PicturePairs {
  return drawPairs(sources, count, mixing, randomStream(seed).fork(`pairs ${step}`))
}

/** Pairs `[from, to)` of some. */
export function somePairs({ mixture, first, second }: PicturePairs, from: number, to: number): PicturePairs {
  const cut = (values: Float32Array) => values.subarray(from * pictureSize, to * pictureSize)
  return { count: to - from, mixture: cut(mixture), first: cut(first), second: cut(second) }
}

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

/** Which pictures are mixed with which, by their places in the sets. */
export interface PairChoice {
  readonly first: Uint32Array
  readonly second: Uint32Array
}

/** The pairs of a choice, those of `[from, to)` only. */
export function pairsOf(sources: PictureSources, choice: PairChoice, mixing: Mixing, from = 0, to = choice.first.length): PicturePairs {
  const pictures = (set: PictureSet, places: Uint32Array) => {
    const out = new Float32Array((to - from) * pictureSize)
    for (let i = from; i < to; i++) writePicture(set, places[i]!, out, (i - from) * pictureSize)
    return out
  }
  const first = pictures(sources.first, choice.first)
  const second = pictures(sources.second, choice.second)
  return { count: to - from, first, second, mixture: mixPictures(first, second, mixing) }
}

/** Draws pairs, each picture as likely as any other; one may be drawn twice. */
export function drawPairs(sources: PictureSources, count: number, mixing: Mixing, random: RandomStream): PicturePairs {
  const draw = (set: PictureSet, stream: RandomStream) => Uint32Array.from({ length: count }, () => stream.integer(set.count))
  return pairsOf(sources, { first: draw(sources.first, random.fork('first')), second: draw(sources.second, random.fork('second')) }, mixing)
}

/**
 * Chooses pairs at random in which each picture occurs as often as any other, give or take once: which pictures happen to be
 * drawn then moves a mean far less.
 */
export function choosePairsEvenly(sources: PictureSources, count: number, random: RandomStream): PairChoice {
  return { first: evenly(sources.first.count, count, random.fork('first')), second: evenly(sources.second.count, count, random.fork('second')) }
}

/** `count` places, from packs of all places that are shuffled one after the other. */
function evenly(places: number, count: number, random: RandomStream): Uint32Array {
  const out = new Uint32Array(count)
  const pack = Uint32Array.from({ length: places }, (_, i) => i)
  for (let i = 0; i < count; i++) {
    const at = i % places
    const other = at + random.integer(places - at)
    const place = pack[other]!
    pack[other] = pack[at]!
    pack[at] = place
    out[i] = place
  }
  return out
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

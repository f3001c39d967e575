import type { PicturePairs } from '#main/datasets/pictures/pairs'
import type { Picture, PictureGrid } from '#main/training/picture'
import type { UnmixedPictures } from '#main/unmixing/pictureUnmixer'
import { pictureSide, pictureSize } from '#shared/images/mixing'

/** Errors are small, and are to be seen. */
const errorGain = 4

/** Mixtures, what they are made of, what a network makes of them, and where it is wrong; a row a mixture. */
export function seeUnmixed({ count, mixture, first, second }: PicturePairs, unmixed: UnmixedPictures): PictureGrid {
  const columns: [string, Float32Array][] = [
    ['Mixture', mixture],
    ['First', first],
    ['First, unmixed', unmixed.first],
    [`First, error × ${errorGain}`, errorsOf(first, unmixed.first)],
    ['Second', second],
    ['Second, unmixed', unmixed.second],
    [`Second, error × ${errorGain}`, errorsOf(second, unmixed.second)],
    ['Mixed again', unmixed.mixture],
  ]
  return {
    rows: Array.from({ length: count }, (_, i) => `Mixture ${i + 1}`),
    columns: columns.map(([name]) => name),
    cells: Array.from({ length: count }, (_, i) => columns.map(([, values]) => greyPicture(values.subarray(i * pictureSize, (i + 1) * pictureSize)))),
  }
}

function errorsOf(truth: Float32Array, estimate: Float32Array): Float32Array {
  return truth.map((value, i) => Math.abs(value - estimate[i]!) * errorGain)
}

function greyPicture(values: Float32Array): Picture {
  return { width: pictureSide, height: pictureSide, channels: 1, pixels: Uint8Array.from(values, (value) => Math.round(255 * Math.min(1, Math.max(0, value)))) }
}

import type { IdxArray } from '#main/datasets/idxImages'
import { AppError } from '#shared/errors'
import { pictureSide, pictureSize } from '#shared/images/mixing'

/** Grey pictures of `pictureSide` × `pictureSide` dots, one after the other, from 0 to 255. */
export interface PictureSet {
  readonly count: number
  readonly pixels: Uint8Array
  /** What each is of; undefined where that is not known of all. */
  readonly labels: Uint8Array | undefined
}

/**
 * Pictures `[from, to)` of a file, each in the middle of black; an odd dot more lies right and below.
 * @throws AppError DATASET_INVALID where they are larger than `pictureSide`, fewer, or other in number than their labels
 */
export function framePictures(images: IdxArray, labels: IdxArray | undefined, from: number, to: number): PictureSet {
  const [count, height, width] = images.shape as [number, number, number]
  requireFit(count, width, height, labels, to)
  const [left, top] = [Math.floor((pictureSide - width) / 2), Math.floor((pictureSide - height) / 2)]
  const pixels = new Uint8Array((to - from) * pictureSize)
  for (let index = from; index < to; index++) {
    const corner = (index - from) * pictureSize + top * pictureSide + left
    for (let row = 0; row < height; row++) {
      const start = (index * height + row) * width
      pixels.set(images.values.subarray(start, start + width), corner + row * pictureSide)
    }
  }
  return { count: to - from, pixels, labels: labels?.values.slice(from, to) }
}

function requireFit(count: number, width: number, height: number, labels: IdxArray | undefined, to: number): void {
  if (width > pictureSide || height > pictureSide || width * height === 0) {
    const advice = `Use pictures of 1 to ${pictureSide} dots a side; those of MNIST have 28.`
    throw new AppError('DATASET_INVALID', `Its pictures have ${width} × ${height} dots. ${advice}`)
  }
  if (labels && labels.shape[0] !== count) {
    const numbers = `It holds ${count.toLocaleString('en')} pictures, and its file of labels ${labels.shape[0]!.toLocaleString('en')} labels`
    throw new AppError('DATASET_INVALID', `${numbers}: they do not belong together. Download or copy both again.`)
  }
  if (to <= count) return
  const numbers = `It holds ${count.toLocaleString('en')} pictures where ${to.toLocaleString('en')} were found before`
  throw new AppError('DATASET_INVALID', `${numbers}. Add the dataset again, or put the old file back.`)
}

/** All pictures of some sets in one. */
export function joinPictures(sets: readonly PictureSet[]): PictureSet {
  const [only] = sets
  if (only && sets.length === 1) return only
  const labels = sets.flatMap((set) => set.labels ?? [])
  return {
    count: sets.reduce((sum, { count }) => sum + count, 0),
    pixels: concatenated(sets.map(({ pixels }) => pixels)),
    labels: labels.length === sets.length && labels.length > 0 ? concatenated(labels) : undefined,
  }
}

function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

/** Writes a picture's grey values, from 0 to 1, into `out` at `offset`. */
export function writePicture({ pixels }: PictureSet, index: number, out: Float32Array, offset: number): void {
  const start = index * pictureSize
  for (let i = 0; i < pictureSize; i++) out[offset + i] = pixels[start + i]! / 255
}

/** A picture's grey values from 0 to 1, row by row. */
export function greyPicture(set: PictureSet, index: number): Float32Array {
  const out = new Float32Array(pictureSize)
  writePicture(set, index, out, 0)
  return out
}

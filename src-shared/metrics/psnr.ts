import { AppError } from '#shared/errors'

/** Returns the mean of the squared differences. @throws AppError INVALID_INPUT where lengths differ or are 0. */
export function meanSquaredError(reference: Float32Array, estimate: Float32Array): number {
  if (reference.length !== estimate.length || reference.length === 0) {
    throw new AppError(
      'INVALID_INPUT',
      `${reference.length} values cannot be compared with ${estimate.length}; nothing was measured.`,
    )
  }
  let sum = 0
  for (let i = 0; i < reference.length; i++) sum += (reference[i]! - estimate[i]!) ** 2
  return sum / reference.length
}

/** Returns the peak signal-to-noise ratio in decibels of one image whose values span `range`; Infinity when equal. */
export function psnr(reference: Float32Array, estimate: Float32Array, range = 1): number {
  return 10 * Math.log10((range * range) / meanSquaredError(reference, estimate))
}

/** Returns the mean over images of their PSNR; both arrays are [image, pixel] with `pixels` values an image. */
export function meanPsnr(reference: Float32Array, estimate: Float32Array, pixels: number, range = 1): number {
  let sum = 0
  let images = 0
  for (let start = 0; start < reference.length; start += pixels) {
    sum += psnr(reference.subarray(start, start + pixels), estimate.subarray(start, start + pixels), range)
    images++
  }
  return sum / images
}

import type { Answer } from '#renderer/stores/unmixingStore'
import { pictureSide } from '#shared/images/mixing'
import { meanSquaredError, psnr } from '#shared/metrics/psnr'
import { ssim } from '#shared/metrics/ssim'

/** How near a picture is to the true one. */
export interface PictureScores {
  readonly mse: number
  /** Decibels. */
  readonly psnr: number
  /** 1 for the same picture. */
  readonly ssim: number
}

export function scorePicture(truth: Float32Array, estimate: Float32Array): PictureScores {
  const image = (values: Float32Array) => ({ width: pictureSide, height: pictureSide, values })
  return { mse: meanSquaredError(truth, estimate), psnr: psnr(truth, estimate), ssim: ssim(image(truth), image(estimate)) }
}

/** Returns the scores of both pictures of an answer, and the mean over the pixels of both. */
export function scoreAnswer({ question, pictures }: Answer): { first: PictureScores; second: PictureScores; mse: number } {
  const first = scorePicture(question.first, pictures.first)
  const second = scorePicture(question.second, pictures.second)
  return { first, second, mse: (first.mse + second.mse) / 2 }
}

/** Returns what is too bright (above 0) or too dark (below 0) of an estimate. */
export function differences(truth: Float32Array, estimate: Float32Array): Float32Array {
  return estimate.map((value, at) => value - truth[at]!)
}

export function largestDifference(truth: Float32Array, estimate: Float32Array): number {
  return differences(truth, estimate).reduce((largest, value) => Math.max(largest, Math.abs(value)), 0)
}

import { choosePairsEvenly, pairsOf, type PicturePairs, type PictureSources } from '#main/datasets/pictures/pairs'
import type { PictureUnmixer, UnmixedPictures } from '#main/unmixing/pictureUnmixer'
import { pictureSide, pictureSize, type Mixing } from '#shared/images/mixing'
import { checkpointCancel, type WorkContext } from '#shared/jobs/work'
import { meanSquaredError, psnr } from '#shared/metrics/psnr'
import { ssim } from '#shared/metrics/ssim'
import { randomStream } from '#shared/random'

/** How near pictures are to the true ones, both parts together. */
export interface UnmixingScores {
  /** Mean over all pixels. */
  readonly mse: number
  /** Mean over pictures, decibels. */
  readonly psnr: number
  /** Mean over pictures. */
  readonly ssim: number
}

/** How often pairs are drawn, and how many each time. */
export interface UnmixingProtocol {
  readonly runs: number
  readonly pairs: number
  readonly seed: number
}

/**
 * That of cards: of 10,000 pictures for the test each occurs once a run. The mean of an MSE then has a standard error of 0.03 to
 * 0.2 per cent, by network, so that with another seed it repeats within 1 per cent.
 */
export const usualProtocol: UnmixingProtocol = { runs: 10, pairs: 10_000, seed: 1 }
/** That of studies, whose networks are all measured with the same pairs. */
export const studyProtocol: UnmixingProtocol = { ...usualProtocol, pairs: 1000 }

export interface UnmixingReport {
  readonly mean: UnmixingScores
  /** Standard deviations over the runs. */
  readonly deviation: UnmixingScores
  /** The most by which a pixel of what the two pictures mix to differs from the mixture. */
  readonly mixtureError: number
}

/** A picture without any error would have infinitely many decibels, and so would the mean of all. */
const mostDecibels = 120
/** Pairs that are measured before the event loop has a turn. */
const pairsAtOnce = 100

/**
 * Takes random mixtures apart and compares: mean and standard deviation over runs, each of fresh pairs that follow from the seed.
 * Over all runs together each picture occurs as often as any other, give or take once: most of what pairs differ by is which
 * pictures they are of.
 * @throws the signal's reason; the engine's errors
 */
export async function measureUnmixing(
  unmixer: PictureUnmixer,
  sources: PictureSources,
  mixing: Mixing,
  { runs, pairs, seed }: UnmixingProtocol,
  context: WorkContext,
): Promise<UnmixingReport> {
  const chosen = choosePairsEvenly(sources, runs * pairs, randomStream(seed).fork('test pairs'))
  const scores: UnmixingScores[] = []
  let mixtureError = 0
  for (let run = 0; run < runs; run++) {
    const parts: UnmixingScores[] = []
    for (let at = 0; at < pairs; at += pairsAtOnce) {
      context.onProgress({ stage: 'measuring', completed: run * pairs + at, total: runs * pairs, unit: 'steps' })
      await checkpointCancel(context)
      const some = pairsOf(sources, chosen, mixing, run * pairs + at, run * pairs + Math.min(pairs, at + pairsAtOnce))
      const unmixed = await unmixer.unmix(some.mixture)
      parts.push(scaled(scorePairs(some, unmixed), some.count / pairs))
      mixtureError = Math.max(mixtureError, largestDifference(some.mixture, unmixed.mixture))
    }
    scores.push(parts.reduce(sum))
  }
  const mean = scaled(scores.reduce(sum), 1 / runs)
  return { mean, deviation: deviationOf(scores, mean), mixtureError }
}

/** Mean squared errors of both parts. */
export function errorsByPart({ first, second }: PicturePairs, unmixed: Pick<UnmixedPictures, 'first' | 'second'>): Record<'first' | 'second', number> {
  return { first: meanSquaredError(first, unmixed.first), second: meanSquaredError(second, unmixed.second) }
}

/** The scores of some pairs. */
export function scorePairs({ count, first, second }: PicturePairs, unmixed: Pick<UnmixedPictures, 'first' | 'second'>): UnmixingScores {
  const total = { mse: 0, psnr: 0, ssim: 0 }
  for (const [truths, estimates] of [[first, unmixed.first], [second, unmixed.second]] as const) {
    for (let at = 0; at < truths.length; at += pictureSize) {
      const [truth, estimate] = [truths.subarray(at, at + pictureSize), estimates.subarray(at, at + pictureSize)]
      total.mse += meanSquaredError(truth, estimate)
      total.psnr += Math.min(mostDecibels, psnr(truth, estimate))
      total.ssim += ssim(greyImage(truth), greyImage(estimate))
    }
  }
  return scaled(total, 1 / (2 * count))
}

function greyImage(values: Float32Array) {
  return { width: pictureSide, height: pictureSide, values }
}

function sum(a: UnmixingScores, b: UnmixingScores): UnmixingScores {
  return { mse: a.mse + b.mse, psnr: a.psnr + b.psnr, ssim: a.ssim + b.ssim }
}

function scaled({ mse, psnr: decibels, ssim: similarity }: UnmixingScores, factor: number): UnmixingScores {
  return { mse: mse * factor, psnr: decibels * factor, ssim: similarity * factor }
}

function deviationOf(scores: readonly UnmixingScores[], mean: UnmixingScores): UnmixingScores {
  const of = (name: keyof UnmixingScores) =>
    Math.sqrt(scores.reduce((total, score) => total + (score[name] - mean[name]) ** 2, 0) / Math.max(1, scores.length - 1))
  return { mse: of('mse'), psnr: of('psnr'), ssim: of('ssim') }
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  let most = 0
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i]! - b[i]!))
  return most
}

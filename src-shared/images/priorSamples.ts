import type { PictureLatents } from '#shared/contract/playground'
import type { Posterior } from '#shared/images/latentChannels'
import { randomStream } from '#shared/random'

/** Gaussians, one a latent element, that latents are drawn from. */
export interface LatentGaussians {
  readonly mean: readonly number[]
  readonly deviation: readonly number[]
}

/** The prior of `size` latent elements: standard normal. */
export function standardPrior(size: number): LatentGaussians {
  return { mean: Array.from({ length: size }, () => 0), deviation: Array.from({ length: size }, () => 1) }
}

/**
 * Returns the Gaussians that have the mean and the variance of the posteriors of several mixtures, all together.
 * @see Ghosh et al., "From variational to deterministic autoencoders", 2020, section 4 (densities that are fitted afterwards).
 */
export function fitLatents(posteriors: readonly Posterior[]): LatentGaussians {
  const size = posteriors[0]!.mean.length
  const average = (of: (posterior: Posterior) => number) => posteriors.reduce((sum, posterior) => sum + of(posterior), 0) / posteriors.length
  const mean = Array.from({ length: size }, (_, at) => average((posterior) => posterior.mean[at]!))
  const deviation = mean.map((centre, at) =>
    Math.sqrt(average((posterior) => (posterior.mean[at]! - centre) ** 2 + Math.exp(posterior.logVariance[at]!))),
  )
  return { mean, deviation }
}

/** Returns how far latents lie from 0, in standard deviations of the prior: 1 where they follow it. */
export function latentWidth({ mean, deviation }: LatentGaussians): number {
  return Math.sqrt(mean.reduce((sum, centre, at) => sum + centre ** 2 + deviation[at]! ** 2, 0) / mean.length)
}

/**
 * Returns latents drawn at random, with deviations times `spread`; a function of the seed. A sample does not depend on
 * how many are drawn beside it, nor the second part on the size of the first.
 */
export function drawLatents(seed: number, count: number, from: Readonly<Record<keyof PictureLatents, LatentGaussians>>, spread: number): PictureLatents[] {
  const stream = randomStream(seed)
  const draw = (part: keyof PictureLatents, index: number) => {
    const own = stream.fork(`${part} ${index}`)
    return from[part].mean.map((centre, at) => centre + spread * from[part].deviation[at]! * own.normal())
  }
  return Array.from({ length: count }, (_, index) => ({ first: draw('first', index), second: draw('second', index) }))
}

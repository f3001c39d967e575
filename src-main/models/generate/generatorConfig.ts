import type { DecibelPictureConfig } from '#shared/dsp/decibelPicture'

/** N(0, I), a diagonal posterior, and a decoder whose picture is held against the true one by squared error. */
export interface StandardPrior {
  readonly kind: 'standard'
}

/**
 * A trained mixture of diagonal Gaussians, all as likely, a posterior with a covariance of its own, and a decoder that gives
 * the logits of Bernoulli distributions.
 */
export interface MixturePrior {
  readonly kind: 'mixture'
  readonly components: number
  /** The posterior's covariance: full, as a lower-triangular factor, or diagonal. */
  readonly posterior: 'triangular' | 'diagonal'
  /** Samples that the KL divergence is estimated from. */
  readonly samples: number
}

/** The VAEs of source 001: sounds as pictures of decibels, latents as one vector. */
export interface GeneratorConfig {
  readonly family: 'soundvae'
  readonly features: DecibelPictureConfig
  /** Channels after each convolution; the decoder has them the other way round. Each halves the bins. */
  readonly channels: readonly number[]
  /** What each convolution divides the frames by. */
  readonly frameStrides: readonly number[]
  readonly latents: number
  readonly prior: StandardPrior | MixturePrior
}

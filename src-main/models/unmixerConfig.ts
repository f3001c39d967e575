import type { ViewCount } from '#main/models/unmixerViews'
import type { Mixing } from '#shared/images/mixing'

/** What all networks that take a mixture of two pictures apart share. */
interface UnmixerBasics {
  readonly family: 'unmixer'
  /** The mixtures that it learns from, and that its scores are of. */
  readonly mixing: Mixing
}

/** A VAE of dense layers: units from the picture to the latents; the two decoders have them the other way round. */
export interface DenseUnmixerConfig extends UnmixerBasics {
  readonly network: 'dense'
  readonly hiddenUnits: readonly number[]
  readonly latentUnits: number
}

/**
 * Networks of convolutions; channels and residual blocks of each level, the finest first. `bottleneck` is a VAE
 * that sees a picture only through its latent maps; `skip` a VAE whose two decoders also see the encoder's maps, and whose
 * pictures mix to the mixture exactly; `unet` is as large as `skip`, without what makes that a VAE, and as exact.
 */
export interface ConvUnmixerConfig extends UnmixerBasics {
  readonly network: 'bottleneck' | 'skip' | 'unet'
  /** The finest level has a place for every pixel (1), or for every field of 2×2 (2), which is quick but blunt. */
  readonly fieldSide: 1 | 2
  readonly encoderChannels: readonly number[]
  readonly encoderBlocks: readonly number[]
  /** Of each of the two decoders; of the only one of a `unet`. */
  readonly decoderChannels: readonly number[]
  readonly decoderBlocks: readonly number[]
  /** Of the latent maps of each decoder; of a `unet`, 0. */
  readonly latentChannels: number
  /**
   * Of a trained `skip` or `unet`: 5 where the mask is the mean over the mixture as it is and moved by a pixel up, down, left and
   * right, since what a network sees of an edge depends on where its coarser levels happen to divide. Without it, and in training, 1.
   */
  readonly views?: ViewCount | undefined
}

export type UnmixerConfig = DenseUnmixerConfig | ConvUnmixerConfig

import type { NamedTensors } from '#main/engine/engine'
import { tf, type Tensor4D } from '#main/engine/tf'
import { parametersOf, type ParameterSpecs } from '#main/models/layers'
import { maskDecoder, spectralEncoder } from '#main/models/maskCoder'
import type { SpectralNetworkConfig } from '#main/models/spectralNetwork'

/**
 * Sizes of a plain U-Net: the encoder and decoder blocks of the DuoVAE without anything that makes that a VAE. It has no
 * latent distributions and draws nothing, and its one decoder, which begins with the encoder's coarsest maps, is as wide as the
 * DuoVAE's two together, so that a comparison of both tells what the VAE is worth.
 * @see Ronneberger et al., "U-Net", 2015; Jansson et al., "Singing voice separation with deep U-Net convolutional networks",
 *   ISMIR 2017.
 */
export interface UNetConfig extends SpectralNetworkConfig {
  readonly family: 'unet'
}

export interface UNet {
  readonly parameters: ParameterSpecs
  /** Share of the vocals, as `DuoVaeOutput.vocalMask`, for the same `features`. */
  apply(parameters: NamedTensors, features: Tensor4D): Tensor4D
}

/** Builds the network; nothing is computed until it is applied. */
export function uNet(config: UNetConfig): UNet {
  const encoder = spectralEncoder(config)
  const decoder = maskDecoder('vocals', config, config.encoderChannels.at(-1)!)
  return {
    parameters: parametersOf([encoder, decoder]),
    apply(parameters, features) {
      const levels = encoder.apply(parameters, features)
      return tf.sigmoid(decoder.apply(parameters, levels.at(-1)!, levels))
    },
  }
}

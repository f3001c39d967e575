import type { NamedTensors } from '#main/engine/engine'
import { tf, type Tensor4D } from '#main/engine/tf'
import { reparameterise, type Posterior, type VarianceParameter } from '#main/models/latent'
import { parametersOf, type Layer, type ParameterSpecs } from '#main/models/layers'
import type { Shape4D } from '#main/models/spectralNetwork'

/**
 * What the networks share that learn from mixtures alone, as the document describes that this project began with: one
 * encoder, two pairs of heads, two decoders, whose average is to be the mixture.
 */
export interface BlindNetworkConfig {
  readonly stft: { readonly sampleRate: number; readonly fftSize: number; readonly hopLength: number }
  /** Frames and bins of a patch; see `decibelPatch`. */
  readonly frames: number
  readonly bins: number
  readonly varianceParameter: VarianceParameter
}

export interface BlindOutput {
  /** (recons1 + recons2) / 2. */
  recons: Tensor4D
  /** recons1 and recons2, from 0 (80 dB down) to 1. */
  components: [Tensor4D, Tensor4D]
  posteriors: [Posterior, Posterior]
}

export interface BlindNetwork {
  readonly parameters: ParameterSpecs
  /** Size of each of the two latents, which stay four-dimensional. */
  latentShape(batch: number): Shape4D
  /** `input` is `[batch, frame, bin, 1]`; without noise the latents are the means. */
  apply(parameters: NamedTensors, input: Tensor4D, noise?: readonly [Tensor4D, Tensor4D]): BlindOutput
}

/** The layers that differ from one blind network to another. */
export interface BlindLayers {
  readonly encoder: Layer
  readonly heads: { readonly mean1: Layer; readonly var1: Layer; readonly mean2: Layer; readonly var2: Layer }
  /** Each ends in values of any size, which the logistic function brings into the range of the data. */
  readonly decoders: readonly [Layer, Layer]
}

/** Joins layers to the VAE of two components. */
export function blindNetwork(layers: BlindLayers, { varianceParameter }: BlindNetworkConfig, latentShape: (batch: number) => Shape4D): BlindNetwork {
  const { encoder, heads, decoders } = layers
  return {
    parameters: parametersOf([encoder, ...Object.values(heads), ...decoders]),
    latentShape,
    apply(parameters, input, noise) {
      const encoded = encoder.apply(parameters, input)
      const posteriors: [Posterior, Posterior] = [
        { mean: heads.mean1.apply(parameters, encoded), logVariance: heads.var1.apply(parameters, encoded) },
        { mean: heads.mean2.apply(parameters, encoded), logVariance: heads.var2.apply(parameters, encoded) },
      ]
      const components = posteriors.map((posterior, i) => {
        const z = noise ? reparameterise(posterior, noise[i]!, varianceParameter) : posterior.mean
        return tf.sigmoid(decoders[i]!.apply(parameters, z))
      }) as [Tensor4D, Tensor4D]
      return { recons: tf.mul(tf.add(...components), 0.5), components, posteriors }
    },
  }
}

import type { LossProgram, NamedTensors } from '#main/engine/engine'
import { tf, type Tensor, type Tensor2D, type Tensor4D } from '#main/engine/tf'
import { shapesOf } from '#main/models/layers'
import { commitment, nextCodebooks, quantisedOutput, usage, type QuantisedLayer } from '#main/models/quantise/quantiser'
import { rvqVae, type DecodedPicture, type RvqVaeConfig } from '#main/models/quantise/rvqVae'

export interface RvqVaeLossConfig {
  /** Weight of the commitment; the document has 0.25. */
  readonly commitment: number
}

/**
 * The training loss of a batch: squared error in units of the data's variance, plus the weighted commitment. It trains
 * encoder and decoder; codebooks come out as running state.
 * Inputs: `picture`; `variance` [1] of all pictures that are trained on; normal `noiseOutput` of its shape where the decoder gives a distribution; normal `noiseRestart` where
 * dead codes start anew. Outputs: `loss`, `reconstruction`, `mse`, `commitment` (unweighted); of every layer, from 1,
 * `used1`, codes that the batch uses, and `perplexity1`; and what the codebooks are next.
 * @see van den Oord et al. 2017, equation 3; Zeghidour et al., "SoundStream", 2021, section III.C for the residual layers
 */
export function rvqVaeLoss(config: RvqVaeConfig, batch: number, loss: RvqVaeLossConfig): LossProgram {
  const network = rvqVae(config)
  const { codes, restartBelow } = config.quantiser
  const [, frames, bins] = network.latentShape(batch)
  const picture = network.pictureShape(batch)
  return {
    name: `rvqvae-loss-${batch}`,
    parameters: shapesOf(network.parameters),
    inputs: {
      picture,
      variance: [1],
      ...(config.probabilistic && { noiseOutput: picture }),
      ...(restartBelow > 0 && { noiseRestart: [codes, Math.floor((batch * frames * bins) / codes)] }),
    },
    run(parameters, inputs) {
      const target = inputs.picture as Tensor4D
      const latent = network.encode(parameters, target)
      const { vectors, layers } = network.quantise(parameters, latent)
      const quantised = tf.reshape(quantisedOutput(vectors, layers), latent.shape) as Tensor4D
      const estimate = sampled(network.decode(parameters, quantised), inputs.noiseOutput)
      const mse = tf.mean(tf.square(tf.sub(estimate, target)))
      const reconstruction = tf.div(mse, tf.reshape(inputs.variance!, []))
      const committed = commitment(vectors, layers)
      return {
        loss: tf.add(reconstruction, tf.mul(committed, loss.commitment)),
        reconstruction,
        mse,
        commitment: committed,
        ...usageTerms(layers),
        ...nextCodebooks(config.quantiser, parameters, layers, inputs.noiseRestart as Tensor2D),
      }
    },
  }
}

function sampled({ mean, deviation }: DecodedPicture, noise: Tensor | undefined): Tensor {
  return deviation && noise ? tf.add(mean, tf.mul(deviation, noise)) : mean
}

function usageTerms(layers: readonly QuantisedLayer[]): NamedTensors {
  return Object.fromEntries(
    layers.flatMap((layer, index) => {
      const { used, perplexity } = usage(layer)
      return [[`used${index + 1}`, used], [`perplexity${index + 1}`, perplexity]] as const
    }),
  )
}

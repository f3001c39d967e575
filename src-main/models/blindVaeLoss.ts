import type { LossProgram } from '#main/engine/engine'
import { tf, type Scalar, type Tensor, type Tensor4D } from '#main/engine/tf'
import { blindVae, type BlindVaeConfig } from '#main/models/blindVae'
import { decibelRange } from '#main/models/decibelPatch'
import { klDivergence, klPerLatent, type Posterior } from '#main/models/latent'
import { shapesOf } from '#main/models/layers'
import { crossEntropy } from '#main/models/maskLoss'
import type { ReconstructionLoss } from '#shared/training/config'

/**
 * How far a reconstruction is from the truth, both from 0 to 1, a mean over all elements: the squared error (`mse`), the
 * absolute error (`l1`), or -t·ln p - (1 - t)·ln(1 - p) (`crossEntropy`), whose least is the truth's own entropy and not 0.
 */
export function reconstructionError(truth: Tensor4D, estimate: Tensor4D, loss: ReconstructionLoss): Tensor {
  if (loss === 'crossEntropy') return tf.mean(crossEntropy(truth, estimate))
  const difference = tf.sub(estimate, truth)
  return tf.mean(loss === 'mse' ? tf.square(difference) : tf.abs(difference))
}

/**
 * Blind loss of a batch: the error of the averaged reconstruction against the mixture plus beta times both KL divergences
 * (means over latent elements).
 * Inputs: `mixture` [batch, frame, bin, 1], `noise1`, `noise2` as `latentShape`, `beta` [1].
 * Outputs: `loss`, `reconstruction`, `kl`, and `decibels`, the root mean square error of the reconstruction, which can be
 * compared whatever the loss is; `klPerLatent`, channels of the first posterior, then of the second.
 */
export function blindVaeLoss(config: BlindVaeConfig, batch: number, reconstructionLoss: ReconstructionLoss): LossProgram {
  const network = blindVae(config)
  const latent = network.latentShape(batch)
  // For `logStd` the logarithm of the variance is twice what the head gives.
  const asVariance = ({ mean, logVariance }: Posterior): Posterior =>
    config.varianceParameter === 'logStd' ? { mean, logVariance: tf.mul(logVariance, 2) } : { mean, logVariance }
  return {
    name: `${config.family}-loss-${reconstructionLoss}-${batch}`,
    parameters: shapesOf(network.parameters),
    inputs: { mixture: [batch, config.frames, config.bins, 1], noise1: latent, noise2: latent, beta: [1] },
    run(parameters, inputs) {
      const mixture = inputs.mixture as Tensor4D
      const { recons, posteriors } = network.apply(parameters, mixture, [inputs.noise1 as Tensor4D, inputs.noise2 as Tensor4D])
      const reconstruction = reconstructionError(mixture, recons, reconstructionLoss)
      const [first, second] = posteriors.map((posterior) => tf.mean(klDivergence(asVariance(posterior)))) as [Tensor, Tensor]
      const kl = tf.add(first, second)
      const loss = tf.add(reconstruction, tf.mul(kl, tf.reshape(inputs.beta as Tensor, []))) as Scalar
      const decibels = tf.mul(tf.sqrt(tf.mean(tf.square(tf.sub(recons, mixture)))), decibelRange)
      return { loss, reconstruction, kl, decibels, klPerLatent: klPerLatent(...posteriors.map(asVariance)) }
    },
  }
}

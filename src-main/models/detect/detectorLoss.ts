import type { LossProgram } from '#main/engine/engine'
import { tf, type Tensor4D } from '#main/engine/tf'
import { detectorVae, sampledClip, type DetectorVaeConfig } from '#main/models/detect/detectorVae'
import { klDivergence } from '#main/models/latent'
import { shapesOf } from '#main/models/layers'

/**
 * The training loss of a batch as source 003 has it: RL_weight times the squared error, a mean over everything, plus the KL
 * divergence, a sum over batch and latents. A batch that is not full counts as a smaller one.
 * Inputs: `clip`; `present` `[batch]`, 1 for a clip and 0 for none; `reconstructionWeight` [1]; standard normal `noise`.
 * Outputs: `loss`, `reconstruction`, `kl`.
 */
export function detectorLoss(config: DetectorVaeConfig, batch: number): LossProgram {
  const network = detectorVae(config)
  return {
    name: `detectvae-loss-${batch}`,
    parameters: shapesOf(network.parameters),
    inputs: { clip: network.clipShape(batch), present: [batch], reconstructionWeight: [1], noise: network.latentShape(batch) },
    run(parameters, inputs) {
      const clip = inputs.clip as Tensor4D
      const present = inputs.present!
      const { posterior, decoded } = sampledClip(network, parameters, clip, inputs.noise as Tensor4D)
      const errors = tf.mean(tf.square(tf.sub(decoded, clip)), [1, 2, 3])
      const reconstruction = tf.div(tf.sum(tf.mul(errors, present)), tf.sum(present))
      const kl = tf.sum(tf.mul(tf.sum(klDivergence(posterior), [1, 2, 3]), present))
      const loss = tf.add(tf.mul(reconstruction, tf.reshape(inputs.reconstructionWeight!, [])), kl)
      return { loss, reconstruction, kl }
    },
  }
}

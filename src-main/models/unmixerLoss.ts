import type { LossProgram, NamedTensors } from '#main/engine/engine'
import { tf, type Tensor, type Tensor4D } from '#main/engine/tf'
import { klDivergence, klPerLatent } from '#main/models/latent'
import { shapesOf } from '#main/models/layers'
import { pictureError } from '#main/models/pictureError'
import { latentsOf, pictureShape, unmixer } from '#main/models/unmixer'
import type { UnmixerConfig } from '#main/models/unmixerConfig'
import type { EncodedMixture } from '#main/models/unmixerLayers'
import { pictureSize } from '#shared/images/mixing'
import type { PictureLoss } from '#shared/training/config'

/**
 * The training loss of a batch: the error of both pictures, a mean over all pixels, and of a VAE beta times the KL divergence of
 * both posteriors, summed over their elements and divided by the number of pixels: at beta 1 and with `bce` the ELBO a pixel.
 * Inputs: `mixture`, `first`, `second` as `pictureShape`; `level` [1]; of a VAE also standard normal `noiseFirst`, `noiseSecond`
 * of its `latentShape`, and `beta` [1].
 * Outputs: `loss`, `reconstruction`, `mse`, which can be compared whatever the loss is; of a VAE also `kl`, and `klPerLatent`, channels
 * of the first posterior, then of the second.
 */
export function unmixerLoss(config: UnmixerConfig, batch: number, { picture }: { picture: PictureLoss }): LossProgram {
  const network = unmixer(config)
  const latent = network.latentShape(batch)
  const shape = pictureShape(batch)
  return {
    name: `unmixer-${config.network}-loss-${picture}-${config.mixing.rule}-${batch}`,
    parameters: shapesOf(network.parameters),
    inputs: { mixture: shape, first: shape, second: shape, level: [1], ...(latent && { noiseFirst: latent, noiseSecond: latent, beta: [1] }) },
    run(parameters, inputs) {
      const { mixture, first, second, noiseFirst, noiseSecond } = inputs as Record<string, Tensor4D>
      const encoded = network.encode(parameters, mixture!)
      const latents = latentsOf(encoded, latent && { first: noiseFirst!, second: noiseSecond! })
      const mixing = { rule: config.mixing.rule, level: inputs.level! }
      const pictures = network.decode(parameters, { mixture: mixture!, levels: encoded.levels }, latents, mixing)
      const both = { truth: tf.concat([first!, second!]), estimate: tf.concat([pictures.first, pictures.second]) }
      const reconstruction = pictureError(both.truth, both.estimate, picture)
      const mse = picture === 'mse' ? tf.add(reconstruction, 0) : pictureError(both.truth, both.estimate, 'mse')
      const terms: NamedTensors = { reconstruction, mse }
      if (!encoded.posteriors) return { loss: tf.add(reconstruction, 0), ...terms }
      const { kl, perLatent } = divergences(encoded.posteriors, batch)
      const loss = tf.add(reconstruction, tf.mul(kl, tf.reshape(inputs.beta!, [])))
      return { loss, ...terms, kl, klPerLatent: perLatent }
    },
  }
}

function divergences({ first, second }: NonNullable<EncodedMixture['posteriors']>, batch: number): { kl: Tensor; perLatent: Tensor } {
  const total = tf.add(tf.sum(klDivergence(first)), tf.sum(klDivergence(second)))
  return { kl: tf.div(total, batch * 2 * pictureSize), perLatent: klPerLatent(first, second) }
}

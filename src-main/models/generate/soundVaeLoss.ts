import type { LossProgram, NamedTensors } from '#main/engine/engine'
import { tf, type Tensor, type Tensor2D, type Tensor3D, type Tensor4D } from '#main/engine/tf'
import { keptOfStatistics } from '#main/models/batchNorm'
import type { GeneratorConfig, MixturePrior } from '#main/models/generate/generatorConfig'
import { estimatedKl, posteriorOf, samplesOf } from '#main/models/generate/mixturePrior'
import { soundVae } from '#main/models/generate/soundVae'
import { klDivergence, reparameterise } from '#main/models/latent'
import { shapesOf } from '#main/models/layers'
import { nextOutputs } from '#main/models/runningState'

export interface SoundVaeLossConfig {
  /** Weight of the mean squared error, of a standard prior; the document has a million. */
  readonly reconstructionWeight: number
}

/**
 * The training loss, a mean over the sounds of a batch: of a standard prior the weighted mean squared error, of a mixture
 * -log p(picture | latent), summed over the picture; plus beta times the KL divergence, summed over the latents.
 * Inputs: `picture`; `beta`; normal `noiseLatent` `[batch, latent]`, and `noiseKl` `[batch, latent, sample]` of a mixture.
 * Outputs: `loss`, `reconstruction`, `mse`, `kl`; and what the running statistics are next.
 * @param phase where a training begins, the next statistics are those of the batch alone; where a network is in use and only
 *   measured, it goes by its running statistics, and there are no next ones
 */
export function soundVaeLoss(config: GeneratorConfig, batch: number, loss: SoundVaeLossConfig, phase: 'begin' | 'train' | 'use' = 'train'): LossProgram {
  const { latents, prior } = config
  const shapes = soundVae(config)
  return {
    name: `soundvae-loss-${phase}-${batch}`,
    parameters: shapesOf(shapes.parameters),
    inputs: {
      picture: shapes.pictureShape(batch),
      noiseLatent: [batch, latents],
      ...(prior.kind === 'mixture' && { noiseKl: [batch, latents, prior.samples] }),
      beta: [1],
    },
    run(parameters, inputs) {
      const next: NamedTensors = {}
      const network = soundVae(config, phase === 'use' ? undefined : { next, kept: phase === 'begin' ? 0 : keptOfStatistics })
      const target = inputs.picture as Tensor4D
      const numbers = network.encode(parameters, target)
      const { latent, kl } = prior.kind === 'mixture' ? ofMixture(prior, parameters, numbers, inputs, latents) : ofStandard(numbers, inputs, latents)
      const logits = network.decode(parameters, latent)
      const mse = tf.mean(tf.squaredDifference(tf.sigmoid(logits), target))
      const reconstruction = prior.kind === 'mixture' ? tf.div(bernoulli(logits, target), batch) : tf.mul(mse, loss.reconstructionWeight)
      return {
        loss: tf.add(reconstruction, tf.mul(tf.reshape(inputs.beta!, []), kl)),
        reconstruction,
        mse,
        kl,
        ...nextOutputs(next),
      }
    },
  }
}

function ofStandard(numbers: Tensor2D, { noiseLatent }: NamedTensors, latents: number) {
  const [batch] = numbers.shape
  const half = (from: number) => tf.reshape(tf.slice(numbers, [0, from], [batch, latents]), [batch, 1, 1, latents]) as Tensor4D
  const posterior = { mean: half(0), logVariance: half(latents) }
  const latent = reparameterise(posterior, tf.reshape(noiseLatent!, [batch, 1, 1, latents]) as Tensor4D)
  return { latent: tf.reshape(latent, [batch, latents]) as Tensor2D, kl: tf.div(tf.sum(klDivergence(posterior)), batch) as Tensor }
}

function ofMixture(prior: MixturePrior, parameters: NamedTensors, numbers: Tensor2D, { noiseLatent, noiseKl }: NamedTensors, latents: number) {
  const posterior = posteriorOf(prior, numbers, latents)
  const [batch] = numbers.shape
  const latent = tf.reshape(samplesOf(posterior, tf.expandDims(noiseLatent!, 2) as Tensor3D), [batch, latents]) as Tensor2D
  return { latent, kl: tf.mean(estimatedKl(prior, parameters, posterior, noiseKl as Tensor3D)) as Tensor }
}

/** -log p of values from 0 to 1 under Bernoulli distributions with these logits, summed up. */
function bernoulli(logits: Tensor4D, target: Tensor4D): Tensor {
  return tf.sum(tf.sub(tf.softplus(logits), tf.mul(target, logits)))
}

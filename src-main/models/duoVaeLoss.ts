import type { LossProgram } from '#main/engine/engine'
import { tf, type Tensor, type Tensor4D } from '#main/engine/tf'
import { fieldSize } from '#main/models/bandLayout'
import { duoVae, latentShape, type DuoVaeConfig } from '#main/models/duoVae'
import { klPerLatent, klWithFreeBits } from '#main/models/latent'
import { convolution, parametersOf, shapesOf, type ParameterSpecs } from '#main/models/layers'
import { maskErrors, maskLossInputs, rowRoots, weightedSum, type SeparatorLossWeights } from '#main/models/maskLoss'

/** The network's parameters and those of the small head that only training uses. */
export function duoVaeTrainingParameters(config: DuoVaeConfig): ParameterSpecs {
  return parametersOf([duoVae(config), latentReader(config, 'vocals'), latentReader(config, 'music')])
}

/**
 * The training loss of a batch: the errors of the masks of latent samples (`maskErrors`), how well each stem's coarse magnitudes
 * can be told from its latent maps alone, and beta times both KL divergences.
 * Inputs: those of `maskLossInputs`; standard normal `noiseVocals`, `noiseMusic` as `latentShape`; `beta` [1].
 * Outputs: `loss` and its terms, scalars before weighting; `klPerLatent`, channels of the vocals' latent maps, then of the music's.
 */
export function duoVaeLoss(config: DuoVaeConfig, batch: number, weights: SeparatorLossWeights): LossProgram {
  const network = duoVae(config)
  const readers = { vocals: latentReader(config, 'vocals'), music: latentReader(config, 'music') }
  const noise = latentShape(config, batch)
  return {
    name: `duovae-loss-${batch}`,
    parameters: shapesOf(duoVaeTrainingParameters(config)),
    inputs: { ...maskLossInputs(config, batch), noiseVocals: noise, noiseMusic: noise, beta: [1] },
    run(parameters, inputs) {
      const noise = { vocals: inputs.noiseVocals as Tensor4D, music: inputs.noiseMusic as Tensor4D }
      const { vocalMask, posteriors, latents } = network.apply(parameters, inputs.features as Tensor4D, noise)
      const roots = rowRoots(inputs)
      const terms = {
        ...maskErrors(vocalMask, inputs, roots, weights),
        latent: tf.mul(
          tf.add(
            coarseError(readers.vocals.apply(parameters, latents.vocals), roots.vocals),
            coarseError(readers.music.apply(parameters, latents.music), roots.music),
          ),
          0.5,
        ),
        kl: tf.add(klWithFreeBits(posteriors.vocals, weights.freeBits), klWithFreeBits(posteriors.music, weights.freeBits)),
      }
      return { loss: weightedSum(terms, weights, inputs.beta), ...terms, klPerLatent: klPerLatent(posteriors.vocals, posteriors.music) }
    },
  }
}

function latentReader(config: DuoVaeConfig, stem: string) {
  return convolution(`reader/${stem}`, {
    inputs: config.latentChannels,
    outputs: 2 * fieldSize(config.layout),
    size: 1,
    initialiser: 'glorot',
  })
}

/** Mean squared error of |·|^½ averaged over the field that one latent element covers. */
function coarseError(estimate: Tensor4D, root: Tensor4D): Tensor {
  const field = root.shape[1] / estimate.shape[1]
  return tf.mean(tf.square(tf.sub(estimate, tf.avgPool(root, field, field, 'valid'))))
}

import type { LossProgram } from '#main/engine/engine'
import { tf, type Scalar, type Tensor, type Tensor4D } from '#main/engine/tf'
import { fieldSize } from '#main/models/bandLayout'
import { duoVae, featureShape, latentShape, maskShape, type DuoVaeConfig } from '#main/models/duoVae'
import { klWithFreeBits } from '#main/models/latent'
import { convolution, parametersOf, shapesOf, type ParameterSpecs } from '#main/models/layers'

/** Weights of the terms of the loss. */
export interface DuoVaeLossWeights {
  /** Root of the mean squared error of each row's complex bins (L1 over rows). */
  spectrum: number
  /** Squared error: what SDR counts. */
  energy: number
  /** L1 of |·|^½, which also hears the quiet bins. */
  magnitude: number
  /** Predicting each stem's coarse magnitudes from its latent maps alone, which keeps those from being bypassed. */
  latent: number
  /** Nats a latent channel may carry before it costs anything. */
  freeBits: number
}

const floor = 1e-8

/** The network's parameters and those of the small head that only training uses. */
export function duoVaeTrainingParameters(config: DuoVaeConfig): ParameterSpecs {
  return parametersOf([duoVae(config), latentReader(config, 'vocals'), latentReader(config, 'music')])
}

/**
 * The training loss of a batch. The masks are real and one a row, so the mean error of a row's masked complex bins needs
 * only its mean powers: |mX - V|² = m²|X|² - 2m·Re(X·V*) + |V|². Both stems sum to the mixture, so the music's error is
 * the vocals'.
 * Inputs: `features`; `mixturePower` |X|², `vocalPower` |V|², `musicPower` |X - V|² as `maskShape`, scaled by
 * `powerScale` of the mixture (Re(X·V*) follows from the three); standard normal `noiseVocals`, `noiseMusic` as `latentShape`; `beta` [1].
 * Outputs: `loss` and its terms `spectrum`, `energy`, `magnitude`, `latent`, `kl`, scalars before weighting.
 */
export function duoVaeLoss(config: DuoVaeConfig, batch: number, weights: DuoVaeLossWeights): LossProgram {
  const network = duoVae(config)
  const readers = { vocals: latentReader(config, 'vocals'), music: latentReader(config, 'music') }
  return {
    name: `duovae-loss-${batch}`,
    parameters: shapesOf(duoVaeTrainingParameters(config)),
    inputs: {
      features: featureShape(config, batch),
      mixturePower: maskShape(config, batch),
      vocalPower: maskShape(config, batch),
      musicPower: maskShape(config, batch),
      noiseVocals: latentShape(config, batch),
      noiseMusic: latentShape(config, batch),
      beta: [1],
    },
    run(parameters, inputs) {
      const { mixturePower, vocalPower, musicPower } = inputs as Record<string, Tensor4D>
      const noise = { vocals: inputs.noiseVocals as Tensor4D, music: inputs.noiseMusic as Tensor4D }
      const { vocalMask, posteriors, latents } = network.apply(parameters, inputs.features as Tensor4D, noise)
      // -2·Re(X·V*) = |X - V|² - |X|² - |V|².
      const cross = tf.sub(tf.sub(musicPower!, mixturePower!), vocalPower!)
      const parabola = tf.mul(vocalMask, tf.add(tf.mul(vocalMask, mixturePower!), cross))
      const error = tf.maximum(tf.add(parabola, vocalPower!), 0)
      const mixtureRoot = quarterPower(mixturePower!)
      const vocalRoot = quarterPower(vocalPower!)
      const musicRoot = quarterPower(musicPower!)
      const magnitudeError = (mask: Tensor4D, root: Tensor4D) =>
        tf.mean(tf.abs(tf.sub(tf.mul(tf.sqrt(tf.add(mask, floor)), mixtureRoot), root)))
      const terms = {
        spectrum: tf.mean(tf.sqrt(tf.add(error, floor))),
        energy: tf.mean(error),
        magnitude: tf.mul(
          tf.add(magnitudeError(vocalMask, vocalRoot), magnitudeError(tf.sub(1, vocalMask), musicRoot)),
          0.5,
        ),
        latent: tf.mul(
          tf.add(
            coarseError(readers.vocals.apply(parameters, latents.vocals), vocalRoot),
            coarseError(readers.music.apply(parameters, latents.music), musicRoot),
          ),
          0.5,
        ),
        kl: tf.add(klWithFreeBits(posteriors.vocals, weights.freeBits), klWithFreeBits(posteriors.music, weights.freeBits)),
      }
      const loss = tf.addN([
        tf.mul(terms.spectrum, weights.spectrum),
        tf.mul(terms.energy, weights.energy),
        tf.mul(terms.magnitude, weights.magnitude),
        tf.mul(terms.latent, weights.latent),
        tf.mul(terms.kl, tf.reshape(inputs.beta as Tensor, [])),
      ]) as Scalar
      return { loss, ...terms }
    },
  }
}

/** |·|^½ of a power: pow is an order of magnitude slower than two square roots. */
function quarterPower(power: Tensor4D): Tensor4D {
  return tf.sqrt(tf.sqrt(power))
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

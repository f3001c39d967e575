import { meanOf } from '#main/engine/operations'
import { tf, type Scalar, type Tensor, type Tensor4D } from '#main/engine/tf'
import type { NamedShapes, NamedTensors } from '#main/engine/engine'
import { featureShape, maskShape, type SpectralNetworkConfig } from '#main/models/spectralNetwork'

/** Weights of the terms of a separator's loss. */
export interface SeparatorLossWeights {
  /** Root of the mean squared error of each row's complex bins (L1 over rows). */
  spectrum: number
  /** Squared error: what SDR counts. */
  energy: number
  /** L1 of |·|^½, which also hears the quiet bins. */
  magnitude: number
  /** Cross-entropy of the mask against the vocals' true share of each row. */
  crossEntropy: number
  /** Predicting each stem's coarse magnitudes from its latent maps alone, which keeps those from being bypassed. */
  latent: number
  /** Nats a latent channel may carry before it costs anything. */
  freeBits: number
}

const floor = 1e-8

/** Inputs of every separator's loss: `features`, and powers of the true rows; see `maskErrors`. */
export function maskLossInputs(config: SpectralNetworkConfig, batch: number): NamedShapes {
  const mask = maskShape(config, batch)
  return { features: featureShape(config, batch), mixturePower: mask, vocalPower: mask, musicPower: mask }
}

/** |·|^½ of the powers of a batch. */
export interface RowRoots {
  readonly mixture: Tensor4D
  readonly vocals: Tensor4D
  readonly music: Tensor4D
}

export function rowRoots(inputs: NamedTensors): RowRoots {
  const { mixturePower, vocalPower, musicPower } = inputs as Record<string, Tensor4D>
  return { mixture: quarterPower(mixturePower!), vocals: quarterPower(vocalPower!), music: quarterPower(musicPower!) }
}

/**
 * The errors of a mask. It is real and one a row, so the mean error of a row's masked complex bins needs only its mean
 * powers: |mX - V|² = m²|X|² - 2m·Re(X·V*) + |V|². Both stems sum to the mixture, so the music's error is the vocals'.
 * Inputs: `mixturePower` |X|², `vocalPower` |V|², `musicPower` |X - V|² as `maskShape`, scaled by `powerScale` of the mixture
 * (Re(X·V*) follows from the three).
 * Outputs: scalars before weighting; `crossEntropy` only where it has a weight, since nothing else needs it.
 */
export function maskErrors(vocalMask: Tensor4D, inputs: NamedTensors, roots: RowRoots, weights: SeparatorLossWeights) {
  const { mixturePower, vocalPower, musicPower } = inputs as Record<string, Tensor4D>
  // -2·Re(X·V*) = |X - V|² - |X|² - |V|².
  const cross = tf.sub(tf.sub(musicPower!, mixturePower!), vocalPower!)
  const parabola = tf.mul(vocalMask, tf.add(tf.mul(vocalMask, mixturePower!), cross))
  const error = tf.maximum(tf.add(parabola, vocalPower!), 0)
  const magnitudeError = (mask: Tensor4D, root: Tensor4D) =>
    meanOf(tf.abs(tf.sub(tf.mul(tf.sqrt(tf.add(mask, floor)), roots.mixture), root)))
  return {
    spectrum: meanOf(tf.sqrt(tf.add(error, floor))),
    energy: meanOf(error),
    magnitude: tf.mul(tf.add(magnitudeError(vocalMask, roots.vocals), magnitudeError(tf.sub(1, vocalMask), roots.music)), 0.5) as Tensor,
    ...(weights.crossEntropy > 0 && { crossEntropy: shareCrossEntropy(vocalMask, vocalPower!, musicPower!, roots.mixture) }),
  }
}

/** Sum of the terms that have a weight, and `beta` times `kl` where there is one; what weighs nothing is not differentiated. */
export function weightedSum(terms: Readonly<Record<string, Tensor>>, weights: SeparatorLossWeights, beta?: Tensor): Scalar {
  const weightOf = (name: string) => (name === 'kl' ? tf.reshape(beta!, []) : weights[name as keyof SeparatorLossWeights])
  const weighted = Object.entries(terms).flatMap(([name, term]) => {
    const weight = weightOf(name)
    return weight === 0 ? [] : [tf.mul(term, weight)]
  })
  return tf.addN(weighted) as Scalar
}

/** Cross-entropy of a mask m against the share t = |V| / (|V| + |M|), counted by |X|^½: in silence every share is as good. */
function shareCrossEntropy(mask: Tensor4D, vocalPower: Tensor4D, musicPower: Tensor4D, mixtureRoot: Tensor4D): Tensor {
  const vocals = tf.sqrt(vocalPower)
  const share = tf.div(vocals, tf.add(tf.add(vocals, tf.sqrt(musicPower)), floor)) as Tensor4D
  return tf.div(meanOf(tf.mul(crossEntropy(share, mask), mixtureRoot)), tf.add(tf.mean(mixtureRoot), floor))
}

const surest = 1e-6

/** -t·ln p - (1 - t)·ln(1 - p) for each element; p is kept a little off 0 and 1, where the logarithm has no end. */
export function crossEntropy(truth: Tensor4D, estimate: Tensor4D): Tensor4D {
  const p = tf.add(tf.mul(estimate, 1 - 2 * surest), surest)
  return tf.neg(tf.add(tf.mul(truth, tf.log(p)), tf.mul(tf.sub(1, truth), tf.log(tf.sub(1, p))))) as Tensor4D
}

/** |·|^½ of a power: pow is an order of magnitude slower than two square roots. */
function quarterPower(power: Tensor4D): Tensor4D {
  return tf.sqrt(tf.sqrt(power))
}

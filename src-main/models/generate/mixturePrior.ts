import type { NamedTensors } from '#main/engine/engine'
import { tf, type Tensor, type Tensor2D, type Tensor3D } from '#main/engine/tf'
import type { GeneratorConfig, MixturePrior } from '#main/models/generate/generatorConfig'
import { parameter, type ParameterSpecs } from '#main/models/layers'

const meansName = 'prior/mean'
const scalesName = 'prior/deviation'
/** So that deviations begin at 1: softplus of this. */
const one = Math.log(Math.E - 1)
/** Least deviation of a posterior. */
const smallest = 1e-5

/** Means and raw deviations of the prior's components; none where the prior is N(0, I). */
export function mixtureParameters({ prior, latents }: GeneratorConfig): ParameterSpecs {
  if (prior.kind !== 'mixture') return {}
  const shape = [prior.components, latents]
  return { [meansName]: { shape, initialiser: 'normal' }, [scalesName]: { shape, initialiser: 'zeros' } }
}

/** Numbers that a posterior follows from: its mean, and a lower triangle or a diagonal. */
export function posteriorSize({ posterior }: MixturePrior, latents: number): number {
  return latents + (posterior === 'diagonal' ? latents : (latents * (latents + 1)) / 2)
}

/** A Gaussian a picture. */
export interface MixturePosterior {
  readonly mean: Tensor2D
  /** Lower-triangular factors of the covariance, `[batch, latent, latent]`, or deviations `[batch, latent]`. */
  readonly factor: Tensor2D | Tensor3D
  /** Logarithm of the factor's determinant, `[batch]`. */
  readonly logDeterminant: Tensor
}

/** Reads what the encoder gives. @see `MultivariateNormalTriL` of TensorFlow Probability for the order of a triangle's numbers */
export function posteriorOf({ posterior }: MixturePrior, numbers: Tensor2D, latents: number): MixturePosterior {
  const [batch, count] = numbers.shape
  const mean = tf.slice(numbers, [0, 0], [batch, latents]) as Tensor2D
  const rest = tf.slice(numbers, [0, latents], [batch, count - latents]) as Tensor2D
  if (posterior === 'diagonal') {
    const factor = positive(rest) as Tensor2D
    return { mean, factor, logDeterminant: tf.sum(tf.log(factor), 1) }
  }
  const square = triangle(rest, latents)
  const diagonal = positive(tf.sum(tf.mul(square, mask(latents, (row, column) => row === column)), 2))
  const below = tf.mul(square, mask(latents, (row, column) => column < row))
  const onDiagonal = tf.mul(tf.expandDims(diagonal, 2), mask(latents, (row, column) => row === column))
  return { mean, factor: tf.add(below, onDiagonal) as Tensor3D, logDeterminant: tf.sum(tf.log(diagonal), 1) }
}

/** Samples `[batch, latent, sample]` of posteriors by standard normal `noise` of that shape. */
export function samplesOf({ mean, factor }: MixturePosterior, noise: Tensor3D): Tensor3D {
  const deviation = factor.rank === 3 ? tf.matMul(factor as Tensor3D, noise) : tf.mul(tf.expandDims(factor, 2), noise)
  return tf.add(tf.expandDims(mean, 2), deviation) as Tensor3D
}

/**
 * KL divergence of posteriors to the prior, `[batch]`, in nats, estimated from the samples of `noise` `[batch, latent, sample]`:
 * the mean of log q(z) - log p(z). It has no closed form for a mixture.
 */
export function estimatedKl(prior: MixturePrior, parameters: NamedTensors, posterior: MixturePosterior, noise: Tensor3D): Tensor {
  const samples = samplesOf(posterior, noise)
  const ofPosterior = tf.sub(tf.mul(tf.sum(tf.square(noise), 1), -0.5), tf.expandDims(posterior.logDeterminant, 1))
  return tf.mean(tf.sub(ofPosterior, logPrior(prior, parameters, samples)), 1)
}

/** Logarithm of the prior's density of samples `[batch, latent, sample]`, `[batch, sample]`, but for ½·latents·log 2π. */
function logPrior({ components }: MixturePrior, parameters: NamedTensors, samples: Tensor3D): Tensor {
  const means = parameter<Tensor2D>(parameters, meansName)
  const deviations = deviationsOf(parameters)
  const latents = samples.shape[1]
  const of = Array.from({ length: components }, (_, k) => {
    const row = (all: Tensor) => tf.reshape(tf.slice(all, [k, 0], [1, latents]), [1, latents, 1])
    const distance = tf.div(tf.sub(samples, row(means)), row(deviations))
    return tf.sub(tf.mul(tf.sum(tf.square(distance), 1), -0.5), tf.sum(tf.log(row(deviations))))
  })
  // log(e^a + e^b) without overflow.
  const together = of.reduce((a, b) => tf.add(a, tf.softplus(tf.sub(b, a))))
  return tf.sub(together, Math.log(components))
}

function deviationsOf(parameters: NamedTensors): Tensor {
  return tf.softplus(tf.add(parameter<Tensor2D>(parameters, scalesName), one))
}

/** Draws of the prior as numbers: the parameters' means and deviations of every component, `[component][latent]`. */
export function priorComponents(prior: MixturePrior, parameters: Record<string, Float32Array>, latents: number) {
  const row = (name: string, k: number) => parameters[name]!.subarray(k * latents, (k + 1) * latents)
  return Array.from({ length: prior.components }, (_, k) => ({
    mean: row(meansName, k).slice(),
    deviation: row(scalesName, k).map((raw) => Math.log1p(Math.exp(raw + one))),
  }))
}

function positive(raw: Tensor): Tensor {
  return tf.add(tf.softplus(raw), smallest)
}

/** Numbers of lower triangles as squares `[batch, size, size]`, whose upper triangles are to be masked. */
function triangle(numbers: Tensor2D, size: number): Tensor3D {
  const [batch, count] = numbers.shape
  const tail = tf.slice(numbers, [0, size], [batch, count - size])
  return tf.reshape(tf.concat([tail, tf.reverse(numbers, 1)], 1), [batch, size, size]) as Tensor3D
}

function mask(size: number, holds: (row: number, column: number) => boolean): Tensor3D {
  const values = Float32Array.from({ length: size * size }, (_, i) => (holds(Math.floor(i / size), i % size) ? 1 : 0))
  return tf.tensor3d(values, [1, size, size])
}

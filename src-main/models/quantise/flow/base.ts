import type { NamedArrays, NamedTensors } from '#main/engine/engine'
import { tf, type Tensor, type Tensor1D, type Tensor2D, type Tensor4D } from '#main/engine/tf'
import { parameter, type ParameterSpecs } from '#main/models/layers'
import { sumPerItem, type MapShape } from '#main/models/quantise/flow/bijector'
import type { RandomStream } from '#shared/random'

/** What a flow turns its data into: standard normal, or of every channel a mixture of several normals, which is learned. */
export type Base = { readonly kind: 'gaussian' } | { readonly kind: 'mixture'; readonly modes: number }

/** Where the outermost modes of a mixture begin, and how wide modes begin. */
const spread = 1.5
const width = 0.5

/** The parameters of one latent's distribution. */
export function baseParameters(name: string, base: Base, channels: number): ParameterSpecs {
  if (base.kind === 'gaussian') return {}
  const shape = [base.modes, channels]
  return Object.fromEntries(['places', 'widths', 'weights'].map((part) => [`${name}/${part}`, { shape, initialiser: 'zeros' as const }]))
}

/** log p(z) of every item of the batch. */
export function baseLogProbability(name: string, base: Base, parameters: NamedTensors, z: Tensor4D): Tensor1D {
  if (base.kind === 'gaussian') return sumPerItem(logNormal(z))
  const { modes } = base
  const part = (what: string) => tf.unstack(parameter<Tensor2D>(parameters, `${name}/${what}`))
  const [places, widths, weights] = [part('places'), part('widths'), part('weights')]
  const total = logSumOfExponents(weights)
  const terms = Array.from({ length: modes }, (_, mode) => {
    const logWidth = tf.add(widths[mode]!, Math.log(width))
    const distance = tf.mul(tf.sub(z, tf.add(places[mode]!, beginning(mode, modes))), tf.exp(tf.neg(logWidth)))
    return tf.add(logNormal(distance as Tensor4D), tf.sub(tf.sub(weights[mode]!, total), logWidth))
  })
  return sumPerItem(logSumOfExponents(terms) as Tensor4D)
}

function beginning(mode: number, modes: number): number {
  return modes === 1 ? 0 : spread * ((2 * mode) / (modes - 1) - 1)
}

function logNormal(z: Tensor4D): Tensor4D {
  return tf.sub(tf.mul(tf.square(z), -0.5), 0.5 * Math.log(2 * Math.PI))
}

function logSumOfExponents(terms: readonly Tensor[]): Tensor {
  const most = terms.reduce((a, b) => tf.maximum(a, b))
  const sum = terms.map((term) => tf.exp(tf.sub(term, most))).reduce((a, b) => tf.add(a, b))
  return tf.add(tf.log(sum), most)
}

/**
 * `batch` samples of one latent `[frame, bin, channel]`.
 * @param temperature what deviations are multiplied by; less than 1 gives more ordinary samples
 */
export function sampleBase(
  { name, base, shape }: { name: string; base: Base; shape: MapShape },
  parameters: NamedArrays,
  batch: number,
  temperature: number,
  random: RandomStream,
): Float32Array {
  const [frames, bins, channels] = shape
  const values = Float32Array.from({ length: batch * frames * bins * channels }, () => temperature * random.normal())
  if (base.kind === 'gaussian') return values
  const part = (what: string) => parameters[`${name}/${what}`]!
  const [places, widths, weights] = [part('places'), part('widths'), part('weights')]
  return values.map((value, i) => {
    const channel = i % channels
    const mode = drawMode(weights, channel, channels, random)
    const at = mode * channels + channel
    return value * width * Math.exp(widths[at]!) + places[at]! + beginning(mode, base.modes)
  })
}

function drawMode(weights: Float32Array, channel: number, channels: number, random: RandomStream): number {
  const likelihoods: number[] = []
  for (let at = channel; at < weights.length; at += channels) likelihoods.push(Math.exp(weights[at]!))
  let mark = random.uniform() * likelihoods.reduce((a, b) => a + b)
  const found = likelihoods.findIndex((likelihood) => (mark -= likelihood) < 0)
  return found < 0 ? likelihoods.length - 1 : found
}

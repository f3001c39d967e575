import type { NamedTensors, Program } from '#main/engine/engine'
import { tf, type Tensor4D } from '#main/engine/tf'
import { clipFrames, type MelClipConfig } from '#main/models/detect/melClipConfig'
import { klDivergence, reparameterise, type Posterior } from '#main/models/latent'
import { convolution, dense, parametersOf, relu, reshaped, sequence, shapesOf, transposedConvolution, type Layer, type ParameterSpecs } from '#main/models/layers'
import type { Shape4D } from '#main/models/spectralNetwork'

/** The VAE of source 003, which learns what one sound looks like. */
export interface DetectorVaeConfig {
  readonly family: 'detectvae'
  readonly clip: MelClipConfig
  /** Channels after each convolution; the decoder has them the other way round. */
  readonly channels: readonly number[]
  /** Of each convolution, in frames and bands. */
  readonly strides: readonly number[]
  readonly latentUnits: number
}

export interface DetectorVae {
  readonly parameters: ParameterSpecs
  /** `[batch, frame, band, 1]`, from 0 to 1. */
  readonly clipShape: (batch: number) => Shape4D
  readonly latentShape: (batch: number) => Shape4D
  encode(parameters: NamedTensors, clips: Tensor4D): Posterior
  decode(parameters: NamedTensors, latent: Tensor4D): Tensor4D
}

/** Builds the network. Nothing is computed until it is applied. */
export function detectorVae(config: DetectorVaeConfig): DetectorVae {
  const { clip, channels, strides, latentUnits } = config
  const frames = clipFrames(clip)
  const shrunk = (size: number) => strides.reduce((n, stride) => Math.ceil(n / stride), size)
  const field: [number, number, number] = [shrunk(frames), shrunk(clip.bands), channels.at(-1)!]
  const units = field[0] * field[1] * field[2]
  const encoder = sequence(
    ...channels.flatMap((outputs, i) => [convolution(`encoder/${i}`, { inputs: channels[i - 1] ?? 1, outputs, stride: strides[i]! }), relu]),
    reshaped((batch) => [batch, 1, 1, units]),
    // Mean and logarithm of the variance come out of one layer, as in the source.
    dense('encoder/latent', units, 2 * latentUnits, 'glorot'),
  )
  const decoder = sequence(
    dense('decoder/latent', latentUnits, units),
    reshaped((batch) => [batch, ...field]),
    ...enlargements(config),
    cropped(frames, clip.bands),
  )
  return {
    parameters: parametersOf([encoder, decoder]),
    clipShape: (batch) => [batch, frames, clip.bands, 1],
    latentShape: (batch) => [batch, 1, 1, latentUnits],
    encode(parameters, clips) {
      const [mean, logVariance] = tf.split(encoder.apply(parameters, clips), 2, 3) as [Tensor4D, Tensor4D]
      return { mean, logVariance }
    },
    decode: (parameters, latent) => tf.sigmoid(decoder.apply(parameters, latent)),
  }
}

/** The convolutions of the encoder the other way round; the last one, which has the stride of the first, gives the picture. */
function enlargements({ channels, strides }: DetectorVaeConfig): Layer[] {
  return channels
    .map((inputs, i) => ({ inputs: channels[i + 1] ?? inputs, outputs: i === 0 ? 1 : inputs, stride: strides[i]!, i }))
    .toReversed()
    .flatMap(({ i, ...options }) => [transposedConvolution(`decoder/${i}`, { ...options, initialiser: i === 0 ? 'glorot' : 'he' }), ...(i === 0 ? [] : [relu])])
}

/** Cuts off what the strides have rounded up. */
function cropped(frames: number, bands: number): Layer {
  return { parameters: {}, apply: (_, input) => tf.slice(input, [0, 0, 0, 0], [input.shape[0], frames, bands, input.shape[3]]) }
}

/**
 * Scores clips by decoding the means of their latents. Input: `clip`. Outputs: `mean`, `logVariance` as `latentShape`; `decoded` as `clipShape`;
 * `rl` `[batch]`, the mean squared error, and `kl` `[batch]`, in nats, summed over latents.
 */
export function detectorScoreProgram(config: DetectorVaeConfig, batch: number): Program {
  const network = detectorVae(config)
  return {
    name: `detectvae-score-${batch}`,
    parameters: shapesOf(network.parameters),
    inputs: { clip: network.clipShape(batch) },
    run(parameters, inputs) {
      const clip = inputs.clip as Tensor4D
      const posterior = network.encode(parameters, clip)
      const decoded = network.decode(parameters, posterior.mean)
      return {
        mean: tf.add(posterior.mean, 0),
        logVariance: tf.add(posterior.logVariance, 0),
        decoded: tf.add(decoded, 0),
        rl: tf.mean(tf.square(tf.sub(decoded, clip)), [1, 2, 3]),
        kl: tf.sum(klDivergence(posterior), [1, 2, 3]),
      }
    },
  }
}

/** Clips of latents. Input: `latent`. Output: `decoded`. */
export function detectorDecodeProgram(config: DetectorVaeConfig, batch: number): Program {
  const network = detectorVae(config)
  return {
    name: `detectvae-decode-${batch}`,
    parameters: shapesOf(network.parameters),
    inputs: { latent: network.latentShape(batch) },
    run: (parameters, { latent }) => ({ decoded: network.decode(parameters, latent as Tensor4D) }),
  }
}

/** What the network sees and samples in training. */
export function sampledClip(network: DetectorVae, parameters: NamedTensors, clip: Tensor4D, noise: Tensor4D) {
  const posterior = network.encode(parameters, clip)
  return { posterior, decoded: network.decode(parameters, reparameterise(posterior, noise)) }
}

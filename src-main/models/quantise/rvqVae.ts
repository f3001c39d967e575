import type { NamedTensors, Program } from '#main/engine/engine'
import { numbersBelow } from '#main/engine/operations'
import { tf, type Tensor2D, type Tensor4D } from '#main/engine/tf'
import { convolution, parametersOf, relu, sequence, shapesOf, transposedConvolution, type ParameterSpecs } from '#main/models/layers'
import { quantise, quantiserParameters, type QuantisedLayer, type QuantiserConfig } from '#main/models/quantise/quantiser'
import type { Shape4D } from '#main/models/spectralNetwork'

/** How sounds become the network's pictures, but for how many frames; see `polarPicture` of the datasets. */
export interface PolarSound {
  /** Hertz. */
  readonly sampleRate: number
  /** Twice as many samples as there are bins: the one at half the sample rate is dropped. */
  readonly fftSize: number
  readonly hopLength: number
  /** Whether magnitudes are as they are, or logarithms of 1 + 100 × magnitude; the document does not say. */
  readonly magnitude: 'linear' | 'log'
}

/** The residual vector-quantised VAE of source 004. */
export interface RvqVaeConfig {
  readonly family: 'rvqvae'
  readonly sound: PolarSound
  readonly frames: number
  readonly bins: number
  /** Numbers at every point of the picture: magnitude and phase. */
  readonly channels: number
  /** Channels after each convolution of stride 2; the decoder has them the other way round. */
  readonly widths: readonly number[]
  readonly quantiser: QuantiserConfig
  /** The decoder gives a distribution, Normal(tanh, exp), instead of a picture; its samples are what is compared in training. */
  readonly probabilistic: boolean
}

/** A picture, and where it is a distribution how far samples lie from it. */
export interface DecodedPicture {
  readonly mean: Tensor4D
  readonly deviation?: Tensor4D
}

export interface RvqVae {
  readonly parameters: ParameterSpecs
  readonly pictureShape: (batch: number) => Shape4D
  readonly latentShape: (batch: number) => Shape4D
  /** Latent maps before they are quantised. */
  encode(parameters: NamedTensors, picture: Tensor4D): Tensor4D
  /** All layers of the quantiser on latent maps whose positions lie one after the other. */
  quantise(parameters: NamedTensors, latent: Tensor4D): { vectors: Tensor2D; layers: QuantisedLayer[] }
  decode(parameters: NamedTensors, latent: Tensor4D): DecodedPicture
}

/** Builds the network. Nothing is computed until it is applied. */
export function rvqVae(config: RvqVaeConfig): RvqVae {
  const { frames, bins, channels, widths, quantiser } = config
  const { dimensions } = quantiser
  const encoder = sequence(
    ...widths.flatMap((outputs, i) => [
      convolution(`encoder/${i}`, { inputs: widths[i - 1] ?? channels, outputs, stride: 2, initialiser: 'glorot' }),
      relu,
    ]),
    convolution('encoder/latent', { inputs: widths.at(-1)!, outputs: dimensions, size: 1, initialiser: 'glorot' }),
  )
  const turned = widths.toReversed()
  const decoder = sequence(
    ...turned.flatMap((outputs, i) => [transposedConvolution(`decoder/${i}`, { inputs: turned[i - 1] ?? dimensions, outputs, stride: 2 }), relu]),
    transposedConvolution('decoder/picture', { inputs: widths[0]!, outputs: channels * (config.probabilistic ? 2 : 1), stride: 1 }),
  )
  const halved = (size: number) => widths.reduce((n) => Math.ceil(n / 2), size)
  return {
    parameters: parametersOf([encoder, { parameters: quantiserParameters(quantiser) }, decoder]),
    pictureShape: (batch) => [batch, frames, bins, channels],
    latentShape: (batch) => [batch, halved(frames), halved(bins), dimensions],
    encode: (parameters, picture) => encoder.apply(parameters, picture),
    quantise(parameters, latent) {
      const vectors = tf.reshape(latent, [-1, dimensions]) as Tensor2D
      return { vectors, layers: quantise(quantiser, parameters, vectors) }
    },
    decode(parameters, latent) {
      const output = decoder.apply(parameters, latent)
      if (!config.probabilistic) return { mean: output }
      const [mean, logDeviation] = tf.split(output, 2, 3) as [Tensor4D, Tensor4D]
      return { mean: tf.tanh(mean), deviation: tf.exp(logDeviation) }
    },
  }
}

/**
 * What the encoder and its quantiser make of pictures. Input: `picture`. Outputs: `latent` as the encoder gives it, `quantised`,
 * both as `latentShape`; `codes` `[batch, frame, bin, layer]`, the number of the chosen code of every layer.
 */
export function rvqEncodeProgram(config: RvqVaeConfig, batch: number): Program {
  const network = rvqVae(config)
  return {
    name: `rvqvae-encode-${batch}`,
    parameters: shapesOf(network.parameters),
    inputs: { picture: network.pictureShape(batch) },
    run(parameters, { picture }) {
      const latent = network.encode(parameters, picture as Tensor4D)
      const { layers } = network.quantise(parameters, latent)
      const numbers = layers.map(({ chosen }) => tf.sum(tf.mul(chosen, numbersBelow(config.quantiser.codes)), 1))
      return {
        latent: tf.add(latent, 0),
        quantised: tf.reshape(layers.at(-1)!.sum, latent.shape),
        codes: tf.reshape(tf.stack(numbers, 1), [...latent.shape.slice(0, 3), layers.length]),
      }
    },
  }
}

/**
 * Pictures of latent maps. Input: `latent` as `latentShape`. Output: `picture`, the mean where the decoder gives a distribution.
 * @param snap whether latents that are not sums of codes, such as samples of a continuous prior, are quantised before
 */
export function rvqDecodeProgram(config: RvqVaeConfig, batch: number, { snap }: { snap: boolean }): Program {
  const network = rvqVae(config)
  return {
    name: `rvqvae-decode-${snap ? 'snap-' : ''}${batch}`,
    parameters: shapesOf(network.parameters),
    inputs: { latent: network.latentShape(batch) },
    run(parameters, inputs) {
      const latent = inputs.latent as Tensor4D
      const known = snap ? (tf.reshape(network.quantise(parameters, latent).layers.at(-1)!.sum, latent.shape) as Tensor4D) : latent
      return { picture: network.decode(parameters, known).mean }
    },
  }
}

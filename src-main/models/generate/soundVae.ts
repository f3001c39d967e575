import type { NamedTensors, Program } from '#main/engine/engine'
import { tf, type Tensor2D, type Tensor4D } from '#main/engine/tf'
import { batchNormalisation, type NextStatistics } from '#main/models/batchNorm'
import type { GeneratorConfig } from '#main/models/generate/generatorConfig'
import { mixtureParameters, posteriorSize } from '#main/models/generate/mixturePrior'
import { convolution, dense, parametersOf, relu, reshaped, sequence, shapesOf, transposedConvolution, type Layer, type ParameterSpecs } from '#main/models/layers'
import type { Shape4D } from '#main/models/spectralNetwork'

export interface SoundVae {
  readonly parameters: ParameterSpecs
  readonly pictureShape: (batch: number) => Shape4D
  /** The numbers that the posterior of pictures follows from, `[batch, number]`; the mean comes first. */
  encode(parameters: NamedTensors, picture: Tensor4D): Tensor2D
  /** Pictures before the last sigmoid. */
  decode(parameters: NamedTensors, latent: Tensor2D): Tensor4D
}

/**
 * Builds the network; convolution, ReLU, batch normalisation at each level, but for the decoder of the mixture model, which
 * has no ReLU. Nothing is computed until it is applied.
 * @param trained where the network is trained; see `batchNormalisation`
 */
export function soundVae(config: GeneratorConfig, trained?: NextStatistics): SoundVae {
  const { channels, frameStrides, latents, prior } = config
  const { frames, bins } = config.features
  const inner: [number, number] = [frames / frameStrides.reduce((product, by) => product * by, 1), bins / 2 ** channels.length]
  const flat = inner[0] * inner[1] * channels.at(-1)!
  const encoder = stacked(trained, [
    ...channels.flatMap((outputs, i) => [
      convolution(`encoder/${i}`, { inputs: channels[i - 1] ?? 1, outputs, stride: [frameStrides[i]!, 2], initialiser: 'glorot' }),
      relu,
      batchNormalisation(`encoder/${i}/norm`, outputs, trained),
    ]),
    reshaped((batch) => [batch, 1, 1, flat]),
  ])
  const heads = headsOf(config, flat)
  const last = channels.length - 1
  const decoder = stacked(trained, [
    dense('decoder/dense', latents, flat, 'glorot'),
    reshaped((batch) => [batch, ...inner, channels[last]!]),
    ...channels.toReversed().flatMap((outputs, i) => [
      transposedConvolution(`decoder/${i}`, { inputs: channels[last - i + 1] ?? channels[last]!, outputs, stride: [frameStrides[last - i]!, 2] }),
      ...(prior.kind === 'standard' ? [relu] : []),
      batchNormalisation(`decoder/${i}/norm`, outputs, trained),
    ]),
    transposedConvolution('decoder/picture', { inputs: channels[0]!, outputs: 1, stride: 1 }),
  ])
  return {
    parameters: parametersOf([encoder, ...heads, { parameters: mixtureParameters(config) }, decoder]),
    pictureShape: (batch) => [batch, frames, bins, 1],
    encode(parameters, picture) {
      const encoded = encoder.apply(parameters, picture)
      const numbers = heads.map((head) => head.apply(parameters, encoded))
      return tf.reshape(tf.concat(numbers, 3), [picture.shape[0], -1]) as Tensor2D
    },
    decode: (parameters, latent) => decoder.apply(parameters, tf.reshape(latent, [latent.shape[0], 1, 1, latents]) as Tensor4D),
  }
}

/** Mean and logarithm of the variance, which begins at 1; or all that a mixture model's posterior takes, by one layer. */
function headsOf({ latents, prior }: GeneratorConfig, inputs: number): Layer[] {
  if (prior.kind === 'mixture') return [dense('head/posterior', inputs, posteriorSize(prior, latents), 'glorot')]
  return [dense('head/mean', inputs, latents, 'glorot'), dense('head/logVariance', inputs, latents, 'zeros')]
}

/** In training, the statistics that layers leave aside must not be tidied away. */
function stacked(trained: NextStatistics | undefined, layers: Layer[]): Layer {
  if (!trained) return sequence(...layers)
  return { parameters: parametersOf(layers), apply: (parameters, input) => layers.reduce((x, layer) => layer.apply(parameters, x), input) }
}

/** Latents of pictures. Input: `picture` `[batch, frame, bin, 1]`, from 0 to 1. Output: `mean` `[batch, latent]`. */
export function encodeSoundProgram(config: GeneratorConfig, batch: number): Program {
  const network = soundVae(config)
  return {
    name: `soundvae-encode-${batch}`,
    parameters: shapesOf(network.parameters),
    inputs: { picture: network.pictureShape(batch) },
    run: (parameters, { picture }) => ({ mean: tf.slice(network.encode(parameters, picture as Tensor4D), [0, 0], [batch, config.latents]) }),
  }
}

/** Pictures of latents. Input: `latent` `[batch, latent]`. Output: `picture` `[batch, frame, bin, 1]`, from 0 to 1. */
export function decodeSoundProgram(config: GeneratorConfig, batch: number): Program {
  const network = soundVae(config)
  return {
    name: `soundvae-decode-${batch}`,
    parameters: shapesOf(network.parameters),
    inputs: { latent: [batch, config.latents] },
    run: (parameters, { latent }) => ({ picture: tf.sigmoid(network.decode(parameters, latent as Tensor2D)) }),
  }
}

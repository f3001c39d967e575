import type { LossProgram, NamedTensors } from '#main/engine/engine'
import { tf, type Scalar, type Tensor, type Tensor4D } from '#main/engine/tf'
import { klDivergence, reparameterise, type Posterior, type VarianceParameter } from '#main/models/latent'
import { convolution, parametersOf, relu, sequence, shapesOf, upsample, type Layer, type ParameterSpecs } from '#main/models/layers'

/**
 * The convolutional VAE of the document that this project began with: one encoder, four convolutional heads, two decoders
 * whose average is to be the mixture. It learns blind, without stems, and serves as the baseline.
 */
export interface ConvVaeConfig {
  readonly family: 'convvae'
  readonly stft: { readonly sampleRate: number; readonly fftSize: number; readonly hopLength: number }
  /** Frames and bins of a patch. */
  readonly frames: number
  readonly bins: number
  /** Channels after each stride-2 convolution. */
  readonly encoderChannels: readonly number[]
  readonly latentChannels: number
  readonly varianceParameter: VarianceParameter
}

export interface ConvVaeOutput {
  /** (recons1 + recons2) / 2. */
  recons: Tensor4D
  components: [Tensor4D, Tensor4D]
  posteriors: [Posterior, Posterior]
}

export interface ConvVae {
  readonly parameters: ParameterSpecs
  /** `input` is `[batch, frame, bin, 1]`; without noise the latents are the means. */
  apply(parameters: NamedTensors, input: Tensor4D, noise?: [Tensor4D, Tensor4D]): ConvVaeOutput
}

/** Size of the latent maps, `[batch, frame, bin, channel]`. */
export function convVaeLatentShape(config: ConvVaeConfig, batch: number): [number, number, number, number] {
  const halved = (size: number) => config.encoderChannels.reduce((n) => Math.ceil(n / 2), size)
  return [batch, halved(config.frames), halved(config.bins), config.latentChannels]
}

/** Builds the network; nothing is computed until it is applied. */
export function convVae(config: ConvVaeConfig): ConvVae {
  const { encoderChannels, latentChannels, varianceParameter } = config
  const encoder = sequence(
    ...encoderChannels.flatMap((outputs, i) => [
      convolution(`encoder/${i}`, { inputs: encoderChannels[i - 1] ?? 1, outputs, stride: 2 }),
      relu,
    ]),
  )
  const head = (name: string) => {
    const initialiser = name.startsWith('mean') ? 'glorot' : 'zeros'
    return convolution(`head/${name}`, { inputs: encoderChannels.at(-1)!, outputs: latentChannels, initialiser })
  }
  const heads = { mean1: head('mean1'), var1: head('var1'), mean2: head('mean2'), var2: head('var2') }
  const decoders = [buildDecoder('decoder1', config), buildDecoder('decoder2', config)] as const
  return {
    parameters: parametersOf([encoder, ...Object.values(heads), ...decoders]),
    apply(parameters, input, noise) {
      const encoded = encoder.apply(parameters, input)
      const posteriors: [Posterior, Posterior] = [
        { mean: heads.mean1.apply(parameters, encoded), logVariance: heads.var1.apply(parameters, encoded) },
        { mean: heads.mean2.apply(parameters, encoded), logVariance: heads.var2.apply(parameters, encoded) },
      ]
      const components = posteriors.map((posterior, i) => {
        const z = noise ? reparameterise(posterior, noise[i]!, varianceParameter) : posterior.mean
        return decoders[i]!.apply(parameters, z)
      }) as [Tensor4D, Tensor4D]
      return { recons: tf.mul(tf.add(...components), 0.5), components, posteriors }
    },
  }
}

function buildDecoder(name: string, config: ConvVaeConfig): Layer {
  const channels = [config.latentChannels, ...config.encoderChannels.toReversed().slice(1), config.encoderChannels[0]!]
  const steps = config.encoderChannels.flatMap((_, i) => [
    upsample,
    convolution(`${name}/${i}`, { inputs: channels[i]!, outputs: channels[i + 1]! }),
    relu,
  ])
  return sequence(
    ...steps,
    adaptiveAveragePooling(config.frames, config.bins),
    convolution(`${name}/refine`, { inputs: config.encoderChannels[0]!, outputs: config.encoderChannels[0]! }),
    relu,
    convolution(`${name}/output`, { inputs: config.encoderChannels[0]!, outputs: 1, initialiser: 'glorot' }),
  )
}

/** Average pooling to a given size, whatever comes in: output i is the mean over input ⌊iN/M⌋ to ⌈(i+1)N/M⌉. */
export function adaptiveAveragePooling(frames: number, bins: number): Layer {
  return {
    parameters: {},
    apply(_, input) {
      const [batch, inputFrames, inputBins, channels] = input.shape
      const overFrames = tf.matMul(poolingMatrix(inputFrames, frames), tf.reshape(input, [batch, inputFrames, inputBins * channels]))
      const perFrame = tf.reshape(overFrames, [batch * frames, inputBins, channels])
      return tf.reshape(tf.matMul(poolingMatrix(inputBins, bins), perFrame), [batch, frames, bins, channels])
    },
  }
}

/** `[1, to, from]`, so that it is broadcast over a batch of matrices. */
function poolingMatrix(from: number, to: number): Tensor {
  const values = new Float32Array(to * from)
  for (let i = 0; i < to; i++) {
    const start = Math.floor((i * from) / to)
    const end = Math.ceil(((i + 1) * from) / to)
    values.fill(1 / (end - start), i * from + start, i * from + end)
  }
  return tf.tensor3d(values, [1, to, from])
}

/**
 * Blind loss of a batch: mean squared error of the averaged reconstruction against the mixture plus beta times both KL
 * divergences (means over latent elements). Inputs: `mixture` [batch, frame, bin, 1], `noise1`, `noise2`, `beta` [1].
 * Outputs: `loss`, `reconstruction`, `kl`.
 */
export function convVaeLoss(config: ConvVaeConfig, batch: number): LossProgram {
  const network = convVae(config)
  const latent = convVaeLatentShape(config, batch)
  return {
    name: `convvae-loss-${batch}`,
    parameters: shapesOf(network.parameters),
    inputs: { mixture: [batch, config.frames, config.bins, 1], noise1: latent, noise2: latent, beta: [1] },
    run(parameters, inputs) {
      const mixture = inputs.mixture as Tensor4D
      const { recons, posteriors } = network.apply(parameters, mixture, [inputs.noise1 as Tensor4D, inputs.noise2 as Tensor4D])
      // For `logStd` the logarithm of the variance is twice what the head gives.
      const asVariance = ({ mean, logVariance }: Posterior): Posterior =>
        config.varianceParameter === 'logStd' ? { mean, logVariance: tf.mul(logVariance, 2) } : { mean, logVariance }
      const reconstruction = tf.mean(tf.square(tf.sub(recons, mixture)))
      const [first, second] = posteriors.map((posterior) => tf.mean(klDivergence(asVariance(posterior)))) as [Tensor, Tensor]
      const kl = tf.add(first, second)
      const loss = tf.add(reconstruction, tf.mul(kl, tf.reshape(inputs.beta as Tensor, []))) as Scalar
      return { loss, reconstruction, kl }
    },
  }
}

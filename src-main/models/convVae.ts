import { tf, type Tensor } from '#main/engine/tf'
import { blindNetwork, type BlindNetwork, type BlindNetworkConfig } from '#main/models/blindNetwork'
import { convolution, relu, sequence, upsample, type Layer } from '#main/models/layers'
import type { Shape4D } from '#main/models/spectralNetwork'

/** The convolutional VAE of the document that this project began with. It learns blind, without stems; the baseline. */
export interface ConvVaeConfig extends BlindNetworkConfig {
  readonly family: 'convvae'
  /** Channels after each stride-2 convolution. */
  readonly encoderChannels: readonly number[]
  readonly latentChannels: number
}

/** Builds the network; its latents are maps, `[batch, frame, bin, channel]`. Nothing is computed until it is applied. */
export function convVae(config: ConvVaeConfig): BlindNetwork {
  const { encoderChannels, latentChannels, frames, bins } = config
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
  const halved = (size: number) => encoderChannels.reduce((n) => Math.ceil(n / 2), size)
  const latentShape = (batch: number): Shape4D => [batch, halved(frames), halved(bins), latentChannels]
  return blindNetwork({ encoder, heads, decoders: [buildDecoder('decoder1', config), buildDecoder('decoder2', config)] }, config, latentShape)
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

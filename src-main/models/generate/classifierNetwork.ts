import type { LossProgram, NamedTensors, Program } from '#main/engine/engine'
import { tf, type Tensor, type Tensor4D } from '#main/engine/tf'
import { convolution, dense, relu, reshaped, sequence, shapesOf, type Layer } from '#main/models/layers'

/** What a small classifier of sounds looks at, and what it tells apart. */
export interface ClassifierConfig {
  readonly frames: number
  readonly bands: number
  readonly classes: number
}

const channels = [16, 32, 64] as const

function classifier({ frames, bands, classes }: ClassifierConfig): Layer {
  const halved = (size: number) => channels.reduce((n) => Math.ceil(n / 2), size)
  // Where in time and pitch something was is what tells words apart, so that nothing is averaged.
  const flat = halved(frames) * halved(bands) * channels.at(-1)!
  return sequence(
    ...channels.flatMap((outputs, i) => [convolution(`level${i}`, { inputs: channels[i - 1] ?? 1, outputs, stride: 2 }), relu]),
    reshaped((batch) => [batch, 1, 1, flat]),
    dense('classes', flat, classes, 'glorot'),
  )
}

export function classifierParameters(config: ClassifierConfig) {
  return classifier(config).parameters
}

/** Cross-entropy of a batch. Inputs: `picture` `[batch, frame, band, 1]`, `label` `[batch, class]`, 1 at the true one. */
export function classifierLoss(config: ClassifierConfig, batch: number): LossProgram {
  const network = classifier(config)
  return {
    name: `sound-classifier-loss-${batch}`,
    parameters: shapesOf(network.parameters),
    inputs: { picture: [batch, config.frames, config.bands, 1], label: [batch, config.classes] },
    run: (parameters, { picture, label }) => ({ loss: tf.neg(tf.div(tf.sum(tf.mul(label!, tf.logSoftmax(logits(network, parameters, picture!)))), batch)) }),
  }
}

/** Probabilities. Input: `picture`. Output: `probability` `[batch, class]`. */
export function classifierProgram(config: ClassifierConfig, batch: number): Program {
  const network = classifier(config)
  return {
    name: `sound-classifier-${batch}`,
    parameters: shapesOf(network.parameters),
    inputs: { picture: [batch, config.frames, config.bands, 1] },
    run: (parameters, { picture }) => ({ probability: tf.softmax(logits(network, parameters, picture!)) }),
  }
}

function logits(network: Layer, parameters: NamedTensors, picture: Tensor): Tensor {
  return tf.reshape(network.apply(parameters, picture as Tensor4D), [picture.shape[0]!, -1])
}

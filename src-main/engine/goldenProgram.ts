import type { LossProgram, NamedTensors } from '#main/engine/engine'
import { denseOverBins, groupNorm } from '#main/engine/operations'
import { type Scalar, type Tensor1D, type Tensor2D, type Tensor4D, tf } from '#main/engine/tf'

const batch = 2

/**
 * A tiny conv VAE with every kind of block that the models use. Its loss and gradients, known in double precision,
 * tell whether an engine computes correctly; see goldenValues.
 */
export const goldenProgram: LossProgram = {
  name: 'golden',
  parameters: {
    'entry/kernel': [3, 3, 2, 4],
    'entry/bias': [4],
    'norm/gamma': [4],
    'norm/beta': [4],
    'down/kernel': [3, 3, 4, 6],
    'bins/narrow': [8, 3],
    'bins/wide': [3, 8],
    'scale': [6],
    'head/mean': [1, 1, 6, 3],
    'head/logVariance': [1, 1, 6, 3],
    'dense/weights': [96, 5],
    'up/kernel': [2, 2, 4, 3],
    'gate/kernel': [1, 1, 4, 4],
    'skip/kernel': [1, 1, 4, 4],
    'output/kernel': [3, 3, 4, 4],
  },
  inputs: { mixture: [batch, 8, 16, 2], target: [batch, 8, 16, 2], noise: [batch, 4, 8, 3] },
  run(parameters, inputs) {
    const mixture = inputs.mixture as Tensor4D
    const { level, deep } = encode(parameters, mixture)
    const mean = tf.conv2d(deep, kernel(parameters, 'head/mean'), 1, 'same')
    const logVariance = tf.conv2d(deep, kernel(parameters, 'head/logVariance'), 1, 'same')
    const latent = tf.add(mean, tf.mul(tf.exp(tf.mul(logVariance, 0.5)), inputs.noise!)) as Tensor4D
    const masks = decode(parameters, latent, level)
    return lossOf(mixture, inputs.target as Tensor4D, masks, mean, logVariance, parameters['dense/weights'] as Tensor2D)
  },
}

function kernel(parameters: NamedTensors, name: string): Tensor4D {
  return parameters[name] as Tensor4D
}

function encode(parameters: NamedTensors, mixture: Tensor4D): { level: Tensor4D; deep: Tensor4D } {
  const entry = tf.add(tf.conv2d(mixture, kernel(parameters, 'entry/kernel'), 1, 'same'), parameters['entry/bias']!)
  const normed = groupNorm(
    entry as Tensor4D,
    parameters['norm/gamma'] as Tensor1D,
    parameters['norm/beta'] as Tensor1D,
    2,
  )
  const level = tf.relu(normed)
  const below = tf.elu(tf.conv2d(level, kernel(parameters, 'down/kernel'), 2, 'same'))
  const narrow = tf.leakyRelu(denseOverBins(below, parameters['bins/narrow'] as Tensor2D), 0.1)
  const wide = denseOverBins(narrow as Tensor4D, parameters['bins/wide'] as Tensor2D)
  return { level, deep: tf.add(below, tf.mul(wide, parameters.scale!)) as Tensor4D }
}

/** Two decoders' logits as pairs, made masks by a softmax: `[batch, frame, bin, channel, 2]`. */
function decode(parameters: NamedTensors, latent: Tensor4D, level: Tensor4D): tf.Tensor {
  const raised = tf.conv2dTranspose(latent, kernel(parameters, 'up/kernel'), [batch, 8, 16, 4], 2, 'same')
  const coarse = tf.avgPool(level, 2, 2, 'valid')
  const nearest = tf.image.resizeNearestNeighbor(coarse, [8, 16])
  const gate = tf.sigmoid(tf.conv2d(raised, kernel(parameters, 'gate/kernel'), 1, 'same'))
  const skip = tf.conv2d(tf.concat([tf.slice(level, [0, 0, 0, 0], [-1, -1, -1, 2]), tf.slice(nearest, [0, 0, 0, 2], [-1, -1, -1, 2])], 3), kernel(parameters, 'skip/kernel'), 1, 'same')
  const joined = tf.add(raised, tf.mul(gate, skip)) as Tensor4D
  const logits = tf.conv2d(joined, kernel(parameters, 'output/kernel'), 1, 'same')
  return tf.softmax(tf.reshape(logits, [batch, 8, 16, 2, 2]))
}

function lossOf(
  mixture: Tensor4D,
  target: Tensor4D,
  masks: tf.Tensor,
  mean: Tensor4D,
  logVariance: Tensor4D,
  weights: Tensor2D,
): NamedTensors {
  const mask = tf.squeeze(tf.slice(masks, [0, 0, 0, 0, 0], [-1, -1, -1, -1, 1]), [4])
  const error = tf.sub(tf.mul(mixture, mask), target)
  const spectrum = tf.mean(tf.abs(error))
  const magnitude = tf.mean(tf.pow(tf.add(tf.square(error), 1e-2), 0.15))
  const kl = tf.mul(tf.mean(tf.sub(tf.sub(tf.add(tf.square(mean), tf.exp(logVariance)), logVariance), 1)), 0.5)
  const dense = tf.mean(tf.sqrt(tf.add(tf.sum(tf.square(tf.matMul(tf.reshape(mean, [batch, 96]), weights)), 1), 1e-2)))
  const loss = tf.addN([spectrum, magnitude, tf.mul(kl, 0.1), tf.maximum(tf.mul(dense, 0.1), -1)]) as Scalar
  return { loss, spectrum, magnitude, kl }
}

import type { NamedTensors } from '#main/engine/engine'
import { tf, type Tensor, type Tensor1D } from '#main/engine/tf'
import { parameter } from '#main/models/layers'
import { forEveryItem, type Bijector, type MapShape } from '#main/models/quantise/flow/bijector'

const epsilon = 1e-5
/** Share of running statistics that a step keeps. */
const momentum = 0.95

/**
 * Batch normalisation as a bijector, with a learned gain and shift a channel: by the batch's own statistics in training, by
 * running ones in use.
 * @see Dinh et al., "Density estimation using Real NVP", 2017, section 3.7
 */
export function batchNormBijector(name: string, shape: MapShape): Bijector {
  const [frames, bins, channels] = shape
  const [gain, shift, mean, variance] = ['gain', 'shift', 'mean', 'variance'].map((part) => `${name}/${part}`) as [string, string, string, string]
  const of = (parameters: NamedTensors, part: string) => parameter<Tensor1D>(parameters, part)
  return {
    parameters: {
      [gain]: { shape: [channels], initialiser: 'zeros' },
      [shift]: { shape: [channels], initialiser: 'zeros' },
      [mean]: { shape: [channels], initialiser: 'zeros', running: true },
      [variance]: { shape: [channels], initialiser: 'ones', running: true },
    },
    forward(parameters, x, { phase, next }) {
      const known = { mean: of(parameters, mean), variance: of(parameters, variance) }
      const used = phase === 'use' ? known : statistics(x)
      if (phase !== 'use') {
        const kept = phase === 'begin' ? 0 : momentum
        next[mean] = mixed(known.mean, used.mean, kept)
        next[variance] = mixed(known.variance, used.variance, kept)
      }
      const logScale = tf.sub(of(parameters, gain), tf.mul(tf.log(tf.add(used.variance, epsilon)), 0.5))
      const y = tf.add(tf.mul(tf.sub(x, used.mean), tf.exp(logScale)), of(parameters, shift))
      return { y: tf.reshape(y, x.shape), logDeterminant: forEveryItem(tf.mul(tf.sum(logScale), frames * bins), x.shape[0]) }
    },
    inverse(parameters, y) {
      const logScale = tf.sub(of(parameters, gain), tf.mul(tf.log(tf.add(of(parameters, variance), epsilon)), 0.5))
      return tf.add(tf.mul(tf.sub(y, of(parameters, shift)), tf.exp(tf.neg(logScale))), of(parameters, mean))
    },
  }
}

/**
 * A learned shift and gain a channel that begin so that the first batch has mean 0 and variance 1; each item is by itself
 * in training, too.
 * @see Kingma and Dhariwal, "Glow", 2018, section 3.1
 */
export function actNorm(name: string, shape: MapShape): Bijector {
  const [frames, bins, channels] = shape
  const [gain, shift] = [`${name}/gain`, `${name}/shift`]
  return {
    parameters: { [gain]: { shape: [channels], initialiser: 'zeros' }, [shift]: { shape: [channels], initialiser: 'zeros' } },
    forward(parameters, x, { phase, next }) {
      const { mean, variance } = phase === 'begin' ? statistics(x) : { mean: undefined, variance: undefined }
      const logScale = variance ? tf.mul(tf.log(tf.add(variance, epsilon)), -0.5) : parameter<Tensor1D>(parameters, gain)
      const added = mean ? tf.neg(mean) : parameter<Tensor1D>(parameters, shift)
      if (phase === 'begin') Object.assign(next, { [gain]: logScale, [shift]: added })
      const y = tf.mul(tf.add(x, added), tf.exp(logScale))
      return { y: tf.reshape(y, x.shape), logDeterminant: forEveryItem(tf.mul(tf.sum(logScale), frames * bins), x.shape[0]) }
    },
    inverse: (parameters, y) =>
      tf.sub(tf.mul(y, tf.exp(tf.neg(parameter<Tensor1D>(parameters, gain)))), parameter<Tensor1D>(parameters, shift)),
  }
}

/** Of every channel, over the batch and the whole map. */
function statistics(x: Tensor): { mean: Tensor1D; variance: Tensor1D } {
  const mean = tf.mean(x, [0, 1, 2]) as Tensor1D
  return { mean, variance: tf.mean(tf.square(tf.sub(x, mean)), [0, 1, 2]) as Tensor1D }
}

function mixed(before: Tensor, seen: Tensor, kept: number): Tensor {
  return tf.add(tf.mul(before, kept), tf.mul(seen, 1 - kept))
}

import type { NamedTensors } from '#main/engine/engine'
import { groupNorm } from '#main/engine/operations'
import { tf, type Tensor, type Tensor1D, type Tensor4D } from '#main/engine/tf'
import { parameter, type Layer } from '#main/models/layers'

/** As in Keras: what is added to the variance, and the share of running statistics that a step keeps. */
const epsilon = 1e-3
export const keptOfStatistics = 0.99

/** Takes the running statistics after a step, which keeps the share `kept` of those before it: none where a training begins. */
export interface NextStatistics {
  readonly next: NamedTensors
  readonly kept: number
}

/**
 * Normalises every channel to mean 0 and variance 1, then scales and shifts it: over the whole batch where the network is
 * `trained`, which then takes the running mean and variance; else by the running ones.
 * @see Ioffe and Szegedy, "Batch normalization", 2015, algorithms 1 and 2
 */
export function batchNormalisation(name: string, channels: number, trained?: NextStatistics): Layer {
  const [scale, shift, mean, variance] = ['scale', 'shift', 'mean', 'variance'].map((part) => `${name}/${part}`) as [string, string, string, string]
  return {
    parameters: {
      [scale]: { shape: [channels], initialiser: 'ones' },
      [shift]: { shape: [channels], initialiser: 'zeros' },
      [mean]: { shape: [channels], initialiser: 'zeros', running: true },
      [variance]: { shape: [channels], initialiser: 'ones', running: true },
    },
    apply(parameters, input) {
      const of = (part: string) => parameter<Tensor1D>(parameters, part)
      if (!trained) {
        const factor = tf.mul(of(scale), tf.rsqrt(tf.add(of(variance), epsilon)))
        return tf.add(tf.mul(input, factor), tf.sub(of(shift), tf.mul(of(mean), factor)))
      }
      // No gradient goes through these, as the loss does not depend on them.
      const seen = tf.mean(input, [0, 1, 2])
      const seenVariance = tf.sub(tf.mean(tf.square(input), [0, 1, 2]), tf.square(seen))
      const { next, kept } = trained
      next[mean] = mixed(of(mean), seen, kept)
      next[variance] = mixed(of(variance), tf.relu(seenVariance), kept)
      return overBatch(input, of(scale), of(shift), channels)
    },
  }
}

/** One long item with a group a channel: the statistics of group normalisation are then those of the batch. */
function overBatch(input: Tensor4D, scale: Tensor1D, shift: Tensor1D, channels: number): Tensor4D {
  const [batch, frames, bins] = input.shape
  const long = tf.reshape(input, [1, batch * frames, bins, channels]) as Tensor4D
  return tf.reshape(groupNorm(long, scale, shift, channels, epsilon), input.shape)
}

function mixed(before: Tensor, seen: Tensor, kept: number): Tensor {
  return tf.add(tf.mul(before, kept), tf.mul(seen, 1 - kept))
}

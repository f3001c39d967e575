import { tf, type Tensor4D } from '#main/engine/tf'
import type { Bijector } from '#main/models/quantise/flow/bijector'

/** Every 2 × 2 field of frames and bins as four times as many channels; nothing is computed. */
export const squeeze: Bijector = {
  parameters: {},
  forward(_, x) {
    const [batch, frames, bins, channels] = x.shape
    // Both frames of a field beside each other; then two bins that are neighbours are neighbours in memory already.
    const turned = tf.transpose(tf.reshape(x, [batch, frames / 2, 2, bins, channels]), [0, 1, 3, 2, 4])
    return { y: tf.reshape(turned, [batch, frames / 2, bins / 2, 4 * channels]), logDeterminant: tf.zeros([batch]) }
  },
  inverse(_, y): Tensor4D {
    const [batch, frames, bins, channels] = y.shape
    const wide = tf.reshape(y, [batch, frames, bins * 2, 2, channels / 4])
    return tf.reshape(tf.transpose(wide, [0, 1, 3, 2, 4]), [batch, frames * 2, bins * 2, channels / 4])
  },
}

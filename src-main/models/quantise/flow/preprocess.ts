import { tf, type Tensor, type Tensor4D } from '#main/engine/tf'
import { sumPerItem, type Bijector } from '#main/models/quantise/flow/bijector'

/**
 * What stands before the flow: the logit of values between two limits, as the paper has it for pixels; the same after a
 * sigmoid, as source 004 tried since latents have no limits; or nothing.
 */
export type Preprocess = { readonly kind: 'logit'; readonly range: readonly [low: number, high: number] } | { readonly kind: 'sigmoid' } | { readonly kind: 'none' }

/** Keeps the logit from the ends, where it is infinite. */
const alpha = 0.05
const edge = 1e-6

export function preprocess(config: Preprocess): Bijector {
  if (config.kind === 'none') return identity
  return config.kind === 'sigmoid' ? sigmoidThenLogit : limitedLogit(config.range)
}

const identity: Bijector = {
  parameters: {},
  forward: (_, x) => ({ y: x, logDeterminant: tf.zeros([x.shape[0]]) }),
  inverse: (_, y) => y,
}

/** logit(α + (1 - 2α)·u) of values u from 0 to 1. @see Dinh et al. 2017, section 4.1, made even at both ends */
function logit(u: Tensor): { y: Tensor; logSlope: Tensor } {
  const inner = tf.add(tf.mul(u, 1 - 2 * alpha), alpha)
  const [log, logRest] = [tf.log(inner), tf.log(tf.sub(1, inner))]
  return { y: tf.sub(log, logRest), logSlope: tf.sub(Math.log(1 - 2 * alpha), tf.add(log, logRest)) }
}

function unitOf(y: Tensor): Tensor {
  return tf.div(tf.sub(tf.sigmoid(y), alpha), 1 - 2 * alpha)
}

/** Values a little beyond the limits are still invertible; those far beyond are no numbers. */
function limitedLogit([low, high]: readonly [number, number]): Bijector {
  return {
    parameters: {},
    forward(_, x) {
      const { y, logSlope } = logit(tf.div(tf.sub(x, low), high - low))
      return { y: y as Tensor4D, logDeterminant: sumPerItem(tf.sub(logSlope, Math.log(high - low)) as Tensor4D) }
    },
    inverse: (_, y) => tf.add(tf.mul(unitOf(y), high - low), low),
  }
}

const sigmoidThenLogit: Bijector = {
  parameters: {},
  forward(_, x) {
    const { y, logSlope } = logit(tf.sigmoid(x))
    // log σ'(x) = -|x| - 2·log(1 + e^-|x|), which does not underflow.
    const size = tf.abs(x)
    const own = tf.neg(tf.add(size, tf.mul(tf.log(tf.add(tf.exp(tf.neg(size)), 1)), 2)))
    return { y: y as Tensor4D, logDeterminant: sumPerItem(tf.add(logSlope, own)) }
  },
  inverse(_, y) {
    // Samples of the prior may lie where no value leads.
    const u = tf.clipByValue(unitOf(y), edge, 1 - edge)
    return tf.sub(tf.log(u), tf.log(tf.sub(1, u)))
  },
}

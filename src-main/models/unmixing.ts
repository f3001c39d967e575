import { tf, type Tensor, type Tensor4D } from '#main/engine/tf'
import type { MixingRule } from '#shared/images/mixing'

/** Two pictures, `[batch, row, column, 1]`, grey values from 0 to 1. */
export interface PicturePair {
  readonly first: Tensor4D
  readonly second: Tensor4D
}

/** What two pictures mix to, as `mixPictures`; `level` is `[1]`. */
export function mixTensors({ first, second }: PicturePair, rule: MixingRule, level: Tensor): Tensor4D {
  return mixers[rule](first, second, level) as Tensor4D
}

const mixers: Record<MixingRule, (a: Tensor4D, b: Tensor4D, level: Tensor) => Tensor> = {
  average: (a, b) => tf.mul(tf.add(a, b), 0.5),
  sum: (a, b) => tf.minimum(tf.add(a, b), 1),
  max: (a, b) => tf.maximum(a, b),
  alpha: (a, b, level) => tf.add(tf.mul(level, a), tf.mul(tf.sub(1, level), b)),
}

/**
 * Returns two pictures that mix to `mixture`, whatever the mask: of all pairs that do, a mask m from 0 to 1 chooses one for every
 * pixel. Where it is 1, the first picture is as bright as it can be, where 0 the second.
 */
export function unmixByMask(mask: Tensor4D, mixture: Tensor4D, rule: MixingRule, level: Tensor): PicturePair {
  return inverses[rule](mask, mixture, level)
}

const inverses: Record<MixingRule, (mask: Tensor4D, mixture: Tensor4D, level: Tensor) => PicturePair> = {
  average: unmixAverage,
  sum: unmixSum,
  max: (mask, mixture) => ({ first: upTo(mixture, tf.mul(mask, 2)), second: upTo(mixture, tf.mul(tf.sub(1, mask), 2)) }),
  alpha: unmixAlpha,
}

/** x = (a + b)/2 leaves a from 2x - 1 or 0 to 2x or 1; b follows. */
function unmixAverage(mask: Tensor4D, mixture: Tensor4D): PicturePair {
  const sum = tf.mul(mixture, 2)
  const first = between(tf.relu(tf.sub(sum, 1)) as Tensor4D, tf.minimum(sum, 1) as Tensor4D, mask)
  return { first, second: inRange(tf.sub(sum, first) as Tensor4D) }
}

/** x < 1 is a + b, and m its share; where x = 1 the sum may have been cut off, and the brighter one is white. */
function unmixSum(mask: Tensor4D, mixture: Tensor4D): PicturePair {
  const scale = tf.add(tf.cast(tf.greaterEqual(mixture, 1), 'float32'), 1)
  return { first: upTo(mixture, tf.mul(mask, scale)), second: upTo(mixture, tf.mul(tf.sub(1, mask), scale)) }
}

/** Below this a picture is taken to have no part in the mixture, and division by its weight to be without meaning. */
const leastWeight = 1e-6

/**
 * x = αa + (1 - α)b: the mask chooses the picture of the lighter weight, which is the one that the mixture tells less of, and the
 * other follows by a division by at least ½, so that rounding stays small at every level.
 */
function unmixAlpha(mask: Tensor4D, mixture: Tensor4D, level: Tensor): PicturePair {
  const isFirstHeavy = tf.cast(tf.greater(level, 0.5), 'float32')
  const either = (ifHeavy: Tensor, ifLight: Tensor) => tf.add(tf.mul(isFirstHeavy, ifHeavy), tf.mul(tf.sub(1, isFirstHeavy), ifLight)) as Tensor4D
  const heavy = tf.maximum(level, tf.sub(1, level))
  const light = tf.sub(1, heavy)
  const divisor = tf.maximum(light, leastWeight)
  const lowest = inRange(tf.div(tf.sub(mixture, heavy), divisor) as Tensor4D)
  const highest = inRange(tf.div(mixture, divisor) as Tensor4D)
  const chosen = between(lowest, highest, either(tf.sub(1, mask), mask))
  const following = inRange(tf.div(tf.sub(mixture, tf.mul(light, chosen)), heavy) as Tensor4D)
  return { first: either(following, chosen), second: either(chosen, following) }
}

function between(lowest: Tensor4D, highest: Tensor4D, mask: Tensor4D): Tensor4D {
  return tf.add(lowest, tf.mul(tf.sub(highest, lowest), mask))
}

/** A share of the mixture, all of it at most. */
function upTo(mixture: Tensor4D, share: Tensor): Tensor4D {
  return tf.mul(mixture, tf.minimum(share, 1))
}

function inRange(picture: Tensor4D): Tensor4D {
  return tf.clipByValue(picture, 0, 1)
}

import { type Scalar, type Tensor, type Tensor1D, type Tensor2D, type Tensor4D, tf } from '#main/engine/tf'

const epsilon = 1e-5

/**
 * Returns the mean of all values of `x`.
 * The library's own gradient makes an array of ones as large as `x`, in JavaScript, at every step; this one repeats a number.
 */
export function meanOf(x: Tensor): Scalar {
  const operation = tf.customGrad((...args) => {
    const [input] = args as unknown as [Tensor]
    return {
      value: tf.mean(input) as Tensor,
      gradFunc: (dy: Tensor) => tf.tile(dy.div(input.size).reshape(input.shape.map(() => 1)), input.shape),
    }
  })
  return operation(x) as Scalar
}

/** The sums of group normalisation over an image of one shape; statistics are `[batch, channel]`. */
function groupSums([batch, frames, bins, channels]: [number, number, number, number], groups: number) {
  const count = (frames * bins * channels) / groups
  return {
    flat: (image: Tensor) => image.reshape([batch, frames * bins, channels]),
    /** Sums of a flat image over frames and bins. */
    sums: (image: Tensor) => image.sum(1),
    /** Means over each group, given the sums of its channels; the same for every channel of a group. */
    means(sums: Tensor) {
      const perGroup = sums.reshape([batch, groups, channels / groups]).sum(2, true).div(count)
      return perGroup.tile([1, 1, channels / groups]).reshape([batch, channels])
    },
    /** A statistic laid against a flat image. */
    spread: (statistic: Tensor) => statistic.reshape([batch, 1, channels]),
  }
}

/**
 * Returns `x` `[batch, frame, bin, channel]` normalised to mean 0 and variance 1 over frames, bins and the channels of
 * each of `groups` groups, per item of the batch, then times `gamma` plus `beta` (both `[channel]`).
 * The gradient is written out: left to the tape, the same sums take over three times as long.
 * @param smallest what is added to the variance
 * @see Wu and He, "Group Normalization", 2018, equations 1 to 7
 */
export function groupNorm(x: Tensor4D, gamma: Tensor1D, beta: Tensor1D, groups: number, smallest = epsilon): Tensor4D {
  const { flat, sums, means, spread } = groupSums(x.shape, groups)
  const gradFunc = (dy: Tensor, saved: Tensor[]) => {
    const [input, scale, mean, inverse] = saved as [Tensor, Tensor, Tensor, Tensor]
    const values = flat(input)
    const upstream = flat(dy)
    const upstreamSums = sums(upstream)
    const gammaGradient = sums(upstream.mul(values)).sub(mean.mul(upstreamSums)).mul(inverse)
    const offset = means(upstreamSums.mul(scale)).mul(inverse)
    const slope = means(gammaGradient.mul(scale)).mul(inverse.square())
    const inputGradient = upstream
      .mul(spread(inverse.mul(scale)))
      .sub(values.mul(spread(slope)))
      .add(spread(mean.mul(slope).sub(offset)))
    return [inputGradient.reshape(input.shape), gammaGradient.sum(0), upstreamSums.sum(0)]
  }
  const operation = tf.customGrad((...args) => {
    const [input, scale, shift, save] = args as unknown as [Tensor, Tensor, Tensor, (saved: Tensor[]) => void]
    const values = flat(input)
    const mean = means(sums(values))
    const meanSquare = means(sums(values.square()))
    // Rounding may leave a tiny negative variance where all values are equal.
    const inverse = meanSquare.sub(mean.square()).relu().add(smallest).rsqrt()
    const factor = inverse.mul(scale)
    const value = values.mul(spread(factor)).add(spread(shift.sub(mean.mul(factor)))).reshape(input.shape)
    save([input, scale, mean, inverse])
    return { value, gradFunc }
  })
  return operation(x, gamma, beta) as Tensor4D
}

/**
 * Returns `x` `[batch, frame, bin, channel]` with every column of bins multiplied by `weights` `[bin, unit]`, the same
 * for all frames and channels: `[batch, frame, unit, channel]`.
 * Bins stay where they are: moving them last and back costs more than the multiplication.
 */
export function denseOverBins(x: Tensor4D, weights: Tensor2D): Tensor4D {
  const [batch, frames, bins, channels] = x.shape
  const units = weights.shape[1]
  // Traced graphs lie channels first, where bins are last already and nothing needs to move either.
  const binsAreLast = tf.getBackend() === 'trace'
  const columns = (t: Tensor, rows: number) => t.reshape([batch * frames, rows, channels])
  const rowsFirst = (t: Tensor, rows: number) =>
    binsAreLast
      ? t.transpose([2, 0, 3, 1]).reshape([rows, -1])
      : columns(t, rows).transpose([1, 0, 2]).reshape([rows, -1])
  const forward = (t: Tensor, matrix: Tensor, rows: number) =>
    binsAreLast
      ? tf.matMul(t.transpose([0, 1, 3, 2]), matrix).transpose([0, 1, 3, 2])
      : tf
          .matMul(matrix.expandDims(0), columns(t, rows), true, false)
          .reshape([batch, frames, matrix.shape[1]!, channels])

  const operation = tf.customGrad((...args) => {
    const [input, matrix, save] = args as unknown as [Tensor, Tensor2D, (saved: Tensor[]) => void]
    save([input, matrix])
    const gradFunc = (dy: Tensor, saved: Tensor[]) => {
      const [input, matrix] = saved as [Tensor, Tensor2D]
      return [
        forward(dy, matrix.transpose(), units),
        tf.matMul(rowsFirst(input, bins), rowsFirst(dy, units), false, true),
      ]
    }
    return { value: forward(input, matrix, bins), gradFunc }
  })
  return operation(x, weights) as Tensor4D
}

/**
 * Returns `x` `[batch, frame, bin, channel]` with every element repeated `factor` times along frames and bins.
 * The library's own gradient is wrong on some backends; the sum over each repeated field is a pooling on all of them.
 */
export function repeatNearest(x: Tensor4D, factor: number): Tensor4D {
  const operation = tf.customGrad((...args) => {
    const [input] = args as unknown as [Tensor4D]
    const [, frames, bins] = input.shape
    return {
      value: tf.image.resizeNearestNeighbor(input, [frames * factor, bins * factor]) as Tensor,
      gradFunc: (dy: Tensor) => tf.mul(tf.avgPool(dy as Tensor4D, factor, factor, 'valid'), factor * factor) as Tensor,
    }
  })
  return operation(x) as Tensor4D
}

/** Returns 0, 1, 2 … below `count`. */
export function numbersBelow(count: number): Tensor1D {
  return tf.tensor1d(Float32Array.from({ length: count }, (_, i) => i))
}

/**
 * Returns ones where `x` is least along its last dimension, the first of them where several are, and zeros elsewhere.
 * Of the shape of `x`; a constant to gradients. The library's own way by `oneHot` gives wrong numbers on some backends.
 */
export function oneAtLeast(x: Tensor): Tensor {
  const operation = tf.customGrad((...args) => {
    const [input] = args as unknown as [Tensor]
    const places = tf.expandDims(tf.cast(tf.argMin(input, -1), 'float32'), -1)
    const value = tf.cast(tf.equal(places, numbersBelow(input.shape.at(-1)!)), 'float32') as Tensor
    return { value, gradFunc: (dy: Tensor) => tf.mul(dy, 0) }
  })
  return operation(x)
}

/** Returns `value` with the gradient of `x`, which has its shape: what comes back goes to `x` as it is, and none to `value`. */
export function straightThrough(x: Tensor, value: Tensor): Tensor {
  const operation = tf.customGrad(() => ({ value: value.clone(), gradFunc: (dy: Tensor) => dy }))
  return operation(x)
}

/** Returns the mean of (x - target)² with `target` a constant to gradients, whatever it was computed from. */
export function squaredDistanceTo(x: Tensor, target: Tensor): Scalar {
  const operation = tf.customGrad((...args) => {
    const [input, save] = args as unknown as [Tensor, (saved: Tensor[]) => void]
    const difference = tf.sub(input, target)
    save([difference])
    const gradFunc = (dy: Tensor, [saved]: Tensor[]) => tf.mul(saved!, tf.mul(dy, 2 / input.size))
    return { value: tf.mean(tf.square(difference)) as Tensor, gradFunc }
  })
  return operation(x) as Scalar
}

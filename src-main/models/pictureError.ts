import { tf, type Tensor, type Tensor4D } from '#main/engine/tf'
import { reconstructionError } from '#main/models/blindVaeLoss'
import type { PictureLoss } from '#shared/training/config'

/** Weight of 1 - SSIM beside the squared error, which is some ten times smaller where pictures are as good as a VAE gives them. */
const structureWeight = 0.1

/** How far a batch of pictures, `[batch, row, column, 1]`, is from the truth; 0 where equal, but for `bce`, whose least is the truth's own entropy. */
export function pictureError(truth: Tensor4D, estimate: Tensor4D, loss: PictureLoss): Tensor {
  switch (loss) {
    case 'mse':
    case 'l1':
      return reconstructionError(truth, estimate, loss)
    case 'bce':
      return reconstructionError(truth, estimate, 'crossEntropy')
    case 'mseSsim':
      return tf.add(reconstructionError(truth, estimate, 'mse'), tf.mul(tf.sub(1, similarity(truth, estimate)), structureWeight))
  }
}

const windowSize = 11
const windowSigma = 1.5
const c1 = 0.01 ** 2
const c2 = 0.03 ** 2

/** Mean structural similarity, as `ssim` of src-shared/metrics for a range of 1, that can be differentiated. */
export function similarity(a: Tensor4D, b: Tensor4D): Tensor {
  const [meanA, meanB, squareA, squareB, product] = blurred([a, b, tf.square(a), tf.square(b), tf.mul(a, b)])
  const means = tf.mul(meanA!, meanB!)
  const squares = tf.add(tf.square(meanA!), tf.square(meanB!))
  const variances = tf.sub(tf.add(squareA!, squareB!), squares)
  const alike = tf.mul(tf.add(tf.mul(means, 2), c1), tf.add(tf.mul(tf.sub(product!, means), 2), c2))
  return tf.mean(tf.div(alike, tf.mul(tf.add(squares, c1), tf.add(variances, c2))))
}

/** Weighted means of every window that lies inside, along rows, then along columns; all pictures in one go. */
function blurred(pictures: readonly Tensor4D[]): Tensor4D[] {
  const kernel = gaussian()
  const along = tf.conv2d(tf.concat([...pictures]), tf.reshape(kernel, [1, windowSize, 1, 1]) as Tensor4D, 1, 'valid')
  return tf.split(tf.conv2d(along, tf.reshape(kernel, [windowSize, 1, 1, 1]) as Tensor4D, 1, 'valid'), pictures.length)
}

function gaussian(): Tensor {
  const half = (windowSize - 1) / 2
  const weights = Array.from({ length: windowSize }, (_, i) => Math.exp(-((i - half) ** 2) / (2 * windowSigma ** 2)))
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return tf.tensor1d(weights.map((weight) => weight / total))
}

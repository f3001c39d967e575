/**
 * The one import of TensorFlow.js. The union package is needed because the core alone registers no gradients.
 * @see test/architecture for the rule that nothing else imports it.
 */
import * as tf from '@tensorflow/tfjs'

export { tf }
export type { Scalar, Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs'

// The library's own gradients of these two go through a composed step function that costs five times as much as a
// convolution. The sign of the output (Relu) or of the input (Abs) says the same in one native operation.
for (const name of ['Relu', 'Abs']) tf.unregisterGradient(name)
tf.registerGradient({
  kernelName: 'Relu',
  outputsToSave: [true],
  gradFunc: (dy, [y]) => ({ x: () => tf.mul(dy as tf.Tensor, tf.sign(y!)) }),
})
tf.registerGradient({
  kernelName: 'Abs',
  inputsToSave: ['x'],
  gradFunc: (dy, [x]) => ({ x: () => tf.mul(dy as tf.Tensor, tf.sign(x!)) }),
})

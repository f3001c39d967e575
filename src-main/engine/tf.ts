/**
 * The one import of TensorFlow.js. The union package is needed because the core alone registers no gradients.
 * @see test/architecture for the rule that nothing else imports it.
 */
export * as tf from '@tensorflow/tfjs'
export type { Scalar, Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs'

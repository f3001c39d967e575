import type { GraphValue } from '#main/engine/onnx/graph'
import type { Placed } from '#main/engine/onnx/placement'
import type { KernelCall } from '#main/engine/onnx/traceBackend'
import { tf } from '#main/engine/tf'

/** Sizes and padding of a sliding window, as TensorFlow.js works them out. */
export type Window = tf.backend_util.Conv2DInfo
export type Shape4D = [number, number, number, number]

interface WindowAttributes {
  filterSize: [number, number]
  strides: [number, number]
  dilations: [number, number] | undefined
  pad: 'same' | 'valid' | number
  dimRoundingMode: 'floor' | 'round' | 'ceil' | undefined
}

/** The runtime's order of `[batch, height, width, channel]`. */
export const channelsFirst = [0, 3, 1, 2]

/** The window of a convolution. */
export function convolutionInfo(call: KernelCall, inputShape: readonly number[], filterShape: readonly number[]): Window {
  const { strides, pad, dilations, dimRoundingMode } = call.attributes as unknown as WindowAttributes
  return tf.backend_util.computeConv2DInfo(
    [...inputShape] as Shape4D,
    [...filterShape] as Shape4D,
    strides,
    dilations ?? 1,
    pad,
    dimRoundingMode,
  )
}

/** Padding as the runtime wants it: before and after, rows and columns. */
export function pads({ padInfo }: Window): number[] {
  return [padInfo.top, padInfo.left, padInfo.bottom, padInfo.right]
}

/** The attributes that say how a window slides. */
export function geometry(convolution: Window) {
  return {
    kernel_shape: [convolution.filterHeight, convolution.filterWidth],
    strides: [convolution.strideHeight, convolution.strideWidth],
    dilations: [convolution.dilationHeight, convolution.dilationWidth],
    pads: pads(convolution),
  }
}

/** What the runtime gives, channels first, as the program sees it. */
export function outputOf(value: GraphValue): Placed {
  const [batch, channels, height, width] = value.shape as Shape4D
  return { shape: [batch, height, width, channels], sequence: channelsFirst, value }
}

/** The window of a pooling. */
export function poolInfo(call: KernelCall, inputShape: readonly number[]): Window {
  const { filterSize, strides, pad, dimRoundingMode } = call.attributes as unknown as WindowAttributes
  return tf.backend_util.computePool2DInfo([...inputShape] as Shape4D, filterSize, strides, 1, pad, dimRoundingMode)
}

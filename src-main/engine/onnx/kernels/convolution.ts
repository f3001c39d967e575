import type { Graph, GraphValue } from '#main/engine/onnx/graph'
import { flipped } from '#main/engine/onnx/kernels/arrangement'
import { channelsFirst, convolutionInfo, geometry, outputOf, pads, type Shape4D, type Window } from '#main/engine/onnx/kernels/window'
import { inSequence, type Placed } from '#main/engine/onnx/placement'
import type { KernelCall, KernelResult } from '#main/engine/onnx/traceBackend'

type Kernel = (call: KernelCall) => KernelResult

function convolve(call: KernelCall): Placed {
  const x = call.inputs.x!
  const filter = call.inputs.filter!
  const convolution = convolutionInfo(call, x.shape, filter.shape)
  const values = [inSequence(call.graph, x, channelsFirst), inSequence(call.graph, filter, [3, 2, 0, 1])]
  const sizes = [convolution.batchSize, convolution.outChannels, convolution.outHeight, convolution.outWidth]
  return outputOf(call.graph.add('Conv', values, sizes, geometry(convolution)))
}

/** The gradient by the input, which is also the forward pass of a transposed convolution. */
function backToInput(call: KernelCall): Placed {
  const { graph, inputs, attributes } = call
  const filter = inputs.filter!
  const convolution = convolutionInfo(call, attributes.inputShape as number[], filter.shape)
  const dy = inSequence(graph, inputs.dy!, channelsFirst)
  const sizes = [convolution.batchSize, convolution.inChannels, convolution.inHeight, convolution.inWidth]
  const isPlain = convolution.strideHeight === 1 && convolution.strideWidth === 1
  if (isPlain) return outputOf(correlate(graph, dy, inSequence(graph, filter, [2, 3, 0, 1]), convolution, sizes))
  const extent = (size: number, dilation: number) => (size - 1) * dilation + 1
  const missing = (input: number, output: number, stride: number, field: number, before: number, after: number) =>
    input - ((output - 1) * stride + field - before - after)
  const { padInfo } = convolution
  const outputPadding = [
    missing(convolution.inHeight, convolution.outHeight, convolution.strideHeight, extent(convolution.filterHeight, convolution.dilationHeight), padInfo.top, padInfo.bottom),
    missing(convolution.inWidth, convolution.outWidth, convolution.strideWidth, extent(convolution.filterWidth, convolution.dilationWidth), padInfo.left, padInfo.right),
  ]
  return outputOf(
    graph.add('ConvTranspose', [dy, inSequence(graph, filter, [3, 2, 0, 1])], sizes, {
      ...geometry(convolution),
      output_padding: outputPadding,
    }),
  )
}

/** With stride 1 the gradient by the input is a convolution with the kernel turned round, which runs far faster. */
function correlate(graph: Graph, dy: GraphValue, kernel: GraphValue, convolution: Window, sizes: number[]): GraphValue {
  const opposite = (field: number, dilation: number, padding: number) => (field - 1) * dilation - padding
  const { filterHeight, filterWidth, dilationHeight, dilationWidth, padInfo } = convolution
  const isPoint = filterHeight === 1 && filterWidth === 1
  return graph.add('Conv', [dy, isPoint ? kernel : flipped(graph, kernel, [2, 3])], sizes, {
    kernel_shape: [filterHeight, filterWidth],
    dilations: [dilationHeight, dilationWidth],
    pads: [
      opposite(filterHeight, dilationHeight, padInfo.top),
      opposite(filterWidth, dilationWidth, padInfo.left),
      opposite(filterHeight, dilationHeight, padInfo.bottom),
      opposite(filterWidth, dilationWidth, padInfo.right),
    ],
  })
}

/**
 * The gradient by the filter: for every tap of the kernel, the product of the input seen through that tap with dy,
 * summed over batch, height and width.
 */
function backToFilter(call: KernelCall): Placed {
  const { graph, inputs, attributes } = call
  const filterShape = attributes.filterShape as Shape4D
  const convolution = convolutionInfo(call, inputs.x!.shape, filterShape)
  const { batchSize, inChannels, outChannels, outHeight, outWidth } = convolution
  const points = outHeight * outWidth
  const dy = inSequence(graph, inputs.dy!, channelsFirst)
  const columns = graph.transpose(graph.reshape(dy, [batchSize, outChannels, points]), [0, 2, 1])
  const x = padded(graph, inSequence(graph, inputs.x!, channelsFirst), convolution)
  const products = taps(convolution).map(([row, column]) => {
    const seen = throughTap(graph, x, convolution, row, column)
    const rows = graph.reshape(seen, [batchSize, inChannels, points])
    const perItem = graph.add('MatMul', [rows, columns], [batchSize, inChannels, outChannels])
    return graph.add('ReduceSum', [perItem, graph.integers(0)], [1, inChannels, outChannels], { keepdims: 1 })
  })
  const together = graph.add('Concat', products, [products.length, inChannels, outChannels], { axis: 0 })
  return { shape: filterShape, sequence: [0, 1, 2, 3], value: graph.reshape(together, filterShape) }
}

function padded(graph: Graph, x: GraphValue, convolution: Window): GraphValue {
  const [top, left, bottom, right] = pads(convolution) as Shape4D
  if (top + left + bottom + right === 0) return x
  const [batch, channels, height, width] = x.shape as Shape4D
  const sizes = [batch, channels, height + top + bottom, width + left + right]
  return graph.add('Pad', [x, graph.integers(0, 0, top, left, 0, 0, bottom, right), graph.scalar(0)], sizes)
}

function taps({ filterHeight, filterWidth }: Window): [number, number][] {
  return Array.from({ length: filterHeight * filterWidth }, (_, tap) => [Math.floor(tap / filterWidth), tap % filterWidth])
}

/** The elements of the padded input that one tap of the kernel meets, `[batch, channel, outHeight, outWidth]`. */
function throughTap(graph: Graph, x: GraphValue, convolution: Window, row: number, column: number): GraphValue {
  const { dilationHeight, dilationWidth, strideHeight, strideWidth, outHeight, outWidth } = convolution
  const starts = [row * dilationHeight, column * dilationWidth]
  const ends = [starts[0]! + (outHeight - 1) * strideHeight + 1, starts[1]! + (outWidth - 1) * strideWidth + 1]
  const sizes = [x.shape[0]!, x.shape[1]!, outHeight, outWidth]
  if (sizes[2] === x.shape[2] && sizes[3] === x.shape[3]) return x
  const parameters = [starts, ends, [2, 3], [strideHeight, strideWidth]].map((numbers) => graph.integers(...numbers))
  return graph.add('Slice', [x, ...parameters], sizes)
}

/** Convolutions, with what their gradients need. */
export const convolutionKernels: Record<string, Kernel> = {
  Conv2D: convolve,
  Conv2DBackpropInput: backToInput,
  Conv2DBackpropFilter: backToFilter,
}

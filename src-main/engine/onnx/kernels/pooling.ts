import type { Graph, GraphValue } from '#main/engine/onnx/graph'
import { channelsFirst, geometry, outputOf, pads, poolInfo, type Shape4D } from '#main/engine/onnx/kernels/window'
import { inSequence, type Placed } from '#main/engine/onnx/placement'
import type { KernelCall, KernelResult } from '#main/engine/onnx/traceBackend'

type Kernel = (call: KernelCall) => KernelResult

function pool(operator: 'AveragePool' | 'MaxPool'): Kernel {
  return (call) => {
    const x = call.inputs.x!
    const pooling = poolInfo(call, x.shape)
    const { kernel_shape, strides } = geometry(pooling)
    const sizes = [pooling.batchSize, pooling.outChannels, pooling.outHeight, pooling.outWidth]
    const attributes = { kernel_shape, strides, pads: pads(pooling) }
    return outputOf(call.graph.add(operator, [inSequence(call.graph, x, channelsFirst)], sizes, attributes))
  }
}

/** Each element of dy spread evenly over the field that was averaged; only for fields that do not overlap. */
function averagePoolGradient(call: KernelCall): Placed {
  const { graph, inputs } = call
  const pooling = poolInfo(call, inputs.input!.shape)
  const { filterHeight, filterWidth, strideHeight, strideWidth, outHeight, outWidth, inHeight, inWidth } = pooling
  const isTiling =
    filterHeight === strideHeight &&
    filterWidth === strideWidth &&
    outHeight * strideHeight === inHeight &&
    outWidth * strideWidth === inWidth
  if (!isTiling) throw new Error('The gradient of average pooling with overlapping or cut fields cannot be traced.')
  const dy = inSequence(graph, inputs.dy!, channelsFirst)
  const share = graph.add('Mul', [dy, graph.scalar(1 / (filterHeight * filterWidth))], dy.shape)
  return outputOf(enlarged(graph, share, filterHeight, filterWidth))
}

/** Every element repeated `rows` × `columns` times, channels first. */
function enlarged(graph: Graph, value: GraphValue, rows: number, columns: number): GraphValue {
  const [batch, channels, height, width] = value.shape as Shape4D
  const none = graph.constant(new Float32Array(0), [0])
  const scales = graph.constant(Float32Array.of(1, 1, rows, columns), [4])
  return graph.add('Resize', [value, none, scales], [batch, channels, height * rows, width * columns], {
    mode: 'nearest',
    coordinate_transformation_mode: 'asymmetric',
    nearest_mode: 'floor',
  })
}

function factors(from: readonly number[], to: readonly number[]): [number, number] {
  const [rows, columns] = [to[0]! / from[0]!, to[1]! / from[1]!]
  if (Number.isInteger(rows) && Number.isInteger(columns)) return [rows, columns]
  throw new Error(`Resizing from ${from.join('×')} to ${to.join('×')} cannot be traced; only whole factors can.`)
}

function resizeNearest({ graph, inputs, attributes }: KernelCall): Placed {
  const value = inSequence(graph, inputs.images!, channelsFirst)
  return outputOf(enlarged(graph, value, ...factors(value.shape.slice(2), attributes.size as number[])))
}

function resizeNearestGradient({ graph, inputs }: KernelCall): Placed {
  const dy = inSequence(graph, inputs.dy!, channelsFirst)
  const [batch, height, width, channels] = inputs.images!.shape as Shape4D
  const field = factors([height, width], dy.shape.slice(2))
  const mean = graph.add('AveragePool', [dy], [batch, channels, height, width], { kernel_shape: field, strides: field })
  return outputOf(graph.add('Mul', [mean, graph.scalar(field[0] * field[1])], mean.shape))
}

/** Poolings and enlargements, with what their gradients need. */
export const poolingKernels: Record<string, Kernel> = {
  AvgPool: pool('AveragePool'),
  MaxPool: pool('MaxPool'),
  AvgPoolGrad: averagePoolGradient,
  ResizeNearestNeighbor: resizeNearest,
  ResizeNearestNeighborGrad: resizeNearestGradient,
}

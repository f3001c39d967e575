import type { Graph, GraphValue } from '#main/engine/onnx/graph'
import { inSequence, type Placed } from '#main/engine/onnx/placement'
import type { KernelCall, KernelResult } from '#main/engine/onnx/traceBackend'
import { tf } from '#main/engine/tf'

type Kernel = (call: KernelCall) => KernelResult

/** Operators that take their axes as an input since opset 13; the others still have them as an attribute. */
const axesAsInput = new Set(['ReduceSum'])

function reduction(operator: string): Kernel {
  return ({ graph, inputs, attributes }) => {
    const x = inputs.x!
    const given = (attributes.axis ?? attributes.reductionIndices) as number | number[] | undefined
    const axes = tf.util.parseAxisParam(given ?? x.shape.map((_, axis) => axis), [...x.shape])
    const value = numeric(inSequence(graph, x, x.sequence))
    if (axes.length === 0) return { ...x, value }
    const places = axes.map((axis) => x.sequence.indexOf(axis)).sort((a, b) => a - b)
    const keptSizes = value.shape.map((size, place) => (places.includes(place) ? 1 : size))
    const reduced = axesAsInput.has(operator)
      ? graph.add(operator, [value, graph.integers(...places)], keptSizes, { keepdims: 1 })
      : graph.add(operator, [value], keptSizes, { axes: places, keepdims: 1 })
    const keptShape = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size))
    const kept: Placed = { shape: keptShape, sequence: x.sequence, value: reduced }
    return attributes.keepDims ? kept : withoutAxes(graph, kept, axes)

    function numeric(input: GraphValue): GraphValue {
      return input.type === 'bool' ? graph.add('Cast', [input], input.shape, { to: 6 }, 'int32') : input
    }
  }
}

/** The tensor without dimensions that are of size 1. */
function withoutAxes(graph: Graph, wide: Placed, gone: readonly number[]): Placed {
  const left = wide.shape.map((_, axis) => axis).filter((axis) => !gone.includes(axis))
  const sequence = wide.sequence.filter((axis) => !gone.includes(axis))
  const sizes = sequence.map((axis) => wide.shape[axis]!)
  return {
    shape: left.map((axis) => wide.shape[axis]!),
    sequence: sequence.map((axis) => left.indexOf(axis)),
    value: graph.reshape(wide.value, sizes),
  }
}

/** The place of the extreme along one dimension, which goes; the runtime gives 64-bit integers. */
function placeOf(operator: 'ArgMax' | 'ArgMin'): Kernel {
  return ({ graph, inputs, attributes }) => {
    const x = inputs.x!
    const axis = tf.util.parseAxisParam(attributes.axis as number, [...x.shape])[0]!
    const value = inSequence(graph, x, x.sequence)
    const place = x.sequence.indexOf(axis)
    const sizes = value.shape.map((size, other) => (other === place ? 1 : size))
    const found = graph.add(operator, [value], sizes, { axis: place, keepdims: 1 }, 'int64')
    return withoutAxes(graph, { shape: x.shape.map((size, other) => (other === axis ? 1 : size)), sequence: x.sequence, value: found }, [axis])
  }
}

function alongOneAxis(operator: string, axisOf: (attributes: Record<string, unknown>) => number): Kernel {
  return ({ graph, list, attributes }) => {
    const x = list[0]!
    const axis = tf.util.parseAxisParam(axisOf(attributes), [...x.shape])[0]!
    const value = inSequence(graph, x, x.sequence)
    return { ...x, value: graph.add(operator, [value], value.shape, { axis: x.sequence.indexOf(axis) }) }
  }
}

/** Sums, means and the like over some dimensions, and normalisations along one. */
export const reductionKernels: Record<string, Kernel> = {
  Sum: reduction('ReduceSum'),
  Mean: reduction('ReduceMean'),
  Max: reduction('ReduceMax'),
  Min: reduction('ReduceMin'),
  Prod: reduction('ReduceProd'),
  ArgMax: placeOf('ArgMax'),
  ArgMin: placeOf('ArgMin'),
  Softmax: alongOneAxis('Softmax', (attributes) => attributes.dim as number),
  LogSoftmax: alongOneAxis('LogSoftmax', (attributes) => attributes.axis as number),
}

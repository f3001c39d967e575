import { MessageWriter } from '#main/engine/protobuf'
import { Graph, type GraphValue } from '#main/engine/onnx/graph'
import { onnxModel } from '#main/engine/onnx/modelFile'

/** Builds an ONNX model with one input and one output by hand. */
export function buildNetwork(shape: readonly number[], compute: (graph: Graph, input: GraphValue) => GraphValue, names = { input: 'input', output: 'output' }): Uint8Array {
  const graph = new Graph()
  const output = compute(graph, graph.input(names.input, shape))
  return onnxModel(graph, graph.nodes, { [names.output]: output })
}

/** Gives what it is given, times `factor`. */
export function scaling(shape: readonly number[], factor: number): Uint8Array {
  return buildNetwork(shape, (graph, input) => graph.add('Mul', [input, graph.scalar(factor)], shape))
}

/** The same for a network that leaves some sizes open, which are given by name. */
export function openScaling(shape: readonly (number | string)[], factor: number): Uint8Array {
  const dims = new MessageWriter()
  for (const size of shape) dims.message(1, typeof size === 'number' ? new MessageWriter().integer(1, size) : new MessageWriter().text(2, size))
  const type = new MessageWriter().message(1, new MessageWriter().integer(1, 1).message(2, dims))
  const value = (name: string) => new MessageWriter().text(1, name).message(2, type)
  const constant = new MessageWriter().integer(2, 1).text(8, 'factor').float(4, factor)
  const node = new MessageWriter().text(1, 'input').text(1, 'factor').text(2, 'output').text(4, 'Mul')
  const graph = new MessageWriter().message(1, node).text(2, 'open').message(5, constant).message(11, value('input')).message(12, value('output'))
  return new MessageWriter().integer(1, 8).message(7, graph).message(8, new MessageWriter().text(1, '').integer(2, 17)).finish()
}

/** Gives the same `values`, repeated to `shape`, whatever it is given. */
export function constant(shape: readonly number[], values: Float32Array, valuesShape: readonly number[]): Uint8Array {
  return buildNetwork(shape, (graph, input) =>
    graph.add('Add', [graph.add('Mul', [input, graph.scalar(0)], shape), graph.constant(values, valuesShape)], shape),
  )
}

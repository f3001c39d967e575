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

/** Gives the same `values`, repeated to `shape`, whatever it is given. */
export function constant(shape: readonly number[], values: Float32Array, valuesShape: readonly number[]): Uint8Array {
  return buildNetwork(shape, (graph, input) =>
    graph.add('Add', [graph.add('Mul', [input, graph.scalar(0)], shape), graph.constant(values, valuesShape)], shape),
  )
}

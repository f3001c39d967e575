import type { Graph } from '#main/engine/onnx/graph'
import { inSequence, permuted, placedPlainly, plainValue, type Placed } from '#main/engine/onnx/placement'
import type { KernelCall, KernelResult } from '#main/engine/onnx/traceBackend'

type Kernel = (call: KernelCall) => KernelResult

/** Seen with its last two dimensions exchanged. */
function exchanged(x: Placed): Placed {
  const rank = x.shape.length
  const permutation = x.shape.map((_, axis) => axis)
  permutation[rank - 2] = rank - 1
  permutation[rank - 1] = rank - 2
  return permuted(x, permutation)
}

/** Two matrices: whichever way they lie, the runtime multiplies without moving an element. */
function product2d(graph: Graph, a: Placed, b: Placed): Placed {
  const lies = (x: Placed) => ({ value: inSequence(graph, x, x.sequence), turned: x.sequence[0] === 1 ? 1 : 0 })
  const left = lies(a)
  const right = lies(b)
  const shape = [a.shape[0]!, b.shape[1]!]
  const value = graph.add('Gemm', [left.value, right.value], shape, { transA: left.turned, transB: right.turned })
  return placedPlainly(value)
}

/** Many rows times one matrix: the rows may lie in any order, so long as each is whole. */
function rowsTimesMatrix(graph: Graph, a: Placed, b: Placed): Placed {
  const last = a.shape.length - 1
  const sequence = [...a.sequence.filter((axis) => axis !== last), last]
  const matrix = inSequence(graph, b, b.shape.map((_, axis) => axis))
  const flat = graph.reshape(matrix, b.shape.slice(-2))
  const shape = [...a.shape.slice(0, -1), b.shape.at(-1)!]
  const sizes = sequence.map((axis) => shape[axis]!)
  return { shape, sequence, value: graph.add('MatMul', [inSequence(graph, a, sequence), flat], sizes) }
}

function batchedProduct(graph: Graph, a: Placed, b: Placed): Placed {
  const rank = Math.max(a.shape.length, b.shape.length)
  const size = (x: Placed, axis: number) => x.shape[axis - rank + x.shape.length] ?? 1
  const batch = Array.from({ length: rank - 2 }, (_, axis) => Math.max(size(a, axis), size(b, axis)))
  const shape = [...batch, a.shape.at(-2)!, b.shape.at(-1)!]
  return placedPlainly(graph.add('MatMul', [plainValue(graph, a), plainValue(graph, b)], shape))
}

function product({ graph, inputs, attributes }: KernelCall): Placed {
  const a = attributes.transposeA ? exchanged(inputs.a!) : inputs.a!
  const b = attributes.transposeB ? exchanged(inputs.b!) : inputs.b!
  const isMatrix = b.shape.slice(0, -2).every((size) => size === 1)
  if (a.shape.length === 2 && b.shape.length === 2) return product2d(graph, a, b)
  if (isMatrix && a.shape.length >= b.shape.length) return rowsTimesMatrix(graph, a, b)
  return batchedProduct(graph, a, b)
}

/** Products of matrices and of batches of them. */
export const matrixKernels: Record<string, Kernel> = {
  BatchMatMul: product,
}

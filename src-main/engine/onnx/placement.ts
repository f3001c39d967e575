import type { Graph, GraphValue } from '#main/engine/onnx/graph'

/**
 * How a tensor of the traced program lies in the graph. Programs are written with channels last, the runtime computes
 * with channels first; instead of permuting before and after every convolution, a permutation is only noted here
 * and carried along until something needs another order.
 */
export interface Placed {
  /** Size of every dimension as the program sees it. */
  readonly shape: readonly number[]
  /** Its dimensions are the program's in the order `sequence`; one of size 1 may stand for a repeated larger one. */
  readonly value: GraphValue
  /** Which of the program's dimensions each dimension of `value` is. */
  readonly sequence: readonly number[]
}

const identity = (rank: number) => Array.from({ length: rank }, (_, axis) => axis)
const sameNumbers = (a: readonly number[], b: readonly number[]) =>
  a.length === b.length && a.every((value, index) => value === b[index])

/** A tensor that lies as the program sees it. */
export function placedPlainly(value: GraphValue, shape: readonly number[] = value.shape): Placed {
  return { shape, value, sequence: identity(shape.length) }
}

/** The value with its dimensions in the order `sequence`; repeated dimensions stay unrepeated unless `full`. */
export function inSequence(graph: Graph, placed: Placed, sequence: readonly number[], full = true): GraphValue {
  const wide = full ? repeated(graph, placed) : placed.value
  if (sameNumbers(placed.sequence, sequence)) return wide
  const sizes = sequence.map((axis) => wide.shape[placed.sequence.indexOf(axis)]!)
  const matters = (order: readonly number[]) =>
    order.filter((axis) => wide.shape[placed.sequence.indexOf(axis)] !== 1)
  // Moving a dimension of size 1 moves no element.
  if (sameNumbers(matters(placed.sequence), matters(sequence))) return graph.reshape(wide, sizes)
  return graph.transpose(
    wide,
    sequence.map((axis) => placed.sequence.indexOf(axis)),
  )
}

/** The value as the program sees it. */
export function plainValue(graph: Graph, placed: Placed): GraphValue {
  return inSequence(graph, placed, identity(placed.shape.length))
}

function repeated(graph: Graph, placed: Placed): GraphValue {
  const sizes = placed.sequence.map((axis) => placed.shape[axis]!)
  if (sameNumbers(sizes, placed.value.shape)) return placed.value
  return graph.add('Expand', [placed.value, graph.integers(...sizes)], sizes)
}

/** Seen by the program with dimension i being `permutation[i]` of `placed`; nothing is computed. */
export function permuted(placed: Placed, permutation: readonly number[]): Placed {
  return {
    shape: permutation.map((axis) => placed.shape[axis]!),
    value: placed.value,
    sequence: placed.sequence.map((axis) => permutation.indexOf(axis)),
  }
}

interface Group {
  from: number[]
  to: number[]
}

/** Splits a reshape into the smallest runs of dimensions that hold the same elements; dimensions of size 1 are left out. */
function groupsOf(from: readonly number[], to: readonly number[]): Group[] {
  const groups: Group[] = []
  const axes = (shape: readonly number[]) => identity(shape.length).filter((axis) => shape[axis] !== 1)
  const left = axes(from)
  const right = axes(to)
  while (left.length > 0) {
    const group: Group = { from: [left.shift()!], to: [right.shift()!] }
    let a = from[group.from[0]!]!
    let b = to[group.to[0]!]!
    while (a !== b) {
      if (a < b) a *= from[group.from[group.from.push(left.shift()!) - 1]!]!
      else b *= to[group.to[group.to.push(right.shift()!) - 1]!]!
    }
    groups.push(group)
  }
  return groups
}

/** Seen by the program as `shape`, row-major; elements are moved only where the order they lie in does not allow it. */
export function reshaped(graph: Graph, placed: Placed, shape: readonly number[]): Placed {
  if (placed.value.shape.every((size) => size === 1)) {
    const ones = shape.map(() => 1)
    return placedPlainly(graph.reshape(placed.value, ones), shape)
  }
  const groups = groupsOf(placed.shape, shape)
  const lying = placed.sequence.filter((axis) => placed.shape[axis] !== 1)
  const isRun = ({ from }: Group) => {
    const start = lying.indexOf(from[0]!)
    return from.every((axis, index) => lying[start + index] === axis)
  }
  if (!groups.every(isRun)) return placedPlainly(graph.reshape(plainValue(graph, placed), shape))

  const ordered = [...groups].sort((a, b) => lying.indexOf(a.from[0]!) - lying.indexOf(b.from[0]!))
  const whole = repeated(graph, placed)
  const used = new Set(ordered.flatMap(({ to }) => to))
  const sequence = [...identity(shape.length).filter((axis) => !used.has(axis)), ...ordered.flatMap(({ to }) => to)]
  return { shape, value: graph.reshape(whole, sequence.map((axis) => shape[axis]!)), sequence }
}

/** Tensors of one shape or broadcast against each other, laid out so that the runtime's own broadcasting applies. */
export function aligned(
  graph: Graph,
  operands: readonly Placed[],
  shape: readonly number[],
): { values: GraphValue[]; sequence: readonly number[]; sizes: number[] } {
  const elements = (operand: Placed) => operand.value.shape.reduce((a, b) => a * b, 1)
  const largest = operands.reduce((a, b) => {
    const byRank = b.shape.length - a.shape.length
    return byRank > 0 || (byRank === 0 && elements(b) > elements(a)) ? b : a
  })
  const rank = shape.length
  const offset = rank - largest.shape.length
  const sequence = [...identity(offset), ...largest.sequence.map((axis) => axis + offset)]
  const values = operands.map((operand) => {
    const missing = rank - operand.shape.length
    if (operand.value.shape.every((size) => size === 1)) return graph.reshape(operand.value, [])
    const lifted: Placed = {
      shape: [...identity(missing).map(() => 1), ...operand.shape],
      value: graph.reshape(operand.value, [...identity(missing).map(() => 1), ...operand.value.shape]),
      sequence: [...identity(missing), ...operand.sequence.map((axis) => axis + missing)],
    }
    return inSequence(graph, lifted, sequence, false)
  })
  const sizes = sequence.map((_, place) => Math.max(1, ...values.map((value) => value.shape[place - rank + value.shape.length] ?? 1)))
  return { values, sequence, sizes }
}

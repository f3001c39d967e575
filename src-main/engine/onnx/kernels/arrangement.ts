import type { Graph, GraphValue } from '#main/engine/onnx/graph'
import { inSequence, permuted, reshaped, type Placed } from '#main/engine/onnx/placement'
import type { KernelCall, KernelResult } from '#main/engine/onnx/traceBackend'
import { tf } from '#main/engine/tf'

type Kernel = (call: KernelCall) => KernelResult

/** The tensor with no repeated dimension, lying as it lies. */
function whole(graph: Graph, placed: Placed): Placed {
  return { ...placed, value: inSequence(graph, placed, placed.sequence) }
}

/** Numbers given for every dimension of the program, in the order in which they lie. */
function lying(placed: Placed, numbers: readonly number[]): number[] {
  return placed.sequence.map((axis) => numbers[axis]!)
}

function sliced(graph: Graph, source: Placed, begin: readonly number[], size: readonly number[]): Placed {
  const x = whole(graph, source)
  if (size.every((length, axis) => length === x.shape[axis])) return x
  const axes = x.sequence.map((_, place) => place).filter((place) => size[x.sequence[place]!] !== x.value.shape[place])
  const starts = axes.map((place) => begin[x.sequence[place]!]!)
  const ends = axes.map((place, index) => starts[index]! + size[x.sequence[place]!]!)
  const value = graph.add(
    'Slice',
    [x.value, graph.integers(...starts), graph.integers(...ends), graph.integers(...axes)],
    lying(x, size),
  )
  return { shape: size, sequence: x.sequence, value }
}

function slice({ graph, inputs, attributes }: KernelCall): Placed {
  const x = inputs.x!
  const begin = attributes.begin as number[]
  const size = (attributes.size as number[]).map((length, axis) => (length < 0 ? x.shape[axis]! - begin[axis]! : length))
  return sliced(graph, x, begin, size)
}

function split({ graph, inputs, attributes }: KernelCall): Placed[] {
  const x = inputs.x!
  const axis = tf.util.parseAxisParam(attributes.axis as number, [...x.shape])[0]!
  const whole = { shape: [...x.shape] } as tf.Tensor
  const lengths = tf.backend_util.prepareSplitSize(whole, attributes.numOrSizeSplits as number | number[], axis)
  let start = 0
  return lengths.map((length) => {
    const begin = x.shape.map((_, other) => (other === axis ? start : 0))
    start += length
    return sliced(graph, x, begin, x.shape.map((full, other) => (other === axis ? length : full)))
  })
}

function joined(graph: Graph, parts: readonly Placed[], axis: number): Placed {
  const size = ({ value }: Placed) => value.shape.reduce((a, b) => a * b, 1)
  const { sequence } = parts.reduce((a, b) => (size(b) > size(a) ? b : a))
  const values = parts.map((part) => inSequence(graph, part, sequence))
  const shape = parts[0]!.shape.map((length, other) =>
    other === axis ? parts.reduce((sum, part) => sum + part.shape[axis]!, 0) : length,
  )
  const sizes = sequence.map((other) => shape[other]!)
  return { shape, sequence, value: graph.add('Concat', values, sizes, { axis: sequence.indexOf(axis) }) }
}

function concat({ graph, list, attributes }: KernelCall): Placed {
  const axis = tf.util.parseAxisParam(attributes.axis as number, [...list[0]!.shape])[0]!
  const filled = list.filter((part) => part.shape.every((length) => length > 0))
  return filled.length === 1 ? filled[0]! : joined(graph, filled, axis)
}

function stack({ graph, list, attributes }: KernelCall): Placed {
  const axis = attributes.axis as number
  const raised = list.map((part) => reshaped(graph, part, part.shape.toSpliced(axis, 0, 1)))
  return joined(graph, raised, axis)
}

function unstack({ graph, inputs, attributes }: KernelCall): Placed[] {
  const x = inputs.value!
  const axis = tf.util.parseAxisParam(attributes.axis as number, [...x.shape])[0]!
  return Array.from({ length: x.shape[axis]! }, (_, index) => {
    const begin = x.shape.map((_, other) => (other === axis ? index : 0))
    const piece = sliced(graph, x, begin, x.shape.map((full, other) => (other === axis ? 1 : full)))
    return reshaped(graph, piece, x.shape.toSpliced(axis, 1))
  })
}

function pad({ graph, inputs, attributes }: KernelCall): Placed {
  const x = whole(graph, inputs.x!)
  const paddings = attributes.paddings as [number, number][]
  const shape = x.shape.map((length, axis) => length + paddings[axis]![0] + paddings[axis]![1])
  const before = lying(x, paddings.map(([first]) => first))
  const after = lying(x, paddings.map(([, last]) => last))
  const mode = attributes.mode as string | undefined
  const fill = graph.scalar(Number(attributes.constantValue ?? 0))
  const value = graph.add('Pad', [x.value, graph.integers(...before, ...after), fill], lying(x, shape), {
    mode: mode ?? 'constant',
  })
  return { shape, sequence: x.sequence, value }
}

function tile({ graph, inputs, attributes }: KernelCall): Placed {
  const x = inputs.x!
  const repeats = attributes.reps as number[]
  const shape = x.shape.map((length, axis) => length * repeats[axis]!)
  // Where only dimensions of size 1 grow, nothing needs to be computed yet.
  if (x.shape.every((length, axis) => repeats[axis] === 1 || length === 1)) return { ...x, shape }
  const full = whole(graph, x)
  const sizes = lying(full, shape)
  const value = graph.add('Tile', [full.value, graph.integers(...lying(full, repeats))], sizes)
  return { shape, sequence: full.sequence, value }
}

function reverse({ graph, inputs, attributes }: KernelCall): Placed {
  const x = whole(graph, inputs.x!)
  const dims = tf.util.parseAxisParam(attributes.dims as number | number[], [...x.shape])
  const places = dims.map((axis) => x.sequence.indexOf(axis))
  return { ...x, value: flipped(graph, x.value, places) }
}

/** The value backwards along some of its own dimensions. */
export function flipped(graph: Graph, value: GraphValue, axes: readonly number[]): GraphValue {
  const beyond = axes.map(() => -(2 ** 31))
  const slices = [axes.map(() => -1), beyond, axes, axes.map(() => -1)].map((numbers) => graph.integers(...numbers))
  return graph.add('Slice', [value, ...slices], value.shape)
}

/** Kernels that move elements and compute none. */
export const arrangementKernels: Record<string, Kernel> = {
  Reshape: ({ graph, inputs, attributes }) =>
    reshaped(graph, inputs.x!, tf.util.inferFromImplicitShape(attributes.shape as number[], tf.util.sizeFromShape([...inputs.x!.shape]))),
  ExpandDims: ({ graph, inputs, attributes }) => {
    const x = inputs.input!
    const dim = attributes.dim as number
    return reshaped(graph, x, x.shape.toSpliced(dim < 0 ? x.shape.length + dim + 1 : dim, 0, 1))
  },
  Transpose: ({ inputs, attributes }) => permuted(inputs.x!, attributes.perm as number[]),
  Slice: slice,
  SplitV: split,
  Concat: concat,
  Pack: stack,
  Unpack: unstack,
  PadV2: pad,
  MirrorPad: pad,
  Tile: tile,
  Reverse: reverse,
  BroadcastTo: ({ graph, inputs, attributes }) => {
    const shape = attributes.shape as number[]
    const missing = shape.length - inputs.x!.shape.length
    return { ...reshaped(graph, inputs.x!, [...Array<number>(missing).fill(1), ...inputs.x!.shape]), shape }
  },
  DepthToSpace: ({ graph, inputs, attributes }) => {
    const value = inSequence(graph, inputs.x!, [0, 3, 1, 2])
    const block = attributes.blockSize as number
    const [batch, channels, height, width] = value.shape as [number, number, number, number]
    const sizes = [batch, channels / block ** 2, height * block, width * block]
    const shuffled = graph.add('DepthToSpace', [value], sizes, { blocksize: block, mode: 'DCR' })
    return { shape: [sizes[0]!, sizes[2]!, sizes[3]!, sizes[1]!], sequence: [0, 3, 1, 2], value: shuffled }
  },
}

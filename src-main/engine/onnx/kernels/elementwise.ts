import type { ElementType, Graph, GraphAttribute, GraphValue } from '#main/engine/onnx/graph'
import { aligned, placedPlainly, type Placed } from '#main/engine/onnx/placement'
import { elementType, type KernelCall, type KernelResult } from '#main/engine/onnx/traceBackend'
import { tf } from '#main/engine/tf'

type Kernel = (call: KernelCall) => KernelResult
type Compute = (graph: Graph, ...values: GraphValue[]) => GraphValue

/** Keeps how `x` lies and computes its value anew. */
function mapped(x: Placed, value: GraphValue): Placed {
  return { ...x, value }
}

const plain =
  (operator: string, type?: ElementType, attributes: Record<string, GraphAttribute> = {}): Compute =>
  (graph, ...values) =>
    graph.add(operator, values, broadcastShape(values), attributes, type ?? values.at(-1)!.type)

function broadcastShape(values: readonly GraphValue[]): number[] {
  const rank = Math.max(...values.map((value) => value.shape.length))
  return Array.from({ length: rank }, (_, axis) =>
    Math.max(...values.map((value) => value.shape[axis - rank + value.shape.length] ?? 1)),
  )
}

function unary(compute: Compute): Kernel {
  return ({ graph, list }) => mapped(list[0]!, compute(graph, list[0]!.value))
}

/** Applies an operator to tensors that broadcast against each other. */
function combined(graph: Graph, operands: readonly Placed[], compute: Compute): Placed {
  const shape = operands
    .map((operand) => [...operand.shape])
    .reduce((a, b) => tf.backend_util.assertAndGetBroadcastShape(a, b))
  const { values, sequence, sizes } = aligned(graph, operands, shape)
  return { shape, sequence, value: graph.reshape(compute(graph, ...values), sizes) }
}

function binary(compute: Compute): Kernel {
  return ({ graph, inputs }) => combined(graph, [inputs.a!, inputs.b!], compute)
}

const isScalar = (value: GraphValue, number: number) =>
  value.constant !== undefined && value.shape.length === 0 && Number(value.constant[0]) === number

const times: Compute = (graph, a, b) => (isScalar(a!, 1) ? b! : isScalar(b!, 1) ? a! : plain('Mul')(graph, a!, b!))
const plus: Compute = (graph, a, b) => (isScalar(a!, 0) ? b! : isScalar(b!, 0) ? a! : plain('Add')(graph, a!, b!))
const minus: Compute = (graph, a, b) => (isScalar(b!, 0) ? a! : plain('Sub')(graph, a!, b!))
const over: Compute = (graph, a, b) => (isScalar(b!, 1) ? a! : plain('Div')(graph, a!, b!))

const squared: Compute = (graph, x) => plain('Mul')(graph, x!, x!)
const asFloat: Compute = (graph, x) => graph.add('Cast', [x!], x!.shape, { to: 1 }, 'float32')

function cast(graph: Graph, x: GraphValue, to: ElementType): GraphValue {
  const codes = { float32: 1, int32: 6, int64: 7, bool: 9 }
  return x.type === to ? x : graph.add('Cast', [x], x.shape, { to: codes[to] }, to)
}

/** ELU's gradient from its output: dy where y > 0, else dy·(y + 1). */
const eluGradient: Compute = (graph, dy, y) =>
  times(graph, dy!, plus(graph, plain('Min')(graph, y!, graph.scalar(0)), graph.scalar(1)))

/** What comes out of a rectifier is never negative, and a comparison is cheaper than the runtime's own sign. */
const signed: Compute = (graph, x) =>
  graph.producer(x!)?.operator === 'Relu'
    ? asFloat(graph, plain('Greater', 'bool')(graph, x!, graph.scalar(0)))
    : plain('Sign')(graph, x!)

function step({ graph, inputs, attributes }: KernelCall): Placed {
  const x = inputs.x!
  const positive = asFloat(graph, plain('Greater', 'bool')(graph, x.value, graph.scalar(0)))
  const alpha = Number(attributes.alpha ?? 0)
  if (alpha === 0) return mapped(x, positive)
  const negative = over(graph, minus(graph, positive, graph.scalar(1)), graph.scalar(-1))
  return mapped(x, plus(graph, positive, times(graph, negative, graph.scalar(alpha))))
}

function clip({ graph, inputs, attributes }: KernelCall): Placed {
  const limits = [attributes.clipValueMin, attributes.clipValueMax].map((limit) => graph.scalar(Number(limit)))
  const x = inputs.x!
  return mapped(x, graph.add('Clip', [x.value, ...limits], x.value.shape))
}

function filled({ graph, attributes }: KernelCall): Placed {
  const shape = attributes.shape as number[]
  const value = graph.constant(new Float32Array([Number(attributes.value)]), shape.map(() => 1))
  return placedPlainly(value, shape)
}

function uniformLike(number: number): Kernel {
  return ({ graph, inputs }) =>
    filled({ graph, inputs, list: [], attributes: { shape: inputs.x!.shape, value: number } })
}

/** Element-wise functions of one or more tensors, and constants. */
export const elementwiseKernels: Record<string, Kernel> = {
  ...Object.fromEntries(
    [
      ['Relu', 'Relu'],
      ['Elu', 'Elu'],
      ['Selu', 'Selu'],
      ['Sigmoid', 'Sigmoid'],
      ['Softplus', 'Softplus'],
      ['Tanh', 'Tanh'],
      ['Exp', 'Exp'],
      ['Log', 'Log'],
      ['Sqrt', 'Sqrt'],
      ['Abs', 'Abs'],
      ['Neg', 'Neg'],
      ['Floor', 'Floor'],
      ['Ceil', 'Ceil'],
      ['Round', 'Round'],
      ['Sin', 'Sin'],
      ['Cos', 'Cos'],
      ['Atan', 'Atan'],
      ['Reciprocal', 'Reciprocal'],
      ['LogicalNot', 'Not'],
      ['Identity', undefined],
    ].map(([kernel, operator]) => [kernel, operator ? unary(plain(operator)) : ({ list }: KernelCall) => list[0]!]),
  ),
  Sign: unary(signed),
  Square: unary(squared),
  Rsqrt: unary((graph, x) => plain('Reciprocal')(graph, plain('Sqrt')(graph, x!))),
  Expm1: unary((graph, x) => minus(graph, plain('Exp')(graph, x!), graph.scalar(1))),
  Log1p: unary((graph, x) => plain('Log')(graph, plus(graph, x!, graph.scalar(1)))),
  IsNan: unary(plain('IsNaN', 'bool')),
  Relu6: ({ graph, inputs }) =>
    clip({ graph, inputs, list: [], attributes: { clipValueMin: 0, clipValueMax: 6 } }),
  LeakyRelu: ({ graph, inputs, attributes }) =>
    mapped(inputs.x!, plain('LeakyRelu', undefined, { alpha: { float: Number(attributes.alpha) } })(graph, inputs.x!.value)),
  Prelu: ({ graph, inputs }) =>
    combined(graph, [inputs.x!, inputs.alpha!], (graph, x, alpha) =>
      plus(graph, plain('Relu')(graph, x!), times(graph, alpha!, plain('Min')(graph, x!, graph.scalar(0)))),
    ),
  Step: step,
  ClipByValue: clip,
  EluGrad: ({ graph, inputs }) => combined(graph, [inputs.dy!, inputs.y!], eluGradient),
  Add: binary(plus),
  Sub: binary(minus),
  Multiply: binary(times),
  RealDiv: binary(over),
  Maximum: binary(plain('Max')),
  Minimum: binary(plain('Min')),
  Pow: binary(plain('Pow')),
  SquaredDifference: binary((graph, a, b) => squared(graph, minus(graph, a!, b!))),
  Greater: binary(plain('Greater', 'bool')),
  GreaterEqual: binary(plain('GreaterOrEqual', 'bool')),
  Less: binary(plain('Less', 'bool')),
  LessEqual: binary(plain('LessOrEqual', 'bool')),
  Equal: binary(plain('Equal', 'bool')),
  NotEqual: binary((graph, a, b) => plain('Not')(graph, plain('Equal', 'bool')(graph, a!, b!))),
  LogicalAnd: binary(plain('And')),
  LogicalOr: binary(plain('Or')),
  AddN: ({ graph, list }) => list.reduce((sum, term) => combined(graph, [sum, term], plus)),
  Select: ({ graph, inputs }) =>
    combined(graph, [inputs.condition!, inputs.t!, inputs.e!], (graph, ...values) => plain('Where')(graph, ...values)),
  Cast: ({ graph, inputs, attributes }) =>
    mapped(inputs.x!, cast(graph, inputs.x!.value, elementType(attributes.dtype as tf.DataType))),
  Fill: filled,
  ZerosLike: uniformLike(0),
  OnesLike: uniformLike(1),
}

import { flatGradients } from '#main/engine/backends/lossGradients'
import { sizeOf, type LossProgram, type NamedArrays, type NamedShapes, type NamedTensors, type Program } from '#main/engine/engine'
import { inputName, outputName, parameterName, renamed, unnamed } from '#main/engine/flatNames'
import { Graph, type GraphValue } from '#main/engine/onnx/graph'
import { arrangementKernels } from '#main/engine/onnx/kernels/arrangement'
import { convolutionKernels } from '#main/engine/onnx/kernels/convolution'
import { elementwiseKernels } from '#main/engine/onnx/kernels/elementwise'
import { matrixKernels } from '#main/engine/onnx/kernels/matrices'
import { poolingKernels } from '#main/engine/onnx/kernels/pooling'
import { reductionKernels } from '#main/engine/onnx/kernels/reductions'
import { type ModelFacts, onnxModel } from '#main/engine/onnx/modelFile'
import { needed, withBiases } from '#main/engine/onnx/passes'
import { placedPlainly, plainValue } from '#main/engine/onnx/placement'
import { registerTraceKernels, TraceBackend, traceBackendName } from '#main/engine/onnx/traceBackend'
import { tf } from '#main/engine/tf'

let registered = false

function register(): void {
  if (registered) return
  registered = true
  // The lowest priority: it must never become the default backend.
  tf.registerBackend(traceBackendName, () => new TraceBackend(), -1)
  registerTraceKernels(elementwiseKernels)
  registerTraceKernels(arrangementKernels)
  registerTraceKernels(reductionKernels)
  registerTraceKernels(matrixKernels)
  registerTraceKernels(convolutionKernels)
  registerTraceKernels(poolingKernels)
}

/** Runs `record` with a fresh graph on the recording backend, which keeps nothing of it. */
function tracing<Traced>(record: (backend: TraceBackend) => Traced): Traced {
  register()
  const before = tf.engine().backendName
  // Recording needs no await, so no other engine of this process can run in between.
  void tf.setBackend(traceBackendName)
  try {
    const backend = tf.backend() as TraceBackend
    backend.graph = new Graph()
    let traced: Traced | undefined
    tf.tidy(() => {
      traced = record(backend)
    })
    backend.graph = new Graph()
    return traced!
  } finally {
    if (before) void tf.setBackend(before)
  }
}

function inputsOf(backend: TraceBackend, shapes: NamedShapes): NamedTensors {
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [name, asTensor(backend, backend.graph.input(name, shape))]),
  )
}

function asTensor(backend: TraceBackend, value: GraphValue): tf.Tensor {
  return tf.engine().makeTensorFromTensorInfo(backend.hold(placedPlainly(value)))
}

function modelOf(backend: TraceBackend, outputs: NamedTensors, facts?: ModelFacts): Uint8Array {
  const values = Object.fromEntries(
    Object.entries(outputs).map(([name, tensor]) => [name, plainValue(backend.graph, backend.placedOf(tensor))]),
  )
  const outputValues = Object.values(values)
  return onnxModel(backend.graph, needed(withBiases(needed(backend.graph.nodes, outputValues)), outputValues), values, facts)
}

const plainName = (name: string) => name

/**
 * Returns the forward pass of `program` as an ONNX model with its parameters as constants inside.
 * @param facts for a model that is passed on: its inputs and outputs are then called as the program calls them
 */
export function traceForward(program: Program, parameters: NamedArrays, facts?: ModelFacts): Uint8Array {
  const [nameOfInput, nameOfOutput] = facts ? [plainName, plainName] : [inputName, outputName]
  return tracing((backend) => {
    const held = Object.entries(program.parameters).map(([name, shape]) => {
      const value = backend.graph.constant(parameters[name]!, shape)
      return [name, asTensor(backend, value)] as const
    })
    const inputs = inputsOf(backend, renamed(program.inputs, nameOfInput))
    const outputs = program.run(Object.fromEntries(held), unnamed(program.inputs, inputs, nameOfInput))
    return modelOf(backend, renamed(outputs, nameOfOutput), facts)
  })
}

/** Returns the outputs of `program` and the gradients of its loss as one ONNX model; parameters are inputs of it. */
export function traceGradients(program: LossProgram): Uint8Array {
  return tracing((backend) => modelOf(backend, recordGradients(backend, program)))
}

/** What only arranges values anew, and other engines do without. */
const arranging = new Set(['Reshape', 'Transpose', 'Slice', 'Cast', 'Expand'])

/** Bytes of all values that are computed on the way to the gradients of `program`. */
export function gradientBytes(program: LossProgram): number {
  return tracing((backend) => {
    const wanted = Object.values(recordGradients(backend, program)).map((tensor) => plainValue(backend.graph, backend.placedOf(tensor)))
    const computed = withBiases(needed(backend.graph.nodes, wanted)).filter(({ operator }) => !arranging.has(operator))
    return computed.reduce((sum, { output }) => sum + 4 * sizeOf(output.shape), 0)
  })
}

function recordGradients(backend: TraceBackend, program: LossProgram): NamedTensors {
  const parameters = inputsOf(backend, renamed(program.parameters, parameterName))
  const inputs = inputsOf(backend, renamed(program.inputs, inputName))
  return flatGradients(program, { ...parameters, ...inputs })
}

import { lossGradients } from '#main/engine/backends/lossGradients'
import type { LossProgram, NamedArrays, NamedShapes, NamedTensors, Program } from '#main/engine/engine'
import { Graph, type GraphValue } from '#main/engine/onnx/graph'
import { arrangementKernels } from '#main/engine/onnx/kernels/arrangement'
import { convolutionKernels } from '#main/engine/onnx/kernels/convolution'
import { elementwiseKernels } from '#main/engine/onnx/kernels/elementwise'
import { matrixKernels } from '#main/engine/onnx/kernels/matrices'
import { poolingKernels } from '#main/engine/onnx/kernels/pooling'
import { reductionKernels } from '#main/engine/onnx/kernels/reductions'
import { onnxModel } from '#main/engine/onnx/modelFile'
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
function tracing(record: (backend: TraceBackend) => Uint8Array): Uint8Array {
  register()
  const before = tf.engine().backendName
  // Recording needs no await, so no other engine of this process can run in between.
  void tf.setBackend(traceBackendName)
  try {
    const backend = tf.backend() as TraceBackend
    backend.graph = new Graph()
    let model: Uint8Array = new Uint8Array()
    tf.tidy(() => {
      model = record(backend)
    })
    backend.graph = new Graph()
    return model
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

function modelOf(backend: TraceBackend, outputs: NamedTensors): Uint8Array {
  const values = Object.fromEntries(
    Object.entries(outputs).map(([name, tensor]) => [name, plainValue(backend.graph, backend.placedOf(tensor))]),
  )
  const outputValues = Object.values(values)
  return onnxModel(backend.graph, needed(withBiases(needed(backend.graph.nodes, outputValues)), outputValues), values)
}

/** Names that parameters, inputs and gradients have in a traced model; a dot never occurs in a program's own names. */
export const parameterName = (name: string) => `parameter.${name}`
export const inputName = (name: string) => `input.${name}`
export const outputName = (name: string) => `output.${name}`
export const gradientName = (name: string) => `gradient.${name}`

function renamed<T>(record: Record<string, T>, rename: (name: string) => string): Record<string, T> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [rename(name), value]))
}

/** Returns the forward pass of `program` as an ONNX model with its parameters as constants inside. */
export function traceForward(program: Program, parameters: NamedArrays): Uint8Array {
  return tracing((backend) => {
    const held = Object.entries(program.parameters).map(([name, shape]) => {
      const value = backend.graph.constant(parameters[name]!, shape)
      return [name, asTensor(backend, value)] as const
    })
    const inputs = inputsOf(backend, renamed(program.inputs, inputName))
    const outputs = program.run(Object.fromEntries(held), unnamed(program.inputs, inputs, inputName))
    return modelOf(backend, renamed(outputs, outputName))
  })
}

/** Returns the outputs of `program` and the gradients of its loss as one ONNX model; parameters are inputs of it. */
export function traceGradients(program: LossProgram): Uint8Array {
  return tracing((backend) => {
    const parameters = inputsOf(backend, renamed(program.parameters, parameterName))
    const inputs = inputsOf(backend, renamed(program.inputs, inputName))
    const { outputs, gradients } = lossGradients(
      program,
      unnamed(program.parameters, parameters, parameterName),
      unnamed(program.inputs, inputs, inputName),
    )
    return modelOf(backend, { ...renamed(outputs, outputName), ...renamed(gradients, gradientName) })
  })
}

function unnamed(shapes: NamedShapes, tensors: NamedTensors, rename: (name: string) => string): NamedTensors {
  return Object.fromEntries(Object.keys(shapes).map((name) => [name, tensors[rename(name)]!]))
}

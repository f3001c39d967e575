import { createRequire } from 'node:module'
import { availableParallelism } from 'node:os'
import type { InferenceSession, Tensor as OnnxTensor, TensorConstructor, InferenceSessionFactory } from 'onnxruntime-node'
import { AppError } from '#shared/errors'
import type { Differentiable, Engine, EngineId, Executable, LossProgram, NamedArrays, NamedShapes, Program } from '#main/engine/engine'
import { asEngineFailure } from '#main/engine/failures'
import { allNamed, gradientName, inputName, outputName, parameterName } from '#main/engine/flatNames'
import { requireShapes } from '#main/engine/namedTensors'
import type { Network } from '#main/engine/network'
import { traceForward, traceGradients } from '#main/engine/onnx/trace'
import type { NetworkTensor } from '#shared/contract/networkAdapter'

interface Runtime {
  InferenceSession: InferenceSessionFactory
  Tensor: TensorConstructor
}

/** A way of ONNX Runtime to compute. */
interface Provider {
  id: EngineId
  name: 'cpu' | 'webgpu' | 'dml' | 'cuda'
  label: string
}

const cpu: Provider = { id: 'onnx-cpu', name: 'cpu', label: 'CPU (ONNX Runtime)' }

function gpuProvider(): Provider {
  return process.platform === 'win32'
    ? { id: 'onnx-gpu', name: 'dml', label: 'GPU (ONNX Runtime, DirectML)' }
    : { id: 'onnx-gpu', name: 'webgpu', label: 'GPU (ONNX Runtime, WebGPU)' }
}

function loadRuntime(): Runtime {
  try {
    return createRequire(import.meta.url)('onnxruntime-node') as Runtime
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error)
    throw new AppError(
      'ENGINE_UNAVAILABLE',
      `ONNX Runtime does not load on this machine (${reason}). The other engines work without it.`,
      { cause: error },
    )
  }
}

/**
 * Opens ONNX Runtime: programs are traced once and run as graphs.
 * @throws AppError ENGINE_UNAVAILABLE when the runtime does not load; a missing GPU shows when something is compiled.
 */
export async function openOnnx(where: 'cpu' | 'gpu'): Promise<Engine> {
  const runtime = loadRuntime()
  const provider = where === 'cpu' ? cpu : gpuProvider()
  return {
    id: provider.id,
    label: provider.label,
    compile: (program, parameters) => compile(runtime, provider, program, parameters),
    compileGradients: (program) => compileGradients(runtime, provider, program),
    openNetwork: (model) => openNetwork(runtime, provider, model),
    dispose: async () => {},
  }
}

async function openSession(runtime: Runtime, provider: Provider, model: Uint8Array): Promise<InferenceSession> {
  return runtime.InferenceSession.create(model, {
    executionProviders: [provider.name],
    graphOptimizationLevel: 'all',
    intraOpNumThreads: availableParallelism(),
    interOpNumThreads: 1,
    executionMode: 'sequential',
    // 3: errors only. DirectML demands the memory pattern off.
    logSeverityLevel: 3,
    enableMemPattern: provider.name !== 'dml',
    // Activations that fade to denormal numbers would otherwise slow quiet passages down.
    // Threads that wait by spinning win little on an idle machine and lose a factor of four on a busy one.
    extra: { session: { set_denormal_as_zero: '1', intra_op: { allow_spinning: '0' } } },
  })
}

async function guarded<T>(provider: Provider, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    if (/adapter|no available backend|DXGI|D3D12CreateDevice/i.test(message)) {
      throw new AppError('ENGINE_UNAVAILABLE', 'It found no GPU with a driver that it can use.', { cause: error })
    }
    throw asEngineFailure(error, provider.label)
  }
}

async function compile(runtime: Runtime, provider: Provider, program: Program, parameters: NamedArrays): Promise<Executable> {
  requireShapes(program.name, parameters, program.parameters)
  const session = await guarded(provider, () => openSession(runtime, provider, traceForward(program, parameters)))
  return {
    run: (inputs) =>
      guarded(provider, async () => {
        requireShapes(program.name, inputs, program.inputs)
        const results = await session.run(feeds(runtime, inputs, program.inputs, inputName))
        return named(results, outputName)
      }),
    dispose: () => void session.release(),
  }
}

async function compileGradients(runtime: Runtime, provider: Provider, program: LossProgram): Promise<Differentiable> {
  const session = await guarded(provider, () => openSession(runtime, provider, traceGradients(program)))
  return {
    gradients: (parameters, inputs) =>
      guarded(provider, async () => {
        requireShapes(program.name, parameters, program.parameters)
        requireShapes(program.name, inputs, program.inputs)
        const results = await session.run({
          ...feeds(runtime, parameters, program.parameters, parameterName),
          ...feeds(runtime, inputs, program.inputs, inputName),
        })
        return { outputs: named(results, outputName), gradients: named(results, gradientName) }
      }),
    dispose: () => void session.release(),
  }
}

async function openNetwork(runtime: Runtime, provider: Provider, model: Uint8Array): Promise<Network> {
  const session = await guarded(provider, () => openSession(runtime, provider, model)).catch(refusedBy('It could not be loaded'))
  return {
    inputs: session.inputMetadata.map(asTensor),
    outputs: session.outputMetadata.map(asTensor),
    async run(input, shape, outputName) {
      const feed = { [session.inputNames[0]!]: new runtime.Tensor('float32', input, shape) }
      const results = await guarded(provider, () => session.run(feed, [outputName])).catch(refusedBy('It could not be computed'))
      const { data, dims } = results[outputName]!
      return { values: data as Float32Array, shape: dims }
    },
    dispose: () => void session.release(),
  }
}

function asTensor(value: InferenceSession.ValueMetadata): NetworkTensor {
  return value.isTensor ? { name: value.name, type: value.type, shape: [...value.shape] } : { name: value.name, type: 'no tensor', shape: [] }
}

/** What the runtime has against a network is for whoever made it; what is wrong with the machine is not its fault. */
function refusedBy(what: string) {
  return (error: unknown): never => {
    if (error instanceof AppError) throw error
    const why = (error instanceof Error ? error.message : String(error)).trim().split('\n')[0]!.slice(0, 300)
    throw new AppError('MODEL_INCOMPATIBLE', `The ONNX network can't be used. ${what}: ${why}`, { cause: error })
  }
}

function feeds(
  runtime: Runtime,
  arrays: NamedArrays,
  shapes: NamedShapes,
  rename: (name: string) => string,
): Record<string, OnnxTensor> {
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [rename(name), new runtime.Tensor('float32', arrays[name]!, shape)]),
  )
}

function named(results: InferenceSession.OnnxValueMapType, rename: (name: string) => string): NamedArrays {
  return Object.fromEntries(Object.entries(allNamed(results, rename)).map(([name, value]) => [name, value.data as Float32Array]))
}

import { lossGradients } from '#main/engine/backends/lossGradients'
import type { Differentiable, Engine, EngineId, Executable, LossProgram, NamedArrays, Program } from '#main/engine/engine'
import { asEngineFailure } from '#main/engine/failures'
import { requireShapes, toArrays, toTensors } from '#main/engine/namedTensors'
import { tf } from '#main/engine/tf'

/**
 * Returns an engine that runs programs directly on a TensorFlow.js backend that is registered and initialised.
 * @param backend the name under which the backend is registered
 */
export function tfjsEngine(id: EngineId, label: string, backend: string): Engine {
  // Initialised backends are switched before the first await, so engines of one process do not disturb each other.
  const onBackend = <T>(work: () => T): T => {
    void tf.setBackend(backend)
    return work()
  }
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await onBackend(work)
    } catch (error) {
      throw asEngineFailure(error, label)
    }
  }
  return {
    id,
    label,
    compile: (program, parameters) =>
      guarded(async () => {
        requireShapes(program.name, parameters, program.parameters)
        return executable(program, parameters, guarded)
      }),
    compileGradients: async (program) => differentiable(program, guarded),
    dispose: async () => {},
  }
}

type Guard = <T>(work: () => Promise<T>) => Promise<T>

function executable(program: Program, parameters: NamedArrays, guarded: Guard): Executable {
  // Copied, since backends may read an array long after the tensor was made, and the caller owns the original.
  const copies = Object.fromEntries(Object.entries(parameters).map(([name, values]) => [name, values.slice()]))
  const held = toTensors(copies, program.parameters)
  return {
    run: (inputs) =>
      guarded(async () => {
        requireShapes(program.name, inputs, program.inputs)
        const outputs = tf.tidy(() => program.run(held, toTensors(inputs, program.inputs)))
        try {
          return await toArrays(outputs)
        } finally {
          tf.dispose(outputs)
        }
      }),
    dispose: () => tf.dispose(held),
  }
}

function differentiable(program: LossProgram, guarded: Guard): Differentiable {
  return {
    gradients: (parameters, inputs) =>
      guarded(async () => {
        requireShapes(program.name, parameters, program.parameters)
        requireShapes(program.name, inputs, program.inputs)
        const result = tf.tidy(() =>
          lossGradients(program, toTensors(parameters, program.parameters), toTensors(inputs, program.inputs)),
        )
        try {
          const [outputs, gradients] = await Promise.all([toArrays(result.outputs), toArrays(result.gradients)])
          return { outputs, gradients }
        } finally {
          tf.dispose([result.outputs, result.gradients])
        }
      }),
    dispose: () => {},
  }
}

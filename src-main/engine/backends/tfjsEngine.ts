import { flatGradients } from '#main/engine/backends/lossGradients'
import type { Differentiable, Engine, EngineId, Executable, LossProgram, NamedArrays, NamedTensors, Program } from '#main/engine/engine'
import { asEngineFailure } from '#main/engine/failures'
import { allNamed, gradientName, inputName, outputName, parameterName, renamed } from '#main/engine/flatNames'
import { requireShapes, toArrays, toTensors } from '#main/engine/namedTensors'
import { tf } from '#main/engine/tf'

/** What is computed of tensors; it reads none of them. */
export type Computation = (inputs: NamedTensors) => NamedTensors

/** A computation made ready to be run again and again, on tensors of the same names and shapes, each time inside a tidy. */
export interface Prepared {
  run(inputs: NamedTensors): NamedTensors
  dispose(): void
}

/** Makes a computation ready and owns the tensors that it uses beside its inputs. */
export type Prepare = (computation: Computation, constants: NamedTensors) => Prepared

const oneByOne: Prepare = (computation, constants) => ({ run: computation, dispose: () => tf.dispose(constants) })

/**
 * Returns an engine that runs programs on a TensorFlow.js backend that is registered and initialised.
 * @param backend the name under which the backend is registered
 * @param prepare how programs are run; one operation after the other if not given
 */
export function tfjsEngine(id: EngineId, label: string, backend: string, prepare: Prepare = oneByOne): Engine {
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
        return executable(program, parameters, prepare, guarded)
      }),
    compileGradients: async (program) => differentiable(program, prepare, guarded),
    dispose: async () => {},
  }
}

type Guard = <T>(work: () => Promise<T>) => Promise<T>

function executable(program: Program, parameters: NamedArrays, prepare: Prepare, guarded: Guard): Executable {
  // Copied, since backends may read an array long after the tensor was made, and the caller owns the original.
  const copies = Object.fromEntries(Object.entries(parameters).map(([name, values]) => [name, values.slice()]))
  const held = toTensors(copies, program.parameters)
  const prepared = prepare((inputs) => program.run(held, inputs), held)
  return {
    run: (inputs) =>
      guarded(async () => {
        requireShapes(program.name, inputs, program.inputs)
        return results(prepared, () => toTensors(inputs, program.inputs))
      }),
    dispose: () => prepared.dispose(),
  }
}

function differentiable(program: LossProgram, prepare: Prepare, guarded: Guard): Differentiable {
  const prepared = prepare((tensors) => flatGradients(program, tensors), {})
  return {
    gradients: (parameters, inputs) =>
      guarded(async () => {
        requireShapes(program.name, parameters, program.parameters)
        requireShapes(program.name, inputs, program.inputs)
        const found = await results(prepared, () => ({
          ...renamed(toTensors(parameters, program.parameters), parameterName),
          ...renamed(toTensors(inputs, program.inputs), inputName),
        }))
        return { outputs: allNamed(found, outputName), gradients: allNamed(found, gradientName) }
      }),
    dispose: () => prepared.dispose(),
  }
}

/** Runs once and keeps no tensor of it. */
async function results(prepared: Prepared, inputs: () => NamedTensors): Promise<NamedArrays> {
  const outputs = tf.tidy(() => prepared.run(inputs()))
  try {
    return await toArrays(outputs)
  } finally {
    tf.dispose(outputs)
  }
}

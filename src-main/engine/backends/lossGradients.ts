import type { LossProgram, NamedTensors } from '#main/engine/engine'
import { gradientName, inputName, outputName, parameterName, renamed, unnamed } from '#main/engine/flatNames'
import { type Scalar, type Tensor, tf } from '#main/engine/tf'

/**
 * Runs a loss program once and differentiates its `loss` by every parameter; a parameter that the loss does not depend
 * on gets zeros. Call it inside a tidy, or dispose of both results.
 */
export function lossGradients(
  program: LossProgram,
  parameters: NamedTensors,
  inputs: NamedTensors,
): { outputs: NamedTensors; gradients: NamedTensors } {
  const names = Object.keys(program.parameters)
  const reported: NamedTensors = {}
  const forward = (): Scalar => {
    const outputs = program.run(parameters, inputs)
    for (const [name, tensor] of Object.entries(outputs)) reported[name] = tf.keep(tensor.clone())
    return outputs.loss as Scalar
  }
  const { value, grads } = differentiate(
    forward,
    names.map((name) => parameters[name]!),
    reported,
  )
  value.dispose()
  // Kept while the tape's own scope closed; from here on they belong to the caller's scope like any other tensor.
  const outputs = Object.fromEntries(Object.entries(reported).map(([name, tensor]) => [name, release(tensor)]))
  const gradients = Object.fromEntries(
    names.map((name, index) => [name, grads[index] ?? tf.zerosLike(parameters[name]!)]),
  )
  return { outputs, gradients }
}

/**
 * `lossGradients` of parameters and inputs that lie in one record, as one record, under the names of flatNames. Call it
 * inside a tidy, or dispose of the results.
 */
export function flatGradients(program: LossProgram, tensors: NamedTensors): NamedTensors {
  const parameters = unnamed(program.parameters, tensors, parameterName)
  const { outputs, gradients } = lossGradients(program, parameters, unnamed(program.inputs, tensors, inputName))
  return { ...renamed(outputs, outputName), ...renamed(gradients, gradientName) }
}

/** The library's own gradient, which leaves its tape behind when it fails; a caller that steps down needs that memory. */
function differentiate(forward: () => Scalar, parameters: Tensor[], reported: NamedTensors) {
  try {
    return tf.engine().gradients(forward, parameters, undefined, true)
  } catch (error) {
    for (const node of tf.engine().state.activeTape ?? []) tf.dispose(node.saved ?? [])
    tf.dispose(reported)
    throw error
  }
}

function release(kept: Tensor): Tensor {
  const released = kept.clone()
  kept.dispose()
  return released
}

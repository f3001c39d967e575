import type { Engine, NamedArrays } from '#main/engine/engine'
import { goldenProgram } from '#main/engine/goldenProgram'
import { goldenArrays, goldenOutputs, goldenSeeds, goldenSlopes, goldenTolerance } from '#main/engine/goldenValues'

/**
 * Runs the golden program and its gradient on an engine.
 * Returns what is wrong, in plain words, or undefined where every number is right.
 */
export async function findMistake(engine: Engine): Promise<string | undefined> {
  const parameters = goldenArrays(goldenProgram.parameters, goldenSeeds.parameters)
  const inputs = goldenArrays(goldenProgram.inputs, goldenSeeds.inputs)
  const executable = await engine.compile(goldenProgram, parameters)
  const differentiable = await engine.compileGradients(goldenProgram)
  try {
    const forward = await executable.run(inputs)
    const { outputs, gradients } = await differentiable.gradients(parameters, inputs)
    return wrongOutput(forward) ?? wrongOutput(outputs) ?? wrongGradient(gradients)
  } finally {
    executable.dispose()
    differentiable.dispose()
  }
}

function wrongOutput(outputs: NamedArrays): string | undefined {
  for (const [name, expected] of Object.entries(goldenOutputs)) {
    const found = outputs[name]?.[0] ?? NaN
    if (!(Math.abs(found - expected) <= goldenTolerance * Math.abs(expected))) {
      return `it computes wrongly (${name} is ${found.toPrecision(6)} instead of ${expected.toPrecision(6)})`
    }
  }
  return undefined
}

function wrongGradient(gradients: NamedArrays): string | undefined {
  const directions = goldenArrays(goldenProgram.parameters, goldenSeeds.directions)
  for (const [name, expected] of Object.entries(goldenSlopes)) {
    const gradient = gradients[name] ?? new Float32Array(0)
    const direction = directions[name]!
    const found = dot(gradient, direction)
    const size = Math.sqrt(dot(gradient, gradient) * dot(direction, direction))
    if (!(Math.abs(found - expected) <= goldenTolerance * size)) {
      return `its gradients are wrong (along ${name} ${found.toPrecision(6)} instead of ${expected.toPrecision(6)})`
    }
  }
  return undefined
}

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, index) => sum + value * b[index]!, 0)
}

import type { Engine, LossProgram, NamedArrays } from '#main/engine/engine'

/** How steeply a loss rises along the gradient of one parameter: as the gradient says, and as measured by going a little way. */
export interface Slope {
  readonly parameter: string
  readonly byGradient: number
  readonly measured: number
}

/**
 * Compares gradients with finite differences, parameter by parameter. Each is moved along its own gradient, where a gradient
 * of another length or direction than the true one shows at once; those that hardly matter are left out.
 */
export async function slopes(engine: Engine, program: LossProgram, parameters: NamedArrays, inputs: NamedArrays): Promise<Slope[]> {
  const differentiable = await engine.compileGradients(program)
  const distance = 3e-3
  const lossAt = async (moved: NamedArrays) => (await differentiable.gradients(moved, inputs)).outputs.loss![0]!
  try {
    const { gradients } = await differentiable.gradients(parameters, inputs)
    const norms = Object.entries(gradients).map(([parameter, values]) => ({ parameter, byGradient: Math.sqrt(values.reduce((sum, g) => sum + g * g, 0)) }))
    const steepest = Math.max(...norms.map(({ byGradient }) => byGradient))
    const found: Slope[] = []
    for (const { parameter, byGradient } of norms.filter((norm) => norm.byGradient > 0.05 * steepest)) {
      const along = gradients[parameter]!.map((g) => g / byGradient)
      const moved = (by: number) => ({ ...parameters, [parameter]: parameters[parameter]!.map((value, i) => value + by * along[i]!) })
      found.push({ parameter, byGradient, measured: ((await lossAt(moved(distance))) - (await lossAt(moved(-distance)))) / (2 * distance) })
    }
    return found
  } finally {
    differentiable.dispose()
  }
}

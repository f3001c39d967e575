import { sizeOf, type Differentiable, type LossProgram, type NamedArrays } from '#main/engine/engine'
import type { TrainingConfig } from '#shared/training/config'
import { checkpointCancel, type WorkContext } from '#shared/jobs/work'
import { randomStream } from '#shared/random'

/** Gives the means of a loss and its terms over batches that stay the same. */
export type HeldLoss = (parameters: NamedArrays, context: WorkContext) => Promise<Record<string, number>>

/**
 * Measures the scalar outputs of `program` over `batches`: with noise as in training, so that both curves can be compared; the
 * same each time, so that epochs can be.
 */
export function heldLoss(
  batches: readonly NamedArrays[],
  program: LossProgram,
  differentiable: Differentiable,
  { seed, beta }: TrainingConfig,
): HeldLoss {
  const random = randomStream(seed).fork('validation')
  const fixed: NamedArrays = { ...(program.inputs.beta && { beta: Float32Array.of(beta) }) }
  for (const [name, shape] of Object.entries(program.inputs)) {
    if (name.startsWith('noise')) fixed[name] = Float32Array.from({ length: sizeOf(shape) }, () => random.normal())
  }
  return async (parameters, context) => {
    const terms: Record<string, number> = {}
    for (const batch of batches) {
      const { outputs } = await differentiable.gradients(parameters, { ...batch, ...fixed })
      for (const [name, values] of Object.entries(outputs)) {
        if (values.length === 1) terms[name] = (terms[name] ?? 0) + values[0]! / batches.length
      }
      await checkpointCancel(context)
    }
    return terms
  }
}

import { sizeOf, type LossProgram } from '#main/engine/engine'

/** Of the runtime, the engine, decoded takes and their spectra, as measured; see `trainingMemory`. */
const fixedBytes = 700 << 20
/** Parameters, gradients, two moments, the average, and what engines copy of them. */
const copiesOfParameters = 10
/** Of all that is computed in a step, the share that engines hold at once, as measured. */
const heldAtOnce = 0.6

/**
 * Bytes of memory that training with `program` takes, roughly.
 * @param computed bytes of all that one step computes
 */
export function trainingMemory(program: LossProgram, computed: number): number {
  return Math.round(fixedBytes + copiesOfParameters * 4 * parameterCount(program) + heldAtOnce * computed)
}

/** How many numbers a program learns. */
export function parameterCount(program: LossProgram): number {
  return Object.values(program.parameters).reduce((sum, shape) => sum + sizeOf(shape), 0)
}

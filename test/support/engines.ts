import { engineIds, type Engine, type EngineId, type NamedArrays } from '#main/engine/engine'
import { openRung } from '#main/engine/rungs'

/** A rung as this process finds it: open, or the reason why not. */
export type FoundRung = { id: EngineId; engine: Engine } | { id: EngineId; reason: string }

/**
 * Opens every rung that works in one process beside the others. A GPU that only shows when something is compiled is
 * found out by `tryOut`.
 */
export async function openRungs(tryOut: (engine: Engine) => Promise<unknown>): Promise<FoundRung[]> {
  const found: FoundRung[] = []
  for (const id of engineIds) {
    try {
      const engine = await openRung(id)
      await tryOut(engine)
      found.push({ id, engine })
    } catch (error) {
      found.push({ id, reason: error instanceof Error ? error.message.split('\n')[0]! : String(error) })
    }
  }
  return found
}

/** Largest difference between two tensors, relative to the largest value of the first. */
export function relativeError(expected: Float32Array, found: Float32Array | undefined): number {
  if (found?.length !== expected.length) return Infinity
  let largest = 1e-12
  let difference = 0
  expected.forEach((value, index) => {
    largest = Math.max(largest, Math.abs(value))
    const distance = Math.abs(value - found[index]!)
    difference = Number.isNaN(distance) ? Infinity : Math.max(difference, distance)
  })
  return difference / largest
}

/** The largest `relativeError` over all names of `expected`. */
export function worstError(expected: NamedArrays, found: NamedArrays): number {
  return Math.max(...Object.entries(expected).map(([name, values]) => relativeError(values, found[name])))
}

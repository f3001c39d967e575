import { randomStream } from '#shared/random'
import { sizeOf, type NamedArrays, type NamedShapes } from '#main/engine/engine'

/** Returns values in [-0.7, 0.9) for every name, the same everywhere for the same seed. */
export function goldenArrays(shapes: NamedShapes, seed: number): NamedArrays {
  const stream = randomStream(seed)
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => {
      const own = stream.fork(name)
      return [name, Float32Array.from({ length: sizeOf(shape) }, () => own.between(-0.7, 0.9))]
    }),
  )
}

/** Seeds of what the golden program is run on, and of the directions along which its slopes are known. */
export const goldenSeeds = { parameters: 11, inputs: 12, directions: 13 } as const

/** What the golden program gives, in double precision. test/unit/engine computes these anew and compares. */
export const goldenOutputs: Readonly<Record<string, number>> = {
  loss: 1.7699333162,
  spectrum: 0.429294513263,
  magnitude: 0.75255672541,
  kl: 0.179433526715,
}

/** Slopes of its loss along one direction of each parameter: the gradient's product with the direction. */
export const goldenSlopes: Readonly<Record<string, number>> = {
  'entry/kernel': 0.170969698,
  'entry/bias': 0.565248478,
  'norm/gamma': -0.357190383,
  'norm/beta': 1.04962419,
  'down/kernel': -0.0784963453,
  'bins/narrow': 0.265307754,
  'bins/wide': 0.102905099,
  scale: -0.191390932,
  'head/mean': -0.702252244,
  'head/logVariance': 0.00425061975,
  'dense/weights': 0.21404669,
  'up/kernel': 0.0073336579,
  'gate/kernel': 0.0000278126411,
  'skip/kernel': 0.000169879111,
  'output/kernel': -0.0319516831,
}

/** How far an engine may be from the golden values, relative to the size of what is compared. */
export const goldenTolerance = 1e-4

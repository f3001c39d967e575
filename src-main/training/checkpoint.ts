import { sizeOf, type NamedArrays, type NamedShapes } from '#main/engine/engine'
import { decodeWeights, encodeWeights } from '#main/models/weightsFile'
import { initialOptimizerState, type OptimizerState } from '#main/training/adamW'
import type { StoppingState } from '#main/training/earlyStopping'
import { noSums, type EpochSums } from '#main/training/epochSums'
import { AppError } from '#shared/errors'

/** All that a run needs to go on as if it had never stopped. Random state is (seed, step): no stream outlives a step. */
export interface Checkpoint {
  optimizer: OptimizerState
  /** Seconds of training so far, since a time budget counts over all sittings. */
  trainedSeconds: number
  best: { step: number; score: number } | undefined
  /** Validations without a new best. */
  validationsSinceBest: number
  /** What was summed up since the last line of the history. */
  pending: EpochSums
  /** What Prechelt's rule has seen; only of runs that stop by it. */
  stopping?: StoppingState | undefined
}

/** Where a run begins: step 0, from `parameters`, which it then owns. */
export function freshCheckpoint(parameters: NamedArrays): Checkpoint {
  return {
    optimizer: initialOptimizerState(parameters),
    trainedSeconds: 0,
    best: undefined,
    validationsSinceBest: 0,
    pending: noSums(),
  }
}

const version = '1'
const slots = ['parameters', 'firstMoment', 'secondMoment', 'average'] as const

/** A checkpoint as one file (safetensors; arrays named `slot:parameter`, the rest as metadata). */
export function encodeCheckpoint(checkpoint: Checkpoint, shapes: NamedShapes): Uint8Array {
  const { optimizer, ...rest } = checkpoint
  const arrays: NamedArrays = {}
  const allShapes: Record<string, readonly number[]> = {}
  for (const slot of slots) {
    for (const [name, values] of Object.entries(optimizer[slot])) {
      arrays[`${slot}:${name}`] = values
      allShapes[`${slot}:${name}`] = shapes[name]!
    }
  }
  return encodeWeights(arrays, allShapes, { version, step: String(optimizer.step), state: JSON.stringify(rest) })
}

/**
 * The checkpoint in a file.
 * @throws AppError CHECKPOINT_CORRUPT when it is damaged, of another version, or of another network.
 */
export function decodeCheckpoint(file: Uint8Array, shapes: NamedShapes): Checkpoint {
  const advice = 'Nothing was changed; start the run anew, or use its best model with --from.'
  const fail = (what: string, cause?: unknown) =>
    new AppError('CHECKPOINT_CORRUPT', `The checkpoint cannot be continued: ${what}. ${advice}`, { cause })
  const { arrays, metadata } = decoded(file, fail)
  if (metadata.version !== version) throw fail(`it was written by another version (${metadata.version})`)
  const slot = (which: (typeof slots)[number]): NamedArrays =>
    Object.fromEntries(
      Object.entries(shapes).map(([name, shape]) => {
        const values = arrays[`${which}:${name}`]
        if (values?.length !== sizeOf(shape)) throw fail(`it belongs to another network (${name})`)
        return [name, values]
      }),
    )
  const state = JSON.parse(metadata.state!) as Omit<Checkpoint, 'optimizer'>
  return {
    ...state,
    // Older ones have not summed up all of it.
    pending: { ...noSums(), ...state.pending },
    optimizer: {
      step: Number(metadata.step),
      parameters: slot('parameters'),
      firstMoment: slot('firstMoment'),
      secondMoment: slot('secondMoment'),
      average: slot('average'),
    },
  }
}

function decoded(file: Uint8Array, fail: (what: string, cause: unknown) => AppError): ReturnType<typeof decodeWeights> {
  try {
    return decodeWeights(file)
  } catch (error) {
    throw fail('the file is damaged', error)
  }
}

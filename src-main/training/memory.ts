import { sizeOf, type LossProgram } from '#main/engine/engine'
import { rowEdges } from '#main/models/bandLayout'
import { kindOfFamily, type NetworkConfig } from '#main/training/presets'
import { pictureSize } from '#shared/images/mixing'
import type { TrainingConfig } from '#shared/training/config'

/** The runtime and the engine, as measured with TensorFlow; with pictures, nothing is decoded and no thread makes batches. */
const fixedBytes = { sounds: 680e6, pictures: 450e6 }
/** Parameters, gradients, two moments, the average, and what engines copy of them. */
const copiesOfParameters = 10
/** Of the values that are computed in a step, the share that engines hold at once: 0.73 to 0.9 as measured over the presets. */
const heldAtOnce = 0.85

/**
 * Bytes of memory that training takes, roughly; measured peaks of the presets lie within a fifth of it, that of the dense unmixer a third below.
 * @param computed bytes of all values that one step computes
 */
export function trainingMemory(model: NetworkConfig, config: TrainingConfig, program: LossProgram, computed: number): number {
  const fixed = kindOfFamily(model.family) === 'images' ? fixedBytes.pictures : fixedBytes.sounds
  return Math.round(fixed + copiesOfParameters * 4 * parameterCount(program) + heldAtOnce * computed + preparedBytes(model, config))
}

/** How many numbers a program learns. */
export function parameterCount(program: LossProgram): number {
  return Object.values(program.parameters).reduce((sum, shape) => sum + sizeOf(shape), 0)
}

/** Pictures that are kept in memory: those of MNIST and of Fashion-MNIST. */
const keptPictures = 120_000

/** Seconds of short sounds that are kept in memory: those of ESC-10. */
const keptSoundSeconds = 2000

/**
 * The spectra of the takes that are mixed at any time: two sides, complex; of networks for pictures the pictures. Blind networks
 * need none.
 */
function preparedBytes(model: NetworkConfig, { takes, patches }: TrainingConfig): number {
  if (model.family === 'unmixer') return keptPictures * pictureSize
  if (kindOfFamily(model.family) === 'clips') return keptSoundSeconds * 22_050 * 4
  if (!('layout' in model)) return 0
  const seconds = patches.vocalPool * takes.vocalSeconds + patches.musicPool * takes.musicSeconds
  const bins = Math.max(...rowEdges(model.layout).map(({ end }) => end))
  return (seconds * model.stft.sampleRate * bins * 2 * 2 * 4) / model.stft.hopLength
}

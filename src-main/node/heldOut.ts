import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Manifest } from '#main/datasets/manifest'
import type { Engine, NamedArrays } from '#main/engine/engine'
import { blindVae, type BlindVaeConfig } from '#main/models/blindVae'
import { componentProgram } from '#main/models/componentProgram'
import type { SeparatorConfig } from '#main/models/separatorNetwork'
import type { UnmixerConfig } from '#main/models/unmixerConfig'
import { decodeWeights } from '#main/models/weightsFile'
import { measureReconstruction } from '#main/generating/generatorScores'
import { readGeneratorSounds } from '#main/node/generatorSounds'
import { describePairs, measurePictures, readHeldPictures } from '#main/node/heldPictures'
import { describeSounds, measureRvqVae, readHeldSounds } from '#main/node/heldSounds'
import { loadOther, loadOwnSeparator } from '#main/node/modelFiles'
import { loadPiece, referenceFiles } from '#main/node/referenceSongs'
import { readRunConfig } from '#main/node/runFolder'
import { isSung, measureBlind, measureSeparator, type HeldOutScores } from '#main/separation/heldOutScores'
import { createSeparator } from '#main/separation/separator'
import { busiestStretch, scorePiece, type ReferencePiece } from '#main/separation/validation'
import { studyProtocol } from '#main/unmixing/unmixingScores'
import { AppError } from '#shared/errors'
import type { WorkContext } from '#shared/jobs/work'

/** What a run's best network is worth on songs, or pictures, that it has not learned from. */
export interface HeldOutMeasurement {
  /** Names of the songs, or which pictures. */
  readonly measuredOn: string
  readonly values: HeldOutScores
  /** Standard deviations of values over repeated measurements, by the same names. */
  readonly deviations?: HeldOutScores
}

/** Of what is drawn to measure with. */
const measuringSeed = 1

/** Seconds of each song, where most is sung. */
const measuredSeconds = 60

/**
 * Measures the best network of a finished run on the songs, or pictures, that are kept for the test, or, where there are none, on
 * those of the validation. Of pictures it gives `mse`, `psnr` and `ssim`, with their deviations.
 * @throws AppError DATASET_EMPTY where nothing is held out; the reader's and the engine's errors
 */
export async function measureHeldOut(runFolder: string, dataFolder: string, manifest: Manifest, engine: Engine, context: WorkContext): Promise<HeldOutMeasurement> {
  const { model } = await readRunConfig(runFolder)
  const { arrays } = decodeWeights(await readFile(join(runFolder, 'model/weights.safetensors')))
  if (model.family === 'unmixer') return scorePictures(model, arrays, dataFolder, manifest, engine, context)
  if (model.family === 'rvqprior') throw new AppError('INVALID_INPUT', 'A prior is measured while it is trained, and compared in the Lab. Nothing was measured.')
  if (model.family === 'rvqvae') return scoreCoding(runFolder, dataFolder, manifest, engine, context)
  if (model.family === 'detectvae') throw new AppError('INVALID_INPUT', 'A detector is measured against other sounds, by a sweep of the Lab. Nothing was measured.')
  if (model.family === 'soundvae') return scoreGenerator(runFolder, dataFolder, manifest, engine, context)
  const pieces = await heldOutPieces(dataFolder, manifest, model.stft.sampleRate, context)
  const measuredOn = pieces.map(({ name }) => name).join(', ')
  if (model.family === 'convvae' || model.family === 'densevae') return { measuredOn, values: await scoreBlind(model, arrays, pieces, engine, context) }
  return { measuredOn, values: await scoreSeparator(model, arrays, pieces, engine, context) }
}

async function scoreCoding(runFolder: string, dataFolder: string, manifest: Manifest, engine: Engine, context: WorkContext): Promise<HeldOutMeasurement> {
  const model = await loadOther(join(runFolder, 'model'), 'rvqvae')
  const sounds = await readHeldSounds(model.card.config, dataFolder, manifest, context)
  const { distance, reconstruction, quantisationError } = await measureRvqVae(model, sounds, engine, context)
  return { measuredOn: describeSounds(sounds), values: { distance, reconstruction, quantisationError } }
}

async function scoreGenerator(runFolder: string, dataFolder: string, manifest: Manifest, engine: Engine, context: WorkContext): Promise<HeldOutMeasurement> {
  const model = await loadOther(join(runFolder, 'model'), 'soundvae')
  const { held, measuredOn } = await readGeneratorSounds(model, dataFolder, manifest.clips ?? [], context)
  return { measuredOn, values: { ...(await measureReconstruction(model.card, model.parameters, held, engine, measuringSeed, context)) } }
}

async function scorePictures(model: UnmixerConfig, parameters: NamedArrays, dataFolder: string, { images = [] }: Manifest, engine: Engine, context: WorkContext): Promise<HeldOutMeasurement> {
  const { sources, split } = await readHeldPictures(dataFolder, images)
  const { mean, deviation } = await measurePictures(model, parameters, sources, engine, context, studyProtocol)
  return { measuredOn: describePairs(studyProtocol, split, model.mixing), values: { ...mean }, deviations: { ...deviation } }
}

/**
 * Vocals SDR of separators, each in its folder, on the songs that are kept for the test, or else for the validation: decibels, song by
 * song, in the order of the folders. Songs in which nobody sings then are left out: how silent silence is says nothing of a voice.
 * @throws AppError DATASET_EMPTY where no song is held out or none is sung, MODEL_NOT_FOUND, MODEL_CORRUPT; the reader's and the engine's errors
 */
export async function measureModels(directories: readonly string[], dataFolder: string, manifest: Manifest, engine: Engine, context: WorkContext): Promise<{ name: string; sdr: number[] }[]> {
  const models = await Promise.all(directories.map(loadOwnSeparator))
  const pieces = (await heldOutPieces(dataFolder, manifest, models[0]!.card.config.stft.sampleRate, context)).filter(isSung)
  if (pieces.length === 0) {
    throw new AppError('DATASET_EMPTY', 'Nobody sings in what was kept from training, so nothing could be measured. Teach it with songs, or a stretch of a voice, that are sung to the end.')
  }
  const songs = pieces.map(({ name }) => ({ name, sdr: [] as number[] }))
  for (const [done, { card, parameters }] of models.entries()) {
    const separator = await createSeparator(card.config, parameters, engine)
    try {
      for (const [index, piece] of pieces.entries()) {
        context.onProgress({ stage: 'measuring', completed: done * pieces.length + index, total: models.length * pieces.length, unit: 'files' })
        songs[index]!.sdr.push((await scorePiece(piece, separator, 'fast', { ...context, onProgress: () => {} })).usdr)
      }
    } finally {
      separator.dispose()
    }
  }
  return songs
}

async function heldOutPieces(dataFolder: string, { songs }: Manifest, sampleRate: number, context: WorkContext): Promise<ReferencePiece[]> {
  const of = (wanted: string) => songs.filter(({ split }) => split === wanted)
  const held = of('test').length > 0 ? of('test') : of('validation')
  if (held.length === 0) {
    const advice = 'Put at least one song of the dataset into validation or test, and start again.'
    throw new AppError('DATASET_EMPTY', `No song with known stems is kept from training, so nothing could be measured. ${advice}`)
  }
  const pieces: ReferencePiece[] = []
  for (const song of held) {
    context.onProgress({ stage: 'reading', completed: pieces.length, total: held.length, unit: 'files' })
    context.signal.throwIfAborted()
    pieces.push(busiestStretch(await loadPiece(referenceFiles(dataFolder, song), sampleRate), measuredSeconds))
  }
  return pieces
}

async function scoreSeparator(model: SeparatorConfig, parameters: NamedArrays, pieces: readonly ReferencePiece[], engine: Engine, context: WorkContext) {
  const separator = await createSeparator(model, parameters, engine)
  try {
    return await measureSeparator(pieces, separator, context)
  } finally {
    separator.dispose()
  }
}

async function scoreBlind(model: BlindVaeConfig, parameters: NamedArrays, pieces: readonly ReferencePiece[], engine: Engine, context: WorkContext) {
  const network = await engine.compile(componentProgram(model.family, blindVae(model), model, 1), parameters)
  try {
    return await measureBlind(pieces, model, network, context)
  } finally {
    network.dispose()
  }
}

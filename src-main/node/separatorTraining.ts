import { requireTrainable, type Split } from '#main/datasets/manifest'
import type { Engine, NamedArrays } from '#main/engine/engine'
import { selfTestMask } from '#main/models/selfTest'
import { separatorLoss, separatorTrainingParameters } from '#main/models/separatorLoss'
import { separatorNetwork, type SeparatorConfig } from '#main/models/separatorNetwork'
import type { SpectralNetworkConfig } from '#main/models/spectralNetwork'
import { saveModel } from '#main/node/modelFiles'
import { firstBatches, heldLoss } from '#main/node/heldLoss'
import { openPatchLoader, type PatchLoader } from '#main/node/patchLoader'
import { pinSongClips } from '#main/node/pinnedSongs'
import { loadPiece, referenceFiles } from '#main/node/referenceSongs'
import { describeRun, runRecordings, type TrainingFamily } from '#main/node/trainingFamily'
import type { BaseModel, TrainingRun } from '#main/node/trainingRun'
import { createSeparator, separateVocals } from '#main/separation/separator'
import { busiestStretch, scorePiece, type ReferencePiece } from '#main/separation/validation'
import { hearSeparator } from '#main/training/hearSeparator'
import type { HeardClip, PinnedClip } from '#main/training/resultSource'
import { unwatchedContext } from '#main/node/workContext'
import type { TrainingConfig } from '#shared/training/config'
import { scoresBySong } from '#shared/training/terms'
import { AppError } from '#shared/errors'
import type { WorkContext } from '#shared/jobs/work'

/** Seconds of each validation song that are listened to, where most is sung. */
const validatedSeconds = 60
/** Batches of remixes whose loss is measured. */
const validationBatches = 2
const selfTestSeed = 7

/** Trains a separator on random remixes, and validates it by the SDR of the vocals of whole songs. */
export function separatorFamily(
  run: TrainingRun,
  model: SeparatorConfig,
  config: TrainingConfig,
  engine: Engine,
  base: BaseModel | undefined,
): TrainingFamily {
  const names = Object.keys(separatorNetwork(model).parameters)
  const networkOf = (parameters: NamedArrays) => Object.fromEntries(names.map((name) => [name, parameters[name]!]))
  const { sampleRate } = model.stft
  const program = separatorLoss(model, config.batchSize, config.loss)
  return {
    specs: separatorTrainingParameters(model),
    program,
    async openBatches(context) {
      requireTrainable(run.manifest, false)
      requireRoomForPatches(model, config)
      return openRemixes(run, model, config, 'train', context)
    },
    async openValidation(differentiable) {
      const pieces = [...(await validationPieces(run, sampleRate)), ...run.validationPieces]
      const batches = await heldBatches(run, model, config, pieces.length === 0)
      const measure = heldLoss(batches, program, differentiable, config)
      return async (parameters, context) => {
        const losses = lossTerms(await measure(parameters, context), config.beta)
        const { score, terms } = await scoreSongs(pieces, model, networkOf(parameters), engine, context)
        // Without a song to separate, the loss has to tell which epoch is best.
        return { score: pieces.length > 0 ? score : -(losses.loss ?? 0), terms: { ...losses, ...terms } }
      }
    },
    async save(directory, parameters, line) {
      const measuredOn = Object.keys(scoresBySong(line)).join(', ')
      const mask = await selfTestMask(model, networkOf(parameters), engine, selfTestSeed)
      const card = {
        ...(await describeRun(run, base)),
        config: model,
        scores: measuredOn ? [{ name: 'Vocals uSDR', value: line.score, unit: 'dB', measuredOn }] : [],
        training: { steps: line.step, seconds: line.seconds, seed: config.seed, engine: engine.label, config },
        selfTest: { seed: selfTestSeed, mask },
      }
      await saveModel(directory, card, networkOf(parameters))
    },
    results: {
      kind: 'clips',
      pin: (context) => pinSongClips(run, { sampleRate, margin: marginOf(model), seed: config.seed, blind: false }, context),
      hear: (parameters, clips, context) => hearClips(clips, model, networkOf(parameters), engine, context),
    },
  }
}

async function openRemixes(run: TrainingRun, model: SeparatorConfig, config: TrainingConfig, wanted: Split, context: WorkContext): Promise<PatchLoader> {
  const { sampleRate } = model.stft
  const recordings = await runRecordings(run, ({ split }) => split === wanted, sampleRate, context)
  const { vocalSeconds, musicSeconds, ...drawing } = config.takes
  const samples = (seconds: number) => Math.round(seconds * sampleRate)
  const takes = { ...drawing, sampleRate, vocalLength: samples(vocalSeconds), musicLength: samples(musicSeconds) }
  const patches = { ...config.patches, seed: config.seed, vocalsPerScene: Math.ceil(musicSeconds / vocalSeconds) }
  return openPatchLoader({ recordings, model, takes, patches, batchSize: config.batchSize })
}

/** Remixes of what is not trained on; where there is none and one is `needed`, of what is. They are few, and made of few takes. */
async function heldBatches(run: TrainingRun, model: SeparatorConfig, config: TrainingConfig, needed: boolean): Promise<NamedArrays[]> {
  const has = (...kinds: readonly string[]) => run.manifest.entries.some(({ split, kind }) => split === 'validation' && kinds.includes(kind))
  const isHeld = has('songVocals', 'voice') && has('songMusic', 'music')
  if (!isHeld && !needed) return []
  const { vocalPool, musicPool, scenes } = config.patches
  const patches = { ...config.patches, vocalPool: Math.min(8, vocalPool), musicPool: Math.min(4, musicPool), scenes: Math.min(4, scenes) }
  const few = { ...config, patches, seed: config.seed + 1 }
  return firstBatches(await openRemixes(run, model, few, isHeld ? 'validation' : 'train', unwatchedContext()), validationBatches)
}

/** What of the loss stands beside the songs' scores; `reconstruction` is all of it but the KL divergence. */
function lossTerms({ loss, kl }: Readonly<Record<string, number>>, beta: number): Record<string, number> {
  if (loss === undefined) return {}
  return { loss, ...(kl !== undefined && { reconstruction: loss - beta * kl, kl }) }
}

/** Seconds on either side of a clip in which the network looks for repetitions. */
function marginOf({ repetition, stft }: SpectralNetworkConfig): number {
  return (repetition.reach * stft.hopLength) / stft.sampleRate
}

async function hearClips(
  clips: readonly PinnedClip[],
  model: SeparatorConfig,
  parameters: NamedArrays,
  engine: Engine,
  context: WorkContext,
): Promise<HeardClip[]> {
  const separator = await createSeparator(model, parameters, engine)
  const heard: HeardClip[] = []
  try {
    for (const clip of clips) {
      heard.push(await hearSeparator(clip, (input, silent) => separateVocals(input, separator, { quality: 'fast' }, silent), context))
    }
    return heard
  } finally {
    separator.dispose()
  }
}

/** A patch is cut from a take of music so that neither touches its edges. @throws AppError INVALID_INPUT */
function requireRoomForPatches({ frames, stft }: SpectralNetworkConfig, { takes }: TrainingConfig): void {
  const least = ((frames + 3) * stft.hopLength) / stft.sampleRate
  if (takes.musicSeconds >= least) return
  throw new AppError(
    'INVALID_INPUT',
    `Takes of music of ${takes.musicSeconds} s hold no whole patch. ` +
      `Nothing was started; set takes.musicSeconds to ${least.toFixed(1)} or more.`,
  )
}

async function scoreSongs(
  pieces: readonly ReferencePiece[],
  model: SeparatorConfig,
  parameters: NamedArrays,
  engine: Engine,
  context: WorkContext,
): Promise<{ score: number; terms: Record<string, number> }> {
  const separator = await createSeparator(model, parameters, engine)
  // What the user sees is how far the run is, not how far a song of its validation.
  const silent = { ...context, onProgress: () => {} }
  try {
    const terms: Record<string, number> = {}
    for (const piece of pieces) terms[piece.name] = (await scorePiece(piece, separator, 'fast', silent)).usdr
    const scores = Object.values(terms)
    return { score: scores.reduce((sum, value) => sum + value, 0) / Math.max(1, scores.length), terms }
  } finally {
    separator.dispose()
  }
}

async function validationPieces({ manifest, data }: TrainingRun, sampleRate: number): Promise<ReferencePiece[]> {
  const songs = manifest.songs.filter(({ split }) => split === 'validation')
  return Promise.all(
    songs.map(async (song) => busiestStretch(await loadPiece(referenceFiles(data.folder, song), sampleRate), validatedSeconds)),
  )
}

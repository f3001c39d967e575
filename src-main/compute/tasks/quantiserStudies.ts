import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { ComputeInput, ComputeResult } from '#main/compute/protocol'
import type { TaskLine } from '#main/compute/server'
import { drawnSounds, shownPictures } from '#main/compute/tasks/quantise'
import { evenly } from '#main/datasets/clips/clipOrder'
import { polarOf, polarPicture } from '#main/datasets/clips/polarPicture'
import type { ManifestClip } from '#main/datasets/manifest'
import type { Engine } from '#main/engine/engine'
import { openEngine } from '#main/engine/select'
import { describeSounds, measureRvqVae, readHeldSounds } from '#main/node/heldSounds'
import { loadOther } from '#main/node/modelFiles'
import { readHistory } from '#main/node/runHistory'
import { runTraining, type TrainingRun } from '#main/node/trainingRun'
import { createSoundCoder } from '#main/quantising/soundCoder'
import { scoreDraws } from '#main/quantising/drawScores'
import { presets, type Preset, type PresetId } from '#main/training/presets'
import type { AblationRow, PriorRow, PriorVariant, QuantiserModel } from '#shared/contract/quantising'
import { createStft } from '#shared/dsp/stft'
import { AppError } from '#shared/errors'
import type { WorkContext } from '#shared/jobs/work'
import type { HistoryLine } from '#shared/training/history'
import type { TrainingConfig } from '#shared/training/config'

/** The presets of the models, and of the priors. */
const presetOfModel: Readonly<Record<QuantiserModel, PresetId>> = { M1: 'rvqM1', M2: 'rvqM2', M3: 'rvqM3', M4: 'rvqM4', M5: 'rvqM5', ours: 'rvqOurs' }
const presetOfPrior: Readonly<Record<PriorVariant, PresetId>> = {
  published: 'priorPublished',
  sigmoid: 'priorSigmoid',
  noPreprocess: 'priorNoPreprocess',
  moreBlocks: 'priorMoreBlocks',
  multiModal: 'priorMultiModal',
  ours: 'priorOurs',
}

/** Sounds that are drawn from each prior, and real ones that they are held against. */
const drawnCount = 4
const realCount = 32

/**
 * Trains models alike, one after the other, each in a folder of its own below `output`, and measures them on the same sounds.
 * @throws AppError DATASET_EMPTY; what `runTraining` throws
 */
export async function ablate({ output, folder, clips, models, epochs, average, seed }: ComputeInput<'ablate'>, context: WorkContext, line: Pick<TaskLine<'ablate'>, 'say'>): Promise<ComputeResult<'ablate'>> {
  const engine = await openEngine({ purpose: 'training' })
  const warnings = new Set<string>()
  try {
    const rows: AblationRow[] = []
    let measuredOn = ''
    for (const [index, model] of models.entries()) {
      const preset: Preset = presets[presetOfModel[model]]
      const stepsPerEpoch = stepsOf(preset, clips)
      const overrides = { seed, stepsPerEpoch, totalSteps: epochs * stepsPerEpoch, ...(average && { codebooks: { average } }) }
      const place = { done: index * epochs * stepsPerEpoch, total: models.length * epochs * stepsPerEpoch }
      const lines = await trainIn(join(output, model), preset, overrides, { folder, clips, warnings }, engine, context, place)
      const trained = await loadOther(join(output, model, 'model'), 'rvqvae')
      const sounds = await readHeldSounds(trained.card.config, folder, { entries: [], songs: [], clips }, context)
      measuredOn = describeSounds(sounds)
      const { layers, ...scores } = await measureRvqVae(trained, sounds, engine, quiet(context))
      const { quantiser } = trained.card.config
      rows.push({
        model,
        name: preset.name,
        summary: preset.summary,
        parameters: trained.card.parameters,
        layers: quantiser.layers,
        codes: quantiser.codes,
        gamma: quantiser.gamma,
        average: average ?? preset.training.codebooks?.average ?? 'residuals',
        start: quantiser.start,
        history: lines.map((line) => epochOf(line, quantiser.layers)),
        scores: { ...scores, layers: layers.map((layer) => ({ ...layer, counts: [...layer.counts] })) },
        seconds: lines.at(-1)?.seconds ?? 0,
      })
      line.say(rows.at(-1)!)
    }
    return { rows, measuredOn, warnings: [...warnings] }
  } finally {
    await engine.dispose()
  }
}

/**
 * Trains priors over the quantised latents of the model in `directory`, each in a folder of its own below `output`.
 * @throws AppError DATASET_EMPTY, MODEL_NOT_FOUND, MODEL_CORRUPT, MODEL_INCOMPATIBLE; what `runTraining` throws
 */
export async function learnPriors({ output, folder, clips, directory, variants, steps, seed }: ComputeInput<'learnPriors'>, context: WorkContext, line: Pick<TaskLine<'learnPriors'>, 'say'>): Promise<ComputeResult<'learnPriors'>> {
  const engine = await openEngine({ purpose: 'training' })
  const warnings = new Set<string>()
  try {
    const coder = await loadOther(directory, 'rvqvae')
    const { config, scale } = coder.card
    const held = await readHeldSounds(config, folder, { entries: [], songs: [], clips }, context, realCount)
    const real = await realPictures(coder.card, held.clips.map(({ samples }) => samples))
    const rows: PriorRow[] = []
    for (const [index, variant] of variants.entries()) {
      const preset: Preset = presets[presetOfPrior[variant]]
      const stepsPerEpoch = Math.max(1, Math.ceil(steps / 10))
      const place = { done: index * steps, total: variants.length * steps }
      const lines = await trainIn(join(output, variant), preset, { seed, stepsPerEpoch, totalSteps: steps }, { folder, clips, warnings, from: directory }, engine, context, place)
      const trained = await loadOther(join(output, variant, 'model'), 'rvqprior')
      const draws = await drawnSounds(trained, { seed, count: drawnCount, temperature: 1 }, engine, quiet(context))
      const { low, high, deviation } = trained.card.statistics
      // The published logit sees latents from 0 to 1, the others in units of their deviation: a density changes with its unit.
      const unit = variant === 'published' ? Math.log((high - low) / deviation) : 0
      rows.push({
        variant,
        name: preset.name,
        summary: preset.summary.replace(' Start it from a quantised VAE.', ''),
        parameters: trained.card.parameters - coder.card.parameters,
        history: lines.map(({ step, train, validation }) => ({ step, train: (train['nats'] ?? 0) + unit, validation: (validation['nats'] ?? 0) + unit })),
        bits: (Math.min(...lines.map(({ validation }) => validation['nats'] ?? Infinity)) + unit) / Math.LN2,
        ...scoreDraws(config, trained.parameters, deviation, draws, real),
        samples: await shownPictures(draws.pictures, config, scale.deviation),
        seconds: lines.at(-1)?.seconds ?? 0,
      })
      line.say(rows.at(-1)!)
    }
    const coded = await codedBack(coder, real.slice(0, drawnCount), engine)
    return { rows, measuredOn: describeSounds(held), real: await shownPictures(coded, config, scale.deviation), warnings: [...warnings] }
  } finally {
    await engine.dispose()
  }
}

interface StudyData {
  readonly folder: string
  readonly clips: readonly ManifestClip[]
  readonly warnings: Set<string>
  readonly from?: string
}

/** One run from its beginning to its end; gives its history. */
async function trainIn(
  runFolder: string,
  preset: Preset,
  overrides: Partial<TrainingConfig>,
  { folder, clips, warnings, from }: StudyData,
  engine: Engine,
  context: WorkContext,
  { done, total }: { done: number; total: number },
): Promise<HistoryLine[]> {
  await mkdir(runFolder, { recursive: true })
  const run: TrainingRun = {
    data: { folder, validation: [], test: [], without: [] },
    manifest: { entries: [], songs: [], clips },
    validationPieces: [],
    runFolder,
    cacheFolder: runFolder,
    preset,
    overrides,
    seconds: Infinity,
    resume: false,
    from,
    onEpoch: () => {},
    onNote: (note) => warnings.add(note),
  }
  const telling: WorkContext = {
    ...context,
    onProgress: (progress) => context.onProgress(progress.stage === 'training' ? { ...progress, completed: done + progress.completed, total } : progress),
  }
  await runTraining(run, engine, telling)
  return readHistory(runFolder)
}

/** As many as show every sound once, or the preset's where there are more. */
function stepsOf({ training }: Preset, clips: readonly ManifestClip[]): number {
  const { batchSize = 8, stepsPerEpoch = 300 } = training
  const learned = clips.filter(({ split }) => split === 'train').length || clips.length
  return Math.max(1, Math.min(stepsPerEpoch, Math.ceil(learned / batchSize)))
}

function epochOf({ epoch, step, train, validation }: HistoryLine, layers: number): AblationRow['history'][number] {
  const of = (values: Readonly<Record<string, number>>, name: string) => values[name] ?? 0
  return {
    epoch,
    step,
    trainReconstruction: of(train, 'reconstruction'),
    trainCommitment: of(train, 'commitment'),
    reconstruction: of(validation, 'reconstruction'),
    commitment: of(validation, 'commitment'),
    distance: of(validation, 'distance'),
    perplexities: Array.from({ length: layers }, (_, i) => of(validation, `perplexity${i + 1}`)),
  }
}

async function realPictures({ config, scale }: Awaited<ReturnType<typeof loadOther<'rvqvae'>>>['card'], sounds: readonly Float32Array[]): Promise<Float32Array[]> {
  const polar = polarOf(config)
  const stft = await createStft(polar)
  try {
    return evenly(sounds, realCount).map((samples) => polarPicture(samples, scale.deviation, stft, polar))
  } finally {
    stft.dispose()
  }
}

async function codedBack({ card, parameters }: Awaited<ReturnType<typeof loadOther<'rvqvae'>>>, pictures: readonly Float32Array[], engine: Engine): Promise<Float32Array[]> {
  if (pictures.length === 0) throw new AppError('DATASET_EMPTY', 'No sound is held out, so nothing could be compared.')
  const coder = await createSoundCoder(card.config, parameters, engine, pictures.length)
  try {
    return (await coder.code(pictures)).map(({ picture }) => picture)
  } finally {
    coder.dispose()
  }
}

/** Measuring is a part of training here, and its progress is not told. */
function quiet(context: WorkContext): WorkContext {
  return { ...context, onProgress: () => {} }
}

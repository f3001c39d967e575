import { existsSync } from 'node:fs'
import { appendFile, mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TakeConfig } from '#main/datasets/takes'
import type { Manifest } from '#main/datasets/manifest'
import type { Engine, NamedArrays } from '#main/engine/engine'
import type { DuoVaeConfig } from '#main/models/duoVae'
import { duoVaeLoss, duoVaeTrainingParameters } from '#main/models/duoVaeLoss'
import { initialParameters } from '#main/models/initialise'
import { shapesOf } from '#main/models/layers'
import { selfTestMask } from '#main/models/selfTest'
import { loadModel, saveModel, writeWhole } from '#main/node/modelFiles'
import { openPatchLoader } from '#main/node/patchLoader'
import { cacheRecordings, decodeStereo } from '#main/node/recordingCache'
import { createSeparator } from '#main/separation/separator'
import { busiestStretch, scorePiece, type ReferencePiece } from '#main/separation/validation'
import { initialOptimizerState } from '#main/training/adamW'
import { decodeCheckpoint, encodeCheckpoint, type Checkpoint } from '#main/training/checkpoint'
import { trainingConfig, type TrainingConfig } from '#main/training/config'
import type { Preset } from '#main/training/presets'
import { train, type HistoryLine, type StopReason } from '#main/training/trainer'
import { AppError } from '#shared/errors'
import type { WorkContext } from '#shared/jobs/work'
import { randomStream } from '#shared/random'

/** A run in its folder: config.json, history.jsonl, history.csv, last.safetensors, model/ (the best so far). */
export interface TrainingRun {
  readonly dataFolder: string
  readonly manifest: Manifest
  /** Further songs that are only validated on. */
  readonly validationPieces: readonly ReferencePiece[]
  readonly runFolder: string
  readonly cacheFolder: string
  readonly preset: Preset
  readonly overrides: Partial<TrainingConfig>
  /** Seconds of training at most, over all sittings. */
  readonly seconds: number
  readonly resume: boolean
  /** Folder of a model to start from. */
  readonly from?: string | undefined
  onEpoch(line: HistoryLine): void
}

/** Seconds of each validation song that are listened to, where most is sung. */
const validatedSeconds = 60

/** Runs or continues a training; the best model so far is always whole in `model/`. */
export async function runTraining(run: TrainingRun, engine: Engine, context: WorkContext): Promise<StopReason> {
  const { model, config } = await openConfig(run)
  const shapes = shapesOf(duoVaeTrainingParameters(model))
  const recordings = await cacheRecordings(run.dataFolder, run.manifest.entries.filter(({ split }) => split === 'train'), run.cacheFolder, model.stft.sampleRate, context)
  const pieces = [...(await validationPieces(run, model)), ...run.validationPieces]
  const checkpoint = await openCheckpoint(run, model, config)
  const program = duoVaeLoss(model, config.batchSize, config.loss)
  const differentiable = await engine.compileGradients(program)
  const takes: TakeConfig = { ...config.takes, sampleRate: model.stft.sampleRate, length: Math.round(config.takes.seconds * model.stft.sampleRate) }
  const loader = openPatchLoader({ recordings, model, takes, patches: { ...config.patches, seed: config.seed }, batchSize: config.batchSize })
  try {
    const ports = {
      program,
      differentiable,
      batch: (step: number) => loader.batch(step),
      validate: (parameters: NamedArrays) => validate(pieces, model, parameters, engine, context),
      now: () => performance.now() / 1000,
      async save(state: Checkpoint, line: HistoryLine) {
        if (line.best) await saveBest(run, model, config, state, line, engine, pieces)
        await appendHistory(run.runFolder, line)
        await writeWhole(join(run.runFolder, 'last.safetensors'), encodeCheckpoint(state, shapes))
        run.onEpoch(line)
      },
    }
    return await train(config, checkpoint, ports, { seconds: run.seconds }, context)
  } finally {
    differentiable.dispose()
    await loader.close()
  }
}

async function openConfig({ runFolder, preset, overrides, resume }: TrainingRun): Promise<{ model: DuoVaeConfig; config: TrainingConfig }> {
  const path = join(runFolder, 'config.json')
  if (resume) {
    const saved = JSON.parse(await readFile(path, 'utf8').catch(() => notARun(runFolder))) as { model: DuoVaeConfig; training: unknown }
    const config = { ...trainingConfig.parse(saved.training), ...(overrides.totalSteps && { totalSteps: overrides.totalSteps }) }
    return { model: saved.model, config }
  }
  if (existsSync(path)) {
    throw new AppError('OUTPUT_EXISTS', `${runFolder} already holds a run. Nothing was changed; continue it with --resume or name another folder with --out.`)
  }
  const config = trainingConfig.parse({ ...preset.training, ...overrides })
  await mkdir(runFolder, { recursive: true })
  await writeWhole(path, `${JSON.stringify({ model: preset.model, training: config }, undefined, 2)}\n`)
  return { model: preset.model, config }
}

function notARun(folder: string): never {
  throw new AppError('INVALID_INPUT', `${folder} holds no run to resume. Nothing was started; leave --resume out to start one there.`)
}

async function openCheckpoint({ runFolder, resume, from }: TrainingRun, model: DuoVaeConfig, config: TrainingConfig): Promise<Checkpoint> {
  const specs = duoVaeTrainingParameters(model)
  const last = join(runFolder, 'last.safetensors')
  if (resume && existsSync(last)) return decodeCheckpoint(await readFile(last), shapesOf(specs))
  const parameters = initialParameters(specs, randomStream(config.seed).fork('parameters'))
  if (from) {
    const base = await loadModel(from)
    for (const [name, values] of Object.entries(base.parameters)) {
      if (parameters[name]?.length !== values.length) {
        throw new AppError('MODEL_INCOMPATIBLE', `"${base.card.name}" has another shape than this preset (${name}). Nothing was started; choose the preset that it was trained with.`)
      }
      parameters[name] = values
    }
  }
  return { optimizer: initialOptimizerState(parameters), trainedSeconds: 0, best: undefined, validationsSinceBest: 0, pending: { steps: 0, sums: {} } }
}

async function validationPieces({ manifest, dataFolder }: TrainingRun, { stft }: DuoVaeConfig): Promise<ReferencePiece[]> {
  const songs = manifest.songs.filter(({ split }) => split === 'validation')
  return Promise.all(
    songs.map(async ({ name, vocals, accompaniment }) =>
      busiestStretch(await loadPiece(name, join(dataFolder, vocals), join(dataFolder, accompaniment), stft.sampleRate), validatedSeconds),
    ),
  )
}

/** A song's stems in memory, at `sampleRate`. */
export async function loadPiece(name: string, vocals: string, accompaniment: string, sampleRate: number): Promise<ReferencePiece> {
  return { name, sampleRate, vocals: await decodeStereo(vocals, sampleRate), accompaniment: await decodeStereo(accompaniment, sampleRate) }
}

async function validate(pieces: readonly ReferencePiece[], model: DuoVaeConfig, parameters: NamedArrays, engine: Engine, context: WorkContext) {
  const network = Object.fromEntries(Object.entries(parameters).filter(([name]) => !name.startsWith('reader/')))
  const separator = await createSeparator(model, network, engine)
  try {
    const terms: Record<string, number> = {}
    for (const piece of pieces) terms[piece.name] = (await scorePiece(piece, separator, 'fast', { ...context, onProgress: () => {} })).usdr
    const scores = Object.values(terms)
    return { score: scores.reduce((sum, value) => sum + value, 0) / Math.max(1, scores.length), terms }
  } finally {
    separator.dispose()
  }
}

async function saveBest(run: TrainingRun, model: DuoVaeConfig, config: TrainingConfig, { optimizer }: Checkpoint, line: HistoryLine, engine: Engine, pieces: readonly ReferencePiece[]) {
  const seed = 7
  const network = Object.fromEntries(Object.entries(optimizer.average).filter(([name]) => !name.startsWith('reader/')))
  await saveModel(
    join(run.runFolder, 'model'),
    {
      name: run.runFolder.split(/[\\/]/).at(-1)!,
      summary: 'Trained on this machine.',
      licence: 'As your recordings allow',
      config: model as never,
      data: `${run.manifest.songs.filter(({ split }) => split === 'train').length} songs and ${run.manifest.entries.filter(({ kind }) => kind === 'voice' || kind === 'music').length} loose recordings`,
      attributions: [],
      scores: [{ name: 'Vocals uSDR', value: line.score, unit: 'dB', measuredOn: pieces.map(({ name }) => name).join(', ') }],
      training: { steps: line.step, seconds: line.seconds, seed: config.seed, engine: engine.label, config },
      selfTest: { seed, mask: await selfTestMask(model, network, engine, seed) },
    },
    network,
  )
}

async function appendHistory(folder: string, line: HistoryLine): Promise<void> {
  await appendFile(join(folder, 'history.jsonl'), `${JSON.stringify(line)}\n`)
  const csv = join(folder, 'history.csv')
  const columns = { epoch: line.epoch, step: line.step, seconds: line.seconds.toFixed(1), learningRate: line.learningRate, beta: line.beta, ...prefixed('train', line.train), ...prefixed('validation', line.validation), score: line.score, best: line.best, waiting: line.waiting }
  if (!existsSync(csv)) await appendFile(csv, `${Object.keys(columns).join(',')}\n`)
  await appendFile(csv, `${Object.values(columns).join(',')}\n`)
}

function prefixed(prefix: string, values: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix} ${name}`, value]))
}

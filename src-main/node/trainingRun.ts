import { existsSync } from 'node:fs'
import { appendFile, mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Manifest } from '#main/datasets/manifest'
import type { Engine } from '#main/engine/engine'
import type { ConvVaeConfig } from '#main/models/convVae'
import type { DuoVaeConfig } from '#main/models/duoVae'
import { initialParameters } from '#main/models/initialise'
import { shapesOf, type ParameterSpecs } from '#main/models/layers'
import { loadModel, writeWhole } from '#main/node/modelFiles'
import { trainingFamily } from '#main/node/trainingFamilies'
import type { ReferencePiece } from '#main/separation/validation'
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

/** Runs or continues a training; the best model so far is always whole in `model/`. */
export async function runTraining(run: TrainingRun, engine: Engine, context: WorkContext): Promise<StopReason> {
  const { model, config } = await openConfig(run)
  const family = trainingFamily(run, model, config, engine)
  const { program, specs } = family
  const checkpoint = await openCheckpoint(run, specs, config)
  const loader = await family.openBatches(context)
  const differentiable = await engine.compileGradients(program)
  try {
    const validate = await family.openValidation(differentiable)
    const ports = {
      program,
      differentiable,
      batch: (step: number) => loader.batch(step),
      validate,
      now: () => performance.now() / 1000,
      async save(state: Checkpoint, line: HistoryLine) {
        if (line.best) await family.save(join(run.runFolder, 'model'), state.optimizer.average, line)
        await writeWhole(join(run.runFolder, 'last.safetensors'), encodeCheckpoint(state, shapesOf(specs)))
        await appendHistory(run.runFolder, line)
        run.onEpoch(line)
      },
    }
    return await train(config, checkpoint, ports, { seconds: run.seconds }, context)
  } finally {
    differentiable.dispose()
    await loader.close()
  }
}

type ModelConfig = DuoVaeConfig | ConvVaeConfig

async function openConfig({ runFolder, preset, overrides, resume }: TrainingRun): Promise<{ model: ModelConfig; config: TrainingConfig }> {
  const path = join(runFolder, 'config.json')
  if (resume) {
    const saved = JSON.parse(await readFile(path, 'utf8').catch(() => notARun(runFolder))) as { model: ModelConfig; training: unknown }
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

async function openCheckpoint({ runFolder, resume, from }: TrainingRun, specs: ParameterSpecs, config: TrainingConfig): Promise<Checkpoint> {
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

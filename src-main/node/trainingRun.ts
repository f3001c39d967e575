import { existsSync } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Manifest, ManifestOptions } from '#main/datasets/manifest'
import type { Engine } from '#main/engine/engine'
import type { ConvVaeConfig } from '#main/models/convVae'
import type { DuoVaeConfig } from '#main/models/duoVae'
import { initialParameters } from '#main/models/initialise'
import { shapesOf, type ParameterSpecs } from '#main/models/layers'
import { loadModel, writeWhole } from '#main/node/modelFiles'
import { appendHistory, rewindHistory } from '#main/node/runHistory'
import { trainingFamily } from '#main/node/trainingFamilies'
import type { ReferencePiece } from '#main/separation/validation'
import { decodeCheckpoint, encodeCheckpoint, freshCheckpoint, type Checkpoint } from '#main/training/checkpoint'
import { trainingConfig, type TrainingConfig } from '#main/training/config'
import type { Preset } from '#main/training/presets'
import { train, type HistoryLine, type StopReason } from '#main/training/trainer'
import { AppError } from '#shared/errors'
import type { WorkContext } from '#shared/jobs/work'
import { randomStream } from '#shared/random'

/** Which recordings a run learns from; kept in its config.json. */
export interface RunData extends ManifestOptions {
  readonly folder: string
  /** A folder of further songs that are only validated on. */
  readonly validationFolder?: string | undefined
}

/** A run in its folder: config.json, history.jsonl, history.csv, last.safetensors, model/ (the best so far). */
export interface TrainingRun {
  readonly data: RunData
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
  await rewindHistory(run.runFolder, checkpoint.optimizer.step)
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
        // The line first: what is written of steps that the checkpoint does not know is taken back when the run goes on.
        await appendHistory(run.runFolder, line)
        await writeWhole(join(run.runFolder, 'last.safetensors'), encodeCheckpoint(state, shapesOf(specs)))
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

async function openConfig(run: TrainingRun): Promise<{ model: ModelConfig; config: TrainingConfig }> {
  const { runFolder, preset, overrides, resume, data } = run
  const path = join(runFolder, 'config.json')
  if (resume) {
    const { model, training } = await readRunConfig(runFolder)
    return { model, config: { ...training, ...(overrides.totalSteps && { totalSteps: overrides.totalSteps }) } }
  }
  if (existsSync(path)) {
    const advice = 'continue it with --resume or name another folder with --out'
    throw new AppError('OUTPUT_EXISTS', `${runFolder} already holds a run. Nothing was changed; ${advice}.`)
  }
  const config = trainingConfig.parse({ ...preset.training, ...overrides })
  await mkdir(runFolder, { recursive: true })
  await writeWhole(path, `${JSON.stringify({ model: preset.model, training: config, data }, undefined, 2)}\n`)
  return { model: preset.model, config }
}

/** What a run was started with, as its config.json says. @throws AppError INVALID_INPUT when the folder holds no run. */
export async function readRunConfig(runFolder: string): Promise<{ model: ModelConfig; training: TrainingConfig; data: RunData }> {
  const text = await readFile(join(runFolder, 'config.json'), 'utf8').catch(() => notARun(runFolder))
  const { model, training, data } = JSON.parse(text) as { model: ModelConfig; training: unknown; data: RunData }
  return { model, training: trainingConfig.parse(training), data }
}

function notARun(folder: string): never {
  throw new AppError('INVALID_INPUT', `${folder} holds no run to resume. Nothing was started; leave --resume out to start one there.`)
}

async function openCheckpoint(
  { runFolder, resume, from }: TrainingRun,
  specs: ParameterSpecs,
  config: TrainingConfig,
): Promise<Checkpoint> {
  const last = join(runFolder, 'last.safetensors')
  if (resume && existsSync(last)) return decodeCheckpoint(await readFile(last), shapesOf(specs))
  const parameters = initialParameters(specs, randomStream(config.seed).fork('parameters'))
  if (from) {
    const base = await loadModel(from)
    for (const [name, values] of Object.entries(base.parameters)) {
      if (parameters[name]?.length !== values.length) {
        const what = `"${base.card.name}" has another shape than this preset (${name})`
        throw new AppError('MODEL_INCOMPATIBLE', `${what}. Nothing was started; choose the preset that it was trained with.`)
      }
      parameters[name] = values
    }
  }
  return freshCheckpoint(parameters)
}

import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Manifest, ManifestOptions } from '#main/datasets/manifest'
import type { Differentiable, Engine } from '#main/engine/engine'
import { initialParameters } from '#main/models/initialise'
import { shapesOf, type ParameterSpecs } from '#main/models/layers'
import { splitMembers } from '#main/models/members'
import { separatorNetwork } from '#main/models/separatorNetwork'
import { familyOf } from '#main/node/families'
import { makeFolder } from '#main/node/makeFolder'
import { loadModel, writeWhole } from '#main/node/modelFiles'
import { appendHistory, rewindHistory } from '#main/node/runHistory'
import type { TrainingFamily } from '#main/node/trainingFamily'
import type { ReferencePiece } from '#main/separation/validation'
import { decodeCheckpoint, encodeCheckpoint, freshCheckpoint, type Checkpoint } from '#main/training/checkpoint'
import { trainingConfig, type TrainingConfig } from '#shared/training/config'
import type { NetworkConfig, Preset } from '#main/training/presets'
import { train, type StopReason } from '#main/training/trainer'
import { AppError } from '#shared/errors'
import type { WorkContext } from '#shared/jobs/work'
import { randomStream } from '#shared/random'
import type { HistoryLine } from '#shared/training/history'

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

/** The model that a run started from; kept in its config.json. */
export interface BaseModel {
  readonly folder: string
  readonly name: string
  readonly attributions: readonly string[]
}

/** What a run was started with; its config.json. */
export interface RunConfig {
  readonly model: NetworkConfig
  readonly training: TrainingConfig
  readonly data: RunData
  readonly base?: BaseModel | undefined
}

const configName = 'config.json'

/** Runs or continues a training; the best model so far is always whole in `model/`. */
export async function runTraining(run: TrainingRun, engine: Engine, context: WorkContext): Promise<StopReason> {
  const opened = await openConfig(run)
  const { model, training: config, base } = opened
  const family = familyOf(run, model, config, engine, base)
  const checkpoint = await openCheckpoint(run, family.specs, config, base)
  await rewindHistory(run.runFolder, checkpoint.optimizer.step)
  const loader = await family.openBatches(context)
  let differentiable: Differentiable | undefined
  try {
    differentiable = await engine.compileGradients(family.program)
    const validate = await family.openValidation(differentiable)
    // Only now is it a run: data that were refused must not stand in the way of the next attempt.
    if (!run.resume) await keepConfig(run.runFolder, opened)
    const ports = {
      program: family.program,
      differentiable,
      batch: (step: number) => loader.batch(step),
      validate,
      now: () => performance.now() / 1000,
      save: (state: Checkpoint, line: HistoryLine) => saveEpoch(run, family, state, line),
    }
    return await train(config, checkpoint, ports, { seconds: run.seconds }, context)
  } finally {
    differentiable?.dispose()
    await loader.close()
  }
}

async function saveEpoch(run: TrainingRun, family: TrainingFamily, state: Checkpoint, line: HistoryLine): Promise<void> {
  if (line.best) await family.save(join(run.runFolder, 'model'), state.optimizer.average, line)
  // The line first: what is written of steps that the checkpoint does not know is taken back when the run goes on.
  await appendHistory(run.runFolder, line)
  await writeWhole(join(run.runFolder, 'last.safetensors'), encodeCheckpoint(state, shapesOf(family.specs)))
  run.onEpoch(line)
}

async function openConfig({ runFolder, preset, overrides, resume, data, from }: TrainingRun): Promise<RunConfig> {
  if (resume) {
    const saved = await readRunConfig(runFolder)
    return { ...saved, training: { ...saved.training, ...(overrides.totalSteps && { totalSteps: overrides.totalSteps }) } }
  }
  if (existsSync(join(runFolder, configName))) {
    const advice = 'continue it with --resume or name another folder with --out'
    throw new AppError('OUTPUT_EXISTS', `${runFolder} already holds a run. Nothing was changed; ${advice}.`)
  }
  const training = trainingConfig.parse({ ...preset.training, ...overrides })
  return { model: preset.model, training, data, ...(from !== undefined && { base: await describeBase(from) }) }
}

async function keepConfig(runFolder: string, config: RunConfig): Promise<void> {
  await makeFolder(runFolder)
  await writeWhole(join(runFolder, configName), `${JSON.stringify(config, undefined, 2)}\n`)
}

async function describeBase(folder: string): Promise<BaseModel> {
  const { name, attributions } = (await loadModel(folder)).card
  return { folder, name, attributions }
}

/** What a run was started with, as its config.json says. @throws AppError INVALID_INPUT when the folder holds no run. */
export async function readRunConfig(runFolder: string): Promise<RunConfig> {
  const text = await readFile(join(runFolder, configName), 'utf8').catch(() => notARun(runFolder))
  const config = JSON.parse(text) as RunConfig
  return { ...config, training: trainingConfig.parse(config.training) }
}

function notARun(folder: string): never {
  throw new AppError('INVALID_INPUT', `${folder} holds no run to resume. Nothing was started; leave --resume out to start one there.`)
}

async function openCheckpoint(
  { runFolder, resume }: TrainingRun,
  specs: ParameterSpecs,
  config: TrainingConfig,
  base: BaseModel | undefined,
): Promise<Checkpoint> {
  const last = join(runFolder, 'last.safetensors')
  if (resume && existsSync(last)) return decodeCheckpoint(await readFile(last), shapesOf(specs))
  const parameters = initialParameters(specs, randomStream(config.seed).fork('parameters'))
  if (base) {
    const { card, parameters: all } = await loadModel(base.folder)
    // A model of several networks is gone on from by its first.
    const learned = splitMembers(all, Object.keys(shapesOf(separatorNetwork(card.config).parameters)), card.config.members ?? 1)[0]!
    for (const [name, values] of Object.entries(learned)) {
      if (parameters[name]?.length !== values.length) {
        const what = `"${base.name}" has another shape than this preset (${name})`
        throw new AppError('MODEL_INCOMPATIBLE', `${what}. Nothing was started; choose the preset that it was trained with.`)
      }
      parameters[name] = values
    }
  }
  return freshCheckpoint(parameters)
}

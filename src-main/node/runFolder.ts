import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { NamedArrays } from '#main/engine/engine'
import { initialParameters } from '#main/models/initialise'
import { shapesOf, type ParameterSpecs } from '#main/models/layers'
import { splitMembers } from '#main/models/members'
import { separatorNetwork } from '#main/models/separatorNetwork'
import { makeFolder } from '#main/node/makeFolder'
import { isSeparator, loadModel, type LoadedModel } from '#main/node/modelFiles'
import { runFiles } from '#main/node/runFiles'
import type { BaseModel, RunConfig, TrainingRun } from '#main/node/trainingRun'
import { writeWhole } from '#main/node/wholeFile'
import { decodeCheckpoint, freshCheckpoint, type Checkpoint } from '#main/training/checkpoint'
import { trainingConfig, type TrainingConfig } from '#shared/training/config'
import type { NetworkConfig } from '#main/training/presets'
import { AppError } from '#shared/errors'
import { randomStream } from '#shared/random'

type Beginning = Pick<TrainingRun, 'runFolder' | 'preset' | 'overrides' | 'resume' | 'data' | 'from' | 'training'>

/** What a run is started with, or was. @throws AppError OUTPUT_EXISTS, INVALID_INPUT, MODEL_NOT_FOUND, MODEL_CORRUPT */
export async function openRunConfig({ runFolder, preset, overrides, resume, data, from, training: given }: Beginning): Promise<RunConfig> {
  if (resume) {
    const saved = await readRunConfig(runFolder)
    const training = given ?? trainingConfig.parse({ ...saved.training, ...overrides, loss: { ...saved.training.loss, ...overrides.loss } })
    return { ...saved, training }
  }
  if (existsSync(join(runFolder, runFiles.config))) {
    const advice = 'continue it with --resume or name another folder with --out'
    throw new AppError('OUTPUT_EXISTS', `${runFolder} already holds a run. Nothing was changed; ${advice}.`)
  }
  const training = given ?? trainingConfig.parse({ ...preset.training, ...overrides })
  if (from === undefined) return { model: preset.model, training, data }
  const { card } = await loadModel(from)
  // What the masks of a model need does not change with what it learns.
  const model = modelFrom(preset.model, card.config)
  return { model, training, data, base: { folder: from, name: card.name, attributions: card.attributions } }
}

/** What a preset's network takes over of the one that it starts from. */
function modelFrom(model: NetworkConfig, base: LoadedModel['card']['config']): NetworkConfig {
  if (model.family === 'rvqprior') return { ...model, coder: base.family === 'rvqprior' ? base.coder : base.family === 'rvqvae' ? base : model.coder }
  // What the masks of a model need does not change with what it learns.
  const lean = 'lean' in base ? base.lean : undefined
  return lean && 'repetition' in model ? { ...model, lean } : model
}

/** @throws AppError OUTPUT_NOT_WRITABLE, DISK_FULL */
export async function keepRunConfig(runFolder: string, config: RunConfig): Promise<void> {
  await makeFolder(runFolder)
  await writeWhole(join(runFolder, runFiles.config), `${JSON.stringify(config, undefined, 2)}\n`)
}

/** What a run was started with, as its config.json says. @throws AppError INVALID_INPUT when the folder holds no run. */
export async function readRunConfig(runFolder: string): Promise<RunConfig> {
  const text = await readFile(join(runFolder, runFiles.config), 'utf8').catch(() => notARun(runFolder))
  const config = JSON.parse(text) as RunConfig
  return { ...config, training: trainingConfig.parse(config.training) }
}

function notARun(folder: string): never {
  throw new AppError('INVALID_INPUT', `${folder} holds no run to resume. Nothing was started; leave --resume out to start one there.`)
}

/**
 * Where a run goes on, or begins.
 * @throws AppError CHECKPOINT_CORRUPT, MODEL_INCOMPATIBLE, MODEL_NOT_FOUND, MODEL_CORRUPT
 */
export async function openRunCheckpoint(
  runFolder: string,
  specs: ParameterSpecs,
  config: TrainingConfig,
  base: BaseModel | undefined,
): Promise<Checkpoint> {
  const last = join(runFolder, runFiles.last)
  if (existsSync(last)) return decodeCheckpoint(await readFile(last), shapesOf(specs))
  const parameters = initialParameters(specs, randomStream(config.seed).fork('parameters'))
  if (base) {
    for (const [name, values] of Object.entries(learnedBy(await loadModel(base.folder)))) {
      if (parameters[name]?.length !== values.length) {
        const what = `"${base.name}" has another shape than this preset (${name})`
        throw new AppError('MODEL_INCOMPATIBLE', `${what}. Nothing was started; choose the preset that it was trained with.`)
      }
      parameters[name] = values
    }
  }
  return freshCheckpoint(parameters)
}

/** What a run goes on from; of a model of several networks, the first. */
function learnedBy(model: LoadedModel): NamedArrays {
  if (!isSeparator(model)) return model.parameters
  const { card: { config }, parameters } = model
  return splitMembers(parameters, Object.keys(shapesOf(separatorNetwork(config).parameters)), config.members ?? 1)[0]!
}

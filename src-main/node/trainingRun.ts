import type { Manifest, ManifestOptions } from '#main/datasets/manifest'
import type { Differentiable, Engine } from '#main/engine/engine'
import { shapesOf } from '#main/models/layers'
import { takeRunningState } from '#main/models/runningState'
import { familyOf } from '#main/node/families'
import { appendHistory, rewindHistory } from '#main/node/runHistory'
import { replaceModel, restoreModel, writeCheckpoint } from '#main/node/runFiles'
import { keepRunConfig, openRunCheckpoint, openRunConfig } from '#main/node/runFolder'
import { rewindResults, writeResults } from '#main/node/runResults'
import type { TrainingFamily } from '#main/node/trainingFamily'
import type { ReferencePiece } from '#main/separation/validation'
import { encodeCheckpoint, type Checkpoint } from '#main/training/checkpoint'
import { createTrainerControl, eitherSignal, type TrainerControl } from '#main/training/control'
import type { NetworkConfig, Preset } from '#main/training/presets'
import { train, type StepReport, type StopReason, type TrainerPorts } from '#main/training/trainer'
import { AppError, isCancellation } from '#shared/errors'
import type { WorkContext } from '#shared/jobs/work'
import type { TrainingConfig } from '#shared/training/config'
import type { HistoryLine } from '#shared/training/history'

export { readRunConfig } from '#main/node/runFolder'

/** Which recordings a run learns from; kept in its config.json. */
export interface RunData extends ManifestOptions {
  readonly folder: string
  /** A folder of further songs that are only validated on. */
  readonly validationFolder?: string | undefined
}

/** What is told of a run while it goes on. */
export interface RunListener {
  onEpoch(line: HistoryLine): void
  onStep?(report: StepReport): void
  /** A checkpoint has been written. */
  onCheckpoint?(step: number): void
  /** In sentences, what the user should know of; with the batch size from now on where that has changed. */
  onNote?(note: string, batchSize?: number): void
}

/** A run in its folder: config.json, history.jsonl, history.csv, last.safetensors, best.safetensors, model/ (the best so far), results/. */
export interface TrainingRun extends RunListener {
  readonly data: RunData
  readonly manifest: Manifest
  /** Further songs that are only validated on. */
  readonly validationPieces: readonly ReferencePiece[]
  readonly runFolder: string
  readonly cacheFolder: string
  readonly preset: Preset
  readonly overrides: Partial<TrainingConfig>
  /** All hyper-parameters, where they are neither the preset's with `overrides` nor those that the run began with. */
  readonly training?: TrainingConfig | undefined
  /** Seconds of training at most, over all sittings. */
  readonly seconds: number
  readonly resume: boolean
  /** Folder of a model to start from. */
  readonly from?: string | undefined
  /** Results to hear or see are made after each so many epochs, and of the best one; none where this is 0. */
  readonly resultsEvery?: number | undefined
  /** Seconds between checkpoints. */
  readonly checkpointSeconds?: number | undefined
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

/** At most so much of a training is lost where the power fails. */
const usualCheckpointSeconds = 120

/**
 * Runs or continues a training until it ends or `control` ends it. The best model so far is always whole in `model/`, and
 * whatever is thrown, the run goes on from its last checkpoint. Where memory runs out, it goes on with half the batch.
 * @throws AppError TRAINING_DIVERGED, ENGINE_OUT_OF_MEMORY, ENGINE_LOST, DISK_FULL, OUTPUT_NOT_WRITABLE; what opening the data throws
 */
export async function runTraining(
  run: TrainingRun,
  engine: Engine,
  context: WorkContext,
  control: TrainerControl = createTrainerControl(),
): Promise<StopReason> {
  let config = await openRunConfig(run)
  await restoreModel(run.runFolder)
  for (;;) {
    try {
      return await sit(run, config, engine, context, control)
    } catch (error) {
      config = withSmallerBatch(run, config, error)
      await keepRunConfig(run.runFolder, config)
    }
  }
}

/** @throws `error` where a smaller batch would not help */
function withSmallerBatch(run: TrainingRun, config: RunConfig, error: unknown): RunConfig {
  const { batchSize } = config.training
  if (!(error instanceof AppError) || error.code !== 'ENGINE_OUT_OF_MEMORY' || batchSize === 1) throw error
  const smaller = Math.floor(batchSize / 2)
  run.onNote?.(`Memory ran out with batches of ${batchSize}, so the run went on with batches of ${smaller}. Steps see less data at once from there on.`, smaller)
  return { ...config, training: { ...config.training, batchSize: smaller } }
}

/** One sitting of a run, with one batch size. */
async function sit(run: TrainingRun, opened: RunConfig, engine: Engine, context: WorkContext, control: TrainerControl): Promise<StopReason> {
  const { model, training: config, base } = opened
  const family = familyOf(run, model, config, engine, base)
  const checkpoint = await openRunCheckpoint(run.runFolder, family.specs, config, base)
  // An epoch whose end failed has a line perhaps, and comes to its end once more.
  const ended = checkpoint.optimizer.step - checkpoint.pending.steps
  await rewindHistory(run.runFolder, ended)
  await rewindResults(run.runFolder, ended)
  const preparing = { ...context, signal: eitherSignal(context.signal, control.ending) }
  let loader: Awaited<ReturnType<TrainingFamily['openBatches']>> | undefined
  let differentiable: Differentiable | undefined
  try {
    loader = await family.openBatches(preparing)
    const { optimizer } = checkpoint
    // Nothing is kept before the first step: a run that ends here begins again.
    if (optimizer.step === 0 && family.begin) takeRunningState(optimizer, await family.begin(optimizer.parameters, preparing))
    differentiable = await engine.compileGradients(family.program)
    const validate = await family.openValidation(differentiable)
    // Only now is it a run: data that were refused must not stand in the way of the next attempt.
    await keepRunConfig(run.runFolder, opened)
    const folder = new RunWriter(run, family, checkpoint)
    const ports: TrainerPorts = {
      program: family.program,
      differentiable,
      batch: loader.batch,
      validate,
      now: () => performance.now() / 1000,
      save: (state, line, watched) => folder.saveEpoch(state, line, watched),
      keep: (state) => folder.keep(state),
      stepped: (report) => run.onStep?.(report),
    }
    const budget = { seconds: run.seconds, checkpointSeconds: run.checkpointSeconds ?? usualCheckpointSeconds }
    try {
      return await train(config, checkpoint, ports, budget, context, control)
    } catch (error) {
      await folder.rescue(error)
      throw error
    }
  } catch (error) {
    // Asked to end before it had begun: nothing has changed since the last checkpoint.
    const isAskedTo = isCancellation(error) && control.ending.aborted && !context.signal.aborted
    if (isAskedTo) return control.wantsModel ? 'stopped' : 'paused'
    throw error
  } finally {
    differentiable?.dispose()
    await loader?.close()
  }
}

/** Writes what a run has learned into its folder. */
class RunWriter {
  private keptStep: number

  constructor(
    private readonly run: TrainingRun,
    private readonly family: TrainingFamily,
    private readonly checkpoint: Checkpoint,
  ) {
    this.keptStep = checkpoint.optimizer.step
  }

  /** @throws AppError OUTPUT_NOT_WRITABLE, DISK_FULL; the signal's reason, and then nothing of the epoch counts */
  async saveEpoch(state: Checkpoint, line: HistoryLine, context: WorkContext): Promise<void> {
    const { run, family } = this
    if (line.best) await replaceModel(run.runFolder, (folder) => family.save(folder, state.optimizer.average, line))
    await this.makeResults(state, line, context)
    // The line first: what is written of steps that the checkpoint does not know is taken back when the run goes on.
    await appendHistory(run.runFolder, line)
    await this.keep(state, line.best)
    run.onEpoch(line)
  }

  /** @throws AppError OUTPUT_NOT_WRITABLE, DISK_FULL */
  async keep(state: Checkpoint, isBest = false): Promise<void> {
    await writeCheckpoint(this.run.runFolder, encodeCheckpoint(state, shapesOf(this.family.specs)), isBest)
    this.keptStep = state.optimizer.step
    this.run.onCheckpoint?.(this.keptStep)
  }

  /** After a failure, keeps what was learned since the last checkpoint, where it can be kept and is worth it. */
  async rescue(error: unknown): Promise<void> {
    const isSpoilt = error instanceof AppError && error.code === 'TRAINING_DIVERGED'
    if (isSpoilt || this.checkpoint.optimizer.step === this.keptStep) return
    await this.keep(this.checkpoint).catch(() => {})
  }

  /** Something to hear or see is not worth a run: what goes wrong with it is told, and the training goes on. */
  private async makeResults(state: Checkpoint, line: HistoryLine, context: WorkContext): Promise<void> {
    const { run, family } = this
    const every = run.resultsEvery ?? 0
    const onlyAsBest = line.epoch % every !== 0
    // What is kept in the end can always be heard, whatever epoch it is of.
    if (every === 0 || (onlyAsBest && !line.best)) return
    try {
      // The user sees how far the run is, not how far its clips are.
      await writeResults({ runFolder: run.runFolder, family, parameters: state.optimizer.average, line, onlyAsBest }, { ...context, onProgress: () => {} })
    } catch (error) {
      const isFatal = error instanceof AppError && ['DISK_FULL', 'ENGINE_OUT_OF_MEMORY', 'ENGINE_LOST'].includes(error.code)
      if (isCancellation(error) || isFatal) throw error
      run.onNote?.(`The results of epoch ${line.epoch} could not be made: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
}

/** Writes what the last checkpoint of a run has learned as a model. @throws AppError CHECKPOINT_CORRUPT, INVALID_INPUT; what writing throws */
export async function exportCheckpoint(run: TrainingRun, engine: Engine, directory: string, lines: readonly HistoryLine[]): Promise<void> {
  const { model, training, base } = await openRunConfig({ ...run, resume: true })
  const family = familyOf(run, model, training, engine, base)
  const { optimizer, trainedSeconds } = await openRunCheckpoint(run.runFolder, family.specs, training, base)
  const measured = lines.find(({ step }) => step === optimizer.step)
  const unmeasured: HistoryLine = {
    epoch: Math.ceil(optimizer.step / training.stepsPerEpoch),
    step: optimizer.step,
    seconds: trainedSeconds,
    learningRate: training.learningRate,
    beta: training.beta,
    train: {},
    validation: {},
    score: 0,
    best: false,
    waiting: 0,
  }
  await family.save(directory, optimizer.average, measured ?? unmeasured)
}

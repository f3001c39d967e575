import { sizeOf, type Differentiable, type LossProgram, type NamedArrays } from '#main/engine/engine'
import { takeRunningState } from '#main/models/runningState'
import { adamWStep } from '#main/training/adamW'
import type { Checkpoint } from '#main/training/checkpoint'
import { createTrainerControl, eitherSignal, type TrainerControl } from '#main/training/control'
import { addStep, meansOf, noSums } from '#main/training/epochSums'
import { afterEpoch, beforeTraining } from '#main/training/earlyStopping'
import type { TrainingConfig } from '#shared/training/config'
import { betaAt, plannedLearningRate } from '#main/training/schedules'
import { AppError, isCancellation } from '#shared/errors'
import { checkpointCancel, type WorkContext } from '#shared/jobs/work'
import { randomStream } from '#shared/random'
import type { HistoryLine } from '#shared/training/history'

/** How a step went. */
export interface StepReport {
  /** Steps done. */
  readonly step: number
  readonly loss: number
  /** Seconds of training, over all sittings. */
  readonly seconds: number
  /** Seconds that it waited for its data. */
  readonly waited: number
}

/** What a training run needs besides numbers. */
export interface TrainerPorts {
  readonly program: LossProgram
  readonly differentiable: Differentiable
  /** The data of a step; a function of the step alone. */
  batch(step: number): Promise<NamedArrays>
  /** Scores parameters on songs that are not trained on. */
  validate(parameters: NamedArrays, context: WorkContext): Promise<{ score: number; terms: Record<string, number> }>
  /** Called after every epoch, with a checkpoint that must be written before the next step changes it. */
  save(checkpoint: Checkpoint, line: HistoryLine, context: WorkContext): Promise<void>
  /** Called within an epoch, every few minutes and where the run is paused, with a checkpoint to be written at once. */
  keep?(checkpoint: Checkpoint): Promise<void>
  /** Called after every step. */
  stepped?(report: StepReport): void
  /** Seconds of a clock that never goes back. */
  now(): number
}

export interface TrainerBudget {
  /** Seconds of training at most, over all sittings. */
  readonly seconds: number
  /** Seconds between checkpoints; none within an epoch where nothing is said. */
  readonly checkpointSeconds?: number
}

export type StopReason = 'finished' | 'time' | 'noProgress' | 'paused' | 'stopped'

/**
 * Trains on from `checkpoint`, in place, until the steps or the time of its budget are used up, no progress is seen or
 * `control` says so; returns why it stopped. A fresh run is the continuation of a checkpoint at step 0. Whatever is
 * thrown, `checkpoint` can be gone on from, but for TRAINING_DIVERGED.
 * @throws AppError TRAINING_DIVERGED when the loss, a gradient or a score is no number; the saved checkpoints are intact.
 */
export function train(
  config: TrainingConfig,
  checkpoint: Checkpoint,
  ports: TrainerPorts,
  budget: TrainerBudget,
  context: WorkContext,
  control: TrainerControl = createTrainerControl(),
): Promise<StopReason> {
  return new Sitting(config, checkpoint, ports, budget, context, control).run()
}

/** One stretch of a training, from where it begins or goes on to where it stops. */
class Sitting {
  private readonly started: number
  private savedAt: number

  constructor(
    private readonly config: TrainingConfig,
    private readonly checkpoint: Checkpoint,
    private readonly ports: TrainerPorts,
    private readonly budget: TrainerBudget,
    private readonly context: WorkContext,
    private readonly control: TrainerControl,
  ) {
    this.started = ports.now() - checkpoint.trainedSeconds
    this.savedAt = ports.now()
  }

  async run(): Promise<StopReason> {
    const { optimizer } = this.checkpoint
    await this.testUntrained()
    for (;;) {
      // Also where a run goes on that was paused between the last step of an epoch and its end.
      if (this.isEpochOver()) {
        if (!(await this.endEpoch(true))) return 'paused'
        if (this.isAtRest()) return 'noProgress'
      }
      if (optimizer.step >= this.config.totalSteps) return 'finished'
      if (this.isOutOfTime()) return 'time'
      if (this.control.ending.aborted) return await this.leave()
      await this.step()
      await checkpointCancel(this.context)
      const isDue = this.ports.now() - this.savedAt >= (this.budget.checkpointSeconds ?? Infinity)
      if (this.control.takeCheckpointWish() || isDue) await this.keep()
    }
  }

  private elapsed(): number {
    return this.ports.now() - this.started
  }

  private isOutOfTime(): boolean {
    return this.elapsed() >= this.budget.seconds
  }

  private isAtRest(): boolean {
    const { stopping, validationsSinceBest } = this.checkpoint
    return this.config.stopping === 'prechelt' ? stopping?.stop !== undefined : validationsSinceBest >= this.config.patience
  }

  /** Prechelt's rule measures against the untrained network, too. */
  private async testUntrained(): Promise<void> {
    const { config, checkpoint, ports, context } = this
    if (config.stopping !== 'prechelt' || checkpoint.stopping) return
    const { terms } = await ports.validate(checkpoint.optimizer.average, context)
    checkpoint.stopping = beforeTraining(lossOf(terms))
  }

  private isEpochOver(): boolean {
    const { pending, optimizer } = this.checkpoint
    const { stepsPerEpoch, totalSteps } = this.config
    if (pending.steps === 0) return false
    return optimizer.step % stepsPerEpoch === 0 || optimizer.step >= totalSteps || this.isOutOfTime()
  }

  private async step(): Promise<void> {
    const { config, checkpoint, ports } = this
    const { optimizer, pending } = checkpoint
    const asked = ports.now()
    const data = await ports.batch(optimizer.step)
    const begun = ports.now()
    const { outputs, norm } = await trainStep(config, checkpoint, ports, data)
    addStep(pending, optimizer.step, outputs, norm, config.stepsPerEpoch)
    pending.waited += begun - asked
    pending.seconds += ports.now() - asked
    this.context.onProgress({ stage: 'training', completed: optimizer.step, total: config.totalSteps, unit: 'steps' })
    ports.stepped?.({ step: optimizer.step, loss: outputs.loss![0]!, seconds: this.elapsed(), waited: begun - asked })
  }

  /** Ends where its owner wants it to. */
  private async leave(): Promise<StopReason> {
    const { checkpoint, control } = this
    const lacksModel = checkpoint.best === undefined && checkpoint.pending.steps > 0
    if (control.wantsModel && lacksModel) await this.endEpoch(false)
    else await this.keep()
    return control.wantsModel ? 'stopped' : 'paused'
  }

  private async keep(): Promise<void> {
    this.checkpoint.trainedSeconds = this.elapsed()
    await this.ports.keep?.(this.checkpoint)
    this.savedAt = this.ports.now()
  }

  /** Validates and saves; false where that was broken off, and the run has been kept as it was before. */
  private async endEpoch(mayBreakOff: boolean): Promise<boolean> {
    const { checkpoint, context, control } = this
    const { pending, best, validationsSinceBest, stopping } = checkpoint
    const signal = mayBreakOff ? eitherSignal(context.signal, control.ending) : context.signal
    try {
      await this.validateAndSave({ ...context, signal })
      return true
    } catch (error) {
      Object.assign(checkpoint, { pending, best, validationsSinceBest, stopping })
      if (!isCancellation(error) || context.signal.aborted || !control.ending.aborted) throw error
      await this.keep()
      return false
    }
  }

  private async validateAndSave(context: WorkContext): Promise<void> {
    const { config, checkpoint, ports } = this
    const { optimizer, pending } = checkpoint
    const { score, terms } = await ports.validate(optimizer.average, context)
    if (!Number.isFinite(score)) throw diverged(optimizer.step, 'the score of the validation')
    const best = checkpoint.best === undefined || score > checkpoint.best.score
    if (best) checkpoint.best = { step: optimizer.step, score }
    checkpoint.validationsSinceBest = best ? 0 : checkpoint.validationsSinceBest + 1
    const progress = optimizer.step / config.totalSteps
    const line: HistoryLine = {
      epoch: Math.ceil(optimizer.step / config.stepsPerEpoch),
      step: optimizer.step,
      seconds: this.elapsed(),
      learningRate: plannedLearningRate(progress, config),
      // That of the epoch's last step: the next one may be the first of another cycle, with none.
      beta: betaAt((optimizer.step - 1) / config.totalSteps, config),
      validation: terms,
      score,
      best,
      ...meansOf(pending),
    }
    if (checkpoint.stopping) checkpoint.stopping = afterEpoch(checkpoint.stopping, lossOf(line.train), lossOf(terms))
    checkpoint.pending = noSums()
    checkpoint.trainedSeconds = this.elapsed()
    await ports.save(checkpoint, line, context)
    this.savedAt = ports.now()
  }
}

function lossOf({ loss }: Readonly<Record<string, number>>): number {
  if (loss === undefined) throw new Error('A run that stops by its losses has a validation that gives none.')
  return loss
}

async function trainStep(config: TrainingConfig, checkpoint: Checkpoint, ports: TrainerPorts, data: NamedArrays) {
  const { optimizer } = checkpoint
  const step = optimizer.step
  const progress = step / config.totalSteps
  const beta = betaAt(progress, config)
  const inputs = { ...data, ...drawNoise(config.seed, step, ports.program), ...(ports.program.inputs.beta && { beta: Float32Array.of(beta) }) }
  const { outputs, gradients } = await ports.differentiable.gradients(optimizer.parameters, inputs)
  if (!Number.isFinite(outputs.loss![0])) throw diverged(step + 1, 'the loss')
  const learningRate = plannedLearningRate(progress, config)
  const norm = adamWStep(optimizer, gradients, learningRate, { beta1: 0.9, beta2: config.secondMoment, epsilon: 1e-8, ...config })
  if (!Number.isFinite(norm)) throw diverged(step + 1, 'a gradient')
  return { outputs: takeRunningState(optimizer, outputs), norm }
}

/** The noise of a step, a function of seed and step, so that a continued run draws what an uninterrupted one would. */
function drawNoise(seed: number, step: number, program: LossProgram): NamedArrays {
  const random = randomStream(seed).fork(`noise ${step}`)
  const noise: NamedArrays = {}
  for (const [name, shape] of Object.entries(program.inputs)) {
    if (!name.startsWith('noise')) continue
    const stream = random.fork(name)
    noise[name] = Float32Array.from({ length: sizeOf(shape) }, () => stream.normal())
  }
  return noise
}

function diverged(step: number, what: string): AppError {
  return new AppError(
    'TRAINING_DIVERGED',
    `At step ${step} ${what} was no longer a number, so the run was stopped. ` +
      'Its last and best checkpoints are intact; continue from the best one with a lower learning rate.',
  )
}

import { sizeOf, type Differentiable, type LossProgram, type NamedArrays } from '#main/engine/engine'
import { adamWStep } from '#main/training/adamW'
import type { Checkpoint } from '#main/training/checkpoint'
import type { TrainingConfig } from '#shared/training/config'
import { betaAt, learningRateAt } from '#main/training/schedules'
import { AppError } from '#shared/errors'
import { checkpointCancel, type WorkContext } from '#shared/jobs/work'
import { randomStream } from '#shared/random'
import type { HistoryLine } from '#shared/training/history'

/** What a training run needs besides numbers. */
export interface TrainerPorts {
  readonly program: LossProgram
  readonly differentiable: Differentiable
  /** The data of a step; a function of the step alone. */
  batch(step: number): Promise<NamedArrays>
  /** Scores parameters on songs that are not trained on. */
  validate(parameters: NamedArrays, context: WorkContext): Promise<{ score: number; terms: Record<string, number> }>
  /** Called after every epoch, with a checkpoint that must be written before the next step changes it. */
  save(checkpoint: Checkpoint, line: HistoryLine): Promise<void>
  /** Seconds of a clock that never goes back. */
  now(): number
}

export type StopReason = 'finished' | 'time' | 'noProgress'

/**
 * Trains on from `checkpoint`, in place, until the steps or the `seconds` of its budget are used up or no progress is
 * seen; returns why it stopped. A fresh run is the continuation of a checkpoint at step 0.
 * @throws AppError TRAINING_DIVERGED when the loss or a gradient is no number; the saved checkpoints are intact.
 */
export async function train(
  config: TrainingConfig,
  checkpoint: Checkpoint,
  ports: TrainerPorts,
  budget: { seconds: number },
  context: WorkContext,
): Promise<StopReason> {
  const { optimizer } = checkpoint
  const started = ports.now() - checkpoint.trainedSeconds
  const elapsed = () => ports.now() - started
  let waited = 0
  let epochStart = elapsed()
  while (optimizer.step < config.totalSteps) {
    const asked = ports.now()
    const data = await ports.batch(optimizer.step)
    waited += ports.now() - asked
    const terms = await trainStep(config, checkpoint, ports, data)
    addTerms(checkpoint, terms)
    context.onProgress({ stage: 'training', completed: optimizer.step, total: config.totalSteps, unit: 'steps' })
    await checkpointCancel(context)
    const outOfTime = elapsed() >= budget.seconds
    if (optimizer.step % config.stepsPerEpoch !== 0 && optimizer.step < config.totalSteps && !outOfTime) continue
    const waiting = waited / Math.max(1e-9, elapsed() - epochStart)
    await endEpoch(config, checkpoint, ports, elapsed, waiting, context)
    waited = 0
    epochStart = elapsed()
    if (outOfTime) return 'time'
    if (checkpoint.validationsSinceBest >= config.patience) return 'noProgress'
  }
  return 'finished'
}

async function trainStep(config: TrainingConfig, checkpoint: Checkpoint, ports: TrainerPorts, data: NamedArrays) {
  const { optimizer } = checkpoint
  const step = optimizer.step
  const progress = step / config.totalSteps
  const beta = betaAt(progress, config.beta, config.betaWarmUp)
  const inputs = { ...data, ...drawNoise(config.seed, step, ports.program), beta: Float32Array.of(beta) }
  const { outputs, gradients } = await ports.differentiable.gradients(optimizer.parameters, inputs)
  const terms = Object.fromEntries(Object.entries(outputs).map(([name, values]) => [name, values[0]!]))
  if (!Number.isFinite(terms.loss)) throw diverged(step, 'the loss')
  const learningRate = learningRateAt(progress, config.learningRate)
  const norm = adamWStep(optimizer, gradients, learningRate, { beta1: 0.9, beta2: 0.98, epsilon: 1e-8, ...config })
  if (!Number.isFinite(norm)) throw diverged(step, 'a gradient')
  return { ...terms, gradientNorm: norm }
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
    `At step ${step + 1} ${what} was no longer a number, so the run was stopped. ` +
      'Its last and best checkpoints are intact; continue from the best one with a lower learning rate.',
  )
}

function addTerms({ pending }: Checkpoint, terms: Record<string, number>): void {
  pending.steps++
  for (const [name, value] of Object.entries(terms)) pending.sums[name] = (pending.sums[name] ?? 0) + value
}

async function endEpoch(
  config: TrainingConfig,
  checkpoint: Checkpoint,
  ports: TrainerPorts,
  elapsed: () => number,
  waiting: number,
  context: WorkContext,
): Promise<void> {
  const { optimizer, pending } = checkpoint
  const { score, terms } = await ports.validate(optimizer.average, context)
  const best = checkpoint.best === undefined || score > checkpoint.best.score
  if (best) checkpoint.best = { step: optimizer.step, score }
  checkpoint.validationsSinceBest = best ? 0 : checkpoint.validationsSinceBest + 1
  const progress = optimizer.step / config.totalSteps
  const line: HistoryLine = {
    epoch: Math.ceil(optimizer.step / config.stepsPerEpoch),
    step: optimizer.step,
    seconds: elapsed(),
    learningRate: learningRateAt(progress, config.learningRate),
    beta: betaAt(progress, config.beta, config.betaWarmUp),
    train: Object.fromEntries(Object.entries(pending.sums).map(([name, sum]) => [name, sum / pending.steps])),
    validation: terms,
    score,
    best,
    waiting,
  }
  checkpoint.pending = { steps: 0, sums: {} }
  checkpoint.trainedSeconds = elapsed()
  await ports.save(checkpoint, line)
}

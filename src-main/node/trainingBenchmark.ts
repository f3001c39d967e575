import { holdsRun } from '#main/node/runFiles'
import { runTraining, type TrainingRun } from '#main/node/trainingRun'
import type { Engine } from '#main/engine/engine'
import type { StepReport } from '#main/training/trainer'
import type { BenchmarkResult } from '#shared/contract/training'
import type { WorkContext } from '#shared/jobs/work'
import type { TrainingConfig } from '#shared/training/config'

/** What one sitting has told. */
interface Measured {
  /** Seconds until its first step was done: opening the data and the engine, and making the first batch. */
  readonly startup: number
  /** Steps after the first, their seconds, and of these the ones that were spent waiting for data. */
  readonly steps: number
  readonly seconds: number
  readonly waited: number
  /** Seconds of the end of an epoch: validating, saving, results. */
  readonly epochEnd: number
  readonly batchSize: number
}

/**
 * Begins a run as it would begin, in a folder that is thrown away, in two sittings of one epoch each that take `seconds`
 * together; says what that tells of all of it. What is only done once, such as decoding and choosing clips, is done in the
 * first one, and memory that runs out does so as it would.
 * @throws what `runTraining` throws
 */
export async function benchmarkTraining(
  run: TrainingRun,
  config: TrainingConfig,
  engine: Engine,
  seconds: number,
  context: WorkContext,
): Promise<BenchmarkResult> {
  const first = await sit(run, config, engine, [0, seconds / 2, seconds], context)
  // The batch is what it was found to be, and so is all that was learned until then.
  const isShort = first.steps + 1 >= config.totalSteps
  const second = isShort ? first : await sit(run, { ...config, batchSize: first.batchSize }, engine, [seconds / 2, seconds, seconds], context)
  const both = isShort ? [first] : [first, second]
  const sum = (value: (measured: Measured) => number) => both.reduce((total, measured) => total + value(measured), 0)
  const steps = sum((measured) => measured.steps)
  const stepSeconds = steps > 0 ? sum((measured) => measured.seconds) / steps : second.startup
  const epochs = Math.ceil(config.totalSteps / config.stepsPerEpoch)
  const total = second.startup + (config.totalSteps - 1) * stepSeconds + epochs * second.epochEnd
  return {
    engine: engine.label,
    stepsPerSecond: 1 / stepSeconds,
    validationSeconds: second.epochEnd,
    totalSeconds: Math.min(total, run.seconds),
    memory: process.resourceUsage().maxRSS * 1024,
    waiting: sum(({ waited }) => waited) / Math.max(1e-9, sum((measured) => measured.seconds)),
    batchSize: second.batchSize,
  }
}

/** @param times seconds of training at the beginning, at the end, and of the whole benchmark */
async function sit(
  run: TrainingRun,
  config: TrainingConfig,
  engine: Engine,
  [before, until, all]: readonly [number, number, number],
  context: WorkContext,
): Promise<Measured> {
  const now = () => performance.now() / 1000
  const began = now()
  const steps: (StepReport & { at: number })[] = []
  let { batchSize } = config
  const onStep = (report: StepReport) => {
    steps.push({ ...report, at: now() })
    context.onProgress({ stage: 'training', completed: Math.min(until, Math.max(before, report.seconds)), total: all, unit: 'seconds' })
  }
  const onNote = (_note: string, smaller?: number) => {
    if (smaller === undefined) return
    batchSize = smaller
    steps.length = 0
  }
  // One epoch, however long: its end comes when the time is used up.
  const training = { ...config, stepsPerEpoch: Number.MAX_SAFE_INTEGER }
  await runTraining({ ...run, training, resume: holdsRun(run.runFolder), seconds: until, onStep, onNote }, engine, { ...context, onProgress: () => {} })
  const [first, ...others] = steps
  const last = others.at(-1) ?? first
  const end = now()
  return {
    startup: (first?.at ?? end) - began,
    steps: others.length,
    seconds: first && last ? last.at - first.at : 0,
    waited: others.reduce((sum, { waited }) => sum + waited, 0),
    epochEnd: end - (last?.at ?? began),
    batchSize,
  }
}

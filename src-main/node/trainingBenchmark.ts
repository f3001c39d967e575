import { runTraining, type TrainingRun } from '#main/node/trainingRun'
import type { Engine } from '#main/engine/engine'
import type { StepReport } from '#main/training/trainer'
import type { BenchmarkResult } from '#shared/contract/training'
import type { WorkContext } from '#shared/jobs/work'
import type { TrainingConfig } from '#shared/training/config'

/**
 * Begins a run as it would begin, in a folder that is thrown away, and ends it with the one epoch that `seconds` are enough
 * for; says what that tells of all of it. Startup, first data and memory that runs out are as they will be.
 * @param config the whole configuration
 * @throws what `runTraining` throws
 */
export async function benchmarkTraining(
  run: TrainingRun,
  config: TrainingConfig,
  engine: Engine,
  seconds: number,
  context: WorkContext,
): Promise<BenchmarkResult> {
  const now = () => performance.now() / 1000
  const began = now()
  const steps: (StepReport & { at: number })[] = []
  let batchSize = config.batchSize
  await runTraining(
    {
      ...run,
      training: { ...config, stepsPerEpoch: Number.MAX_SAFE_INTEGER },
      seconds,
      onStep(report) {
        steps.push({ ...report, at: now() })
        context.onProgress({ stage: 'training', completed: Math.min(seconds, report.seconds), total: seconds, unit: 'seconds' })
      },
      onNote(_note, smaller) {
        if (smaller === undefined) return
        batchSize = smaller
        steps.length = 0
      },
    },
    engine,
    { ...context, onProgress: () => {} },
  )
  const ended = now()
  const [first, ...others] = steps
  const last = others.at(-1) ?? first!
  // The first step also waits for the first data to be made, and for the engine to warm up.
  const stepSeconds = others.length > 0 ? (last.at - first!.at) / others.length : first!.at - began
  const epochEnd = ended - last.at
  const epochs = Math.ceil(config.totalSteps / config.stepsPerEpoch)
  return {
    engine: engine.label,
    stepsPerSecond: 1 / stepSeconds,
    validationSeconds: epochEnd,
    totalSeconds: Math.min(first!.at - began + (config.totalSteps - 1) * stepSeconds + epochs * epochEnd, run.seconds),
    memory: process.resourceUsage().maxRSS * 1024,
    waiting: others.reduce((sum, { waited }) => sum + waited, 0) / Math.max(1e-9, last.at - first!.at),
    batchSize,
  }
}

import type { ComputeInput, ComputeResult } from '#main/compute/protocol'
import { runOf } from '#main/compute/tasks/train'
import { gradientBytes } from '#main/engine/onnx/trace'
import { openEngine } from '#main/engine/select'
import { lossProgramOf } from '#main/node/families'
import { benchmarkTraining } from '#main/node/trainingBenchmark'
import { parameterCount, trainingMemory } from '#main/training/memory'
import { presets, type Preset } from '#main/training/presets'
import type { WorkContext } from '#shared/jobs/work'
import { trainingConfig } from '#shared/training/config'

/** @throws what `benchmarkTraining` throws; AppError ENGINE_UNAVAILABLE */
export async function benchmark({ seconds, resultsEvery, ...input }: ComputeInput<'benchmark'>, context: WorkContext): Promise<ComputeResult<'benchmark'>> {
  const engine = await openEngine({ purpose: 'training' })
  try {
    return await benchmarkTraining({ ...(await runOf(input)), resultsEvery }, input.config, engine, seconds, context)
  } finally {
    await engine.dispose()
  }
}

/** How large the networks of the presets are, and what training them takes. */
export async function describePresets(): Promise<ComputeResult<'describePresets'>> {
  return Object.entries<Preset>(presets).map(([id, { model, training }]) => {
    const config = trainingConfig.parse(training)
    const program = lossProgramOf(model, config)
    return { id, parameters: parameterCount(program), memory: trainingMemory(model, config, program, gradientBytes(program)) }
  })
}

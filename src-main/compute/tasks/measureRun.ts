import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ComputeInput, ComputeResult } from '#main/compute/protocol'
import type { Manifest } from '#main/datasets/manifest'
import type { Engine } from '#main/engine/engine'
import { openEngine } from '#main/engine/select'
import { measureHeldOut, measureModels } from '#main/node/heldOut'
import { runFiles } from '#main/node/runFiles'
import type { WorkContext } from '#shared/jobs/work'

/** @throws what `measureHeldOut` throws; AppError ENGINE_UNAVAILABLE */
export async function measureRun({ runFolder, dataFolder }: ComputeInput<'measureRun'>, context: WorkContext): Promise<ComputeResult<'measureRun'>> {
  return onRun(runFolder, (manifest, engine) => measureHeldOut(runFolder, dataFolder, manifest, engine, context))
}

/** @throws what `measureModels` throws; AppError ENGINE_UNAVAILABLE */
export async function compareModels(input: ComputeInput<'compareModels'>, context: WorkContext): Promise<ComputeResult<'compareModels'>> {
  const { runFolder, dataFolder, directories } = input
  return onRun(runFolder, (manifest, engine) => measureModels(directories, dataFolder, manifest, engine, context))
}

async function onRun<Result>(runFolder: string, work: (manifest: Manifest, engine: Engine) => Promise<Result>): Promise<Result> {
  const manifest = JSON.parse(await readFile(join(runFolder, runFiles.manifest), 'utf8')) as Manifest
  const engine = await openEngine()
  try {
    return await work(manifest, engine)
  } finally {
    await engine.dispose()
  }
}

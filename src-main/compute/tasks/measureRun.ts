import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ComputeInput, ComputeResult } from '#main/compute/protocol'
import type { Manifest } from '#main/datasets/manifest'
import { openEngine } from '#main/engine/select'
import { measureHeldOut } from '#main/node/heldOut'
import { runFiles } from '#main/node/runFiles'
import type { WorkContext } from '#shared/jobs/work'

/** @throws what `measureHeldOut` throws; AppError ENGINE_UNAVAILABLE */
export async function measureRun({ runFolder, dataFolder }: ComputeInput<'measureRun'>, context: WorkContext): Promise<ComputeResult<'measureRun'>> {
  const manifest = JSON.parse(await readFile(join(runFolder, runFiles.manifest), 'utf8')) as Manifest
  const engine = await openEngine()
  try {
    return await measureHeldOut(runFolder, dataFolder, manifest, engine, context)
  } finally {
    await engine.dispose()
  }
}

import { existsSync } from 'node:fs'
import { copyFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { outputError } from '#main/node/outputError'
import { exists } from '#main/node/temporaryFile'
import { writeWhole } from '#main/node/wholeFile'

/** What a run's folder holds besides its history and results. */
export const runFiles = {
  config: 'config.json',
  /** All that it needs to go on. */
  last: 'last.safetensors',
  /** The same of its best epoch. */
  best: 'best.safetensors',
  /** The model of its best epoch. */
  model: 'model',
  /** Of runs of the app: what it keeps for itself, and the data as they were at the start. */
  record: 'run.json',
  manifest: 'manifest.json',
  lock: 'run.lock',
} as const

/** True for a folder in which a run has begun. */
export function holdsRun(runFolder: string): boolean {
  return existsSync(join(runFolder, runFiles.config))
}

/** Makes an encoded checkpoint the last one, and the best one too. @throws AppError OUTPUT_NOT_WRITABLE, DISK_FULL */
export async function writeCheckpoint(runFolder: string, file: Uint8Array, isBest: boolean): Promise<void> {
  // The best first: where only it is there, the run does the epoch again and comes to the same.
  if (isBest) await writeWhole(join(runFolder, runFiles.best), file)
  await writeWhole(join(runFolder, runFiles.last), file)
}

/** Makes the checkpoint of the best epoch the last one. @throws AppError OUTPUT_NOT_WRITABLE, DISK_FULL */
export async function goBackToBest(runFolder: string): Promise<void> {
  const last = join(runFolder, runFiles.last)
  const draft = `${last}.part`
  try {
    await copyFile(join(runFolder, runFiles.best), draft)
    await rename(draft, last)
  } catch (error) {
    await rm(draft, { force: true }).catch(() => {})
    throw outputError(last, error)
  }
}

/**
 * Replaces a run's model whole by what `write` puts into an empty folder: weights never lie beside the card of others, also
 * where the disk fills up or the power fails.
 * @throws AppError OUTPUT_NOT_WRITABLE, DISK_FULL; what `write` throws
 */
export async function replaceModel(runFolder: string, write: (folder: string) => Promise<void>): Promise<void> {
  const { next, model, old } = modelFolders(runFolder)
  try {
    await rm(next, { recursive: true, force: true })
    await write(next)
    await rm(old, { recursive: true, force: true })
    if (await exists(model)) await rename(model, old)
    await rename(next, model)
    await rm(old, { recursive: true, force: true })
  } catch (error) {
    await rm(next, { recursive: true, force: true })
    throw outputError(model, error)
  }
}

/** Puts the model back that was being replaced when the process was killed. */
export async function restoreModel(runFolder: string): Promise<void> {
  const { model, old } = modelFolders(runFolder)
  if (!(await exists(model)) && (await exists(old))) await rename(old, model)
}

function modelFolders(runFolder: string) {
  const model = join(runFolder, runFiles.model)
  return { model, next: `${model}.next`, old: `${model}.old` }
}

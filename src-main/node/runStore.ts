import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Manifest } from '#main/datasets/manifest'
import { createDocumentFile } from '#main/node/documentFile'
import { makeFolder } from '#main/node/makeFolder'
import { reporting } from '#main/node/stagingFolder'
import { acquireLock, isLockedElsewhere } from '#main/node/processLock'
import { goBackToBest, runFiles } from '#main/node/runFiles'
import { readHistory } from '#main/node/runHistory'
import { exists, isRunning } from '#main/node/temporaryFile'
import { runRecord, type RunRecord, type RunStore } from '#main/services/trainingPorts'
import { AppError } from '#shared/errors'

const scratchName = /^\.scratch-(\d+)-/

/** Returns the store of runs in `folder`, which is made when first written to; `cacheFolder` is where recordings are decoded to. */
export function createRunStore(folder: string, cacheFolder: string): RunStore {
  const of = (id: string, name = '') => join(folder, id, name)
  const lockOf = (id: string) => of(id, runFiles.lock)
  const document = (id: string, name: string) => createDocumentFile(of(id, name))
  return {
    async list() {
      await removeScratch(folder)
      const names = await readdir(folder).catch(() => [])
      const records = await Promise.all(names.map((name) => readRecord(of(name, runFiles.record))))
      return records.filter((record) => record !== undefined)
    },
    async create(record, manifest) {
      await document(record.id, runFiles.manifest).write(JSON.stringify(manifest))
      await document(record.id, runFiles.record).write(JSON.stringify(record, undefined, 2))
    },
    write: (record) => document(record.id, runFiles.record).write(JSON.stringify(record, undefined, 2)),
    folder: (id) => of(id),
    cacheFolder,
    modelFolder: (id) => of(id, runFiles.model),
    history: (id) => readHistory(of(id)),
    async parts(id) {
      const [last, best, card] = await Promise.all([exists(of(id, runFiles.last)), exists(of(id, runFiles.best)), exists(of(id, 'model/card.json'))])
      return { last, best: best && card }
    },
    rewindToBest: (id) => goBackToBest(of(id)),
    size: (id) => bytesBelow(of(id)),
    remove: (id) => rm(of(id), { recursive: true, force: true }),
    scratch: (manifest) => reporting(folder, () => makeScratch(folder, manifest)),
    async claim(id) {
      try {
        return await acquireLock(lockOf(id))
      } catch (error) {
        throw error instanceof AppError && error.code === 'PROJECT_IN_USE' ? inUse() : error
      }
    },
    isClaimed: (id) => isLockedElsewhere(lockOf(id)),
  }
}

async function readRecord(path: string): Promise<RunRecord | undefined> {
  try {
    return runRecord.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch {
    return undefined
  }
}

async function makeScratch(folder: string, manifest?: Manifest) {
  await makeFolder(folder)
  const made = await mkdtemp(join(folder, `.scratch-${process.pid}-`))
  if (manifest) await createDocumentFile(join(made, runFiles.manifest)).write(JSON.stringify(manifest))
  return { folder: made, remove: () => rm(made, { recursive: true, force: true }) }
}

/** Removes what apps that were killed left there. */
async function removeScratch(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const owner = scratchName.exec(name)?.[1]
    if (owner !== undefined && !isRunning(Number(owner))) await rm(join(folder, name), { recursive: true, force: true })
  }
}

async function bytesBelow(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  const sizes = entries.filter((entry) => entry.isFile()).map((entry) => stat(join(entry.parentPath, entry.name)).catch(() => undefined))
  return (await Promise.all(sizes)).reduce((sum, found) => sum + (found?.size ?? 0), 0)
}

function inUse(): AppError {
  const message =
    'The run is being trained by another Stemwright on this data folder, so nothing was done with it here. Pause it there, or close that one.'
  return new AppError('RUN_IN_USE', message)
}

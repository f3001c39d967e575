import { createHash } from 'node:crypto'
import { readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { createDocumentFile } from '#main/node/documentFile'
import { makeFolder } from '#main/node/makeFolder'
import { outputError } from '#main/node/outputError'
import { acquireLock, isLockedElsewhere } from '#main/node/processLock'
import type { RecoveryStore } from '#main/services/projectPorts'

const pattern = /^([0-9a-f]{24})\.json$/

/** Returns the store of edits that are not saved yet, in `folder`, which is made when first written to. */
export function createRecoveryStore(folder: string): RecoveryStore {
  const fileOf = (id: string) => join(folder, `${id}.json`)
  const lockOf = (id: string) => join(folder, `${id}.lock`)
  return {
    idFor: (place) => createHash('sha256').update(place).digest('hex').slice(0, 24),
    write: (id, content) => createDocumentFile(fileOf(id)).write(content),
    async read(id) {
      try {
        const [content, { mtimeMs }] = await Promise.all([readFile(fileOf(id), 'utf8'), stat(fileOf(id))])
        return { content, at: mtimeMs }
      } catch {
        return undefined
      }
    },
    async list() {
      const names = await readdir(folder).catch(() => [])
      return names.flatMap((name) => pattern.exec(name)?.[1] ?? [])
    },
    remove: (id) => rm(fileOf(id), { force: true }),
    async claim(id) {
      try {
        await makeFolder(folder)
        return await acquireLock(lockOf(id))
      } catch (error) {
        throw outputError(folder, error)
      }
    },
    isClaimed: (id) => isLockedElsewhere(lockOf(id)),
  }
}

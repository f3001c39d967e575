import { chmod, readFile, rename, writeFile } from 'node:fs/promises'
import { outputError } from '#main/node/outputError'
import { exists, TemporaryFile } from '#main/node/temporaryFile'
import type { DocumentFile } from '#main/services/platform'
import { AppError } from '#shared/errors'

/**
 * Returns the document at `path`, whose folder is made when it is first written.
 * @param mode who may read and write it, where that is not as for any other file
 */
export function createDocumentFile(path: string, mode?: number): DocumentFile {
  return {
    async read() {
      try {
        return await readFile(path, 'utf8')
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException
        if (code === 'ENOENT') return undefined
        throw new AppError('FILE_UNREADABLE', `${path} can't be read (${code}). It was left as it is.`, { cause: error })
      }
    },
    async write(content) {
      const file = await TemporaryFile.create(path)
      try {
        if (mode !== undefined) await chmod(file.path, mode)
        await writeFile(file.path, content)
        await file.sync()
        await file.publish(true)
      } catch (error) {
        throw outputError(path, error)
      } finally {
        await file.discard()
      }
    },
    async setAside() {
      const place = await freeName(path)
      await rename(path, place)
      return place
    },
  }
}

async function freeName(path: string): Promise<string> {
  for (let number = 1; ; number++) {
    const place = `${path}.damaged-${number}`
    if (!(await exists(place))) return place
  }
}

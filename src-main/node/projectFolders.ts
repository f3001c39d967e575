import { constants } from 'node:fs'
import { copyFile, readdir, readFile, realpath, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { createDocumentFile } from '#main/node/documentFile'
import { makeFolder } from '#main/node/makeFolder'
import { outputError } from '#main/node/outputError'
import { acquireLock } from '#main/node/processLock'
import { alreadyThere, exists, TemporaryFile } from '#main/node/temporaryFile'
import type { AudioCopy, ProjectFolders, StoredDocument } from '#main/services/projectPorts'
import { AppError } from '#shared/errors'
import { safeFileName } from '#shared/project/fileNames'

const documentName = 'project.json'
const lockName = '.stemwright.lock'

/** Returns the projects on disk, of which the app's own are in `home`, a folder that is made when first written to. */
export function createProjectFolders(home: string): ProjectFolders {
  return {
    resolve: theOne,
    placeFor: (name, parent = home) => join(parent, safeFileName(name)),
    isOwn: async (folder) => (await theOne(dirname(resolve(folder)))) === (await theOne(home)),
    async listOwn() {
      const names = await readdir(home).catch(() => [])
      const folders = names.map((name) => join(home, name))
      const areProjects = await Promise.all(folders.map((folder) => exists(join(folder, documentName))))
      return folders.filter((_, index) => areProjects[index])
    },
    exists,
    read: readDocument,
    async write(folder, { content, audio, obsolete }, onCopied) {
      const place = join(folder, 'audio')
      try {
        await makeFolder(place)
        for (const [index, copy] of audio.entries()) {
          await copyWhereMissing(place, copy)
          onCopied(index + 1)
        }
        await createDocumentFile(join(folder, documentName)).write(content)
        for (const file of obsolete) if (isPlainName(file)) await rm(join(place, file), { force: true })
      } catch (error) {
        throw outputError(folder, error)
      }
    },
    async audioPath(folder, file) {
      const path = join(folder, 'audio', file)
      return isPlainName(file) && (await exists(path)) ? path : undefined
    },
    async duplicate(path) {
      const copy = await TemporaryFile.create(join(home, 'copy'))
      try {
        await copyFile(path, copy.path, constants.COPYFILE_FICLONE)
        return copy
      } catch (error) {
        await copy.discard()
        throw outputError(home, error)
      }
    },
    async rename(from, to) {
      try {
        if (await isAnother(from, to)) throw alreadyThere(to)
        await rename(from, to)
      } catch (error) {
        throw outputError(to, error)
      }
    },
    remove: (folder) => rm(folder, { recursive: true, force: true }),
    async claim(folder) {
      try {
        await makeFolder(folder)
        return await acquireLock(join(folder, lockName))
      } catch (error) {
        if (error instanceof AppError) throw error
        // A project on a medium that cannot be written to can still be looked at, and saved elsewhere.
        return undefined
      }
    },
  }
}

/** The name of a folder without links in it, also where the folder is yet to be made. */
async function theOne(folder: string): Promise<string> {
  const path = resolve(folder)
  const parent = dirname(path)
  return realpath(path).catch(async () => (parent === path ? path : join(await theOne(parent), basename(path))))
}

async function readDocument(folder: string): Promise<StoredDocument> {
  const path = join(folder, documentName)
  try {
    const [content, { mtimeMs }] = await Promise.all([readFile(path, 'utf8'), stat(path)])
    return { content, at: mtimeMs }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      const message = `${folder} is no project of Stemwright: it has no ${documentName}. Choose the folder that the project was saved as.`
      throw new AppError('PROJECT_NOT_FOUND', message, { cause: error })
    }
    throw new AppError('FILE_UNREADABLE', `${path} can't be read (${code}). It was left as it is.`, { cause: error })
  }
}

/** Sounds never change, so one of the right name and size is the right one. A copy shares its blocks where the file system can. */
async function copyWhereMissing(folder: string, { file, from }: AudioCopy): Promise<void> {
  const path = join(folder, file)
  if (from === undefined || from === path || (await sizeOf(path)) === (await sizeOf(from))) return
  const copy = await TemporaryFile.create(path)
  try {
    await copyFile(from, copy.path, constants.COPYFILE_FICLONE)
    await copy.sync()
    await copy.publish(true)
  } finally {
    await copy.discard()
  }
}

function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => -1,
  )
}

/** A document is not trusted to name files outside its folder. */
function isPlainName(name: string): boolean {
  return name !== '' && !name.startsWith('.') && !/[\\/\0]/.test(name)
}

/** A file system that takes A for a finds the folder itself under its new name. */
async function isAnother(from: string, to: string): Promise<boolean> {
  if (!(await exists(to))) return false
  return (await realpath(from)) !== (await realpath(to)) && (await stat(from)).ino !== (await stat(to)).ino
}

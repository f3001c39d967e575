import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, isAbsolute, join } from 'node:path'
import { createGunzip } from 'node:zlib'
import { createDatasetStore } from '#main/node/datasetStore'
import type { DatasetFolder, DatasetPlatform } from '#main/services/datasetPorts'
import { AppError } from '#shared/errors'

/** A folder with more files is not a dataset: a drive was meant to be opened, or a home folder. */
const mostFiles = 200_000
const headBytes = 16

/** Datasets as Node gives them; what is known of them is kept in `folder`. */
export function nodeDatasets(folder: string): DatasetPlatform {
  return {
    store: createDatasetStore(folder),
    open: openDatasetFolder,
    has: async (path) => (await stat(path).catch(() => undefined))?.isDirectory() ?? false,
    hash: (text) => createHash('sha256').update(text).digest('hex').slice(0, 24),
    pathOf: (place, path) => join(place, path),
  }
}

/** A folder as layouts look at it. @throws AppError INVALID_INPUT, FILE_NOT_FOUND, DATASET_INVALID */
export async function openDatasetFolder(folder: string): Promise<DatasetFolder> {
  if (!isAbsolute(folder)) throw new AppError('INVALID_INPUT', `"${folder}" is not a whole path. Nothing was read; give the path from the top on.`)
  const files = await listFiles(folder)
  const readable = async <T>(path: string, read: () => Promise<T>): Promise<T> => {
    try {
      return await read()
    } catch (error) {
      throw new AppError('FILE_UNREADABLE', `${join(folder, path)} can't be read. Copy or download it again.`, { cause: error })
    }
  }
  return {
    name: basename(folder) || folder,
    files,
    text: (path) => readable(path, () => readFile(join(folder, path), 'utf8')),
    head: (path) => readable(path, () => readHead(join(folder, path))),
    stamps: (paths) => inBatches(paths, (path) => stampOf(join(folder, path))),
  }
}

/**
 * Paths of all files below `folder`, with `/`, relative to it and in order; hidden ones are left out.
 * @throws AppError FILE_NOT_FOUND, FILE_UNREADABLE, DATASET_INVALID
 */
export async function listFiles(folder: string): Promise<string[]> {
  const found: string[] = []
  const folders = ['']
  for (let at = folders.pop(); at !== undefined; at = folders.pop()) {
    for (const entry of await entriesOf(folder, at)) {
      if (entry.name.startsWith('.') || entry.name === '__MACOSX') continue
      const path = at === '' ? entry.name : `${at}/${entry.name}`
      if (entry.isDirectory()) folders.push(path)
      else if (entry.isFile() || (entry.isSymbolicLink() && (await isFile(join(folder, path))))) found.push(path)
    }
    if (found.length > mostFiles) {
      const advice = 'Nothing was kept; choose the folder of the recordings themselves.'
      throw new AppError('DATASET_INVALID', `${folder} holds more than ${mostFiles.toLocaleString('en')} files. ${advice}`)
    }
  }
  return found.toSorted()
}

/** What is in a folder. One further down that can't be read counts as empty. */
async function entriesOf(folder: string, path: string) {
  try {
    return await readdir(join(folder, path), { withFileTypes: true })
  } catch (error) {
    if (path !== '') return []
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      const advice = 'Check whether it was moved, or whether its drive is connected.'
      throw new AppError('FILE_NOT_FOUND', `There is no folder ${folder}. ${advice}`, { cause: error })
    }
    throw new AppError('FILE_UNREADABLE', `${folder} can't be read (${code}). Check its permissions and the drive.`, { cause: error })
  }
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() ?? false
}

async function readHead(path: string): Promise<Uint8Array> {
  const file = createReadStream(path, { highWaterMark: 4096 })
  const source = path.endsWith('.gz') ? file.pipe(createGunzip()) : file
  file.on('error', (error) => source.destroy(error))
  const pieces: Buffer[] = []
  try {
    for await (const piece of source) {
      pieces.push(piece as Buffer)
      if (pieces.reduce((sum, { length }) => sum + length, 0) >= headBytes) break
    }
  } finally {
    file.destroy()
  }
  return Buffer.concat(pieces).subarray(0, headBytes)
}

async function stampOf(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined)
  return found ? `${found.size} ${Math.round(found.mtimeMs)}` : ''
}

/** Results in the order of the things; not so many at once that the system runs out of handles. */
async function inBatches<T, R>(things: readonly T[], act: (thing: T) => Promise<R>, size = 64): Promise<R[]> {
  const out: R[] = []
  for (let at = 0; at < things.length; at += size) out.push(...(await Promise.all(things.slice(at, at + size).map(act))))
  return out
}

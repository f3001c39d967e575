import { randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { outputError } from '#main/node/outputError'
import { safeFileName } from '#shared/project/fileNames'

/** Files that the page sent, each in a folder of its own so that it keeps its name. */
export interface Uploads {
  /** Writes `body` to disk as it comes, and returns the id of the upload. @throws AppError DISK_FULL, OUTPUT_NOT_WRITABLE */
  receive(name: string, body: Readable): Promise<string>
  path(uploadId: string): string | undefined
  /** Removes the upload that lies at `path`, where it is one. */
  remove(path: string): Promise<void>
  /** Returns `text` with the uploads called what the user calls them, without the folder that they lie in. */
  withoutFolders(text: string): string
}

/** Returns a place for uploads inside `folder`. */
export function createUploads(folder: string): Uploads {
  const paths = new Map<string, string>()
  return {
    async receive(name, body) {
      const id = randomUUID()
      const place = join(folder, id)
      const path = join(place, uploadName(name))
      try {
        await mkdir(place, { recursive: true })
        await pipeline(body, createWriteStream(path))
      } catch (error) {
        await rm(place, { recursive: true, force: true })
        throw outputError(path, error)
      }
      paths.set(id, path)
      return id
    },
    path: (uploadId) => paths.get(uploadId),
    async remove(path) {
      const [id] = [...paths].find(([, known]) => known === path) ?? []
      if (id === undefined) return
      paths.delete(id)
      await rm(join(folder, id), { recursive: true, force: true })
    },
    withoutFolders(text) {
      const known = [...paths.values()]
      return known.reduce((shorter, path) => shorter.replaceAll(path, basename(path)), text)
    },
  }
}

/** Returns a name that a file can have here, with its extension, and never a way to another folder. */
function uploadName(name: string): string {
  const last = name.split(/[\\/]/).at(-1) ?? ''
  const [extension = ''] = /\.\w{1,10}$/.exec(last) ?? []
  return safeFileName(last.slice(0, last.length - extension.length)) + extension
}

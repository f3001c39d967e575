import { randomUUID } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/** Folders that stems are exported to, to be downloaded from there: a browser's page cannot write into the user's own. */
export interface ExportFolders {
  /** Makes an empty folder, and says under which address its files are served. */
  create(): Promise<{ folder: string; url: string }>
  /** Path of a file in one of the folders; undefined for any name that is not a plain file name. */
  path(exportId: string, fileName: string): string | undefined
  /** Removes the file at `path`, where it lies in one of the folders. */
  remove(path: string): Promise<void>
}

/** Returns the folders, which are made inside `parent`. */
export function createExportFolders(parent: string): ExportFolders {
  const folders = new Map<string, string>()
  return {
    async create() {
      const id = randomUUID()
      const folder = join(parent, id)
      await mkdir(folder, { recursive: true })
      folders.set(id, folder)
      return { folder, url: `/exports/${id}/` }
    },
    path(exportId, fileName) {
      const folder = folders.get(exportId)
      const isPlain = fileName !== '' && !fileName.startsWith('.') && !/[\\/\0]/.test(fileName) && basename(fileName) === fileName
      return folder !== undefined && isPlain ? join(folder, fileName) : undefined
    },
    async remove(path) {
      if ([...folders.values()].includes(dirname(path))) await rm(path, { force: true })
    },
  }
}

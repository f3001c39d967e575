import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { z } from 'zod'
import { createDocumentFile } from '#main/node/documentFile'

/** Documents of one kind, each a file of its own that its id names. */
export interface DocumentFolder<Content> {
  /** Documents that cannot be read are left out. */
  list(): Promise<Content[]>
  /** Replaces the document whole. @throws AppError OUTPUT_NOT_WRITABLE, DISK_FULL */
  write(document: Content): Promise<void>
  remove(id: string): Promise<void>
}

/** Returns the documents in `folder`, which is made when it is first written to. */
export function createDocumentFolder<Content extends { id: string }>(folder: string, schema: z.ZodType<Content>): DocumentFolder<Content> {
  const path = (id: string) => join(folder, `${id}.json`)
  const read = async (file: string): Promise<Content[]> => {
    try {
      return [schema.parse(JSON.parse(await readFile(file, 'utf8')))]
    } catch {
      return []
    }
  }
  return {
    async list() {
      const names = await readdir(folder).catch(() => [])
      return (await Promise.all(names.filter((name) => name.endsWith('.json')).map((name) => read(join(folder, name))))).flat()
    },
    write: (document) => createDocumentFile(path(document.id)).write(JSON.stringify(document, undefined, 2)),
    remove: (id) => rm(path(id), { force: true }),
  }
}

import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { z } from 'zod'
import { createDocumentFile } from '#main/node/documentFile'
import type { DocumentFolder } from '#main/services/platform'

/** Returns the documents in `folder`, each a file of its own that its id names; the folder is made when it is first written to. */
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

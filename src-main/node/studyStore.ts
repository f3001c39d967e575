import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createDocumentFile } from '#main/node/documentFile'
import { storedStudy, type StoredStudy, type StudyStore } from '#main/services/studyPorts'

/** Returns the store of studies in `folder`, a document each; the folder is made when it is first written to. */
export function createStudyStore(folder: string): StudyStore {
  const path = (id: string) => join(folder, `${id}.json`)
  return {
    async list() {
      const names = await readdir(folder).catch(() => [])
      const found = await Promise.all(names.filter((name) => name.endsWith('.json')).map((name) => readStudy(join(folder, name))))
      return found.filter((study) => study !== undefined)
    },
    write: (study) => createDocumentFile(path(study.id)).write(JSON.stringify(study, undefined, 2)),
    remove: (id) => rm(path(id), { force: true }),
  }
}

async function readStudy(path: string): Promise<StoredStudy | undefined> {
  try {
    return storedStudy.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch {
    return undefined
  }
}

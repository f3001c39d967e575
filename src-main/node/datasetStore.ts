import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createDocumentFile } from '#main/node/documentFile'
import type { DatasetStore } from '#main/services/datasetPorts'

const documentName = /^([\w-]+)\.json$/

/** Returns the datasets of which `folder` keeps what is known; it is made when it is first written to. */
export function createDatasetStore(folder: string): DatasetStore {
  const fileOf = (id: string) => join(folder, `${id}.json`)
  const reportOf = (id: string) => join(folder, `${id}.report.json`)
  return {
    async list() {
      const names = await readdir(folder).catch(() => [])
      return names.flatMap((name) => documentName.exec(name)?.[1] ?? []).toSorted()
    },
    document: (id) => createDocumentFile(fileOf(id)),
    report: (id) => createDocumentFile(reportOf(id)),
    async remove(id) {
      await rm(fileOf(id), { force: true })
      await rm(reportOf(id), { force: true })
    },
  }
}

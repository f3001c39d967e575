import { datasetDocument, type DatasetDocument } from '#main/services/datasetDocument'
import type { DatasetPlatform } from '#main/services/datasetPorts'
import { checkReport, type CheckReport, type Dataset } from '#shared/contract/datasets'
import { AppError } from '#shared/errors'
import { createTurns, type Turns } from '#shared/jobs/turns'

/** What is kept of datasets. Whatever reads and then writes does so `inTurn`. */
export interface DatasetShelf {
  readonly inTurn: Turns
  /** By name; those whose document can't be read are left out, and left alone. */
  list(): Promise<Dataset[]>
  /** @throws AppError DATASET_NOT_FOUND */
  get(id: string): Promise<DatasetDocument>
  /** A document as the UI is told. */
  shown(document: DatasetDocument): Promise<Dataset>
  /** @throws AppError OUTPUT_NOT_WRITABLE, DISK_FULL */
  keep(document: DatasetDocument): Promise<Dataset>
  remove(id: string): Promise<void>
  reportOf(id: string): Promise<CheckReport | undefined>
  /** @throws AppError DATASET_NOT_FOUND, OUTPUT_NOT_WRITABLE, DISK_FULL */
  keepReport(report: CheckReport): Promise<void>
}

/** Returns what the platform's store keeps. It is read anew each time: two programs may use one store. */
export function createDatasetShelf(platform: DatasetPlatform, changed: (datasets: Dataset[]) => void): DatasetShelf {
  const { store } = platform

  const read = async (id: string): Promise<DatasetDocument | undefined> => {
    try {
      const content = await store.document(id).read()
      return content === undefined ? undefined : datasetDocument.parse(JSON.parse(content))
    } catch {
      return undefined
    }
  }

  const shelf: DatasetShelf = {
    inTurn: createTurns(),
    async list() {
      const documents = await Promise.all((await store.list()).map(read))
      const datasets = await Promise.all(documents.filter((document) => document !== undefined).map(shelf.shown))
      return datasets.toSorted((a, b) => a.name.localeCompare(b.name))
    },
    async get(id) {
      const document = await read(id)
      if (!document) throw new AppError('DATASET_NOT_FOUND', 'That dataset is no longer known. Nothing was done; add its folder again.')
      return document
    },
    async shown({ id, name, folder, layout, content, counts, hash, warnings, checkedHash }) {
      return { id, name, folder, layout, content, counts, hash, warnings, available: await platform.has(folder), checked: checkedHash === hash }
    },
    async keep(document) {
      await store.document(document.id).write(JSON.stringify(document, undefined, 1))
      changed(await shelf.list())
      return shelf.shown(document)
    },
    async remove(id) {
      await store.remove(id)
      changed(await shelf.list())
    },
    async reportOf(id) {
      try {
        return checkReport.parse(JSON.parse((await store.report(id).read()) ?? ''))
      } catch {
        return undefined
      }
    },
    async keepReport(report) {
      const document = await shelf.get(report.datasetId)
      await store.report(report.datasetId).write(JSON.stringify(report))
      await shelf.keep({ ...document, checkedHash: report.hash })
    },
  }
  return shelf
}

/** A document with the splits that its items are in now, and what follows from them. */
export function summarized(document: DatasetDocument, { hash }: DatasetPlatform): DatasetDocument {
  const { chosen, assigned } = document
  const contents = document.contents.map((item) => ({ ...item, split: chosen[item.name] ?? assigned[item.name] ?? item.split }))
  const counts = { train: 0, validation: 0, test: 0 }
  for (const { split, amount } of contents) counts[split] += amount
  return { ...document, contents, counts, hash: hash(JSON.stringify([document.filesHash, contents.map(({ name, split }) => [name, split])])) }
}

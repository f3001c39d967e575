import type { ComputeClient } from '#main/compute/client'
import { multitrackTracks } from '#main/datasets/layouts/multitrack'
import { readFolder } from '#main/datasets/layouts/layouts'
import type { Manifest } from '#main/datasets/manifest'
import { datasetDocument, type DatasetDocument } from '#main/services/datasetDocument'
import type { DatasetPlatform } from '#main/services/datasetPorts'
import { layoutFindings, scanDataset } from '#main/services/datasetScan'
import {
  checkReport,
  datasetItem,
  type CheckReport,
  type Dataset,
  type DatasetItem,
  type DatasetLayout,
  type FolderFindings,
  type Split,
  type TrackRole,
} from '#shared/contract/datasets'
import { AppError } from '#shared/errors'
import { createTurns } from '#shared/jobs/turns'

export interface DatasetService {
  /** By name. */
  list(): Promise<Dataset[]>
  /** Says what a folder would be. @throws AppError INVALID_INPUT, FILE_NOT_FOUND, DATASET_INVALID */
  inspectFolder(folder: string): Promise<FolderFindings>
  /** @throws AppError as inspectFolder, and DATASET_EMPTY; OUTPUT_NOT_WRITABLE, DISK_FULL */
  add(plan: { folder: string; layout: DatasetLayout; name: string; roles?: Record<string, TrackRole> | undefined }): Promise<Dataset>
  /** @throws AppError DATASET_NOT_FOUND */
  get(id: string): Promise<Dataset>
  /** @throws AppError DATASET_NOT_FOUND */
  items(id: string): Promise<DatasetItem[]>
  /** @throws AppError DATASET_NOT_FOUND; INVALID_INPUT for an item that is not there */
  setSplit(id: string, item: string, split: Split): Promise<Dataset>
  /** @throws AppError DATASET_NOT_FOUND */
  rename(id: string, name: string): Promise<Dataset>
  /** Looks at the folder again. @throws AppError DATASET_NOT_FOUND, FILE_NOT_FOUND, DATASET_EMPTY */
  refresh(id: string): Promise<Dataset>
  /** Forgets a dataset; its files stay. */
  remove(id: string): Promise<void>
  /** What there is to learn from, as the files are now. @throws AppError DATASET_NOT_FOUND, DATASET_EMPTY, FILE_NOT_FOUND */
  open(id: string): Promise<{ dataset: Dataset; manifest: Manifest }>
  /** The last report of its check, whatever has changed since. */
  reportOf(id: string): Promise<CheckReport | undefined>
  /** @throws AppError DATASET_NOT_FOUND, OUTPUT_NOT_WRITABLE, DISK_FULL */
  keepReport(report: CheckReport): Promise<void>
}

export interface DatasetWorld {
  readonly platform: DatasetPlatform
  readonly newId: () => string
  /** Aligns the sounds of pairs. */
  readonly reader: ComputeClient
  /** Is told of every change. */
  readonly changed: (datasets: Dataset[]) => void
}

/** Returns the service over what the platform's store keeps, which is read anew each time: two programs may use one. */
export function createDatasetService({ platform, newId, reader, changed }: DatasetWorld): DatasetService {
  const { store } = platform
  const inTurn = createTurns()

  const read = async (id: string): Promise<DatasetDocument | undefined> => {
    try {
      const content = await store.document(id).read()
      return content === undefined ? undefined : datasetDocument.parse(JSON.parse(content))
    } catch {
      return undefined
    }
  }
  const get = async (id: string): Promise<DatasetDocument> => {
    const document = await read(id)
    if (!document) throw new AppError('DATASET_NOT_FOUND', 'That dataset is no longer known. Nothing was done; add its folder again.')
    return document
  }
  const list = async () => {
    const documents = await Promise.all((await store.list()).map(read))
    const datasets = await Promise.all(documents.flatMap((document) => (document ? [shown(document)] : [])))
    return datasets.toSorted((a, b) => a.name.localeCompare(b.name))
  }
  const shown = async (document: DatasetDocument): Promise<Dataset> => {
    const { id, name, folder, layout, content, counts, hash, warnings, checkedHash } = document
    return { id, name, folder, layout, content, counts, hash, warnings, available: await platform.has(folder), checked: checkedHash === hash }
  }
  const keep = async (document: DatasetDocument): Promise<Dataset> => {
    await store.document(document.id).write(JSON.stringify(document, undefined, 1))
    changed(await list())
    return shown(document)
  }
  const summarized = (document: DatasetDocument): DatasetDocument => {
    const contents = document.contents.map((item) => ({ ...item, split: document.chosen[item.name] ?? document.assigned[item.name] ?? item.split }))
    const counts = { train: 0, validation: 0, test: 0 }
    for (const { split, amount } of contents) counts[split] += amount
    const hash = platform.hash(JSON.stringify([document.filesHash, contents.map(({ name, split }) => [name, split])]))
    return { ...document, contents, counts, hash }
  }
  const change = (id: string, next: (document: DatasetDocument) => DatasetDocument) => inTurn(async () => keep(next(await get(id))))

  const open = (id: string) =>
    inTurn(async () => {
      const document = await get(id)
      const scan = await scanDataset(document, { platform, reader })
      const after = summarized({ ...document, ...scan.facts })
      const dataset = JSON.stringify(after) === JSON.stringify(document) ? await shown(document) : await keep(after)
      return { dataset, manifest: scan.manifest }
    })

  return {
    list,
    async inspectFolder(folder) {
      const view = await platform.open(folder)
      const readings = await readFolder(view, { roles: {} })
      const hasTracks = readings.some(({ layout }) => layout === 'multitrack')
      return {
        folder,
        layouts: readings.map(layoutFindings),
        tracks: hasTracks ? multitrackTracks(view, { roles: {} }) : [],
        warnings: readings.length > 0 ? [...readings[0]!.warnings] : [nothingUnderstood(view.files.length)],
      }
    },
    add: ({ folder, layout, name, roles = {} }) =>
      inTurn(async () => {
        const source = { folder, layout, roles, chosen: {}, assigned: {}, alignments: {} }
        const { facts } = await scanDataset(source, { platform, reader })
        const unknown = { counts: { train: 0, validation: 0, test: 0 }, hash: '' }
        return keep(summarized({ ...source, ...facts, ...unknown, version: 1, id: newId(), name }))
      }),
    get: async (id) => shown(await get(id)),
    items: async (id) => datasetItem.array().parse((await get(id)).contents),
    setSplit: (id, item, split) =>
      change(id, (document) => {
        if (!document.contents.some(({ name }) => name === item)) {
          throw new AppError('INVALID_INPUT', `"${item}" is not in the dataset "${document.name}". Nothing was changed; look at its folder again.`)
        }
        return summarized({ ...document, chosen: { ...document.chosen, [item]: split } })
      }),
    rename: (id, name) => change(id, (document) => ({ ...document, name })),
    refresh: async (id) => (await open(id)).dataset,
    remove: (id) =>
      inTurn(async () => {
        await store.remove(id)
        changed(await list())
      }),
    open,
    async reportOf(id) {
      try {
        return checkReport.parse(JSON.parse((await store.report(id).read()) ?? ''))
      } catch {
        return undefined
      }
    },
    keepReport: (report) =>
      inTurn(async () => {
        const document = await get(report.datasetId)
        await store.report(report.datasetId).write(JSON.stringify(report))
        await keep({ ...document, checkedHash: report.hash })
      }),
  }
}

function nothingUnderstood(files: number): string {
  if (files === 0) return 'The folder is empty.'
  return `None of the ${files.toLocaleString('en')} files is a sound or a picture file that can be used. Choose the folder that holds the recordings.`
}

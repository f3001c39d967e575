import type { ComputeClient, TaskContext } from '#main/compute/client'
import { multitrackTracks } from '#main/datasets/layouts/multitrack'
import { readPictureFiles } from '#main/datasets/layouts/idx'
import { readFolder } from '#main/datasets/layouts/layouts'
import type { Manifest } from '#main/datasets/manifest'
import type { DatasetDocument } from '#main/services/datasetDocument'
import type { DatasetPlatform } from '#main/services/datasetPorts'
import { layoutFindings, scanDataset } from '#main/services/datasetScan'
import { createDatasetShelf, summarized } from '#main/services/datasetShelf'
import {
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

export interface DatasetService {
  /** By name. */
  list(): Promise<Dataset[]>
  /** Says what a folder would be. @throws AppError INVALID_INPUT, FILE_NOT_FOUND, DATASET_INVALID */
  inspectFolder(folder: string): Promise<FolderFindings>
  /** @throws AppError as inspectFolder, and DATASET_EMPTY; OUTPUT_NOT_WRITABLE, DISK_FULL; CancelledError, and then nothing is kept */
  add(plan: { folder: string; layout: DatasetLayout; name: string; roles?: Record<string, TrackRole> | undefined }, context?: TaskContext): Promise<Dataset>
  /** @throws AppError DATASET_NOT_FOUND */
  get(id: string): Promise<Dataset>
  /** @throws AppError DATASET_NOT_FOUND */
  items(id: string): Promise<DatasetItem[]>
  /** @throws AppError DATASET_NOT_FOUND; INVALID_INPUT for an item that is not there */
  setSplit(id: string, item: string, split: Split): Promise<Dataset>
  /** @throws AppError DATASET_NOT_FOUND */
  rename(id: string, name: string): Promise<Dataset>
  /** Looks at the folder again. @throws AppError DATASET_NOT_FOUND, FILE_NOT_FOUND, DATASET_EMPTY; CancelledError, and then nothing is changed */
  refresh(id: string, context?: TaskContext): Promise<Dataset>
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

/** Returns the service; what it knows is in the platform's store. */
export function createDatasetService({ platform, newId, reader, changed }: DatasetWorld): DatasetService {
  const shelf = createDatasetShelf(platform, changed)
  const tools = { platform, reader }

  const open = (id: string, context?: TaskContext) =>
    shelf.inTurn(async () => {
      const document = await shelf.get(id)
      const { facts, manifest } = await scanDataset(document, tools, context)
      context?.signal.throwIfAborted()
      const after = summarized({ ...document, ...facts }, platform)
      const isSame = JSON.stringify(after) === JSON.stringify(document)
      return { dataset: isSame ? await shelf.shown(document) : await shelf.keep(after), manifest }
    })
  const change = (id: string, next: (document: DatasetDocument) => DatasetDocument) =>
    shelf.inTurn(async () => shelf.keep(next(await shelf.get(id))))

  return {
    list: () => shelf.list(),
    inspectFolder: (folder) => inspectFolder(folder, platform),
    add: ({ folder, layout, name, roles = {} }, context) =>
      shelf.inTurn(async () => {
        const source = { folder, layout, roles, chosen: {}, assigned: {}, alignments: {} }
        const { facts } = await scanDataset(source, tools, context)
        context?.signal.throwIfAborted()
        const unknown = { counts: { train: 0, validation: 0, test: 0 }, hash: '' }
        return shelf.keep(summarized({ ...source, ...facts, ...unknown, version: 1, id: newId(), name }, platform))
      }),
    get: async (id) => shelf.shown(await shelf.get(id)),
    items: async (id) => datasetItem.array().parse((await shelf.get(id)).contents),
    setSplit: (id, item, split) => change(id, (document) => withSplit(document, item, split, platform)),
    rename: (id, name) => change(id, (document) => ({ ...document, name })),
    refresh: async (id, context) => (await open(id, context)).dataset,
    remove: (id) => shelf.inTurn(() => shelf.remove(id)),
    open: (id) => open(id),
    reportOf: (id) => shelf.reportOf(id),
    keepReport: (report) => shelf.inTurn(() => shelf.keepReport(report)),
  }
}

async function inspectFolder(folder: string, platform: DatasetPlatform): Promise<FolderFindings> {
  const view = await platform.open(folder)
  const guessing = { roles: {} }
  const readings = await readFolder(view, guessing)
  const hasTracks = readings.some(({ layout }) => layout === 'multitrack')
  return {
    folder,
    layouts: readings.map(layoutFindings),
    tracks: hasTracks ? multitrackTracks(view, guessing) : [],
    warnings: readings.length > 0 ? [...readings[0]!.warnings] : [nothingUnderstood(view.files.length), ...(await readPictureFiles(view)).broken],
  }
}

/** @throws AppError INVALID_INPUT */
function withSplit(document: DatasetDocument, item: string, split: Split, platform: DatasetPlatform): DatasetDocument {
  if (!document.contents.some(({ name }) => name === item)) {
    const advice = 'Nothing was changed; look at its folder again.'
    throw new AppError('INVALID_INPUT', `"${item}" is not in the dataset "${document.name}". ${advice}`)
  }
  return summarized({ ...document, chosen: { ...document.chosen, [item]: split } }, platform)
}

function nothingUnderstood(files: number): string {
  if (files === 0) return 'The folder is empty.'
  return `None of the ${files.toLocaleString('en')} files is a sound or a picture file that can be used. Choose the folder that holds the recordings.`
}

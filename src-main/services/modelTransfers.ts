import type { ComputeClient, TaskContext } from '#main/compute/client'
import type { JobQueue } from '#main/services/jobQueue'
import type { InstalledModel, ModelService } from '#main/services/modelService'
import type { Platform } from '#main/services/platform'
import type { Job } from '#shared/contract/jobs'
import type { FileSource, ModelCard } from '#shared/contract/models'
import type { NetworkDescription } from '#shared/contract/networkAdapter'
import { AppError } from '#shared/errors'
import { safeFileName } from '#shared/project/fileNames'

/** Models that come from files and go into files, and what is measured of them. */
export interface ModelTransfers {
  /** Enqueues writing a model as one file into a folder. @throws AppError what `find` of the models throws */
  exportFile(modelId: string, folder: string): Promise<Job>
  /** Enqueues reading such a file. @throws AppError FILE_NOT_FOUND */
  importFile(source: FileSource): Job
  /** Enqueues writing a separator as an ONNX model. @throws AppError what `findSeparator` throws */
  exportOnnx(modelId: string, folder: string): Promise<Job>
  /** Enqueues a look at an ONNX model. @throws AppError FILE_NOT_FOUND */
  inspectNetwork(source: FileSource): Job
  /** Enqueues taking an ONNX model as a separator. @throws AppError FILE_NOT_FOUND */
  importNetwork(source: FileSource, description: NetworkDescription): Job
  /** Enqueues measuring how fast a separator is here. @throws AppError what `findSeparator` throws */
  measureSpeed(modelId: string): Promise<Job>
}

interface Dependencies {
  readonly platform: Platform
  readonly compute: ComputeClient
  readonly reader: ComputeClient
  readonly queue: JobQueue
  readonly models: ModelService
}

/** Returns the service. What computes waits for its turn among the separations; what only copies does not. */
export function createModelTransfers({ platform, compute, reader, queue, models }: Dependencies): ModelTransfers {
  const fileOf = (source: FileSource): string => {
    if ('path' in source) return source.path
    const path = platform.uploadPath?.(source.uploadId)
    if (path !== undefined) return path
    throw new AppError('FILE_NOT_FOUND', 'That upload is no longer there. Choose the file again.')
  }

  const placeOf = ({ card }: InstalledModel, folder: string) => `${folder}/${safeFileName(card.name)}`

  const needing = ({ card }: InstalledModel) => ({ models: [card.id] })

  /** Fills a folder that nobody sees, and takes it among the models; what fails leaves nothing. */
  const taken = async (fill: (folder: string) => Promise<void>): Promise<ModelCard> => {
    const staged = await platform.models.stage()
    try {
      await fill(staged.folder)
      return (await models.take(staged)).card
    } finally {
      await staged.discard()
    }
  }

  return {
    async exportFile(modelId, folder) {
      const model = await models.find(modelId)
      const task = { directory: model.directory, path: `${placeOf(model, folder)}.stemwright-model` }
      const work = async (context: TaskContext) => ({ paths: [(await reader.run('packModel', task, context)).path] })
      return queue.add({ kind: 'modelExport', title: model.card.name }, work, { lane: 'reader', ...needing(model) })
    },
    importFile(source) {
      const path = fileOf(source)
      return queue.add({ kind: 'modelImport', title: titleOf(path) }, async (context) => {
        const card = await taken((folder) => compute.run('unpackModel', { path, folder }, context))
        await platform.discardCopy?.(path)
        return card
      })
    },
    async exportOnnx(modelId, folder) {
      const model = await models.findSeparator(modelId)
      const task = { directory: model.directory, place: placeOf(model, folder) }
      return queue.add({ kind: 'modelExport', title: model.card.name }, (context) => compute.run('exportNetwork', task, context), needing(model))
    },
    inspectNetwork(source) {
      const path = fileOf(source)
      return queue.add({ kind: 'networkInspection', title: titleOf(path) }, (context) => compute.run('inspectNetwork', { path }, context))
    },
    importNetwork(source, description) {
      const path = fileOf(source)
      return queue.add({ kind: 'modelImport', title: description.name }, async (context) => {
        const card = await taken((folder) => compute.run('importNetwork', { path, folder, description }, context))
        await platform.discardCopy?.(path)
        return card
      })
    },
    async measureSpeed(modelId) {
      const model = await models.findSeparator(modelId)
      const work = async (context: TaskContext) => {
        const speed = await compute.run('measureSpeed', { modelDirectory: model.directory }, context)
        return (await models.keepSpeed(modelId, speed)).card
      }
      return queue.add({ kind: 'modelSpeed', title: model.card.name }, work, needing(model))
    },
  }
}

/** What the file is called, without its folder. */
function titleOf(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path
}

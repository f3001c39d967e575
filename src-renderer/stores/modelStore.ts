import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { useOutside } from '#renderer/api/host'
import { useJobStore } from '#renderer/stores/jobStore'
import type { FileSource, ModelCard, NetworkInspection } from '#shared/contract/models'
import type { NetworkDescriptionInput } from '#shared/contract/networkAdapter'
import { AppError } from '#shared/errors'
import type { HistoryLine } from '#shared/training/history'

/** Files that were written, and where each can be fetched; in the user's folder already where it cannot. */
export interface WrittenFiles {
  readonly modelId: string
  readonly files: readonly { readonly name: string; readonly path: string; readonly url?: string }[]
}

/** A mirror of the models, and what is done with them. */
export const useModelStore = defineStore('models', () => {
  const { client, host } = useOutside()
  const jobs = useJobStore()
  const models = shallowRef<ModelCard[]>([])
  const selectedId = ref<string>()
  const selected = computed(() => models.value.find(({ id }) => id === selectedId.value) ?? models.value[0])
  /** Models that take songs apart. */
  const separators = computed(() => models.value.filter(({ kind }) => kind === 'separator'))
  const histories = shallowRef<ReadonlyMap<string, readonly HistoryLine[]>>(new Map())
  const written = shallowRef<WrittenFiles>()
  /** The job that measures, imports or exports now. */
  const jobId = ref<string>()
  /** The model whose speed is measured now. */
  const measuredId = ref<string>()
  const job = computed(() => (jobId.value === undefined ? undefined : jobs.find(jobId.value)))
  let isFollowing = false

  /** Takes over all models, and follows them from then on. */
  async function load(): Promise<void> {
    if (!isFollowing) client.on('models.changed', (changed) => (models.value = changed))
    isFollowing = true
    models.value = await client.models.list()
  }

  async function loadHistory(modelId: string): Promise<void> {
    const lines = await client.models.history({ modelId })
    histories.value = new Map(histories.value).set(modelId, lines)
  }

  const rename = (modelId: string, name: string) => client.models.rename({ modelId, name })
  const remove = (modelId: string) => client.models.remove({ modelId })

  const exportFile = (modelId: string) => write(modelId, client.models.exportFile)
  const exportOnnx = (modelId: string) => write(modelId, client.models.exportOnnx)

  /** Asks where to, and writes there; what was written is in `written`. */
  async function write(modelId: string, start: (where: { modelId: string; folder: string }) => Promise<{ jobId: string }>): Promise<void> {
    written.value = undefined
    const target = await host.chooseExportTarget()
    if (!target) return
    const { paths } = await during(await start({ modelId, folder: target.folder }), 'modelExport')
    const nameOf = (path: string) => path.split(/[\\/]/).at(-1) ?? path
    written.value = { modelId, files: paths.map((path) => ({ name: nameOf(path), path, ...(target.urlOf && { url: target.urlOf(path) }) })) }
  }

  /** Reads a model that was exported. @throws AppError what the file is refused with */
  async function importFile(file: File): Promise<ModelCard> {
    return taken(await during(await client.models.importFile({ source: await sourceOf(file) }), 'modelImport'))
  }

  /** Makes an ONNX model known to the services, and looks at it. @throws AppError */
  async function inspectNetwork(file: File): Promise<{ source: FileSource; found: NetworkInspection }> {
    const source = await sourceOf(file)
    return { source, found: await during(await client.models.inspectNetwork({ source }), 'networkInspection') }
  }

  /** Takes an ONNX model that was looked at. @throws AppError where it is not as described */
  async function importNetwork(source: FileSource, description: NetworkDescriptionInput): Promise<ModelCard> {
    return taken(await during(await client.models.importNetwork({ source, description }), 'modelImport'))
  }

  async function measureSpeed(modelId: string): Promise<void> {
    measuredId.value = modelId
    await during(await client.models.measureSpeed({ modelId }), 'modelSpeed')
  }

  async function during<Kind extends 'modelExport' | 'modelImport' | 'modelSpeed' | 'networkInspection'>(started: { jobId: string }, kind: Kind) {
    jobId.value = started.jobId
    try {
      return await jobs.resultOf(started.jobId, kind)
    } finally {
      if (jobId.value === started.jobId) jobId.value = undefined
    }
  }

  function taken(card: ModelCard): ModelCard {
    selectedId.value = card.id
    return card
  }

  async function sourceOf(file: File): Promise<FileSource> {
    const source = await host.sourceOf(file)
    if ('path' in source || 'uploadId' in source) return source
    throw new AppError('FILE_NOT_FOUND', `"${file.name}" can't be read. Choose another file.`)
  }

  const cancel = async () => void (jobId.value !== undefined && (await jobs.cancel(jobId.value)))

  const facts = { models, separators, selectedId, selected, histories, written, job, measuredId }
  return { ...facts, load, loadHistory, rename, remove, exportFile, exportOnnx, importFile, inspectNetwork, importNetwork, measureSpeed, cancel }
})

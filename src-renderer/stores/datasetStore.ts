import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import { useOutside } from '#renderer/api/host'
import { useJobStore } from '#renderer/stores/jobStore'
import { useNoticeStore } from '#renderer/stores/noticeStore'
import {
  type CheckReport,
  type Dataset,
  type DatasetItem,
  type DatasetLayout,
  type Downloadable,
  type Split,
  type TrackRole,
} from '#shared/contract/datasets'
import { fromFailure, isFinished, type JobState } from '#shared/jobs/job'

/** What a folder is kept as. */
export interface NewDataset {
  folder: string
  layout: DatasetLayout
  name: string
  roles?: Record<string, TrackRole>
}

/** A mirror of the training data, of what was found by checking them, and of what can be downloaded. */
export const useDatasetStore = defineStore('datasets', () => {
  const services = useOutside().client
  const client = services.datasets
  const jobs = useJobStore()
  const notices = useNoticeStore()
  const datasets = shallowRef<readonly Dataset[]>([])
  const loaded = ref(false)
  const selectedId = ref<string>()
  const selected = computed(() => find(selectedId.value))
  const reports = shallowRef<ReadonlyMap<string, CheckReport>>(new Map())
  const downloadables = shallowRef<readonly Downloadable[]>([])
  /** Jobs that check, by dataset, and that download, by what. */
  const checks = ref<Readonly<Record<string, string>>>({})
  const downloads = ref<Readonly<Record<string, string>>>({})

  const find = (id: string | undefined) => datasets.value.find((dataset) => dataset.id === id)
  const stateOf = (jobId: string | undefined): JobState<unknown> | undefined => (jobId === undefined ? undefined : jobs.find(jobId)?.state)
  const checkOf = (datasetId: string) => stateOf(checks.value[datasetId])
  const downloadOf = (id: string) => stateOf(downloads.value[id])

  function acceptAll(all: readonly Dataset[]): void {
    datasets.value = all
    loaded.value = true
    if (!find(selectedId.value)) select(all[0]?.id)
  }

  function accept(dataset: Dataset): Dataset {
    const isNew = !find(dataset.id)
    acceptAll(isNew ? [...datasets.value, dataset] : datasets.value.map((each) => (each.id === dataset.id ? dataset : each)))
    return dataset
  }

  /** Takes over all datasets and follows them from now on; returns how to stop. Events first, so that none falls between. */
  async function follow(): Promise<() => void> {
    let isNewer = false
    const stop = services.on('datasets.changed', (all) => {
      isNewer = true
      acceptAll(all)
    })
    const all = await client.list()
    if (!isNewer) acceptAll(all)
    return stop
  }

  function select(id: string | undefined): void {
    selectedId.value = id
  }

  const inspect = (folder: string) => client.inspectFolder({ folder })
  const items = (datasetId: string): Promise<DatasetItem[]> => client.items({ datasetId })
  const setSplit = async (datasetId: string, item: string, split: Split) => accept(await client.setSplit({ datasetId, item, split }))
  const rename = async (datasetId: string, name: string) => accept(await client.rename({ datasetId, name }))
  const refresh = async (datasetId: string) => accept(await client.refresh({ datasetId }))

  async function add(dataset: NewDataset): Promise<Dataset> {
    const added = accept(await client.add(dataset))
    select(added.id)
    return added
  }

  async function remove(datasetId: string): Promise<void> {
    await client.remove({ datasetId })
    acceptAll(datasets.value.filter(({ id }) => id !== datasetId))
  }

  /** Loads the last report on a dataset, where there is one. */
  async function loadReport(datasetId: string): Promise<void> {
    const report = await client.report({ datasetId })
    const next = new Map(reports.value)
    if (report) next.set(datasetId, report)
    else next.delete(datasetId)
    reports.value = next
  }

  /** Gives once a check has ended and its report is loaded. @throws AppError what it failed with */
  async function check(datasetId: string): Promise<void> {
    const { jobId } = await client.check({ datasetId })
    checks.value = { ...checks.value, [datasetId]: jobId }
    await ended(jobId)
    await loadReport(datasetId)
  }

  async function loadDownloadables(): Promise<void> {
    downloadables.value = await client.downloadables()
  }

  /** Gives once a download has ended. @throws AppError what it failed with */
  async function download(id: string): Promise<void> {
    const { jobId } = await client.download({ id })
    downloads.value = { ...downloads.value, [id]: jobId }
    const before = new Set(datasets.value.map((dataset) => dataset.id))
    try {
      await ended(jobId)
      acceptAll(await client.list())
      const added = datasets.value.find((dataset) => !before.has(dataset.id))
      if (added) select(added.id)
    } finally {
      await loadDownloadables()
    }
  }

  const cancel = (jobId: string | undefined) => notices.attempt(async () => jobId !== undefined && (await jobs.cancel(jobId)))
  const cancelCheck = (datasetId: string) => cancel(checks.value[datasetId])
  const cancelDownload = (id: string) => cancel(downloads.value[id])

  /** Gives once a job has ended, well or by being cancelled. */
  function ended(jobId: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (state: JobState<unknown> | undefined) => {
        if (!state || !isFinished(state)) return
        stop()
        if (state.status === 'failed') reject(fromFailure(state.error))
        else resolve()
      }
      let stop = () => {}
      stop = watch(() => stateOf(jobId), look, { flush: 'sync' })
      look(stateOf(jobId))
    })
  }

  const lists = { datasets, loaded, selectedId, selected, reports, downloadables, find, checkOf, downloadOf }
  const ways = { follow, select, inspect, items, setSplit, rename, refresh, add, remove }
  return { ...lists, ...ways, loadReport, check, cancelCheck, loadDownloadables, download, cancelDownload }
})

import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
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
import type { Job } from '#shared/contract/jobs'
import { isFinished, type JobState } from '#shared/jobs/job'

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

  /** The job that adds a folder. */
  const addingId = ref<string>()
  const adding = computed(() => jobs.jobs.find(({ id }) => id === addingId.value))

  /** Jobs that look at a folder again, by dataset. */
  const looks = ref<Readonly<Record<string, string>>>({})
  const lookOf = (datasetId: string) => jobs.jobs.find(({ id }) => id === looks.value[datasetId])

  const find = (id: string | undefined) => datasets.value.find((dataset) => dataset.id === id)
  /** A job that was asked for here, or that was under way before this page was loaded. */
  const jobOf = (jobId: string | undefined, kind: Job['kind'], title: string | undefined) =>
    jobs.jobs.find((job) => job.id === jobId) ?? jobs.jobs.find((job) => job.kind === kind && job.title === title && !isFinished(job.state))
  const checkJob = (datasetId: string) => jobOf(checks.value[datasetId], 'check', find(datasetId)?.name)
  const downloadJob = (id: string) => jobOf(downloads.value[id], 'download', downloadables.value.find((each) => each.id === id)?.name)
  const checkOf = (datasetId: string): JobState<unknown> | undefined => checkJob(datasetId)?.state
  const downloadOf = (id: string): JobState<unknown> | undefined => downloadJob(id)?.state

  /** How often the list was replaced: an answer that was asked for before that is older. */
  let changes = 0

  function acceptAll(all: readonly Dataset[]): void {
    changes++
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

  /** Looks whether folders have gone or come back, which nobody tells of. That nobody answers is told by others. */
  async function look(): Promise<void> {
    const before = changes
    const all = await client.list().catch(() => undefined)
    if (all && before === changes) acceptAll(all)
  }

  function select(id: string | undefined): void {
    selectedId.value = id
  }

  const inspect = (folder: string) => client.inspectFolder({ folder })
  const items = (datasetId: string): Promise<DatasetItem[]> => client.items({ datasetId })
  const setSplit = async (datasetId: string, item: string, split: Split) => accept(await client.setSplit({ datasetId, item, split }))
  const rename = async (datasetId: string, name: string) => accept(await client.rename({ datasetId, name }))

  /** Gives the dataset as its folder is now. @throws AppError what it failed with; CancelledError */
  async function refresh(datasetId: string): Promise<Dataset> {
    const { jobId } = await client.refresh({ datasetId })
    looks.value = { ...looks.value, [datasetId]: jobId }
    return accept(await jobs.resultOf(jobId, 'dataset'))
  }

  /** Gives the dataset that a folder has become. @throws AppError what it failed with; CancelledError */
  async function add(dataset: NewDataset): Promise<Dataset> {
    const { jobId } = await client.add(dataset)
    addingId.value = jobId
    try {
      const added = accept(await jobs.resultOf(jobId, 'dataset'))
      select(added.id)
      return added
    } finally {
      addingId.value = undefined
    }
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

  /** Gives once a check has ended well. @throws AppError what it failed with; CancelledError */
  async function check(datasetId: string): Promise<void> {
    const { jobId } = await client.check({ datasetId })
    checks.value = { ...checks.value, [datasetId]: jobId }
    reports.value = new Map(reports.value).set(datasetId, await jobs.resultOf(jobId, 'check'))
  }

  async function loadDownloadables(): Promise<void> {
    downloadables.value = await client.downloadables()
  }

  /** Gives the dataset that a download has become. @throws AppError what it failed with; CancelledError */
  async function download(id: string): Promise<Dataset> {
    const { jobId } = await client.download({ id })
    downloads.value = { ...downloads.value, [id]: jobId }
    try {
      const added = accept(await jobs.resultOf(jobId, 'download'))
      select(added.id)
      return added
    } finally {
      await loadDownloadables()
    }
  }

  const cancel = (job: Job | undefined) => notices.attempt(async () => job && (await jobs.cancel(job.id)))
  const cancelAdding = () => cancel(adding.value)
  const cancelRefresh = (datasetId: string) => cancel(lookOf(datasetId))
  const cancelCheck = (datasetId: string) => cancel(checkJob(datasetId))
  const cancelDownload = (id: string) => cancel(downloadJob(id))

  const lists = { datasets, loaded, selectedId, selected, reports, downloadables, adding, lookOf, find, checkOf, downloadOf }
  const ways = { follow, look, select, inspect, items, setSplit, rename, refresh, add, remove }
  return { ...lists, ...ways, cancelAdding, cancelRefresh, loadReport, check, cancelCheck, loadDownloadables, download, cancelDownload }
})

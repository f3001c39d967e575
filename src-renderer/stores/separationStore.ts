import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { useOutside } from '#renderer/api/host'
import { useJobStore } from '#renderer/stores/jobStore'
import { useModelStore } from '#renderer/stores/modelStore'
import type { AppInfo } from '#shared/contract/app'
import type { EngineRung } from '#shared/contract/engine'
import type { Job } from '#shared/contract/jobs'
import type { Quality, StemFormat } from '#shared/contract/separation'
import { isCancellation } from '#shared/errors'
import { toFailure, type Failure } from '#shared/jobs/job'

export type SeparationJob = Extract<Job, { kind: 'separation' }>

/** Files ready to be fetched or lying in the user's folder. */
export interface ExportOutcome {
  paths: string[]
  links: { name: string; url: string }[]
  warnings: string[]
}

/** What the next separation is done with, and what is done with its stems. */
export const useSeparationStore = defineStore('separation', () => {
  const { client, host } = useOutside()
  const jobs = useJobStore()
  const info = ref<AppInfo>()
  const engine = ref<EngineRung>()
  const store = useModelStore()
  /** All models; those that can split songs are `separators`. */
  const models = computed(() => store.models)
  const separators = computed(() => store.separators)
  const modelId = ref<string>()
  const quality = ref<Quality>('fast')
  const failure = ref<Failure>()
  const latest = ref<Record<string, string>>({})
  const model = computed(() => models.value.find(({ id }) => id === modelId.value))

  /** Asks what this app is and can do. The engines are probed meanwhile: that may take a while the first time. */
  async function load(): Promise<void> {
    void client.engine.describe().then(
      (rungs) => (engine.value = rungs.find(({ chosenFor }) => chosenFor.includes('inference'))),
      (error: unknown) => (failure.value = toFailure(error)),
    )
    await attempt(async () => {
      info.value = await client.app.info()
      await store.load()
      modelId.value ??= (separators.value.find(({ isDefault }) => isDefault) ?? separators.value[0])?.id
    })
  }

  /** Runs an action and keeps what it failed with for the user to see. */
  async function attempt(action: () => Promise<void>): Promise<void> {
    failure.value = undefined
    try {
      await action()
    } catch (error) {
      if (!isCancellation(error)) failure.value = toFailure(error)
    }
  }

  /** Separates songs, in the order given. */
  function split(songIds: readonly string[]): Promise<void> {
    return attempt(async () => {
      for (const songId of songIds) {
        // Floats, as for a clip of the timeline, where these stems may be put: no gain of theirs keeps them from adding up to the song.
        const started = await client.separation.start({
          songId,
          quality: quality.value,
          format: 'wav32f',
          ...(modelId.value !== undefined && { modelId: modelId.value }),
        })
        latest.value[songId] = started.jobId
      }
    })
  }

  /** The separation that a song's page shows: the one asked for last, also when an older one answers it. */
  function jobOf(songId: string): SeparationJob | undefined {
    const asked = jobs.find(latest.value[songId] ?? '')
    return asked?.kind === 'separation' ? asked : jobs.separationOf(songId)
  }

  const cancel = (jobId: string) => attempt(async () => void (await jobs.cancel(jobId)))
  const retry = (jobId: string) => attempt(async () => void (await jobs.retry(jobId)))

  /** Writes the stems of a finished separation; undefined when the user chose no folder or it failed. */
  async function exportStems(jobId: string, format: StemFormat): Promise<ExportOutcome | undefined> {
    let outcome: ExportOutcome | undefined
    await attempt(async () => {
      const target = await host.chooseExportTarget()
      if (!target) return
      const started = await client.separation.export({ jobId, folder: target.folder, format })
      const { paths, warnings } = await jobs.resultOf(started.jobId, 'export')
      const nameOf = (path: string) => path.split(/[\\/]/).at(-1) ?? path
      const links = target.urlOf ? paths.map((path) => ({ name: nameOf(path), url: target.urlOf!(path) })) : []
      outcome = { paths, links, warnings }
    })
    return outcome
  }

  return { info, engine, models, separators, model, modelId, quality, failure, load, split, jobOf, cancel, retry, exportStems }
})

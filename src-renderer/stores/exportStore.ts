import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { useOutside } from '#renderer/api/host'
import { useJobStore } from '#renderer/stores/jobStore'
import type { LoudnessResult, RenderedFile, RenderRequest } from '#shared/contract/render'
import { isCancellation } from '#shared/errors'
import { isFinished, toFailure, type Failure } from '#shared/jobs/job'

/** What an export has left: files in the user's folder, or ready to be downloaded. */
export interface ExportOutcome {
  /** `download` is where the file can be fetched; missing where it lies in the user's folder already. */
  readonly files: readonly (RenderedFile & { download?: string })[]
  readonly gainDb: number
  readonly warnings: readonly string[]
}

/** The export that the user is about to make, and the last one made. */
export const useExportStore = defineStore('export', () => {
  const { client, host } = useOutside()
  const jobs = useJobStore()
  const jobId = ref<string>()
  const measureId = ref<string>()
  const measured = shallowRef<LoudnessResult>()
  const outcome = shallowRef<ExportOutcome>()
  const failure = shallowRef<Failure>()
  const job = computed(() => (jobId.value === undefined ? undefined : jobs.find(jobId.value)))
  const isBusy = computed(() => job.value !== undefined && !isFinished(job.value.state))
  /** How often levels were asked for, or no longer wanted: an answer to an older question is not shown. */
  let questions = 0
  const isMeasuring = computed(() => measureId.value !== undefined)

  /** Forgets the last export, unless one is running. */
  function begin(): void {
    if (isBusy.value) return
    jobId.value = undefined
    outcome.value = undefined
    failure.value = undefined
  }

  /** Measures what would be written; a measurement that is under way is given up. */
  async function measure(request: RenderRequest): Promise<void> {
    forgetLevels()
    const mine = questions
    try {
      const started = await client.render.measure(request)
      if (mine !== questions) return await jobs.cancel(started.jobId)
      measureId.value = started.jobId
      const result = await jobs.resultOf(started.jobId, 'loudness')
      if (measureId.value === started.jobId) measured.value = result
    } catch (error) {
      if (!isCancellation(error)) failure.value = toFailure(error)
    } finally {
      if (measureId.value !== undefined && isEnded(measureId.value)) measureId.value = undefined
    }
  }

  function isEnded(id: string): boolean {
    const state = jobs.find(id)?.state
    return state !== undefined && isFinished(state)
  }

  function forgetLevels(): void {
    stopMeasuring()
    measured.value = undefined
  }

  function stopMeasuring(): void {
    questions++
    if (measureId.value !== undefined) void jobs.cancel(measureId.value).catch(() => {})
    measureId.value = undefined
  }

  /** Asks where to and writes the files; what went wrong is in `failure`. */
  async function start(request: RenderRequest): Promise<void> {
    begin()
    try {
      const target = await host.chooseExportTarget()
      if (!target) return
      stopMeasuring()
      const started = await client.render.export({ ...request, folder: target.folder })
      jobId.value = started.jobId
      const { files, ...rest } = await jobs.resultOf(started.jobId, 'render')
      outcome.value = { ...rest, files: files.map((file) => ({ ...file, ...(target.urlOf && { download: target.urlOf(file.path) }) })) }
    } catch (error) {
      if (!isCancellation(error)) failure.value = toFailure(error)
    }
  }

  async function cancel(): Promise<void> {
    if (jobId.value !== undefined) await jobs.cancel(jobId.value)
  }

  return { job, isBusy, isMeasuring, measured, outcome, failure, begin, measure, forgetLevels, start, cancel }
})

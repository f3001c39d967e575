import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { useOutside } from '#renderer/api/host'
import { useJobStore } from '#renderer/stores/jobStore'
import type { GeneratorComparison } from '#shared/contract/generating'
import { isFinished } from '#shared/jobs/job'

/** Models that are measured on the same sounds, which none of them has learned from. */
export const useGenerateComparisonStore = defineStore('generateComparison', () => {
  const { client } = useOutside()
  const jobs = useJobStore()
  const outcome = shallowRef<GeneratorComparison>()
  const jobId = ref<string>()
  const job = computed(() => (jobId.value === undefined ? undefined : jobs.find(jobId.value)))
  const isBusy = computed(() => jobId.value !== undefined && !(job.value && isFinished(job.value.state)))

  /** @throws AppError what it failed with; CancelledError */
  async function start(modelIds: readonly string[], datasetId: string): Promise<void> {
    const started = await client.generating.startComparison({ modelIds: [...modelIds], datasetId, seed: 1 })
    jobId.value = started.jobId
    try {
      outcome.value = await jobs.resultOf(started.jobId, 'generatorComparison')
    } finally {
      if (jobId.value === started.jobId) jobId.value = undefined
    }
  }

  async function cancel(): Promise<void> {
    if (jobId.value !== undefined) await jobs.cancel(jobId.value)
  }

  return { outcome, job, isBusy, start, cancel }
})

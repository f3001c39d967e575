import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import { useOutside } from '#renderer/api/host'
import { useJobStore } from '#renderer/stores/jobStore'
import { useNoticeStore } from '#renderer/stores/noticeStore'
import type { ClipComparison, Compared, RunResults } from '#shared/contract/results'

/** What another model has made of a run's clips. */
export interface MadeComparison extends ClipComparison {
  readonly key: string
}

/** What runs have to be heard and seen, as far as it is looked at, and what they were compared with. */
export const useResultStore = defineStore('results', () => {
  const { client } = useOutside()
  const jobs = useJobStore()
  const notices = useNoticeStore()
  const results = shallowRef<ReadonlyMap<string, RunResults>>(new Map())
  /** By run, in the order in which they were made. */
  const comparisons = shallowRef<ReadonlyMap<string, readonly MadeComparison[]>>(new Map())
  /** Keys of comparisons that are being made. */
  const comparing = shallowRef<ReadonlySet<string>>(new Set())
  /** Runs whose results are on their way, and whether they have changed meanwhile. */
  const loading = new Map<string, { again: boolean }>()

  /** Asks what a run has; of two that ask at once only the later answer counts. */
  async function load(runId: string): Promise<void> {
    const underWay = loading.get(runId)
    if (underWay) {
      underWay.again = true
      return
    }
    const mine = { again: true }
    loading.set(runId, mine)
    try {
      while (mine.again) {
        mine.again = false
        const found = await client.results.list({ runId })
        results.value = new Map(results.value).set(runId, found)
      }
    } finally {
      loading.delete(runId)
    }
  }

  /** Follows the runs that were loaded: each epoch may bring results. Returns how to stop. */
  function follow(): () => void {
    const stops = [
      client.on('training.epoch', ({ runId }) => {
        if (results.value.has(runId)) void notices.attempt(() => load(runId))
      }),
      client.on('training.removed', ({ runId }) => {
        results.value = new Map([...results.value].filter(([id]) => id !== runId))
        comparisons.value = new Map([...comparisons.value].filter(([id]) => id !== runId))
      }),
    ]
    return () => stops.forEach((stop) => stop())
  }

  /** Lets another model do the clips of a run. Returns its key among the run's comparisons, or undefined where it failed. */
  async function compare(runId: string, other: Compared): Promise<string | undefined> {
    const key = keyOf(other)
    if (comparing.value.has(key)) return undefined
    comparing.value = new Set([...comparing.value, key])
    const made = await notices.attempt(async () => {
      const { jobId } = await client.results.compare({ runId, with: other })
      return jobs.resultOf(jobId, 'clips')
    })
    comparing.value = new Set([...comparing.value].filter((each) => each !== key))
    if (!made) return undefined
    const others = (comparisons.value.get(runId) ?? []).filter((each) => each.key !== key)
    comparisons.value = new Map(comparisons.value).set(runId, [...others, { ...made, key }])
    return key
  }

  /** No longer shows a comparison; it is there at once when it is asked for again. */
  function takeAway(runId: string, key: string): void {
    const others = (comparisons.value.get(runId) ?? []).filter((each) => each.key !== key)
    comparisons.value = new Map(comparisons.value).set(runId, others)
  }

  return { results, comparisons, comparing, load, follow, compare, takeAway }
})

function keyOf(other: Compared): string {
  return other.kind === 'run' ? `run ${other.runId}` : `model ${other.modelId}`
}

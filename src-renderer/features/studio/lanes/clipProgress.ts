import { computed, type ComputedRef } from 'vue'
import { percentOf, stageTitle } from '#renderer/features/studio/jobText'
import { useJobStore } from '#renderer/stores/jobStore'
import { usePlacementStore } from '#renderer/stores/placementStore'
import type { ClipProgress } from '#renderer/timeline/timelineEvents'
import { formatTimeLeft } from '#renderer/ui/formatting'

/** Returns, by their ids, how far the clips are that are being split. */
export function useClipProgress(): ComputedRef<ReadonlyMap<string, ClipProgress>> {
  const jobs = useJobStore()
  const placement = usePlacementStore()

  function progressOf(jobId: string): ClipProgress {
    const job = jobs.find(jobId)
    if (job?.state.status === 'succeeded') return { share: 1, text: 'Done' }
    const percent = percentOf(job?.state)
    if (!job || job.state.status !== 'running' || percent === undefined) return { share: undefined, text: 'Waiting to be split' }
    const left = jobs.secondsLeft(job)
    const text = `${stageTitle(job.state.progress.stage)} ${percent} %${left === undefined ? '' : `, ${formatTimeLeft(left)}`}`
    return { share: percent / 100, text }
  }

  return computed(() => new Map(placement.splits.map(({ clipId, jobId }) => [clipId, progressOf(jobId)])))
}

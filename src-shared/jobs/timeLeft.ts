import type { JobProgress } from '#shared/jobs/job'

/**
 * Returns the seconds that a job will still need if it goes on as it has so far, or undefined while too little is done
 * to say: an estimate from the first per cent is worse than none.
 * @param elapsedSeconds since the job's present stage began
 */
export function estimateSecondsLeft(progress: JobProgress, elapsedSeconds: number): number | undefined {
  const { completed, total } = progress
  if (!(total > 0) || completed < total * 0.01 || elapsedSeconds < 1) return undefined
  return Math.max(0, ((total - completed) / completed) * elapsedSeconds)
}

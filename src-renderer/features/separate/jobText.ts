import type { JobState } from '#shared/jobs/job'
import { overallShare } from '#shared/jobs/overallShare'

/** One line on how it stands with a song; undefined is a song that nobody asked to split. */
export function describeState(state: JobState<unknown> | undefined): string {
  switch (state?.status) {
    case undefined:
      return 'Ready to split'
    case 'queued':
      return '○ Waiting'
    case 'running':
      return `◐ ${stageTitle(state.progress.stage)} ${percentOf(state) ?? 0} %`
    case 'succeeded':
      return '✓ Done'
    case 'failed':
      return '✕ Failed'
    case 'cancelled':
      return 'Cancelled'
  }
}

/** A stage as the user reads it: services call it "separating". */
export function stageTitle(stage: string): string {
  return stage.charAt(0).toUpperCase() + stage.slice(1)
}

/** Whole per cent of all that the job has to do, while it runs. */
export function percentOf(state: JobState<unknown> | undefined): number | undefined {
  if (state?.status !== 'running') return undefined
  return Math.floor(overallShare(state.progress) * 100)
}

/**
 * What a screen reader should be told when a job goes from one state to the next: each quarter once, and how it ended.
 * Undefined when there is nothing new worth an interruption.
 */
export function announcement(
  title: string,
  before: JobState<unknown> | undefined,
  after: JobState<unknown> | undefined,
): string | undefined {
  if (!after || (before?.status === after.status && after.status !== 'running')) return undefined
  switch (after.status) {
    case 'queued':
      return `${title} is waiting to be split.`
    case 'running':
      return announceQuarter(title, before, percentOf(after) ?? 0)
    case 'succeeded':
      return `${title}: 100 per cent. Vocals and music are ready.`
    case 'failed':
      return `${title} could not be split.`
    case 'cancelled':
      return `${title} was cancelled.`
  }
}

function announceQuarter(title: string, before: JobState<unknown> | undefined, percent: number): string | undefined {
  const quarter = Math.floor(percent / 25)
  const earlier = before?.status === 'running' ? Math.floor((percentOf(before) ?? 0) / 25) : 0
  if (quarter <= earlier || quarter === 4) return undefined
  return `${title}: ${quarter * 25} per cent.`
}

import type { JobState } from '#shared/jobs/job'

/** Of the time that measuring takes, the share of reading what is measured on. */
const readingShare = 0.2

/** How far the measuring of a lesson is, in words and in whole per cent of all of it. */
export function measuringText(state: JobState<unknown> | undefined): { text: string; percent: number } {
  if (state?.status !== 'running') return { text: 'Measuring begins when what is computed now is done', percent: 0 }
  const { stage, completed, total } = state.progress
  const share = total > 0 ? Math.min(1, completed / total) : 0
  const place = total > 0 ? `, ${Math.min(total, completed + 1)} of ${total}` : ''
  if (stage === 'reading') return { text: `Reading what it was not taught${place}`, percent: Math.floor(100 * readingShare * share) }
  if (stage !== 'measuring') return { text: 'Measuring before and after', percent: 0 }
  return { text: `Measuring before and after${place}`, percent: Math.floor(100 * (readingShare + (1 - readingShare) * share)) }
}

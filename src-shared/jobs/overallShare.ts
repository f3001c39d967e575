import type { JobProgress } from '#shared/jobs/job'

/**
 * The stages of a separation in their order, with a rough share of the whole time for each, so that one bar runs once and
 * not four times. A fast engine spends relatively more on all but the first.
 */
const separationStages: readonly (readonly [string, number])[] = [
  ['separating', 0.88],
  ['writing', 0.07],
  ['checking', 0.05],
  // Of stems for the library only, and over in a moment.
  ['finishing', 0],
]

/** Returns how much of a separation is done, 0 to 1, over all its stages; of a stage unknown here, how much of that. */
export function overallShare({ stage, completed, total }: JobProgress): number {
  const share = total > 0 ? Math.min(1, Math.max(0, completed / total)) : 0
  const index = separationStages.findIndex(([name]) => name === stage)
  if (index < 0) return share
  const before = separationStages.slice(0, index).reduce((sum, [, part]) => sum + part, 0)
  return before + share * separationStages[index]![1]
}

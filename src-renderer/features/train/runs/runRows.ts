import { formatValue } from '#renderer/charts/axes'
import { hyperParameterGroups } from '#renderer/features/train/newRun/hyperParameters'
import { formatDuration } from '#renderer/ui/formatting'
import type { Run } from '#shared/contract/training'
import { differencesOfRuns } from '#shared/training/parameters'

export type RunOrder = 'newest' | 'best' | 'name' | 'size'

const titles = new Map(hyperParameterGroups().flatMap(({ parameters }) => parameters).map(({ path, title }) => [path, title.toLowerCase()]))

/** Returns runs in the order that was asked for, those with a star before all others; runs that have no score yet come last. */
export function sortedRuns(runs: readonly Run[], order: RunOrder): Run[] {
  const compare: Record<RunOrder, (a: Run, b: Run) => number> = {
    newest: (a, b) => b.startedAt.localeCompare(a.startedAt),
    best: (a, b) => (b.best?.score ?? -Infinity) - (a.best?.score ?? -Infinity) || 0,
    name: (a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }),
    size: (a, b) => b.size - a.size,
  }
  return runs.toSorted((a, b) => Number(b.starred) - Number(a.starred) || compare[order](a, b))
}

/** How a run was started otherwise than the one it is held against: "learning rate 0.004, not 0.002". */
export function differencesFrom(base: Run | undefined, run: Run): string {
  if (!base || base.id === run.id) return ''
  const differences = differencesOfRuns([base, run])
  if (differences.length === 0) return 'same parameters and data'
  return differences.map(({ key, values }) => `${titles.get(key) ?? key} ${values[1]!}, not ${values[0]!}`).join(' · ')
}

/** "5.88 dB", or a dash before the first validation. */
export function bestText({ best, scoreUnit }: Run): string {
  return best ? `${formatValue(best.score, 3)} ${scoreUnit}`.trim() : '–'
}

/** How far a run came: "38 epochs, 43 min". */
export function courseText({ progress }: Run): string {
  if (progress.step === 0) return 'not begun'
  return `${progress.epoch} epoch${progress.epoch === 1 ? '' : 's'}, ${formatDuration(progress.seconds)}`
}

/** Day and time in the user's own way, from ISO 8601. */
export function startText(startedAt: string): string {
  return new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(startedAt))
}

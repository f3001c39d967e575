import type { Across } from '#renderer/charts/chartSpec'
import type { Run } from '#shared/contract/training'
import type { HistoryLine } from '#shared/training/history'

/** A run with what is known of its course. */
export interface ChartedRun {
  readonly run: Run
  readonly history: readonly HistoryLine[]
}

/** Colours of runs that are compared; each also has a letter. */
export const runTokens = ['--accompaniment', '--vocals', '--run-3', '--run-4', '--run-5', '--run-6'] as const

/** A, B, C: what runs that are compared are called in charts and tables. */
export const runLetter = (index: number): string => String.fromCodePoint(65 + index)

/** Where a line of the history stands on the horizontal axis. */
export function placeOf({ epoch, step, seconds }: HistoryLine, across: Across): number {
  return across === 'epochs' ? epoch : across === 'steps' ? step : seconds
}

/** True where charts of both would look the same: the same histories of runs that have the same names and parameters. */
export function isSameCourse(before: readonly ChartedRun[], after: readonly ChartedRun[]): boolean {
  const shown = ({ run: { id, name, scoreName, config } }: ChartedRun) => JSON.stringify([id, name, scoreName, config])
  return before.length === after.length && after.every((each, i) => each.history === before[i]!.history && shown(each) === shown(before[i]!))
}

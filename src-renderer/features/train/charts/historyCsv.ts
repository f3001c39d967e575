import { csv } from '#renderer/charts/csv'
import type { ChartedRun } from '#renderer/features/train/charts/chartedRun'

/** Returns everything that was written down of runs as CSV, a row for every epoch of every run. */
export function historyCsv(runs: readonly ChartedRun[]): string {
  const rows = runs.flatMap(({ run, history }) =>
    history.map(({ train, validation, klPerLatent = [], ...line }) => ({
      run: run.name,
      ...line,
      trace: undefined,
      ...prefixed('train', train),
      ...prefixed('validation', validation),
      ...Object.fromEntries(klPerLatent.map((nats, channel) => [`KL of channel ${channel + 1}`, nats])),
    })),
  )
  const headers = [...new Set(rows.flatMap((row) => Object.keys(row)))].filter((header) => header !== 'trace')
  return csv([headers, ...rows.map((row) => headers.map((header) => (row as Record<string, unknown>)[header]))])
}

function prefixed(prefix: string, values: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix} ${name}`, value]))
}

import { csv } from '#renderer/charts/csv'
import type { Study, StudyRow } from '#shared/contract/studies'

/** A column of a study's table. */
export interface StudyColumn {
  readonly id: string
  readonly title: string
  /** True for those that hold figures. */
  readonly numeric: boolean
  valueOf(row: StudyRow): string | number | undefined
  /** Standard deviation of a figure that was measured several times. */
  deviationOf?(row: StudyRow): number | undefined
  /** Digits after the point. */
  readonly decimals?: number | undefined
}

/** How a table is ordered. */
export interface StudyOrder {
  readonly column: string
  readonly descending: boolean
}

const statusTexts: Readonly<Record<StudyRow['status'], string>> = {
  waiting: 'Not started',
  queued: 'Waiting for its turn',
  preparing: 'Reading the data',
  running: 'Learning',
  yielding: 'Giving way to a split',
  paused: 'Paused',
  finished: 'Learned, not measured',
  stopped: 'Stopped, not measured',
  failed: 'Failed',
  measuring: 'Being measured',
  measured: 'Measured',
}

/** What a row is doing, with how far its run is. */
export function statusOf({ status, progress }: StudyRow): string {
  const percent = status === 'running' || status === 'paused' ? ` ${Math.floor(100 * progress)} %` : ''
  return `${statusTexts[status]}${percent}`
}

/** The columns of a study: what sets its runs apart, its figures, and what each run is doing. */
export function columnsOf(study: Study): StudyColumn[] {
  const several = new Set(study.rows.map(({ seed }) => seed)).size > 1
  return [
    ...study.factors.map((name) => ({ id: `factor ${name}`, title: name, numeric: false, valueOf: ({ factors }: StudyRow) => factors[name] })),
    ...(several ? [{ id: 'seed', title: 'Seed', numeric: true, valueOf: ({ seed }: StudyRow) => seed, decimals: 0 }] : []),
    ...study.measures.map(({ id, name, unit, decimals }) => ({
      id,
      title: unit === '' ? name : `${name}, ${unit}`,
      numeric: true,
      valueOf: ({ values }: StudyRow) => values[id],
      deviationOf: ({ deviations }: StudyRow) => deviations?.[id],
      decimals,
    })),
    { id: 'status', title: 'Run', numeric: false, valueOf: statusOf },
  ]
}

/** The rows in an order; what has no value comes last in both directions. */
export function sortedRows(rows: readonly StudyRow[], columns: readonly StudyColumn[], order: StudyOrder | undefined): StudyRow[] {
  const column = columns.find(({ id }) => id === order?.column)
  if (!column || !order) return [...rows]
  const sign = order.descending ? -1 : 1
  return rows.toSorted((a, b) => {
    const [x, y] = [column.valueOf(a), column.valueOf(b)]
    if (x === undefined || y === undefined) return Number(x === undefined) - Number(y === undefined)
    return sign * (typeof x === 'number' && typeof y === 'number' ? x - y : String(x).localeCompare(String(y), 'en', { numeric: true }))
  })
}

/** A cell as people read it: a name, or a figure, as "0.01234 ± 0.00012" where it was measured several times. */
export function cellText(column: StudyColumn, row: StudyRow): string {
  const value = column.valueOf(row)
  if (typeof value === 'string') return value
  if (value === undefined) return '–'
  const digits = (figure: number) => figure.toFixed(column.decimals ?? (Math.abs(value) >= 100 ? 0 : 2))
  const deviation = column.deviationOf?.(row)
  return deviation === undefined ? digits(value) : `${digits(value)} ± ${digits(deviation)}`
}

/** The best value of every measure, so that it can be pointed out; only where there is something to compare with. */
export function bestValues({ rows, measures }: Study): ReadonlyMap<string, number> {
  return new Map(
    measures.flatMap(({ id, higherIsBetter }): [string, number][] => {
      const values = rows.flatMap((row) => (row.status === 'measured' ? (row.values[id] ?? []) : []))
      if (values.length < 2 || id === 'kl' || id === 'seconds') return []
      return [[id, higherIsBetter ? Math.max(...values) : Math.min(...values)]]
    }),
  )
}

/** The whole table as CSV, with all digits; standard deviations stand in columns of their own, beside what they belong to. */
export function studyCsv(study: Study): string {
  const columns = columnsOf(study).flatMap((column) => {
    const { deviationOf } = column
    const isRepeated = deviationOf && study.rows.some((row) => deviationOf(row) !== undefined)
    return isRepeated ? [column, { ...column, title: `${column.title}, standard deviation`, valueOf: deviationOf }] : [column]
  })
  return csv([columns.map(({ title }) => title), ...study.rows.map((row) => columns.map((column) => column.valueOf(row)))])
}

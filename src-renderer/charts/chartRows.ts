import { formatValue } from '#renderer/charts/axes'
import { type ChartPoint, type ChartSpec, stopsOf } from '#renderer/charts/chartSpec'
import { csv } from '#renderer/charts/csv'
import { formatDuration } from '#renderer/ui/formatting'

/** Numbers in rows, each with the place on the horizontal axis first; undefined where nothing was measured there. */
export interface ChartRows {
  readonly headers: readonly string[]
  readonly rows: readonly (readonly (number | undefined)[])[]
}

const acrossTitles = { epochs: 'Epoch', steps: 'Step', time: 'Seconds' } as const
const titleOf = (across: ChartSpec['across']) => (typeof across === 'string' ? acrossTitles[across] : across.title)

/** Returns the numbers that a chart shows, a row for every epoch. */
export function chartRows(spec: ChartSpec): ChartRows {
  const { across, curves, heat } = spec
  if (heat) {
    const headers = [titleOf(across), ...heat.order.map((channel) => `channel ${channel + 1}`)]
    return { headers, rows: heat.xs.map((x, i) => [x, ...heat.order.map((channel) => heat.columns[i]![channel])]) }
  }
  const shown = curves.toSorted((a, b) => Number(a.kind === 'detail') - Number(b.kind === 'detail'))
  const values = shown.map(({ epochs }) => byPlace(epochs))
  return {
    headers: [titleOf(across), ...shown.map(({ label }) => label)],
    rows: stopsOf(spec).map((x) => [x, ...values.map((at) => at.get(x))]),
  }
}

/** A cell of a table as people read it. */
export function cellText(value: number | undefined, header: string): string {
  if (value === undefined) return '–'
  if (header === acrossTitles.time) return formatDuration(value)
  return header === acrossTitles.epochs || header === acrossTitles.steps ? String(value) : formatValue(value)
}

/** Returns a chart as CSV: the numbers of its table with all their digits, and what was measured within epochs. */
export function chartCsv(spec: ChartSpec): string {
  const { headers, rows } = chartRows(spec)
  const traced = spec.curves.filter(({ trace }) => trace.length > 0)
  const traces = traced.map(({ trace }) => byPlace(trace))
  const known = new Map(rows.map((row) => [row[0]!, row.slice(1)]))
  const places = [...new Set([...known.keys(), ...traced.flatMap(({ trace }) => trace.map(({ x }) => x))])].toSorted((a, b) => a - b)
  const empty = headers.slice(1).map(() => undefined)
  const body = places.map((x) => [x, ...(known.get(x) ?? empty), ...traces.map((at) => at.get(x))])
  return csv([[...headers, ...traced.map(({ label }) => `${label} within epochs`)], ...body])
}

function byPlace(points: readonly ChartPoint[]): ReadonlyMap<number, number> {
  return new Map(points.map(({ x, y }) => [x, y]))
}

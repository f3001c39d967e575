/** A column of a table of figures. */
export interface FigureColumn<Row> {
  readonly id: string
  readonly title: string
  /** What the figure is, for those who rest on its title. */
  readonly tip?: string
  /** Figures stand at the right and are sorted as numbers; words are not marked. */
  readonly numeric: boolean
  /** Which end is best; neither where it isn't said. */
  readonly better?: 'lower' | 'higher'
  value(row: Row): number | string
  text(row: Row): string
}

/** Which column sorts, and which way. */
export interface FigureOrder {
  readonly column: string
  readonly isDescending: boolean
}

/** Returns the order after a press on a column's title: the best first, then the other way around, then as the rows came. */
export function nextOrder<Row>(order: FigureOrder | undefined, column: FigureColumn<Row>): FigureOrder | undefined {
  const first = { column: column.id, isDescending: column.better === 'higher' }
  if (order?.column !== column.id) return first
  return order.isDescending === first.isDescending ? { ...first, isDescending: !first.isDescending } : undefined
}

/** Returns the rows in an order; those without a figure come last either way. */
export function sortedRows<Row>(rows: readonly Row[], columns: readonly FigureColumn<Row>[], order: FigureOrder | undefined): readonly Row[] {
  const column = columns.find(({ id }) => id === order?.column)
  if (!column || !order) return rows
  const sign = order.isDescending ? -1 : 1
  const isMissing = (value: number | string) => typeof value === 'number' && !Number.isFinite(value)
  return rows.toSorted((a, b) => {
    const [x, y] = [column.value(a), column.value(b)]
    if (isMissing(x) || isMissing(y)) return Number(isMissing(x)) - Number(isMissing(y))
    return sign * (typeof x === 'number' && typeof y === 'number' ? x - y : String(x).localeCompare(String(y)))
  })
}

/** Returns the best figure of each column that has one; none for a single row, which nothing is better than. */
export function bestFigures<Row>(rows: readonly Row[], columns: readonly FigureColumn<Row>[]): ReadonlyMap<string, number> {
  const best = new Map<string, number>()
  if (rows.length < 2) return best
  for (const { id, better, value } of columns) {
    const figures = rows.map(value).filter((figure): figure is number => typeof figure === 'number' && Number.isFinite(figure))
    if (better && figures.length > 0) best.set(id, better === 'lower' ? Math.min(...figures) : Math.max(...figures))
  }
  return best
}

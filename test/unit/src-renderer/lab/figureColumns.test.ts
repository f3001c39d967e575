import { describe, expect, it } from 'vitest'
import { madeUpAblation, madeUpAblationRow } from '#test/quantiseStudies'
import { bestFigures, type FigureColumn, nextOrder, sortedRows } from '#renderer/features/lab/quantise/figureColumns'
import { epochCharts, layerCharts, perplexityChart } from '#renderer/features/lab/quantise/quantiseCharts'
import { ablationColumns, errorRatio, rowKey, rowsTogether, verdictOf } from '#renderer/features/lab/quantise/quantiseText'

interface Row { name: string; loss: number; used: number }

const rows: Row[] = [{ name: 'b', loss: 2, used: 5 }, { name: 'a', loss: 10, used: 7 }, { name: 'c', loss: NaN, used: 6 }]
const columns: FigureColumn<Row>[] = [
  { id: 'name', title: 'Name', numeric: false, value: ({ name }) => name, text: ({ name }) => name },
  { id: 'loss', title: 'Loss', numeric: true, better: 'lower', value: ({ loss }) => loss, text: ({ loss }) => String(loss) },
  { id: 'used', title: 'Used', numeric: true, better: 'higher', value: ({ used }) => used, text: ({ used }) => String(used) },
]
const [, loss, used] = columns as [FigureColumn<Row>, FigureColumn<Row>, FigureColumn<Row>]
const names = (order: Parameters<typeof sortedRows>[2]) => sortedRows(rows, columns, order).map(({ name }) => name).join('')

describe('tables of figures', () => {
  // Would catch: figures sorted as words (10 before 2), and what was not measured taken for the best.
  it('are sorted with the best first, then the other way around, what is missing last either way', () => {
    const first = nextOrder(undefined, loss)
    expect(names(first)).toBe('bac')
    const second = nextOrder(first, loss)
    expect(names(second)).toBe('abc')
    expect(names(nextOrder(second, loss))).toBe('bac')
    expect(nextOrder(second, loss)).toBeUndefined()
    expect(names(nextOrder(first, used))).toBe('acb')
  })

  it('mark the best figure of each column, and nothing where there is one row alone', () => {
    expect([...bestFigures(rows, columns)]).toEqual([['loss', 2], ['used', 7]])
    expect(bestFigures(rows.slice(0, 1), columns).size).toBe(0)
  })
})

describe('models beside one another', () => {
  const [correct, published] = [madeUpAblation('a', 'residuals'), madeUpAblation('b', 'as-published')]

  it('are there once with each average', () => {
    const own = madeUpAblation('own', undefined)
    expect(rowsTogether([correct, published])).toHaveLength(12)
    // Ours is correct in the document's order as well.
    expect(rowsTogether([own, correct]).map(rowKey).filter((key) => key.startsWith('ours'))).toEqual(['ours residuals'])
  })

  // Would catch: a ratio that is turned around, or taken over models of one average only.
  it('say how much lower the error of correct codes is', () => {
    expect(errorRatio(rowsTogether([published, correct]))).toEqual({ ratio: expect.closeTo(8, 9) as number, models: 6 })
    expect(errorRatio(correct.rows).models).toBe(0)
    expect(verdictOf(correct.rows)).toBe('Ours comes closest: 14.51 dB from the real spectra.')
    expect(verdictOf(rowsTogether([published, correct]))).toContain('their error is 8 times lower than as published, by the median of 6 models.')
  })

  it('have all columns filled', () => {
    const texts = ablationColumns.map(({ text }) => text(madeUpAblationRow('M5', 'as-published')))
    expect(texts.slice(0, 4)).toEqual(['M5', 'As published', 'Glorot-normal, γ 0.999', '8 × 128'])
    expect(texts.filter((text) => /NaN|undefined|–/.test(text))).toEqual([])
  })

  // Would catch: layers from 0, lines of five layers drawn over eight, and two averages that look alike.
  it('are drawn over epochs and over layers, as published dashed', () => {
    const both = rowsTogether([correct, published])
    const [reconstruction] = epochCharts(both)
    expect(reconstruction!.curves.map(({ look }) => look.dash.length > 0)).toEqual([...Array.from({ length: 6 }, () => false), ...Array.from({ length: 6 }, () => true)])
    expect(new Set(both.slice(0, 6).map((_, at) => reconstruction!.curves[at]!.look.token)).size).toBe(6)
    const [layers] = layerCharts(both)
    expect(layers!.curves[0]!.epochs.map(({ x }) => x)).toEqual([1, 2, 3, 4, 5])
    expect(layers!.across).toMatchObject({ ticks: [1, 2, 3, 4, 5, 6, 7, 8] })
    expect(perplexityChart(correct.rows[4]!).curves.map(({ tag }) => tag)).toEqual(['1', '2', '3', '4', '5', '6', '7', '8'])
  })
})

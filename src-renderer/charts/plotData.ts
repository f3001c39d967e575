import uPlot from 'uplot'
import type { ChartPoint, ChartSpec, Curve } from '#renderer/charts/chartSpec'
import { smoothed } from '#renderer/charts/smoothing'

/** A line as it is drawn: bold over faint for what is looked at, thin for what lies behind. */
export interface PlotLine {
  readonly curve: Curve
  readonly weight: 'bold' | 'faint' | 'thin'
  readonly points: readonly ChartPoint[]
}

/** Epochs from which on a chart is smoothed as much as was asked for. */
const wholeAfter = 15

/** Returns the lines of a chart, the faint ones first, so that the bold ones lie over them. */
export function plotLines(spec: ChartSpec, smoothing: number): PlotLine[] {
  // A mean over epochs would hide most of what a run of a few epochs has learned.
  const epochs = Math.max(1, ...spec.curves.map((curve) => curve.epochs.at(-1)?.epoch ?? 1))
  const factor = smoothing ** Math.max(1, wholeAfter / epochs)
  const lines = spec.curves.flatMap((curve): PlotLine[] => {
    if (curve.kind === 'detail') return [{ curve, weight: 'thin', points: curve.epochs }]
    if (curve.kind === 'exact') return [{ curve, weight: 'bold', points: curve.epochs }]
    const raw = curve.trace.length > 0 ? curve.trace : curve.epochs
    return [{ curve, weight: 'faint', points: raw }, { curve, weight: 'bold', points: smoothed(raw, factor) }]
  })
  const order = { thin: 0, faint: 1, bold: 2 }
  return lines.toSorted((a, b) => order[a.weight] - order[b.weight])
}

/** Returns what uPlot draws: all places that any line has, then the values of each line there. */
export function plotData(spec: ChartSpec, lines: readonly PlotLine[]): uPlot.AlignedData {
  if (spec.heat) return [[...spec.heat.xs], spec.heat.xs.map(() => null)]
  const tables = lines.map(({ points }): uPlot.AlignedData => [points.map(({ x }) => x), points.map(({ y }) => y)])
  if (tables.length === 0) return [[], []]
  return tables.length === 1 ? tables[0]! : uPlot.join(tables)
}

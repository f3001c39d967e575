import uPlot from 'uplot'
import { formatTick, niceTicks, timeTicks, type ValueAxis, wholeTicks } from '#renderer/charts/axes'
import type { ChartPalette } from '#renderer/charts/chartPalette'
import { type ChartSpec, nearestStop } from '#renderer/charts/chartSpec'
import type { PlotLine } from '#renderer/charts/plotData'
import { drawHeat } from '#renderer/charts/plotHeat'
import { drawBackground, drawMarks } from '#renderer/charts/plotMarks'
import { formatDuration } from '#renderer/ui/formatting'

export interface PlotSize {
  readonly width: number
  readonly height: number
  /** Everything is drawn as many times as large: 1 on the page, more in pictures for elsewhere. */
  readonly zoom: number
}

/** What a drawn chart shows at the moment; the drawing asks for it every time, so that new epochs need no new chart. */
export interface PlotSource {
  spec(): ChartSpec
  lines(): readonly PlotLine[]
  /** Of the values of all lines; asked for with every point, so it is not made anew every time. */
  axis(): ValueAxis
  palette(): ChartPalette
}

/** What makes another chart necessary; everything else is new data for the same one. */
export function plotShape(source: PlotSource): string {
  const spec = source.spec()
  const looks = source.lines().map(({ curve, weight }) => [curve.id, weight, curve.look])
  return JSON.stringify([spec.id, spec.across, source.axis().kind, looks, spec.heat !== undefined])
}

/** How the cursor of a chart is moved, by the pointer or with other charts. */
export interface PlotCursor {
  /** Where on the axis it can stand. */
  stops(): readonly number[]
  moved(x: number | undefined): void
}

/** Returns how uPlot draws a chart: crisp lines, axes with few ticks, no controls of its own. */
export function plotOptions(source: PlotSource, size: PlotSize, cursor?: PlotCursor): uPlot.Options {
  const { width, height, zoom } = size
  const [spec, lines, palette] = [source.spec(), source.lines(), source.palette()]
  return {
    width,
    height,
    padding: [10 * zoom, 14 * zoom, 0, 0],
    legend: { show: false },
    cursor: cursorOf(source, cursor),
    scales: { x: { time: false, range: (_, min, max) => acrossRange(source.spec().across, min, max) }, y: yScale(source) },
    axes: [acrossAxis(spec, palette, zoom), spec.heat ? channelAxis(source, palette, zoom) : yAxis(source.axis, palette, zoom)],
    series: [{}, ...(spec.heat ? [{ show: false }] : lines.map((line) => seriesOf(line, lines, palette, zoom)))],
    hooks: {
      drawAxes: [
        (plot) => drawHeat(plot, source.spec(), source.palette()),
        (plot) => drawBackground(plot, source, zoom),
      ],
      draw: [(plot) => drawMarks(plot, source, zoom)],
      setCursor: cursor ? [(plot) => cursor.moved(standsOn(plot, cursor.stops()))] : [],
    },
  }
}

/** From the beginning of the run, whatever was measured first. */
function acrossRange(across: ChartSpec['across'], min: number | null, max: number | null): [number, number] {
  if (min === null || max === null) return [0, 1]
  if (typeof across === 'string') return [0, Math.max(max, 1)]
  const margin = 0.03 * (max - min) || 0.5
  return across.range ? [...across.range] : [min - margin, max + margin]
}

/** The hairline and the dots of the values, always on an epoch; nothing is dragged. */
function cursorOf({ lines }: PlotSource, cursor: PlotCursor | undefined): uPlot.Cursor {
  const isBold = (series: number) => lines()[series - 1]?.weight === 'bold'
  return {
    show: cursor !== undefined,
    x: true,
    y: false,
    drag: { x: false, y: false, setScale: false },
    points: { size: (_, series) => (isBold(series) ? 7 : 0), width: (_, series) => (isBold(series) ? 1.5 : 0) },
    move(plot, left, top) {
      const stop = left < 0 ? undefined : nearestStop(cursor?.stops() ?? [], plot.posToVal(left, 'x'))
      return stop === undefined ? [left, top] : [plot.valToPos(stop, 'x'), top]
    },
  }
}

function standsOn(plot: uPlot, stops: readonly number[]): number | undefined {
  const { left = -1 } = plot.cursor
  return left < 0 ? undefined : nearestStop(stops, plot.posToVal(left, 'x'))
}

function yScale({ spec, axis }: PlotSource): uPlot.Scale {
  if (spec().heat) return { auto: false, range: () => [0, spec().heat?.order.length ?? 1] }
  return {
    distr: 100,
    fwd: (value) => axis().forward(value),
    bwd: (height) => axis().backward(height),
    range: (_, min, max) => (spec().within ? [...spec().within!] : min === null || max === null ? [0, 1] : axis().range(min, max)),
  }
}

function seriesOf({ curve, weight, points }: PlotLine, lines: readonly PlotLine[], palette: ChartPalette, zoom: number): uPlot.Series {
  const colour = palette.colour(curve.look.token)
  const crowded = lines.filter((line) => line.weight === 'bold').length > 4
  const width = { bold: crowded ? 1.75 : 2.25, faint: 1, thin: 1 }[weight]
  const alpha = { bold: 1, faint: crowded ? 0.2 : 0.38, thin: 0.3 }[weight]
  const dash = weight === 'bold' ? curve.look.dash.map((length) => length * zoom) : []
  const isDot = points.length < 2
  return {
    label: curve.label,
    stroke: colour,
    width: width * zoom,
    alpha,
    dash,
    pxAlign: 0,
    cap: dash.length > 0 ? 'butt' : 'round',
    spanGaps: true,
    points: { show: weight === 'bold' && isDot, size: 6 * zoom, fill: colour, stroke: colour },
  }
}

const labelFont = (palette: ChartPalette, zoom: number) => `${11 * zoom}px ${palette.font}`

function baseAxis(palette: ChartPalette, zoom: number): uPlot.Axis {
  return {
    stroke: palette.muted,
    font: labelFont(palette, zoom),
    gap: 6 * zoom,
    grid: { stroke: palette.grid, width: zoom },
    ticks: { show: false },
    border: { show: false },
  }
}

const acrossLabels = { epochs: 'epochs', steps: 'steps', time: 'time of training' } as const

/** Named in pictures only; the page says it once for all charts. */
function acrossAxis(spec: ChartSpec, palette: ChartPalette, zoom: number): uPlot.Axis {
  const { across } = spec
  const tick = typeof across !== 'string' ? across.tick : across === 'time' ? formatDuration : formatTick
  return {
    ...baseAxis(palette, zoom),
    size: 26 * zoom,
    ...(zoom !== 1 && { label: typeof across === 'string' ? acrossLabels[across] : across.title, labelFont: labelFont(palette, zoom), labelSize: 20 * zoom, labelGap: 0 }),
    grid: { show: false },
    ticks: { show: true, stroke: palette.grid, width: zoom, size: 4 * zoom },
    border: { show: true, stroke: palette.grid, width: zoom },
    gap: 4 * zoom,
    splits: (plot, _, min, max) => ticksOf(across)(min, max, plot.bbox.width / uPlot.pxRatio / (70 * zoom)),
    values: (_, splits) => splits.map((value) => tick(value)),
  }
}

function ticksOf(across: ChartSpec['across']): (min: number, max: number, count: number) => number[] {
  if (typeof across === 'string') return across === 'time' ? timeTicks : wholeTicks
  const { ticks } = across
  return ticks ? (min, max) => ticks.filter((at) => at >= min && at <= max) : niceTicks
}

function yAxis(axis: () => ValueAxis, palette: ChartPalette, zoom: number): uPlot.Axis {
  return {
    ...baseAxis(palette, zoom),
    size: (plot, values) => (values ? widest(plot, values, palette, zoom) + 12 * zoom : 44 * zoom),
    splits: (plot, _, min, max) => axis().ticks(min, max, Math.max(2, plot.bbox.height / uPlot.pxRatio / (36 * zoom))),
    values: (_, splits) => splits.map(formatTick),
    filter: (_, splits) => splits,
  }
}

/** Numbers of the rows of a heat picture: how many channels lie above. */
function channelAxis(source: PlotSource, palette: ChartPalette, zoom: number): uPlot.Axis {
  const count = () => source.spec().heat?.order.length ?? 0
  return {
    ...baseAxis(palette, zoom),
    grid: { show: false },
    size: 40 * zoom,
    splits: () => [0, Math.round(count() / 2), count()],
    values: (_, splits) => splits.map((height) => String(count() - height)),
  }
}

function widest(plot: uPlot, values: readonly string[], palette: ChartPalette, zoom: number): number {
  plot.ctx.save()
  plot.ctx.font = labelFont(palette, zoom)
  const width = Math.max(24 * zoom, ...values.map((value) => plot.ctx.measureText(value).width))
  plot.ctx.restore()
  return Math.ceil(width)
}

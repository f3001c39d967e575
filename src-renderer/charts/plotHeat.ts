import uPlot from 'uplot'
import type { ChartPalette } from '#renderer/charts/chartPalette'
import type { ChartSpec, Heat } from '#renderer/charts/chartSpec'
import { colourMap } from '#renderer/timeline/colourMaps'
import { carriesNothing } from '#shared/training/verdict'

const colours = colourMap('magma')

/** Draws how much every channel carries: a column an epoch, a row a channel, bright where it carries much. */
export function drawHeat(plot: uPlot, { heat }: ChartSpec, palette: ChartPalette): void {
  if (!heat) return
  const { ctx, bbox } = plot
  const loudest = heat.columns.reduce((most, nats) => Math.max(most, ...nats), 1)
  const rowHeight = bbox.height / heat.order.length
  ctx.save()
  ctx.fillStyle = palette.surface
  ctx.fillRect(bbox.left, bbox.top, bbox.width, bbox.height)
  heat.columns.forEach((nats, column) => {
    const from = Math.round(plot.valToPos(column === 0 ? 0 : heat.xs[column - 1]!, 'x', true))
    const to = Math.round(plot.valToPos(heat.xs[column]!, 'x', true))
    heat.order.forEach((channel, row) => {
      const top = Math.round(bbox.top + row * rowHeight)
      ctx.fillStyle = colourOf(nats[channel] ?? 0, loudest)
      ctx.fillRect(from, top, Math.max(1, to - from), Math.round(bbox.top + (row + 1) * rowHeight) - top)
    })
  })
  drawBoundary(plot, heat, palette, rowHeight)
  ctx.restore()
}

/** Colours from next to nothing to the most, for a style sheet. */
export const heatGradient = `linear-gradient(90deg, ${[30, 70, 110, 150, 190, 230].map((at) => `rgb(${colours.slice(4 * at, 4 * at + 3).join(' ')})`).join(', ')})`

/** By the logarithm of the nats, from those that are next to nothing to the most that any channel carries. */
function colourOf(nats: number, loudest: number): string {
  const share = Math.log(Math.max(carriesNothing, nats) / carriesNothing) / Math.log(loudest / carriesNothing)
  const at = 4 * Math.round(30 + 200 * Math.min(1, share))
  if (nats < carriesNothing) return 'rgb(20 22 28)'
  return `rgb(${colours[at]} ${colours[at + 1]} ${colours[at + 2]})`
}

/** A line above the rows that carry nothing now, with their number. */
function drawBoundary({ ctx, bbox }: uPlot, { columns, order }: Heat, palette: ChartPalette, rowHeight: number): void {
  const nothing = columns.at(-1)!.filter((nats) => nats < carriesNothing).length
  if (nothing === 0) return
  const y = Math.round(bbox.top + (order.length - nothing) * rowHeight) + 0.5
  ctx.strokeStyle = palette.text
  ctx.lineWidth = Math.max(1, Math.round(uPlot.pxRatio))
  ctx.setLineDash([5 * uPlot.pxRatio, 3 * uPlot.pxRatio])
  ctx.beginPath()
  ctx.moveTo(bbox.left, y)
  ctx.lineTo(bbox.left + bbox.width, y)
  ctx.stroke()
}

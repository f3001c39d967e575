import uPlot from 'uplot'
import { valueAxis } from '#renderer/charts/axes'
import type { ChartPalette } from '#renderer/charts/chartPalette'
import type { ChartSpec, LineLook } from '#renderer/charts/chartSpec'
import { plotData, plotLines } from '#renderer/charts/plotData'
import { plotOptions } from '#renderer/charts/plotOptions'

/** Pixels of a saved picture, whatever screen it is saved on, and how much larger than on the page everything is drawn. */
const picture = { width: 2000, height: 1125, zoom: 2 } as const
const margin = 48

/** What stands about a chart in its picture. */
export interface PictureText {
  readonly title: string
  readonly legend: readonly { readonly look: LineLook; readonly text: string }[]
  /** Below the chart: what the runs were started with, what they came to. */
  readonly notes: readonly string[]
}

/** Draws a chart with its title, legend and notes as a PNG that can stand by itself. */
export async function chartPicture(spec: ChartSpec, smoothing: number, text: PictureText, palette: ChartPalette): Promise<Blob> {
  const canvas = document.createElement('canvas')
  canvas.width = picture.width
  canvas.height = picture.height
  const ctx = canvas.getContext('2d')!
  ctx.fillStyle = palette.surface
  ctx.fillRect(0, 0, picture.width, picture.height)
  const top = drawHeading(ctx, text, palette)
  const bottom = drawNotes(ctx, text.notes, palette)
  const chart = await plotCanvas(spec, smoothing, { width: picture.width - 2 * margin, height: bottom - top }, palette)
  ctx.drawImage(chart, margin, top, picture.width - 2 * margin, bottom - top)
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('The picture could not be made.'))), 'image/png'),
  )
}

/** @param size of the chart in pixels of the picture */
async function plotCanvas(spec: ChartSpec, smoothing: number, size: { width: number; height: number }, palette: ChartPalette): Promise<HTMLCanvasElement> {
  const lines = plotLines(spec, smoothing)
  const axis = valueAxis(spec.scale, lines.flatMap(({ points }) => points.map(({ y }) => y)))
  // What is printed into the corner on the page stands below the chart in a picture.
  const shown = { ...spec, captions: [] }
  const source = { spec: () => shown, lines: () => lines, axis: () => axis, palette: () => palette }
  // uPlot draws with as many pixels as this screen has.
  const ratio = uPlot.pxRatio
  const plot = new uPlot(
    plotOptions(source, { width: size.width / ratio, height: size.height / ratio, zoom: picture.zoom / ratio }),
    plotData(spec, lines),
  )
  // It draws once the present task is over.
  await new Promise((resolve) => setTimeout(resolve))
  const { canvas } = plot.ctx
  plot.destroy()
  return canvas
}

/** Returns where the chart begins. */
function drawHeading(ctx: CanvasRenderingContext2D, { title, legend }: PictureText, palette: ChartPalette): number {
  ctx.textBaseline = 'alphabetic'
  ctx.fillStyle = palette.text
  ctx.font = `600 36px ${palette.font}`
  ctx.fillText(title, margin, 78)
  let [left, line] = [margin, 132]
  ctx.font = `24px ${palette.font}`
  for (const { look, text } of legend) {
    const width = 92 + ctx.measureText(text).width
    if (left + width > picture.width - margin && left > margin) [left, line] = [margin, line + 38]
    drawSample(ctx, look, left, line - 8, palette)
    ctx.fillStyle = palette.text
    ctx.fillText(text, left + 64, line)
    left += width
  }
  return legend.length === 0 ? 104 : line + 22
}

function drawSample(ctx: CanvasRenderingContext2D, look: LineLook, left: number, y: number, palette: ChartPalette): void {
  ctx.save()
  ctx.strokeStyle = palette.colour(look.token)
  ctx.lineWidth = 5
  ctx.setLineDash(look.dash.map((length) => 2 * length))
  ctx.beginPath()
  ctx.moveTo(left, y)
  ctx.lineTo(left + 52, y)
  ctx.stroke()
  ctx.restore()
}

/** Returns where the chart must end. */
function drawNotes(ctx: CanvasRenderingContext2D, notes: readonly string[], palette: ChartPalette): number {
  ctx.font = `22px ${palette.font}`
  const lines = notes.flatMap((note) => wrapped(ctx, note, picture.width - 2 * margin))
  const top = picture.height - 34 - lines.length * 32
  ctx.fillStyle = palette.muted
  lines.forEach((line, i) => ctx.fillText(line, margin, top + 32 * (i + 1) - 6))
  return top - 14
}

function wrapped(ctx: CanvasRenderingContext2D, text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const longer = lines.length === 0 ? word : `${lines.at(-1)!} ${word}`
    if (lines.length > 0 && ctx.measureText(longer).width <= width) lines[lines.length - 1] = longer
    else lines.push(word)
  }
  return lines
}

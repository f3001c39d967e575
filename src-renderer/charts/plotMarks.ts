import uPlot from 'uplot'
import type { ChartPalette } from '#renderer/charts/chartPalette'
import type { ChartSpec, Mark } from '#renderer/charts/chartSpec'
import type { PlotLine } from '#renderer/charts/plotData'

interface MarkSource {
  spec(): ChartSpec
  lines(): readonly PlotLine[]
  palette(): ChartPalette
}

/** Draws what belongs behind the lines, where it hides none of them: the parameters in their corner. */
export function drawBackground(plot: uPlot, source: MarkSource, zoom: number): void {
  plot.ctx.save()
  drawCaptions(plot, source.spec().captions, source.palette(), uPlot.pxRatio * zoom)
  plot.ctx.restore()
}

/** Draws what belongs over the lines: the best epoch, letters at the lines' ends. */
export function drawMarks(plot: uPlot, source: MarkSource, zoom: number): void {
  const [spec, palette] = [source.spec(), source.palette()]
  const unit = uPlot.pxRatio * zoom
  plot.ctx.save()
  for (const mark of spec.marks) {
    if (mark.y === undefined) drawMark(plot, mark, palette, unit)
    else drawPoint(plot, mark.x, mark.y, palette.colour(mark.token), palette, unit)
  }
  drawTags(plot, source.lines(), palette, unit)
  plot.ctx.restore()
}

function drawMark({ ctx, bbox, valToPos }: uPlot, { x, label, isPrinted, token }: Mark, palette: ChartPalette, unit: number): void {
  const at = Math.round(valToPos(x, 'x', true)) + 0.5
  ctx.strokeStyle = palette.colour(token)
  ctx.globalAlpha = 0.75
  ctx.lineWidth = Math.max(1, Math.round(unit))
  ctx.setLineDash([2 * unit, 3 * unit])
  ctx.beginPath()
  ctx.moveTo(at, bbox.top)
  ctx.lineTo(at, bbox.top + bbox.height)
  ctx.stroke()
  ctx.setLineDash([])
  ctx.globalAlpha = 1
  if (!isPrinted) return
  ctx.font = `600 ${11 * unit}px ${palette.font}`
  const width = ctx.measureText(label).width
  const onLeft = at + width + 12 * unit > bbox.left + bbox.width
  const left = onLeft ? at - width - 6 * unit : at + 6 * unit
  drawPlate(ctx, left - 3 * unit, bbox.top + bbox.height - 19 * unit, width + 6 * unit, 16 * unit, palette)
  ctx.fillStyle = palette.text
  ctx.textAlign = 'left'
  ctx.textBaseline = 'middle'
  ctx.fillText(label, left, bbox.top + bbox.height - 11 * unit)
}

/** A diamond, which no line has. */
function drawPoint({ ctx, valToPos }: uPlot, x: number, y: number, colour: string, palette: ChartPalette, unit: number): void {
  const [left, top, radius] = [valToPos(x, 'x', true), valToPos(y, 'y', true), 5.5 * unit]
  ctx.beginPath()
  ctx.moveTo(left, top - radius)
  ctx.lineTo(left + radius, top)
  ctx.lineTo(left, top + radius)
  ctx.lineTo(left - radius, top)
  ctx.closePath()
  ctx.fillStyle = colour
  ctx.fill()
  ctx.strokeStyle = palette.surface
  ctx.lineWidth = 1.5 * unit
  ctx.stroke()
}

/** Makes text readable over lines. */
function drawPlate(ctx: CanvasRenderingContext2D, left: number, top: number, width: number, height: number, palette: ChartPalette): void {
  ctx.save()
  ctx.globalAlpha = 0.78
  ctx.fillStyle = palette.surface
  ctx.fillRect(left, top, width, height)
  ctx.restore()
}

/** Beside the ends of lines, below one another where ends meet; one is enough for two lines of a run that end together. */
function drawTags({ ctx, valToPos, bbox }: uPlot, lines: readonly PlotLine[], palette: ChartPalette, unit: number): void {
  ctx.font = `700 ${11 * unit}px ${palette.font}`
  ctx.textAlign = 'right'
  ctx.textBaseline = 'bottom'
  const taken: { tag: string; x: number; y: number }[] = []
  for (const { curve, weight, points } of lines) {
    const end = points.at(-1)
    if (weight !== 'bold' || curve.tag === '' || !end) continue
    const x = Math.max(bbox.left + 10 * unit, valToPos(end.x, 'x', true) - unit)
    const above = valToPos(end.y, 'y', true) - 3 * unit
    let y = above < bbox.top + 12 * unit ? above + 19 * unit : above
    const near = () => taken.filter((other) => Math.abs(other.x - x) < 12 * unit && Math.abs(other.y - y) < 12 * unit)
    if (near().some(({ tag }) => tag === curve.tag)) continue
    while (near().length > 0) y += 13 * unit
    taken.push({ tag: curve.tag, x, y })
    ctx.fillStyle = palette.colour(curve.look.token)
    ctx.fillText(curve.tag, x, y)
  }
}

/** Into the upper right corner, which falling losses leave free. */
function drawCaptions({ ctx, bbox }: uPlot, captions: readonly string[], palette: ChartPalette, unit: number): void {
  if (captions.length === 0) return
  const size = bbox.width / unit < 380 ? 9.5 : 10.5
  ctx.font = `${size * unit}px ${palette.font}`
  const lineHeight = 1.45 * size * unit
  const widths = captions.map((caption) => ctx.measureText(caption).width)
  const width = Math.max(...widths) + 8 * unit
  const right = bbox.left + bbox.width - 4 * unit
  // Hidden rather than cut off, or laid over half of the lines; the picture that can be saved is wide enough.
  if (width > 0.8 * bbox.width || lineHeight * captions.length > 0.5 * bbox.height) return
  ctx.fillStyle = palette.muted
  ctx.textAlign = 'right'
  ctx.textBaseline = 'top'
  captions.forEach((caption, i) => ctx.fillText(caption, right - 4 * unit, bbox.top + 6 * unit + i * lineHeight))
}

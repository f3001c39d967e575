import { formatTick, valueAxis, type ValueAxis } from '#renderer/charts/axes'
import type { ChartPalette } from '#renderer/charts/chartPalette'
import { clipLooks } from '#renderer/features/lab/detect/detectText'
import { type ClipClass, clipClasses, type PerceptronResult, type ScoredClip } from '#shared/contract/detecting'

export type DecisionGrid = PerceptronResult['grid']
type Point = Pick<ScoredClip, 'kl' | 'rl' | 'class'>

/** Where KL and RL lie in a picture, in its pixels. */
export interface ScatterFrame {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
  readonly kl: Scale
  readonly rl: Scale
}

interface Scale {
  readonly axis: ValueAxis
  readonly from: number
  readonly to: number
}

/** Room for the labels of both axes; none in a small picture. */
const margins = { left: 56, bottom: 36, top: 8, right: 20 }

/**
 * Returns where points lie in a picture of a size: by their logarithm, which both quantities are read by, or where a grid is, just as
 * far as it reaches.
 */
export function scatterFrame(points: readonly Point[], size: { width: number; height: number; isSmall: boolean }, grid?: DecisionGrid): ScatterFrame {
  const edge = size.isSmall ? { left: 3, bottom: 3, top: 3, right: 3 } : margins
  const place = { left: edge.left, top: edge.top, width: Math.max(1, size.width - edge.left - edge.right), height: Math.max(1, size.height - edge.top - edge.bottom) }
  if (grid) return { ...place, kl: { axis: valueAxis('linear', []), ...grid.kl }, rl: { axis: valueAxis('linear', []), ...grid.rl } }
  return { ...place, kl: scaleOf(points.map(({ kl }) => kl)), rl: scaleOf(points.map(({ rl }) => rl)) }
}

function scaleOf(values: readonly number[]): Scale {
  const finite = values.filter((value) => Number.isFinite(value))
  const axis = valueAxis('log', finite)
  if (finite.length === 0) return { axis: valueAxis('linear', []), from: 0, to: 1 }
  const [from, to] = axis.range(Math.min(...finite), Math.max(...finite))
  return { axis, from, to }
}

/** Where a value lies on a scale, from 0 to 1. */
function shareOf({ axis, from, to }: Scale, value: number): number {
  return (axis.forward(value) - axis.forward(from)) / (axis.forward(to) - axis.forward(from))
}

export function placeOf({ left, top, width, height, kl, rl }: ScatterFrame, point: Pick<Point, 'kl' | 'rl'>): { x: number; y: number } {
  return { x: left + width * shareOf(kl, point.kl), y: top + height * (1 - shareOf(rl, point.rl)) }
}

/** The index of the point nearest to a place, if one is within `reach` pixels. */
export function nearestPoint(frame: ScatterFrame, points: readonly Point[], at: { x: number; y: number }, reach: number): number | undefined {
  let [best, distance] = [-1, reach]
  for (const [index, point] of points.entries()) {
    const { x, y } = placeOf(frame, point)
    const apart = Math.hypot(x - at.x, y - at.y)
    if (apart <= distance) [best, distance] = [index, apart]
  }
  return best < 0 ? undefined : best
}

/** Draws points over what a classifier says of each place, and the axes. */
export function drawScatter(pen: CanvasRenderingContext2D, frame: ScatterFrame, points: readonly Point[], palette: ChartPalette, look: { isSmall: boolean; grid?: DecisionGrid | undefined; marked?: number | undefined }): void {
  if (look.grid) drawGrid(pen, frame, look.grid, palette)
  if (!look.isSmall) drawAxes(pen, frame, palette)
  const radius = look.isSmall ? 1.8 : 4
  pen.save()
  pen.beginPath()
  pen.rect(frame.left - radius, frame.top - radius, frame.width + 2 * radius, frame.height + 2 * radius)
  pen.clip()
  // The sound itself lies over the many others.
  for (const of of clipClasses.toReversed()) {
    pen.strokeStyle = pen.fillStyle = palette.colour(clipLooks[of].token)
    for (const point of points) {
      if (point.class !== of || !Number.isFinite(point.kl) || !Number.isFinite(point.rl)) continue
      drawShape(pen, placeOf(frame, point), clipLooks[of].shape, radius)
    }
  }
  pen.restore()
  const marked = look.marked === undefined ? undefined : points[look.marked]
  if (marked) ring(pen, placeOf(frame, marked), palette)
}

function drawShape(pen: CanvasRenderingContext2D, { x, y }: { x: number; y: number }, shape: (typeof clipLooks)[ClipClass]['shape'], radius: number): void {
  pen.lineWidth = radius > 2 ? 1.5 : 1
  pen.beginPath()
  if (shape === 'disc') pen.arc(x, y, radius, 0, 2 * Math.PI)
  else if (shape === 'triangle') {
    pen.moveTo(x, y - 1.25 * radius)
    pen.lineTo(x + 1.1 * radius, y + 0.8 * radius)
    pen.lineTo(x - 1.1 * radius, y + 0.8 * radius)
    pen.closePath()
  } else {
    pen.moveTo(x - radius, y - radius)
    pen.lineTo(x + radius, y + radius)
    pen.moveTo(x + radius, y - radius)
    pen.lineTo(x - radius, y + radius)
  }
  if (shape === 'disc') pen.fill()
  else pen.stroke()
}

function ring(pen: CanvasRenderingContext2D, { x, y }: { x: number; y: number }, palette: ChartPalette): void {
  pen.strokeStyle = palette.text
  pen.lineWidth = 2
  pen.beginPath()
  pen.arc(x, y, 9, 0, 2 * Math.PI)
  pen.stroke()
}

/** A wash where the classifier takes a place for the sound, and the line on which it is undecided. */
function drawGrid(pen: CanvasRenderingContext2D, { left, top, width, height }: ScatterFrame, { columns, rows, values }: DecisionGrid, palette: ChartPalette): void {
  const [cellWidth, cellHeight] = [width / columns, height / rows]
  const isSound = (row: number, column: number) => values[row * columns + column]! >= 0.5
  pen.fillStyle = palette.colour('--vocals')
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      pen.globalAlpha = 0.28 * Math.min(1, Math.max(0, values[row * columns + column]!))
      pen.fillRect(left + column * cellWidth, top + height - (row + 1) * cellHeight, cellWidth + 0.5, cellHeight + 0.5)
    }
  }
  pen.globalAlpha = 1
  pen.strokeStyle = palette.text
  pen.lineWidth = 1.5
  pen.beginPath()
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const [x, y] = [left + column * cellWidth, top + height - row * cellHeight]
      if (column > 0 && isSound(row, column) !== isSound(row, column - 1)) {
        pen.moveTo(x, y)
        pen.lineTo(x, y - cellHeight)
      }
      if (row > 0 && isSound(row, column) !== isSound(row - 1, column)) {
        pen.moveTo(x, y)
        pen.lineTo(x + cellWidth, y)
      }
    }
  }
  pen.stroke()
}

function drawAxes(pen: CanvasRenderingContext2D, { left, top, width, height, kl, rl }: ScatterFrame, palette: ChartPalette): void {
  const bottom = top + height
  pen.font = `11px ${palette.font}`
  pen.strokeStyle = palette.grid
  pen.fillStyle = palette.muted
  pen.lineWidth = 1
  pen.textAlign = 'center'
  pen.textBaseline = 'top'
  for (const value of kl.axis.ticks(kl.from, kl.to, Math.max(2, width / 80))) {
    const x = Math.round(left + width * shareOf(kl, value)) + 0.5
    line(pen, x, top, x, bottom)
    pen.fillText(formatTick(value), x, bottom + 5)
  }
  pen.textAlign = 'right'
  pen.textBaseline = 'middle'
  for (const value of rl.axis.ticks(rl.from, rl.to, Math.max(2, height / 40))) {
    const y = Math.round(bottom - height * shareOf(rl, value)) + 0.5
    line(pen, left, y, left + width, y)
    pen.fillText(formatTick(value), left - 6, y)
  }
  pen.fillStyle = palette.text
  pen.textAlign = 'right'
  pen.textBaseline = 'alphabetic'
  pen.fillText('KL, nats', left + width, bottom + 31)
  pen.textAlign = 'left'
  pen.textBaseline = 'top'
  pen.fillText('RL', 4, top)
}

function line(pen: CanvasRenderingContext2D, x: number, y: number, toX: number, toY: number): void {
  pen.beginPath()
  pen.moveTo(x, y)
  pen.lineTo(toX, toY)
  pen.stroke()
}

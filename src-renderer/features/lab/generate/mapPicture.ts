import { markOf } from '#renderer/features/lab/generate/classMarks'
import { type MapView, pixelOf, type Place } from '#renderer/features/lab/generate/mapGeometry'

/** What is drawn of a map. */
export interface MapScene {
  readonly points: readonly (Place & { readonly label: string })[]
  /** In the order of their marks. */
  readonly classes: readonly string[]
  readonly current: number | undefined
  readonly picked: ReadonlySet<number>
  /** Where a sound would be made, and the line that is being drawn around points. */
  readonly cross: Place | undefined
  readonly lasso: readonly Place[]
}

/** Draws a map onto a cleared canvas. @param colour gives the colour of a token, such as `--text` */
export function drawMap(pen: CanvasRenderingContext2D, view: MapView, scene: MapScene, colour: (token: string) => string): void {
  const marks = scene.classes.map((_, index) => ({ path: new Path2D(markOf(index).path), colour: colour(markOf(index).colour) }))
  const numberOf = new Map(scene.classes.map((label, index) => [label, index]))
  const isNarrowed = scene.picked.size > 0
  for (const [index, point] of scene.points.entries()) {
    const mark = marks[numberOf.get(point.label) ?? 0]
    if (!mark) continue
    pen.globalAlpha = isNarrowed && !scene.picked.has(index) ? 0.3 : 0.9
    at(pen, pixelOf(view, point), () => {
      pen.fillStyle = mark.colour
      pen.fill(mark.path)
    })
  }
  pen.globalAlpha = 1
  const now = scene.current === undefined ? undefined : scene.points[scene.current]
  if (now) drawRing(pen, pixelOf(view, now), colour('--text'))
  if (scene.cross) drawCross(pen, pixelOf(view, scene.cross), colour('--text'))
  drawLasso(pen, scene.lasso.map((place) => pixelOf(view, place)), colour('--accent'))
}

function at(pen: CanvasRenderingContext2D, { x, y }: Place, draw: () => void): void {
  pen.save()
  pen.translate(x, y)
  draw()
  pen.restore()
}

function drawRing(pen: CanvasRenderingContext2D, { x, y }: Place, colour: string): void {
  pen.beginPath()
  pen.arc(x, y, 9, 0, 2 * Math.PI)
  pen.strokeStyle = colour
  pen.lineWidth = 2
  pen.stroke()
}

function drawCross(pen: CanvasRenderingContext2D, { x, y }: Place, colour: string): void {
  pen.beginPath()
  pen.moveTo(x - 8, y)
  pen.lineTo(x + 8, y)
  pen.moveTo(x, y - 8)
  pen.lineTo(x, y + 8)
  pen.strokeStyle = colour
  pen.lineWidth = 1.5
  pen.stroke()
}

function drawLasso(pen: CanvasRenderingContext2D, line: readonly Place[], colour: string): void {
  if (line.length < 2) return
  pen.beginPath()
  for (const { x, y } of line) pen.lineTo(x, y)
  pen.closePath()
  pen.strokeStyle = colour
  pen.lineWidth = 1.5
  pen.setLineDash([4, 3])
  pen.stroke()
  pen.setLineDash([])
  pen.globalAlpha = 0.12
  pen.fillStyle = colour
  pen.fill()
  pen.globalAlpha = 1
}

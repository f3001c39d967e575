import type { Project } from '#shared/project/project'
import { rulerBand, rulerHeight } from '#renderer/timeline/hitTesting'
import { css, mix, type Palette } from '#renderer/timeline/palette'
import { rulerTicks } from '#renderer/timeline/rulerTicks'
import { type ColumnGrid, columnGrid, columnOf, type FrameRange, type Viewport } from '#renderer/timeline/viewport'

/** What the ruler shows. */
export interface RulerScene {
  readonly viewport: Viewport
  readonly sampleRate: number
  readonly markers: Project['markers']
  readonly loop: Project['loop']
  readonly selection: FrameRange | undefined
  readonly palette: Palette
  readonly ratio: number
}

const figures = `'Inter', 'Segoe UI', system-ui, 'Helvetica Neue', 'Noto Sans', 'DejaVu Sans', sans-serif`

/** Draws the ruler on a cleared canvas, in device pixels. */
export function drawRuler(context: CanvasRenderingContext2D, scene: RulerScene): void {
  const { viewport, palette, ratio, selection, loop, markers } = scene
  const grid = columnGrid(viewport, ratio)
  const column = (frame: number) => columnOf(grid, frame)
  const px = (value: number) => Math.round(value * ratio)
  const line = Math.max(1, px(1))
  context.fillStyle = css(palette.surface)
  context.fillRect(0, 0, grid.count, px(rulerHeight))
  context.fillStyle = css(palette.raised)
  context.fillRect(0, px(rulerBand) - line, grid.count, line)
  if (selection) {
    const left = column(selection.start)
    context.fillStyle = css(palette.accent, 0.25)
    context.fillRect(left, px(rulerBand), Math.max(line, column(selection.end) - left), px(rulerHeight - rulerBand))
  }
  drawTicks(context, scene, grid)
  if (loop) drawLoop(context, loop, scene, column)
  for (const marker of markers) drawMarker(context, marker, scene, column)
}

type ColumnOf = (frame: number) => number

function drawTicks(context: CanvasRenderingContext2D, { viewport, sampleRate, palette, ratio }: RulerScene, grid: ColumnGrid): void {
  const bottom = Math.round(rulerHeight * ratio)
  const line = Math.max(1, Math.round(ratio))
  context.font = `${11 * ratio}px ${figures}`
  context.textBaseline = 'alphabetic'
  for (const { frame, label } of rulerTicks(viewport, sampleRate)) {
    const x = columnOf(grid, frame)
    const height = Math.round((label === undefined ? 5 : 12) * ratio)
    context.fillStyle = css(label === undefined ? mix(palette.border, palette.muted, 0.35) : palette.muted)
    context.fillRect(x, bottom - height, line, height)
    const at = x + Math.round(5 * ratio)
    if (label === undefined || at + context.measureText(label).width > grid.count) continue
    context.fillStyle = css(palette.muted)
    context.fillText(label, at, bottom - Math.round(8 * ratio))
  }
}

function drawLoop(context: CanvasRenderingContext2D, loop: NonNullable<Project['loop']>, { palette, ratio }: RulerScene, column: ColumnOf): void {
  const [left, right] = [column(loop.start), column(loop.end)]
  const [top, height] = [Math.round(3 * ratio), Math.round((rulerBand - 7) * ratio)]
  const colour = loop.enabled ? palette.accent : palette.muted
  context.fillStyle = css(colour, loop.enabled ? 0.35 : 0.2)
  context.fillRect(left, top, right - left, height)
  context.fillStyle = css(colour)
  const grip = Math.round(3 * ratio)
  context.fillRect(left, top, grip, height)
  context.fillRect(right - grip, top, grip, height)
  const seen = right - Math.max(0, left)
  if (seen < 60 * ratio) return
  context.font = `600 ${9 * ratio}px ${figures}`
  context.textBaseline = 'middle'
  context.fillStyle = css(palette.text)
  context.fillText(loop.enabled ? 'LOOP' : 'LOOP OFF', Math.max(0, left) + Math.round(8 * ratio), top + height / 2 + ratio / 2)
}

function drawMarker(context: CanvasRenderingContext2D, marker: Project['markers'][number], { palette, ratio }: RulerScene, column: ColumnOf): void {
  const x = column(marker.at)
  const line = Math.max(1, Math.round(ratio))
  const top = Math.round(3 * ratio)
  const height = Math.round((rulerBand - 7) * ratio)
  context.fillStyle = css(palette.warn)
  context.fillRect(x, top, line, Math.round(rulerHeight * ratio) - top)
  context.beginPath()
  context.moveTo(x, top)
  context.lineTo(x + 9 * ratio, top)
  context.lineTo(x + 12 * ratio, top + height / 2)
  context.lineTo(x + 9 * ratio, top + height)
  context.lineTo(x, top + height)
  context.fill()
  context.font = `500 ${11 * ratio}px ${figures}`
  context.textBaseline = 'middle'
  const at = x + Math.round(15 * ratio)
  const width = Math.min(context.measureText(marker.name).width, 120 * ratio)
  context.fillStyle = css(palette.surface, 0.8)
  context.fillRect(at - 1, top, width + 2, height)
  context.fillStyle = css(palette.text)
  context.fillText(marker.name, at, top + height / 2 + ratio / 2, 120 * ratio)
}

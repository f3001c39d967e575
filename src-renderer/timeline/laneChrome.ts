import { clipGainAt } from '#shared/audio/mixing'
import type { ClipProgress, DoubtCurve } from '#renderer/timeline/timelineEvents'
import type { SpectralRegion } from '#shared/contract/repair'
import type { Clip } from '#shared/project/project'
import { findsOn } from '#shared/project/findEdits'
import { frequencyLabels, shareOfHertz } from '#renderer/timeline/frequencyAxis'
import { clipHandles, handleHeight, type LaneHit } from '#renderer/timeline/hitTesting'
import type { Strip } from '#renderer/timeline/laneLayout'
import { clipTints } from '#renderer/timeline/lanePixels'
import { type LanePicture, type VisibleClip, visibleClips } from '#renderer/timeline/lanePicture'
import { css, mix, type Palette } from '#renderer/timeline/palette'
import { columnOf, type FrameRange, frameOfColumn, type Viewport } from '#renderer/timeline/viewport'

/** What is drawn over the sound of a lane. */
export interface LaneDecorations {
  /** Names of clips by their ids. */
  readonly names: ReadonlyMap<string, string>
  readonly selection: FrameRange | undefined
  readonly regions: readonly SpectralRegion[]
  readonly progress: ReadonlyMap<string, ClipProgress>
  readonly doubt: DoubtCurve | undefined
  /** What the pointer is over, or drags. */
  readonly hover: LaneHit | undefined
}

/** A canvas and what is needed to draw on it in device pixels. */
interface Pen {
  readonly context: CanvasRenderingContext2D
  readonly picture: LanePicture
  readonly palette: Palette
  readonly ratio: number
  readonly width: number
}

const sans = `'Inter', 'Segoe UI', system-ui, 'Helvetica Neue', 'Noto Sans', 'DejaVu Sans', sans-serif`

/** Draws clips' frames, names, fades and handles, and what is selected, over a lane's sound. */
export function drawChrome(context: CanvasRenderingContext2D, picture: LanePicture, { decorations, palette, ratio, viewport }: {
  decorations: LaneDecorations
  palette: Palette
  ratio: number
  viewport: Viewport
}): void {
  const pen: Pen = { context, picture, palette, ratio, width: picture.grid.count }
  const clips = visibleClips(picture, 0, pen.width)
  for (const clip of clips) {
    drawFades(pen, clip)
    drawFrame(pen, clip)
    drawTitle(pen, clip, decorations)
    const { hover } = decorations
    if (hover?.clip.id === clip.clip.id) drawHandles(pen, clip.clip, viewport, hover)
  }
  if (clips.length > 0) drawFrequencies(pen)
  drawFinds(pen, clips)
  if (decorations.doubt) drawDoubt(pen, decorations.doubt)
  if (decorations.regions.length > 0 && picture.layout.spectrogram) drawRegions(pen, decorations.regions, picture.layout.spectrogram)
  if (decorations.selection) drawSelection(pen, decorations.selection)
}

function drawFrame({ context, picture, palette, ratio }: Pen, { left, right }: VisibleClip): void {
  const { title, body, waveform, spectrogram } = picture.layout
  if (spectrogram && !picture.audible) {
    context.fillStyle = css(palette.background, 0.55)
    context.fillRect(left, spectrogram.top, right - left, spectrogram.height)
  }
  const { wave } = clipTints(palette, picture.track.role, picture.audible)
  const line = Math.max(1, Math.round(ratio))
  const height = title.height + body.height
  context.fillStyle = css(mix(palette.surface, wave, 0.55))
  context.fillRect(left, title.top, line, height)
  context.fillRect(right - line, title.top, line, height)
  context.fillRect(left, title.top, right - left, line)
  context.fillRect(left, title.top + height - line, right - left, line)
  if (waveform && spectrogram) context.fillRect(left, spectrogram.top, right - left, line)
}

function drawTitle(pen: Pen, { clip, from, to }: VisibleClip, { names, progress }: LaneDecorations): void {
  const { context, picture, palette, ratio } = pen
  const { title } = picture.layout
  const work = progress.get(clip.id)
  if (work) drawProgress(pen, from, to, work)
  if (title.height === 0 || to - from < 24 * ratio) return
  context.save()
  context.beginPath()
  context.rect(from, title.top, to - from - 4 * ratio, title.height)
  context.clip()
  context.font = `500 ${11 * ratio}px ${sans}`
  context.textBaseline = 'middle'
  context.fillStyle = css(picture.audible ? palette.text : palette.muted)
  const middle = title.top + title.height / 2 + ratio / 2
  const gain = clip.gain === 0 ? '' : `   ${formatDecibels(clip.gain)}`
  const text = work ? work.text : `${names.get(clip.id) ?? ''}${gain}`
  context.fillText(text, Math.max(0, from) + 7 * ratio, middle)
  context.restore()
}

export function formatDecibels(decibels: number): string {
  return `${decibels > 0 ? '+' : decibels < 0 ? '−' : ''}${Math.abs(decibels).toFixed(1)} dB`
}

function drawProgress({ context, picture, palette, ratio }: Pen, from: number, to: number, { share }: ClipProgress): void {
  const { title, body } = picture.layout
  context.fillStyle = css(palette.background, 0.45)
  context.fillRect(from, body.top, to - from, body.height)
  const height = Math.round(3 * ratio)
  const top = title.top + title.height
  context.fillStyle = css(palette.border)
  context.fillRect(from, top, to - from, height)
  context.fillStyle = css(palette.accent)
  context.fillRect(from, top, Math.round((to - from) * (share ?? 0)), height)
}

function drawFades({ context, picture, palette, ratio }: Pen, { clip, from, to, left, right }: VisibleClip): void {
  if (clip.fadeIn === 0 && clip.fadeOut === 0) return
  const { top, height } = picture.layout.body
  const { wave } = clipTints(palette, picture.track.role, picture.audible)
  const plain = { ...clip, gain: 0 }
  const fade = (first: number, end: number) => {
    const [start, stop] = [Math.max(from, first), Math.min(to, end)]
    if (stop <= start) return
    const y = (x: number) => top + height * (1 - clipGainAt(plain, frameOfColumn(picture.grid, x) - clip.start))
    context.beginPath()
    for (let x = start; x <= stop; x += 2) context.lineTo(x, y(x))
    context.lineTo(stop, y(stop))
    context.strokeStyle = css(wave, 0.9)
    context.lineWidth = 1.5 * ratio
    context.stroke()
    context.lineTo(stop, top)
    context.lineTo(start, top)
    context.closePath()
    context.fillStyle = css(palette.background, 0.45)
    context.fill()
  }
  const { framesPerColumn } = picture.grid
  fade(left, left + Math.ceil(clip.fadeIn / framesPerColumn))
  fade(right - Math.ceil(clip.fadeOut / framesPerColumn), right)
}

function drawHandles({ context, picture, palette, ratio }: Pen, clip: Clip, viewport: Viewport, hover: LaneHit): void {
  const handles = clipHandles(clip, viewport)
  const { body } = picture.layout
  if (hover.part === 'trimStart' || hover.part === 'trimEnd') {
    const x = columnOf(picture.grid, hover.part === 'trimStart' ? clip.start : clip.start + clip.length)
    context.fillStyle = css(palette.text)
    context.fillRect(x - Math.round(1.5 * ratio), body.top, Math.round(3 * ratio), body.height)
  }
  if (!handles) return
  for (const part of ['fadeIn', 'gain', 'fadeOut'] as const) {
    const halfWidth = (part === 'gain' ? 11 : 4.5) * ratio
    const [x, y, height] = [handles[part] * ratio, body.top + 2 * ratio, (handleHeight - 4) * ratio]
    context.beginPath()
    context.roundRect(x - halfWidth, y, 2 * halfWidth, height, 3 * ratio)
    context.fillStyle = css(hover.part === part ? palette.text : palette.background, hover.part === part ? 1 : 0.75)
    context.fill()
    context.strokeStyle = css(palette.text, 0.8)
    context.lineWidth = ratio
    context.stroke()
  }
}

/** Labels of the frequency axis at the left edge of the spectrogram. */
function drawFrequencies({ context, picture, palette, ratio }: Pen): void {
  const { spectrogram } = picture.layout
  if (!spectrogram) return
  context.font = `${10 * ratio}px ${sans}`
  context.textBaseline = 'middle'
  for (const hertz of frequencyLabels(picture.axis, spectrogram.height / ratio)) {
    const y = Math.round(spectrogram.top + spectrogram.height * (1 - shareOfHertz(picture.axis, hertz)))
    const text = hertz >= 1000 ? `${hertz / 1000}k` : String(hertz)
    const width = context.measureText(text).width
    context.fillStyle = css(palette.background, 0.6)
    context.fillRect(0, y - 6 * ratio, width + 12 * ratio, 12 * ratio)
    context.fillStyle = css(palette.text, 0.85)
    context.fillRect(0, y, 4 * ratio, Math.max(1, Math.round(ratio)))
    context.fillText(text, 8 * ratio, y + ratio / 2)
  }
}

/** Height of the thin lane of what was found, and the least width of a find, CSS pixels. */
const findLane = { height: 12, width: 4 }

/** A thin lane at the foot of the clips in which something was looked for, with a block for every place. */
function drawFinds({ context, picture, palette, ratio }: Pen, clips: readonly VisibleClip[]): void {
  const { track, grid, layout } = picture
  const searched = new Set(track.finds?.map(({ sourceId }) => sourceId))
  if (searched.size === 0) return
  const height = Math.round(findLane.height * ratio)
  const top = layout.body.top + layout.body.height - height
  context.fillStyle = css(palette.background, 0.8)
  for (const { clip, from, to } of clips) if (searched.has(clip.sourceId)) context.fillRect(from, top, to - from, height)
  const inset = Math.round(1.5 * ratio)
  for (const { start, end, score } of findsOn(track)) {
    const left = columnOf(grid, start)
    const width = Math.max(Math.round(findLane.width * ratio), columnOf(grid, end) - left)
    if (left + width < 0 || left > grid.count) continue
    context.fillStyle = css(palette.accent, 0.6 + 0.4 * score)
    context.fillRect(left, top + inset, width, height - 2 * inset)
  }
}

/** Most of a lane's height that the curve of doubt takes. */
const doubtHeight = 0.4

function drawDoubt({ context, picture, palette, ratio, width }: Pen, { start, hop, curve }: DoubtCurve): void {
  const { grid, layout } = picture
  const bottom = layout.body.top + layout.body.height
  const from = Math.max(0, columnOf(grid, start))
  const to = Math.min(width, columnOf(grid, start + curve.length * hop))
  if (to <= from) return
  context.beginPath()
  for (let x = from; x <= to; x++) context.lineTo(x, bottom - doubtAt({ start, hop, curve }, frameOfColumn(grid, x), grid.framesPerColumn) * layout.body.height * doubtHeight)
  context.strokeStyle = css(palette.warn)
  context.lineWidth = 1.5 * ratio
  context.stroke()
  context.lineTo(to, bottom)
  context.lineTo(from, bottom)
  context.closePath()
  context.fillStyle = css(palette.warn, 0.28)
  context.fill()
}

/** Returns the greatest doubt within `frames` from `frame` on. */
export function doubtAt({ start, hop, curve }: DoubtCurve, frame: number, frames: number): number {
  const first = Math.max(0, Math.floor((frame - start) / hop))
  const end = Math.min(curve.length, Math.max(first + 1, Math.ceil((frame + frames - start) / hop)))
  let highest = 0
  for (let i = first; i < end; i++) highest = Math.max(highest, curve[i]!)
  return Math.min(1, highest)
}

function drawRegions({ context, picture, ratio }: Pen, regions: readonly SpectralRegion[], { top, height }: Strip): void {
  const { grid, axis } = picture
  const x = (frame: number) => frame / grid.framesPerColumn - grid.first
  const y = (hertz: number) => top + height * (1 - Math.min(1, Math.max(0, shareOfHertz(axis, hertz))))
  const pathOf = (parts: readonly SpectralRegion[]) => {
    const path = new Path2D()
    for (const region of parts) addRegion(path, region, x, y)
    return path
  }
  context.save()
  context.beginPath()
  context.rect(0, top, grid.count, height)
  context.clip()
  context.fillStyle = 'rgb(255 255 255 / 0.22)'
  context.fill(pathOf(regions))
  const outline = pathOf(regions.filter(({ kind }) => kind !== 'brush'))
  for (const [colour, offset] of [['#000', 0], ['#fff', 4]] as const) {
    context.strokeStyle = colour
    context.lineWidth = Math.max(1, ratio)
    context.setLineDash([4 * ratio, 4 * ratio])
    context.lineDashOffset = offset * ratio
    context.stroke(outline)
  }
  context.restore()
}

function addRegion(path: Path2D, region: SpectralRegion, x: (frame: number) => number, y: (hertz: number) => number): void {
  if (region.kind === 'box') {
    const [left, right] = [Math.round(x(region.start)) + 0.5, Math.round(x(region.end)) - 0.5]
    const [upper, lower] = [Math.round(y(region.high)) + 0.5, Math.round(y(region.low)) - 0.5]
    path.rect(left, upper, Math.max(1, right - left), Math.max(1, lower - upper))
  } else if (region.kind === 'lasso') {
    for (const [i, [frame, hertz]] of region.points.entries()) {
      if (i === 0) path.moveTo(x(frame), y(hertz))
      else path.lineTo(x(frame), y(hertz))
    }
    path.closePath()
  } else {
    addStroke(path, region, x, y)
  }
}

/** The round trace of a brush, as one outline of circles and the bars between them, all wound the same way so that they unite. */
function addStroke(path: Path2D, { points, radius }: Extract<SpectralRegion, { kind: 'brush' }>, x: (frame: number) => number, y: (hertz: number) => number): void {
  const wide = Math.abs(x(radius[0]) - x(0))
  for (const [frame, hertz] of points) {
    const [upper, lower] = [y(hertz + radius[1]), y(Math.max(0, hertz - radius[1]))]
    const [centre, high] = [(upper + lower) / 2, Math.max(1, (lower - upper) / 2)]
    path.moveTo(x(frame) + wide, centre)
    path.ellipse(x(frame), centre, Math.max(1, wide), high, 0, 0, 2 * Math.PI)
  }
}

function drawSelection({ context, picture, palette, ratio, width }: Pen, { start, end }: FrameRange): void {
  const left = Math.max(-1, columnOf(picture.grid, start))
  const right = Math.min(width + 1, columnOf(picture.grid, end))
  if (right <= left) return
  const line = Math.max(1, Math.round(ratio))
  context.fillStyle = css(palette.accent, 0.2)
  context.fillRect(left, 0, right - left, picture.layout.height)
  context.fillStyle = css(palette.accent)
  context.fillRect(left, 0, line, picture.layout.height)
  context.fillRect(right - line, 0, line, picture.layout.height)
}

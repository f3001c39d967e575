/** Which part of the timeline is seen. Positions are frames at the project's rate, widths are CSS pixels. */
export interface Viewport {
  readonly framesPerPixel: number
  /** Frame at the left edge. */
  readonly scrollFrame: number
  /** Width of the lanes' pictures. */
  readonly width: number
}

/** A stretch of the timeline; `end` is the first frame after it. */
export interface FrameRange {
  readonly start: number
  readonly end: number
}

/** Most pixels that one frame may take. */
const widestFrame = 32
/** Share of the width that stays free after the last frame when all is shown, and when scrolled to the end. */
const fitMargin = 0.02
const endMargin = 0.1
/** What an empty timeline shows, in frames. */
const emptyFrames = 44100 * 60

/** Returns the frame at `x` CSS pixels from the left edge; not rounded. */
export function frameAt({ scrollFrame, framesPerPixel }: Viewport, x: number): number {
  return scrollFrame + x * framesPerPixel
}

/** Returns CSS pixels from the left edge to `frame`. */
export function xOf({ scrollFrame, framesPerPixel }: Viewport, frame: number): number {
  return (frame - scrollFrame) / framesPerPixel
}

export function visibleRange(viewport: Viewport): FrameRange {
  return { start: viewport.scrollFrame, end: frameAt(viewport, viewport.width) }
}

/** Returns the viewport within its limits: not closer than 32 pixels a frame, not farther than all of `contentFrames`. */
export function clampViewport(viewport: Viewport, contentFrames: number): Viewport {
  const farthest = Math.max(1 / widestFrame, fitScale(viewport.width, contentFrames))
  const framesPerPixel = Math.min(farthest, Math.max(1 / widestFrame, viewport.framesPerPixel))
  const lastScroll = Math.max(0, contentFrames - viewport.width * framesPerPixel * (1 - endMargin))
  const fits = contentFrames <= viewport.width * framesPerPixel
  const scrollFrame = fits ? 0 : Math.min(lastScroll, Math.max(0, viewport.scrollFrame))
  return { framesPerPixel, scrollFrame, width: viewport.width }
}

function fitScale(width: number, contentFrames: number): number {
  return ((contentFrames || emptyFrames) * (1 + fitMargin)) / Math.max(1, width)
}

/** Returns the viewport that shows everything. */
export function fitViewport({ width }: Viewport, contentFrames: number): Viewport {
  return { framesPerPixel: fitScale(width, contentFrames), scrollFrame: 0, width }
}

/** Returns the viewport `factor` times closer (above 1) or farther (below), with `x` still over the same frame. */
export function zoomAbout(viewport: Viewport, factor: number, x: number, contentFrames: number): Viewport {
  const wanted = { ...viewport, framesPerPixel: viewport.framesPerPixel / factor }
  const { framesPerPixel } = clampViewport(wanted, contentFrames)
  const scrollFrame = frameAt(viewport, x) - x * framesPerPixel
  return clampViewport({ ...viewport, framesPerPixel, scrollFrame }, contentFrames)
}

/** Returns the viewport that shows `range` with a little around it. */
export function zoomToRange(viewport: Viewport, { start, end }: FrameRange, contentFrames: number): Viewport {
  const margin = (end - start) * fitMargin
  const framesPerPixel = (end - start + 2 * margin) / Math.max(1, viewport.width)
  return clampViewport({ ...viewport, framesPerPixel, scrollFrame: start - margin }, contentFrames)
}

export function scrollBy(viewport: Viewport, frames: number, contentFrames: number): Viewport {
  return clampViewport({ ...viewport, scrollFrame: viewport.scrollFrame + frames }, contentFrames)
}

/** Returns the viewport itself where `frame` is seen, else one that has turned the page so that it is near the left edge. */
export function revealFrame(viewport: Viewport, frame: number, contentFrames: number): Viewport {
  const { start, end } = visibleRange(viewport)
  if (frame >= start && frame < end) return viewport
  return clampViewport({ ...viewport, scrollFrame: frame - (end - start) * endMargin }, contentFrames)
}

/**
 * Columns of device pixels, counted from frame 0 of the timeline, so that a picture that is scrolled is the same picture moved by
 * whole pixels.
 */
export interface ColumnGrid {
  readonly framesPerColumn: number
  /** Number of the leftmost column that is seen. */
  readonly first: number
  readonly count: number
}

export function columnGrid({ framesPerPixel, scrollFrame, width }: Viewport, pixelRatio: number): ColumnGrid {
  const framesPerColumn = framesPerPixel / pixelRatio
  return { framesPerColumn, first: Math.round(scrollFrame / framesPerColumn), count: Math.max(0, Math.round(width * pixelRatio)) }
}

/** Returns how many whole columns `frame` is from the left edge. */
export function columnOf({ framesPerColumn, first }: ColumnGrid, frame: number): number {
  return Math.round(frame / framesPerColumn) - first
}

/** Returns the frame at the left edge of a column that is seen; not rounded. */
export function frameOfColumn({ framesPerColumn, first }: ColumnGrid, column: number): number {
  return (first + column) * framesPerColumn
}

import type { Project } from '#shared/project/project'
import { type Viewport } from '#renderer/timeline/viewport'

/** Distance in CSS pixels within which something that is dragged jumps to a place. */
const reach = 7

/** Returns the places that things snap to: edges of clips (but of `exceptClipId`), markers, the loop, the beginning, `more`. */
export function snapPoints({ tracks, markers, loop }: Project, more: readonly number[] = [], exceptClipId?: string): number[] {
  const clips = tracks.flatMap((track) => track.clips).filter(({ id }) => id !== exceptClipId)
  const edges = clips.flatMap(({ start, length }) => [start, start + length])
  return [0, ...edges, ...markers.map(({ at }) => at), ...(loop ? [loop.start, loop.end] : []), ...more]
}

/** Returns the nearest of `points` within reach of `frame`, else `frame` itself, as a whole frame not below 0. */
export function snapFrame(frame: number, points: readonly number[], { framesPerPixel }: Viewport): number {
  let best = frame
  let distance = reach * framesPerPixel
  for (const point of points) {
    if (Math.abs(point - frame) > distance) continue
    best = point
    distance = Math.abs(point - frame)
  }
  return Math.max(0, Math.round(best))
}

/** Returns the start for a clip of `length` frames dragged to `start`, of which either edge may snap. */
export function snapClip(start: number, length: number, points: readonly number[], viewport: Viewport): number {
  const byStart = snapFrame(start, points, viewport)
  const byEnd = snapFrame(start + length, points, viewport) - length
  const [left, right] = [Math.abs(byStart - start), Math.abs(byEnd - start)]
  const snappedLeft = points.includes(byStart)
  const snappedRight = points.includes(byEnd + length)
  if (snappedRight && (!snappedLeft || right < left)) return Math.max(0, byEnd)
  return byStart
}

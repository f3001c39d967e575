import type { Clip, Track } from '#shared/project/project'
import type { LaneLayout } from '#renderer/timeline/laneLayout'
import { type Viewport, xOf } from '#renderer/timeline/viewport'

/** What of a clip the pointer is over; `title` moves it, `body` selects in it. */
export type ClipPart = 'title' | 'body' | 'trimStart' | 'trimEnd' | 'fadeIn' | 'fadeOut' | 'gain'

export interface LaneHit {
  readonly clip: Clip
  readonly part: ClipPart
}

/** Half of the width within which an edge is taken, in CSS pixels. */
const edgeReach = 5
const handleReach = 7
export const handleHeight = 12
/** Closest that the middle of a fade's handle comes to the clip's edge, so that the edge stays free. */
const fadeInset = 13
/** Narrower clips have no handles but their edges; narrower still, not even these. */
const narrowest = { handles: 64, edges: 16 }

/** Where a clip's handles are, in CSS pixels; undefined where it is too narrow for them. */
export interface ClipHandles {
  readonly fadeIn: number
  readonly fadeOut: number
  readonly gain: number
}

export function clipHandles(clip: Clip, viewport: Viewport): ClipHandles | undefined {
  const left = xOf(viewport, clip.start)
  const right = xOf(viewport, clip.start + clip.length)
  if (right - left < narrowest.handles) return undefined
  const seenLeft = Math.max(0, left)
  const seenRight = Math.min(viewport.width, right)
  const limit = (x: number) => Math.min(right - fadeInset, Math.max(left + fadeInset, x))
  return {
    fadeIn: limit(left + clip.fadeIn / viewport.framesPerPixel),
    fadeOut: limit(right - clip.fadeOut / viewport.framesPerPixel),
    gain: (seenLeft + seenRight) / 2,
  }
}

/** Returns what lies at a point of a lane, in CSS pixels from its upper left corner; undefined beside all clips. */
export function hitLane(track: Track, viewport: Viewport, layout: LaneLayout, x: number, y: number): LaneHit | undefined {
  const near = (clip: Clip) => distanceTo(clip, viewport, x)
  const clip = track.clips.reduce<Clip | undefined>((best, next) => (!best || near(next) < near(best) ? next : best), undefined)
  if (!clip || near(clip) > edgeReach) return undefined
  const part = partAt(clip, viewport, layout, x, y)
  return part && { clip, part }
}

/** CSS pixels from `x` to a clip; 0 within it. */
function distanceTo(clip: Clip, viewport: Viewport, x: number): number {
  return Math.max(0, xOf(viewport, clip.start) - x, x - xOf(viewport, clip.start + clip.length))
}

function partAt(clip: Clip, viewport: Viewport, { title, body }: LaneLayout, x: number, y: number): ClipPart | undefined {
  const left = xOf(viewport, clip.start)
  const right = xOf(viewport, clip.start + clip.length)
  if (y < title.top || y >= body.top + body.height) return undefined
  const handles = clipHandles(clip, viewport)
  if (handles && y >= body.top && y < body.top + handleHeight) {
    if (Math.abs(x - handles.fadeIn) <= handleReach) return 'fadeIn'
    if (Math.abs(x - handles.fadeOut) <= handleReach) return 'fadeOut'
    if (Math.abs(x - handles.gain) <= 2 * handleReach) return 'gain'
  }
  if (right - left >= narrowest.edges) {
    if (Math.abs(x - left) <= edgeReach) return 'trimStart'
    if (Math.abs(x - right) <= edgeReach) return 'trimEnd'
  }
  if (x < left || x >= right) return undefined
  return y < body.top ? 'title' : 'body'
}

/** What of the ruler the pointer is over. */
export type RulerHit =
  | { readonly kind: 'marker'; readonly markerId: string }
  | { readonly kind: 'loopStart' | 'loopEnd' | 'loop' | 'band' | 'time' }

/** Height of the ruler, and of its upper part, where markers and the loop are; CSS pixels. */
export const rulerHeight = 44
export const rulerBand = 18
/** How far a marker's flag reaches to the right of its place. */
const flagWidth = 12

interface RulerContents {
  readonly markers: readonly { readonly id: string; readonly at: number }[]
  readonly loop?: { readonly start: number; readonly end: number } | undefined
}

export function hitRuler({ markers, loop }: RulerContents, viewport: Viewport, x: number, y: number): RulerHit {
  if (y >= rulerBand) return { kind: 'time' }
  const marker = markers.findLast(({ at }) => x >= xOf(viewport, at) - 3 && x <= xOf(viewport, at) + flagWidth)
  if (marker) return { kind: 'marker', markerId: marker.id }
  if (!loop) return { kind: 'band' }
  const [left, right] = [xOf(viewport, loop.start), xOf(viewport, loop.end)]
  if (Math.abs(x - left) <= edgeReach) return { kind: 'loopStart' }
  if (Math.abs(x - right) <= edgeReach) return { kind: 'loopEnd' }
  return { kind: x > left && x < right ? 'loop' : 'band' }
}

import type { Clip, Project, Track } from '#shared/project/project'
import type { SpectralRegion } from '#shared/contract/repair'
import { nearestFreeStart, trimmedRange } from '#renderer/timeline/clipPlacing'
import type { LaneHit, RulerHit } from '#renderer/timeline/hitTesting'
import { snapClip, snapFrame, snapPoints } from '#renderer/timeline/snapping'
import type { SpectralSelection, TimelineEdit, TimelineTool, TimeSelection } from '#renderer/timeline/timelineEvents'
import type { Viewport } from '#renderer/timeline/viewport'

/** Where the pointer is. */
export interface GesturePoint {
  /** CSS pixels from the left edge of the lanes' pictures, and from the top of the lane that the gesture began in. */
  readonly x: number
  readonly y: number
  /** Not rounded; may lie before the beginning. */
  readonly frame: number
  /** The lane under the pointer; of a drag out of all lanes the nearest. */
  readonly trackId: string | undefined
  /** On the spectrogram of the lane that the gesture began in, else undefined. */
  readonly hertz: number | undefined
  readonly shiftKey: boolean
  readonly altKey: boolean
}

/** What gestures read and tell; read when the gesture begins. */
export interface GestureContext {
  readonly project: Project
  readonly viewport: Viewport
  readonly tool: TimelineTool
  readonly snap: boolean
  /** Further places to snap to: the playhead, the selection's edges. */
  readonly places: readonly number[]
  readonly selection: TimeSelection | undefined
  readonly spectral: SpectralSelection | undefined
  /** Radius of the brush in frames and hertz at a frequency. */
  brushRadius(hertz: number): [number, number]
  seek(frame: number): void
  select(selection: TimeSelection | undefined): void
  selectSpectral(selection: SpectralSelection | undefined): void
  edit(edit: TimelineEdit): void
}

/** A drag that has begun. */
export interface Gesture {
  readonly cursor: string
  move(point: GesturePoint): void
  end?(point: GesturePoint): void
}

/** Pixels that the pointer may move in a click. */
const clickSlack = 3
const decibelsPerPixel = 0.25
const gainRange = { low: -60, high: 24 }
/** Points of a lasso or a stroke; the contract takes as many. */
const mostPoints = 4000

/** Begins what a press on a lane means, by what is under the pointer and the tool. */
export function beginOnLane(hit: LaneHit | undefined, point: GesturePoint, context: GestureContext): Gesture | undefined {
  const part = hit?.part ?? 'body'
  if (hit && context.tool === 'split' && (part === 'body' || part === 'title')) return splitClip(hit.clip, point, context)
  if (hit && part === 'title') return moveClip(hit.clip, point, context)
  if (hit && (part === 'trimStart' || part === 'trimEnd')) return trimClip(hit.clip, part, context)
  if (hit && (part === 'fadeIn' || part === 'fadeOut')) return fadeClip(hit.clip, part, context)
  if (hit && part === 'gain') return gainClip(hit.clip, point, context)
  if (hit && point.hertz !== undefined && point.trackId && ['box', 'lasso', 'brush'].includes(context.tool)) {
    return selectRegion(hit.clip, point.trackId, point, point.hertz, context)
  }
  return selectTime(point, context)
}

function snapped(context: GestureContext, frame: number, { altKey }: GesturePoint, exceptClipId?: string): number {
  if (!context.snap || altKey) return Math.max(0, Math.round(frame))
  return snapFrame(frame, snapPoints(context.project, context.places, exceptClipId), context.viewport)
}

function selectTime(origin: GesturePoint, context: GestureContext): Gesture {
  const { selection } = context
  const extended = origin.shiftKey && selection
  // A selection that is extended keeps the edge that is farther from the pointer.
  const anchor = extended
    ? Math.abs(origin.frame - selection.start) > Math.abs(origin.frame - selection.end) ? selection.start : selection.end
    : snapped(context, origin.frame, origin)
  let dragged = Boolean(extended)
  const move = (point: GesturePoint) => {
    dragged ||= Math.abs(point.x - origin.x) > clickSlack
    if (!dragged) return
    const frame = snapped(context, point.frame, point)
    const trackIds = extended ? selection.trackIds : tracksBetween(context.project.tracks, origin.trackId, point.trackId)
    const [start, end] = frame < anchor ? [frame, anchor] : [anchor, frame]
    context.select(start < end ? { start, end, trackIds } : undefined)
  }
  if (extended) move(origin)
  return {
    cursor: 'text',
    move,
    end(point) {
      if (dragged) return
      context.select(undefined)
      context.selectSpectral(undefined)
      context.seek(snapped(context, point.frame, point))
    },
  }
}

function tracksBetween(tracks: readonly Track[], from: string | undefined, to: string | undefined): string[] {
  const ids = tracks.map(({ id }) => id)
  const [first, last] = [from, to].map((id) => (id === undefined ? 0 : ids.indexOf(id))).sort((a, b) => a - b)
  return ids.slice(Math.max(0, first!), last! + 1)
}

function moveClip(clip: Clip, origin: GesturePoint, context: GestureContext): Gesture {
  const { project, viewport } = context
  const points = snapPoints(project, context.places, clip.id)
  let began = false
  return {
    cursor: 'grabbing',
    move(point) {
      began ||= Math.abs(point.x - origin.x) > clickSlack || point.trackId !== origin.trackId
      const track = project.tracks.find(({ id }) => id === point.trackId)
      if (!began || !track) return
      const wanted = clip.start + point.frame - origin.frame
      const start = context.snap && !point.altKey ? snapClip(wanted, clip.length, points, viewport) : Math.max(0, Math.round(wanted))
      context.edit({ kind: 'moveClip', clipId: clip.id, trackId: track.id, start: nearestFreeStart(track, start, clip.length, clip.id) })
    },
    end(point) {
      if (!began) context.seek(snapped(context, point.frame, point))
    },
  }
}

function trackOf({ tracks }: Project, clip: Clip): Track {
  return tracks.find(({ clips }) => clips.some(({ id }) => id === clip.id))!
}

function trimClip(clip: Clip, part: 'trimStart' | 'trimEnd', context: GestureContext): Gesture {
  const track = trackOf(context.project, clip)
  const frames = context.project.sources.find(({ id }) => id === clip.sourceId)?.frames ?? clip.offset + clip.length
  const edge = part === 'trimStart' ? 'start' : 'end'
  return {
    cursor: 'ew-resize',
    move(point) {
      const range = trimmedRange(track, clip, edge, snapped(context, point.frame, point, clip.id), frames)
      context.edit({ kind: 'trimClip', clipId: clip.id, ...range })
    },
  }
}

function fadeClip(clip: Clip, part: 'fadeIn' | 'fadeOut', context: GestureContext): Gesture {
  const { start, length, fadeIn, fadeOut } = clip
  return {
    cursor: 'ew-resize',
    move(point) {
      const frame = Math.round(point.frame)
      // The two fades of a clip never overlap.
      const fades =
        part === 'fadeIn'
          ? { fadeIn: Math.min(length - fadeOut, Math.max(0, frame - start)), fadeOut }
          : { fadeIn, fadeOut: Math.min(length - fadeIn, Math.max(0, start + length - frame)) }
      context.edit({ kind: 'fadeClip', clipId: clip.id, ...fades })
    },
  }
}

function gainClip(clip: Clip, origin: GesturePoint, context: GestureContext): Gesture {
  return {
    cursor: 'ns-resize',
    move(point) {
      const step = point.shiftKey ? decibelsPerPixel / 10 : decibelsPerPixel
      const wanted = Math.round((clip.gain + (origin.y - point.y) * step) * 10) / 10
      context.edit({ kind: 'gainClip', clipId: clip.id, gain: Math.min(gainRange.high, Math.max(gainRange.low, wanted)) })
    },
  }
}

function splitClip(clip: Clip, origin: GesturePoint, context: GestureContext): Gesture {
  return {
    cursor: 'crosshair',
    move() {},
    end(point) {
      if (Math.abs(point.x - origin.x) > clickSlack) return
      const at = snapped(context, point.frame, point, clip.id)
      if (at > clip.start && at < clip.start + clip.length) context.edit({ kind: 'splitClip', clipId: clip.id, at })
    },
  }
}

/** Draws a region; with Shift it is added to those that are there. */
function selectRegion(clip: Clip, trackId: string, origin: GesturePoint, hertz: number, context: GestureContext): Gesture {
  const { tool, spectral } = context
  const kept = origin.shiftKey && spectral?.clipId === clip.id ? spectral.regions : []
  const within = (frame: number) => Math.min(clip.start + clip.length, Math.max(clip.start, frame))
  const first: [number, number] = [within(origin.frame), hertz]
  const points: [number, number][] = [first]
  const radius = context.brushRadius(hertz)
  let last = first
  const region = (): SpectralRegion | undefined => {
    if (tool === 'brush') return { kind: 'brush', points: [...points], radius }
    if (tool === 'lasso') return points.length < 3 ? undefined : { kind: 'lasso', points: [...points] }
    const [start, end] = [first[0], last[0]].sort((a, b) => a - b)
    const [low, high] = [first[1], last[1]].sort((a, b) => a - b)
    return start! < end! && low! < high! ? { kind: 'box', start: start!, end: end!, low: low!, high: high! } : undefined
  }
  const tell = () => {
    const drawn = region()
    const regions = drawn ? [...kept, drawn] : kept
    context.selectSpectral(regions.length > 0 ? { trackId, clipId: clip.id, regions } : undefined)
  }
  if (tool === 'brush') tell()
  return {
    cursor: 'crosshair',
    move(point) {
      if (point.hertz === undefined) return
      last = [within(point.frame), point.hertz]
      if (points.length < mostPoints) points.push(last)
      tell()
    },
    end: tell,
  }
}

/** Begins what a press on the ruler means. */
export function beginOnRuler(hit: RulerHit, origin: GesturePoint, context: GestureContext): Gesture {
  const loop = context.project.loop
  if (hit.kind === 'marker') return moveMarker(hit.markerId, context)
  if (loop && (hit.kind === 'loopStart' || hit.kind === 'loopEnd')) return stretchLoop(hit.kind === 'loopStart' ? loop.end : loop.start, context)
  if (loop && hit.kind === 'loop') return moveLoop(loop, origin, context)
  if (hit.kind === 'time') return scrub(origin, context)
  return stretchLoop(snapped(context, origin.frame, origin), context)
}

function moveMarker(markerId: string, context: GestureContext): Gesture {
  return {
    cursor: 'ew-resize',
    move: (point) => context.edit({ kind: 'moveMarker', markerId, at: snapped(context, point.frame, point) }),
  }
}

function stretchLoop(anchor: number, context: GestureContext): Gesture {
  return {
    cursor: 'ew-resize',
    move(point) {
      const frame = snapped(context, point.frame, point)
      const [start, end] = frame < anchor ? [frame, anchor] : [anchor, frame]
      if (start < end) context.edit({ kind: 'setLoop', loop: { start, end, enabled: true } })
    },
  }
}

function moveLoop(loop: NonNullable<Project['loop']>, origin: GesturePoint, context: GestureContext): Gesture {
  const length = loop.end - loop.start
  let dragged = false
  return {
    cursor: 'grabbing',
    move(point) {
      dragged ||= Math.abs(point.x - origin.x) > clickSlack
      if (!dragged) return
      const start = snapped(context, loop.start + point.frame - origin.frame, point)
      context.edit({ kind: 'setLoop', loop: { ...loop, start, end: start + length } })
    },
    // A click switches the loop off and on.
    end() {
      if (!dragged) context.edit({ kind: 'setLoop', loop: { ...loop, enabled: !loop.enabled } })
    },
  }
}

function scrub(origin: GesturePoint, context: GestureContext): Gesture {
  context.seek(snapped(context, origin.frame, origin))
  return { cursor: 'ew-resize', move: (point) => context.seek(snapped(context, point.frame, point)) }
}

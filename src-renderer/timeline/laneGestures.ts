import type { Track } from '#shared/project/project'
import { fadeClip, gainClip, moveClip, splitClip, trimClip } from '#renderer/timeline/clipGestures'
import { clickSlack, type Gesture, type GestureContext, type GesturePoint, snapped } from '#renderer/timeline/gestures'
import type { LaneHit } from '#renderer/timeline/hitTesting'
import { selectRegion } from '#renderer/timeline/regionGesture'

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

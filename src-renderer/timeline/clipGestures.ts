import type { Clip, Project, Track } from '#shared/project/project'
import { nearestFreeStart, trimmedRange } from '#renderer/timeline/clipPlacing'
import { clickSlack, type Gesture, type GestureContext, type GesturePoint, snapped } from '#renderer/timeline/gestures'
import { snapClip, snapPoints } from '#renderer/timeline/snapping'

const decibelsPerPixel = 0.25
const gainRange = { low: -60, high: 24 }

export function moveClip(clip: Clip, origin: GesturePoint, context: GestureContext): Gesture {
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

export function trimClip(clip: Clip, part: 'trimStart' | 'trimEnd', context: GestureContext): Gesture {
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

export function fadeClip(clip: Clip, part: 'fadeIn' | 'fadeOut', context: GestureContext): Gesture {
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

export function gainClip(clip: Clip, origin: GesturePoint, context: GestureContext): Gesture {
  return {
    cursor: 'ns-resize',
    move(point) {
      const step = point.shiftKey ? decibelsPerPixel / 10 : decibelsPerPixel
      const wanted = Math.round((clip.gain + (origin.y - point.y) * step) * 10) / 10
      context.edit({ kind: 'gainClip', clipId: clip.id, gain: Math.min(gainRange.high, Math.max(gainRange.low, wanted)) })
    },
  }
}

export function splitClip(clip: Clip, origin: GesturePoint, context: GestureContext): Gesture {
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

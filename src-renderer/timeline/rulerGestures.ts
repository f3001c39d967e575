import type { Project } from '#shared/project/project'
import { clickSlack, type Gesture, type GestureContext, type GesturePoint, snapped } from '#renderer/timeline/gestures'
import type { RulerHit } from '#renderer/timeline/hitTesting'

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

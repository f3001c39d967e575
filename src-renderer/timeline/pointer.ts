import type { Project } from '#shared/project/project'
import { onBeforeUnmount, type Ref, shallowRef } from 'vue'
import type { Gesture, GestureContext, GesturePoint } from '#renderer/timeline/gestures'
import { beginOnLane } from '#renderer/timeline/laneGestures'
import { beginOnRuler } from '#renderer/timeline/rulerGestures'
import { hitLane, hitRuler, type LaneHit } from '#renderer/timeline/hitTesting'
import { hertzOfShare } from '#renderer/timeline/frequencyAxis'
import { laneLayout } from '#renderer/timeline/laneLayout'
import type { LanePicture } from '#renderer/timeline/lanePicture'
import type { TimelineTool } from '#renderer/timeline/timelineEvents'
import { frameAt, type Viewport } from '#renderer/timeline/viewport'

/** A lane and where it is on the screen. */
export interface PlacedLane {
  readonly picture: LanePicture
  /** CSS pixels: of the client area, and the lane's own height. */
  readonly clientTop: number
  readonly height: number
}

/** What the pointer needs to know of the timeline. */
export interface PointerSurroundings {
  /** Left edge of the lanes' pictures on the screen. */
  clientLeft(): number
  lanes(): readonly PlacedLane[]
  viewport(): Viewport
  tool(): TimelineTool
  project(): Project
  /** A context of its own for a gesture that begins on a lane, or on the ruler. */
  context(lane?: PlacedLane): GestureContext
  /** Scrolls while a drag is beyond an edge. */
  scroll(frames: number): void
}

/** What the pointer is over; `lane` and `hit` stay those of a drag's beginning while it lasts. */
export interface PointerState {
  readonly point: GesturePoint
  readonly lane: PlacedLane | undefined
  readonly hit: LaneHit | undefined
  readonly cursor: string
}

const cursors: Record<LaneHit['part'], string> = {
  title: 'grab',
  body: 'text',
  trimStart: 'ew-resize',
  trimEnd: 'ew-resize',
  fadeIn: 'ew-resize',
  fadeOut: 'ew-resize',
  gain: 'ns-resize',
}

/** Turns pointer events on lanes and ruler into gestures. Returns handlers, and what is under the pointer. */
export function usePointer(around: PointerSurroundings) {
  const state: Ref<PointerState | undefined> = shallowRef()
  const gesture: Ref<Gesture | undefined> = shallowRef()
  let origin: PlacedLane | undefined

  function pointOf(event: PointerEvent | MouseEvent, lane: PlacedLane | undefined): GesturePoint {
    const x = event.clientX - around.clientLeft()
    const y = lane ? event.clientY - lane.clientTop : 0
    const lanes = around.lanes()
    const under = laneAt(lanes, event.clientY) ?? (event.clientY < (lanes[0]?.clientTop ?? 0) ? lanes[0] : lanes.at(-1))
    const { shiftKey, altKey } = event
    return { x, y, frame: frameAt(around.viewport(), x), trackId: under?.picture.track.id, hertz: hertzAt(lane, y, gesture.value !== undefined), shiftKey, altKey }
  }

  function hitAt(lane: PlacedLane, point: GesturePoint): LaneHit | undefined {
    const { track } = lane.picture
    return hitLane(track, around.viewport(), laneLayout(lane.height, track.view), point.x, point.y)
  }

  function down(event: PointerEvent, begin: (point: GesturePoint) => Gesture | undefined): void {
    if (event.button !== 0) return
    ;(event.currentTarget as Element).setPointerCapture(event.pointerId)
    gesture.value = begin(pointOf(event, origin))
  }

  function onLaneDown(event: PointerEvent): void {
    origin = laneAt(around.lanes(), event.clientY)
    const lane = origin
    if (lane) down(event, (point) => beginOnLane(hitAt(lane, point), point, around.context(lane)))
  }

  function onRulerDown(event: PointerEvent): void {
    origin = undefined
    const { top } = (event.currentTarget as Element).getBoundingClientRect()
    down(event, (point) => beginOnRuler(hitRuler(around.project(), around.viewport(), point.x, event.clientY - top), point, around.context()))
  }

  function onMove(event: PointerEvent): void {
    if (gesture.value) drag(event, gesture.value)
    else hover(event)
  }

  function drag(event: PointerEvent, { move, cursor }: Gesture): void {
    const point = pointOf(event, origin)
    const { width, framesPerPixel } = around.viewport()
    const beyond = point.x < 0 ? point.x : Math.max(0, point.x - width)
    if (beyond !== 0) around.scroll(beyond * framesPerPixel * 0.5)
    move(point)
    state.value = { point, lane: origin, hit: state.value?.hit, cursor }
  }

  function hover(event: PointerEvent): void {
    const lane = laneAt(around.lanes(), event.clientY)
    const point = pointOf(event, lane)
    const hit = lane && hitAt(lane, point)
    state.value = { point, lane, hit: sameHit(state.value?.hit, hit), cursor: cursorOf(hit, point, around.tool()) }
  }

  function onRulerMove(event: PointerEvent): void {
    if (gesture.value) return drag(event, gesture.value)
    const y = event.clientY - (event.currentTarget as Element).getBoundingClientRect().top
    state.value = { point: { ...pointOf(event, undefined), y }, lane: undefined, hit: undefined, cursor: 'default' }
  }

  function onUp(event: PointerEvent): void {
    gesture.value?.end?.(pointOf(event, origin))
    gesture.value = undefined
  }

  function onLeave(): void {
    if (!gesture.value) state.value = undefined
  }

  onBeforeUnmount(() => (gesture.value = undefined))
  return { state, gesture, onLaneDown, onRulerDown, onMove, onRulerMove, onUp, onLeave, pointOf, hitAt }
}

/** Returns the hit before where nothing has changed, so that nothing is drawn anew. */
function sameHit(before: LaneHit | undefined, after: LaneHit | undefined): LaneHit | undefined {
  return before && after && before.clip === after.clip && before.part === after.part ? before : after
}

export function laneAt(lanes: readonly PlacedLane[], clientY: number): PlacedLane | undefined {
  return lanes.find(({ clientTop, height }) => clientY >= clientTop && clientY < clientTop + height)
}

/** @param dragging a drag that leaves the spectrogram stays at its edge */
function hertzAt(lane: PlacedLane | undefined, y: number, dragging: boolean): number | undefined {
  const strip = lane && laneLayout(lane.height, lane.picture.track.view).spectrogram
  if (!strip || (!dragging && (y < strip.top || y >= strip.top + strip.height))) return undefined
  const share = 1 - (y - strip.top) / strip.height
  return hertzOfShare(lane.picture.axis, Math.min(1, Math.max(0, share)))
}

function cursorOf(hit: LaneHit | undefined, point: GesturePoint, tool: TimelineTool): string {
  if (!hit) return 'text'
  if (tool === 'split' && (hit.part === 'body' || hit.part === 'title')) return 'crosshair'
  if (hit.part === 'body' && point.hertz !== undefined && tool !== 'select') return 'crosshair'
  return cursors[hit.part]
}

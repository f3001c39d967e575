import { computed, type EmitFn } from 'vue'
import type { GestureContext } from '#renderer/timeline/gestures'
import { hitRuler, type LaneHit } from '#renderer/timeline/hitTesting'
import { hertzOfShare, shareOfHertz } from '#renderer/timeline/frequencyAxis'
import { laneLayout } from '#renderer/timeline/laneLayout'
import { laneAt, type PlacedLane, usePointer } from '#renderer/timeline/pointer'
import { readoutAt } from '#renderer/timeline/readout'
import type { HoverReadout } from '#renderer/timeline/timelineEvents'
import type { TimelineFacts } from '#renderer/timeline/timelineFacts'
import type { TimelineEmits, TimelineProps } from '#renderer/timeline/timelineProps'
import type { TimelineStage } from '#renderer/timeline/timelineStage'
import { scrollBy, type Viewport } from '#renderer/timeline/viewport'
import type { Track } from '#shared/project/project'

interface Surroundings {
  readonly facts: TimelineFacts
  readonly stage: TimelineStage
  placedLanes(): readonly PlacedLane[]
  setViewport(viewport: Viewport): void
  clientLeft(): number
}

type Props = Readonly<TimelineProps & Required<Pick<TimelineProps, 'tool' | 'snap' | 'brushSize'>>>

/** Connects the pointer with what the timeline is told and tells. */
export function useTimelinePointer(props: Props, emit: EmitFn<TimelineEmits>, around: Surroundings) {
  const { facts, stage } = around
  let gestures = 0

  function context(lane?: PlacedLane): GestureContext {
    gestures++
    const gesture = `gesture-${gestures}`
    const { project, viewport, tool, snap, selection, spectral, position } = props
    return {
      project, viewport, tool, snap, selection, spectral,
      places: [position, ...(selection ? [selection.start, selection.end] : [])],
      brushRadius: (hertz) => brushRadius(hertz, lane),
      seek: (frame) => emit('seek', Math.min(frame, facts.contentFrames.value)),
      select: (next) => emit('update:selection', next),
      selectSpectral: (next) => emit('update:spectral', next),
      edit: (edit) => emit('edit', edit, gesture),
    }
  }

  /** A circle of the brush's size on the screen, as frames and hertz. */
  function brushRadius(hertz: number, lane: PlacedLane | undefined): [number, number] {
    const radius = props.brushSize / 2
    const strip = lane && laneLayout(lane.height, lane.picture.track.view).spectrogram
    if (!strip) return [radius * props.viewport.framesPerPixel, 0]
    const { axis } = lane.picture
    const share = shareOfHertz(axis, hertz)
    const high = hertzOfShare(axis, Math.min(1, share + radius / strip.height))
    const low = hertzOfShare(axis, Math.max(0, share - radius / strip.height))
    return [radius * props.viewport.framesPerPixel, (high - low) / 2]
  }

  const pointer = usePointer({
    clientLeft: around.clientLeft,
    lanes: around.placedLanes,
    viewport: () => props.viewport,
    tool: () => props.tool,
    project: () => props.project,
    context,
    scroll: (frames) => around.setViewport(scrollBy(props.viewport, frames, facts.contentFrames.value)),
  })

  const readout = computed((): HoverReadout | undefined => {
    const state = pointer.state.value
    if (!state) return undefined
    const { point, lane } = state
    const frame = Math.max(0, Math.round(point.frame))
    const decibels = lane && stage.decibelsAt(lane.picture, frame, point.hertz)
    return readoutAt({ trackId: lane?.picture.track.id, frame, hertz: point.hertz, decibels }, facts.sampleRate.value)
  })

  function tell(): void {
    emit('hover', readout.value)
  }

  function onMove(event: PointerEvent): void {
    pointer.onMove(event)
    tell()
  }

  function onLeave(): void {
    pointer.onLeave()
    tell()
  }

  /** Selects the whole clip. */
  function onDoubleClick(event: MouseEvent): void {
    const lane = laneAt(around.placedLanes(), event.clientY)
    const hit = lane && pointer.hitAt(lane, pointer.pointOf(event, lane))
    if (!hit || !lane || !['body', 'title'].includes(hit.part)) return
    const { start, length } = hit.clip
    emit('update:selection', { start, end: start + length, trackIds: [lane.picture.track.id] })
  }

  function onMenu(event: MouseEvent): void {
    event.preventDefault()
    const lane = laneAt(around.placedLanes(), event.clientY)
    const point = pointer.pointOf(event, lane)
    const { clientX, clientY } = event
    const hit = lane && pointer.hitAt(lane, point)
    emit('menu', { trackId: lane?.picture.track.id, clipId: hit?.clip.id, frame: Math.max(0, Math.round(point.frame)), clientX, clientY })
  }

  function hoverOf(track: Track): LaneHit | undefined {
    const state = pointer.state.value
    return state?.lane?.picture.track.id === track.id ? state.hit : undefined
  }

  const rulerCursor = computed(() => {
    const state = pointer.state.value
    if (!state || state.lane) return 'default'
    const { kind } = hitRuler(props.project, props.viewport, state.point.x, state.point.y)
    if (kind === 'loop') return 'grab'
    return kind === 'time' ? 'default' : kind === 'band' ? 'crosshair' : 'ew-resize'
  })

  return {
    ...pointer,
    onMove,
    onLeave,
    onDoubleClick,
    onMenu,
    hoverOf,
    readout,
    rulerCursor,
    laneCursor: computed(() => pointer.state.value?.cursor ?? 'text'),
    dragging: computed(() => pointer.gesture.value !== undefined),
  }
}

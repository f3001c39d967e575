import type { Project } from '#shared/project/project'
import { snapFrame, snapPoints } from '#renderer/timeline/snapping'
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
export const clickSlack = 3

/** Returns the whole frame that is meant: one to snap to where it is near, unless Alt is held. */
export function snapped(context: GestureContext, frame: number, { altKey }: GesturePoint, exceptClipId?: string): number {
  if (!context.snap || altKey) return Math.max(0, Math.round(frame))
  return snapFrame(frame, snapPoints(context.project, context.places, exceptClipId), context.viewport)
}

import type { ColourMapName } from '#renderer/timeline/colourMaps'
import type { FrequencyScale } from '#renderer/timeline/frequencyAxis'
import type { LaneSources } from '#renderer/timeline/laneSource'
import type {
  ClipProgress,
  DoubtCurve,
  HoverReadout,
  SpectralSelection,
  TimelineEdit,
  TimelineMenuRequest,
  TimelineTool,
  TimeSelection,
} from '#renderer/timeline/timelineEvents'
import type { Viewport } from '#renderer/timeline/viewport'
import type { Project } from '#shared/project/project'

/** All that the timeline is told. What is large (project, sources, maps) is compared by identity, and not made reactive in depth. */
export interface TimelineProps {
  project: Project
  sources: LaneSources
  viewport: Viewport
  /** Frame of the playhead while nothing plays. */
  position: number
  playing: boolean
  /** Frame that is heard now; asked for with every picture while `playing`. */
  positionNow?: (() => number) | undefined
  selection?: TimeSelection | undefined
  spectral?: SpectralSelection | undefined
  focusedTrackId?: string | undefined
  tool?: TimelineTool
  snap?: boolean
  /** Turn the page when the playhead leaves it. */
  follow?: boolean
  frequencyScale?: FrequencyScale
  colourMap?: ColourMapName
  /** Diameter of the brush in CSS pixels. */
  brushSize?: number
  /** CSS pixels. */
  headerWidth?: number
  /** By track id, CSS pixels; others have a height by their role and view. */
  laneHeights?: ReadonlyMap<string, number>
  /** By clip id. */
  progress?: ReadonlyMap<string, ClipProgress>
  /** By track id. */
  doubt?: ReadonlyMap<string, DoubtCurve>
  /** How spectrograms are drawn; `auto` is with WebGL where there is a GPU. */
  renderer?: 'auto' | 'webgl' | 'pixels'
}

/** All that the timeline tells. */
export interface TimelineEmits {
  'update:viewport': [viewport: Viewport]
  'update:selection': [selection: TimeSelection | undefined]
  'update:spectral': [spectral: SpectralSelection | undefined]
  'update:focusedTrackId': [trackId: string]
  seek: [frame: number]
  /** A change of the document. All edits of one drag have the same `gesture`, so that they become one step of undo. */
  edit: [edit: TimelineEdit, gesture: string]
  hover: [readout: HoverReadout | undefined]
  menu: [request: TimelineMenuRequest]
}

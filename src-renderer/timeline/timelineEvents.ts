import type { SpectralRegion } from '#shared/contract/repair'
import type { Clip, Project } from '#shared/project/project'

/** A selected stretch of time; the tracks in the order of the lanes. */
export interface TimeSelection {
  readonly start: number
  readonly end: number
  readonly trackIds: readonly string[]
}

/** What is selected on the spectrogram of one clip. Frames of the regions are those of the timeline. */
export interface SpectralSelection {
  readonly trackId: string
  readonly clipId: string
  readonly regions: readonly SpectralRegion[]
}

export const timelineTools = ['select', 'split', 'box', 'lasso', 'brush'] as const
export type TimelineTool = (typeof timelineTools)[number]

/** A change of the document that a gesture asks for; values are absolute, so that each of a drag replaces the one before. */
export type TimelineEdit =
  | { readonly kind: 'moveClip'; readonly clipId: string; readonly trackId: string; readonly start: number }
  /** New edges on the timeline; what is heard stays where it is. */
  | { readonly kind: 'trimClip'; readonly clipId: string; readonly start: number; readonly end: number }
  | { readonly kind: 'fadeClip'; readonly clipId: string; readonly fadeIn: number; readonly fadeOut: number }
  /** Decibels. */
  | { readonly kind: 'gainClip'; readonly clipId: string; readonly gain: number }
  | { readonly kind: 'splitClip'; readonly clipId: string; readonly at: number }
  | { readonly kind: 'moveMarker'; readonly markerId: string; readonly at: number }
  | { readonly kind: 'setLoop'; readonly loop: NonNullable<Project['loop']> }

/** What lies under the pointer. */
export interface HoverReadout {
  readonly trackId: string | undefined
  readonly frame: number
  readonly seconds: number
  readonly hertz: number | undefined
  readonly note: string | undefined
  /** dBFS: of the spectrogram at this place, or the waveform's peak. */
  readonly decibels: number | undefined
}

/** Where the user asked for a menu. */
export interface TimelineMenuRequest {
  readonly trackId: string | undefined
  readonly clipId: string | undefined
  readonly frame: number
  readonly clientX: number
  readonly clientY: number
}

/** Where the model guesses, along a clip: one value from 0 (sure) to 1 for every `hop` frames from frame `start` of the timeline. */
export interface DoubtCurve {
  readonly start: number
  readonly hop: number
  readonly curve: ArrayLike<number>
}

/** Work that is done on a clip. `share` from 0 to 1, undefined while it waits. */
export interface ClipProgress {
  readonly share: number | undefined
  /** Shown and spoken: "Splitting, about 20 s left". */
  readonly text: string
}

/** Returns regions of the timeline as regions of the clip's source, which is what `repair` of the contract takes. */
export function regionsInSource(regions: readonly SpectralRegion[], { start, offset }: Clip): SpectralRegion[] {
  return regions.map((region) => shiftRegion(region, offset - start))
}

/** Returns the region `frames` later. */
export function shiftRegion(region: SpectralRegion, frames: number): SpectralRegion {
  if (region.kind === 'box') return { ...region, start: region.start + frames, end: region.end + frames }
  return { ...region, points: region.points.map(([frame, hertz]): [number, number] => [frame + frames, hertz]) }
}

/** Returns the time that regions reach over, as whole frames; undefined without any. */
export function regionsRange(regions: readonly SpectralRegion[]): { start: number; end: number } | undefined {
  if (regions.length === 0) return undefined
  const frames = regions.flatMap((region) => {
    if (region.kind === 'box') return [region.start, region.end]
    const radius = region.kind === 'brush' ? region.radius[0] : 0
    return region.points.flatMap(([frame]) => [frame - radius, frame + radius])
  })
  const [start, end] = frames.reduce(([low, high], frame) => [Math.min(low, frame), Math.max(high, frame)], [Infinity, -Infinity])
  return { start: Math.floor(start), end: Math.ceil(end) }
}

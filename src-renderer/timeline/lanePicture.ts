import type { Clip, Track } from '#shared/project/project'
import type { FrequencyAxis } from '#renderer/timeline/frequencyAxis'
import type { LaneLayout } from '#renderer/timeline/laneLayout'
import type { LaneSource, LaneSources } from '#renderer/timeline/laneSource'
import { type ColumnGrid, columnOf, frameOfColumn } from '#renderer/timeline/viewport'
import type { ColumnSpan } from '#renderer/timeline/extremes'

/** What the picture of a lane's sound depends on. */
export interface LanePicture {
  readonly track: Track
  readonly sources: LaneSources
  readonly grid: ColumnGrid
  readonly layout: LaneLayout
  readonly axis: FrequencyAxis
  /** Height of full scale, 1 being half of the waveform's strip; the same for all lanes. */
  readonly verticalScale: number
  /** False for lanes that are not heard: muted, or not soloed while others are. */
  readonly audible: boolean
}

/** A clip as far as it is seen. */
export interface VisibleClip {
  readonly clip: Clip
  readonly source: LaneSource | undefined
  /** Columns of its edges, which may lie outside of the picture. */
  readonly left: number
  readonly right: number
  /** The columns that are seen: `from` up to `to`. */
  readonly from: number
  readonly to: number
}

/** Returns the clips of a picture that are seen between two of its columns. */
export function visibleClips({ track, sources, grid }: Pick<LanePicture, 'track' | 'sources' | 'grid'>, from: number, to: number): VisibleClip[] {
  const found: VisibleClip[] = []
  for (const clip of track.clips) {
    const left = columnOf(grid, clip.start)
    // However far one zooms out, a clip can be seen.
    const right = Math.max(left + 1, columnOf(grid, clip.start + clip.length))
    if (right <= from || left >= to) continue
    found.push({ clip, source: sources.get(clip.sourceId), left, right, from: Math.max(from, left), to: Math.min(to, right) })
  }
  return found
}

/** Returns where the seen columns of a clip lie in its source. */
export function spanInSource({ clip, from, to }: VisibleClip, grid: ColumnGrid): ColumnSpan {
  return { frame: frameOfColumn(grid, from) - clip.start + clip.offset, framesPerColumn: grid.framesPerColumn, count: to - from }
}

import { defaultLaneHeight } from '#renderer/timeline/laneLayout'
import type { Track } from '#shared/project/project'

/** How often its usual height a lane may become where there is room. */
const mostGrowth = 3.6
/** The line between lanes. */
const border = 1

/** Returns the heights, by track id, with which the lanes fill `available` CSS pixels; not less than they usually have. */
export function fillingHeights(tracks: readonly Track[], available: number): ReadonlyMap<string, number> {
  const usual = tracks.reduce((sum, track) => sum + defaultLaneHeight(track), 0)
  const growth = Math.min(mostGrowth, Math.max(1, (available - tracks.length * border) / Math.max(1, usual)))
  return new Map(tracks.map((track) => [track.id, Math.floor(defaultLaneHeight(track) * (track.role === 'mixture' ? Math.min(growth, 1.5) : growth))]))
}

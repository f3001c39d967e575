import { defaultLaneHeight } from '#renderer/timeline/laneLayout'
import type { Track } from '#shared/project/project'

/** How often its usual height a lane may become where there is room; that of the song stays thin beside its stems. */
const mostGrowth = 3.6
const mostGrowthOfMixture = 1.5
/** The line between lanes. */
const border = 1

/** Returns the heights, by track id, with which the lanes fill `available` CSS pixels; not less than they usually have. */
export function fillingHeights(tracks: readonly Track[], available: number): ReadonlyMap<string, number> {
  const room = available - tracks.length * border
  const [mixtures, others] = [tracks.filter(isMixture), tracks.filter((track) => !isMixture(track))]
  const even = room / Math.max(1, usual(tracks))
  const mixtureGrowth = within(even, others.length === 0 ? mostGrowth : mostGrowthOfMixture)
  const growth = others.length === 0 ? 1 : within((room - usual(mixtures) * mixtureGrowth) / usual(others), mostGrowth)
  return new Map(tracks.map((track) => [track.id, Math.floor(defaultLaneHeight(track) * (isMixture(track) ? mixtureGrowth : growth))]))
}

const isMixture = ({ role }: Track) => role === 'mixture'
const usual = (tracks: readonly Track[]) => tracks.reduce((sum, track) => sum + defaultLaneHeight(track), 0)
const within = (growth: number, most: number) => Math.min(most, Math.max(1, growth))

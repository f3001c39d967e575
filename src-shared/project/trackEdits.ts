import { withoutUnusedSources } from '#shared/project/sources'
import type { Clip, Project, Track } from '#shared/project/project'

/** Decibels that tracks and clips may have. */
export const quietestGain = -120
export const loudestGain = 24

/** Returns the gain that is nearest to `decibels` among those allowed. */
export function allowedGain(decibels: number): number {
  return Math.min(loudestGain, Math.max(quietestGain, decibels))
}

/** Returns the project with this track changed by `change`; as it is where there is no such track or nothing changes. */
export function changeTrack(project: Project, trackId: string, change: (track: Track) => Track): Project {
  const index = project.tracks.findIndex(({ id }) => id === trackId)
  const before = project.tracks[index]
  const after = before && change(before)
  return after === undefined || after === before ? project : { ...project, tracks: project.tracks.with(index, after) }
}

/** Returns the fields of `wanted` that differ from those of `current`, or undefined where none does. */
export function differing<Value extends object>(current: Value, wanted: Partial<Value>): Partial<Value> | undefined {
  const changed = Object.entries(wanted).filter(([key, value]) => value !== undefined && value !== current[key as keyof Value])
  return changed.length === 0 ? undefined : (Object.fromEntries(changed) as Partial<Value>)
}

/** What a new track needs to be told; the rest has defaults. */
export type NewTrack = Pick<Track, 'id' | 'name' | 'role'> & Partial<Omit<Track, 'clips'>> & { clips?: readonly Clip[] }

/** Returns the project with one more track at `index`, which is the end without it. A track of an id that is taken is not added. */
export function addTrack(project: Project, { track, index = project.tracks.length }: { track: NewTrack; index?: number }): Project {
  if (project.tracks.some(({ id }) => id === track.id)) return project
  const defaults = { gain: 0, pan: 0, muted: false, soloed: false, view: 'waveform' } as const
  const added: Track = { ...defaults, ...track, clips: [...(track.clips ?? [])] }
  return { ...project, tracks: project.tracks.toSpliced(index, 0, added) }
}

/** Returns the project without the track, its clips, and the sources that only they needed. */
export function removeTrack(project: Project, { trackId }: { trackId: string }): Project {
  const tracks = project.tracks.filter(({ id }) => id !== trackId)
  return tracks.length === project.tracks.length ? project : withoutUnusedSources({ ...project, tracks })
}

/** Returns the project with the track at `index` of the lanes, the topmost being 0. */
export function moveTrack(project: Project, { trackId, index }: { trackId: string; index: number }): Project {
  const from = project.tracks.findIndex(({ id }) => id === trackId)
  const to = Math.min(project.tracks.length - 1, Math.max(0, Math.round(index)))
  const moved = project.tracks[from]
  if (!moved || from === to) return project
  return { ...project, tracks: project.tracks.toSpliced(from, 1).toSpliced(to, 0, moved) }
}

/** Returns the project with the track under another name; a blank one changes nothing. */
export function renameTrack(project: Project, { trackId, name }: { trackId: string; name: string }): Project {
  const trimmed = name.trim()
  if (trimmed === '') return project
  return changeTrack(project, trackId, (track) => (track.name === trimmed ? track : { ...track, name: trimmed }))
}

export interface TrackSettings {
  trackId: string
  /** Decibels. */
  gain?: number
  /** From -1, left, to 1, right. */
  pan?: number
  muted?: boolean
  soloed?: boolean
  view?: Track['view']
}

/** Returns the project with the settings given changed; gain and pan are brought into their ranges. */
export function setTrack(project: Project, { trackId, gain, pan, ...switches }: TrackSettings): Project {
  const wanted: Partial<Track> = {
    ...switches,
    ...(gain !== undefined && { gain: allowedGain(gain) }),
    ...(pan !== undefined && { pan: Math.min(1, Math.max(-1, pan)) }),
  }
  return changeTrack(project, trackId, (track) => {
    const changed = differing(track, wanted)
    return changed ? { ...track, ...changed } : track
  })
}

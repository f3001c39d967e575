import { clipEnd, type Clip, type Project, type Source, type Track } from '#shared/project/project'
import { freeStart, sortedByStart } from '#shared/project/placement'
import { findSource, withoutUnusedSources } from '#shared/project/sources'
import { allowedGain, changeTrack, differing } from '#shared/project/trackEdits'

/** What a new clip needs to be told; without offset and length all of the source is heard. */
export type NewClip = Pick<Clip, 'id' | 'sourceId' | 'start'> & Partial<Clip>

/** A clip and the track that it is on, or undefined. */
export function findClip({ tracks }: Project, clipId: string): { clip: Clip; track: Track } | undefined {
  for (const track of tracks) {
    const clip = track.clips.find(({ id }) => id === clipId)
    if (clip) return { clip, track }
  }
  return undefined
}

/**
 * Returns the project with one more clip, at the free place nearest to its start. A clip of a source that is not there, of an
 * id that is taken, or of none of the source's frames is not added.
 */
export function addClip(project: Project, { trackId, clip }: { trackId: string; clip: NewClip }): Project {
  const source = findSource(project, clip.sourceId)
  const made = source && completeClip(clip, source)
  if (!made || findClip(project, made.id)) return project
  return changeTrack(project, trackId, (track) => withClip(track, made, made.start))
}

function completeClip({ id, sourceId, start, ...given }: NewClip, source: Source): Clip | undefined {
  const offset = Math.max(0, given.offset ?? 0)
  const length = Math.min(given.length ?? source.frames, source.frames - offset)
  if (length < 1) return undefined
  const { gain = 0, fadeIn = 0, fadeOut = 0 } = given
  return fittingFades({ id, sourceId, start, offset, length, gain: allowedGain(gain), fadeIn, fadeOut })
}

function withClip(track: Track, clip: Clip, wanted: number): Track {
  const start = freeStart(track.clips, clip.length, wanted)
  return { ...track, clips: sortedByStart([...track.clips, clip.start === start ? clip : { ...clip, start }]) }
}

/** Fades never overlap; where there is no room for both, the one at the beginning keeps its length. */
function fittingFades(clip: Clip): Clip {
  const fadeIn = Math.min(clip.fadeIn, clip.length)
  const fadeOut = Math.min(clip.fadeOut, clip.length - fadeIn)
  return fadeIn === clip.fadeIn && fadeOut === clip.fadeOut ? clip : { ...clip, fadeIn, fadeOut }
}

/**
 * Returns the project with the clip at the free place of the track (its own without `trackId`) that is nearest to `start`: a
 * clip is never laid over another.
 */
export function moveClip(project: Project, { clipId, start, trackId }: { clipId: string; start: number; trackId?: string }): Project {
  const found = findClip(project, clipId)
  const target = project.tracks.find(({ id }) => id === (trackId ?? found?.track.id))
  if (!found || !target) return project
  const { clip, track } = found
  const place = freeStart(target.clips.filter((other) => other !== clip), clip.length, start)
  if (target === track && place === clip.start) return project
  const without = changeTrack(project, track.id, ({ clips, ...rest }) => ({ ...rest, clips: clips.filter((other) => other !== clip) }))
  return changeTrack(without, target.id, (to) => withClip(to, clip, place))
}

/** Returns the project with all these clips moved `by` frames together, or by as many as none of them meets another clip or 0. */
export function moveClips(project: Project, { clipIds, by }: { clipIds: readonly string[]; by: number }): Project {
  const moving = new Set(clipIds)
  const shift = project.tracks.reduce((allowed, { clips }) => shiftWithin(clips, moving, allowed), Math.round(by))
  if (shift === 0 || !project.tracks.some(({ clips }) => clips.some(({ id }) => moving.has(id)))) return project
  const shifted = (clip: Clip) => (moving.has(clip.id) ? { ...clip, start: clip.start + shift } : clip)
  const tracks = project.tracks.map((track) =>
    track.clips.some(({ id }) => moving.has(id)) ? { ...track, clips: track.clips.map(shifted) } : track,
  )
  return { ...project, tracks }
}

/** Returns the most of `shift` by which the moving ones of a track's clips stay between those that do not move. */
function shiftWithin(clips: readonly Clip[], moving: ReadonlySet<string>, shift: number): number {
  let allowed = shift
  clips.forEach((clip, index) => {
    if (!moving.has(clip.id)) return
    const before = clips[index - 1]
    const after = clips[index + 1]
    const down = clip.start - (before ? clipEnd(before) : 0)
    if (allowed < 0 && !(before && moving.has(before.id))) allowed = -Math.min(-allowed, down)
    if (allowed > 0 && after && !moving.has(after.id)) allowed = Math.min(allowed, after.start - clipEnd(clip))
  })
  return allowed
}

/**
 * Returns the project with the clip's edges at these frames of the timeline, as far as its source, its neighbours and at least
 * one frame between them allow. What is heard stays where it is.
 */
export function trimClip(project: Project, { clipId, start, end }: { clipId: string; start?: number; end?: number }): Project {
  return changeClip(project, clipId, (clip, track, source) => {
    const index = track.clips.indexOf(clip)
    const before = track.clips[index - 1]
    const after = track.clips[index + 1]
    const earliest = Math.max(before ? clipEnd(before) : 0, clip.start - clip.offset)
    const latest = Math.min(after?.start ?? Infinity, clip.start - clip.offset + source.frames)
    const from = Math.min(Math.max(earliest, Math.round(start ?? clip.start)), clipEnd(clip) - 1)
    const to = Math.max(Math.min(latest, Math.round(end ?? clipEnd(clip))), from + 1)
    return { ...clip, start: from, offset: clip.offset + from - clip.start, length: to - from }
  })
}

/** Returns the project with the clip cut in two at frame `at` of the timeline; as it is where that is not inside the clip. */
export function splitClip(project: Project, { clipId, at, newId }: { clipId: string; at: number; newId: string }): Project {
  const found = findClip(project, clipId)
  if (!found || findClip(project, newId)) return project
  const { clip, track } = found
  const cut = Math.round(at) - clip.start
  if (cut <= 0 || cut >= clip.length) return project
  const left = fittingFades({ ...clip, length: cut, fadeOut: 0 })
  const right = { ...clip, id: newId, start: clip.start + cut, offset: clip.offset + cut, length: clip.length - cut, fadeIn: 0 }
  const clips = track.clips.toSpliced(track.clips.indexOf(clip), 1, left, fittingFades(right))
  return changeTrack(project, track.id, (before) => ({ ...before, clips }))
}

/** Returns the project without the clip, and without the sources that only it needed. */
export function removeClip(project: Project, { clipId }: { clipId: string }): Project {
  const found = findClip(project, clipId)
  if (!found) return project
  const clips = found.track.clips.filter(({ id }) => id !== clipId)
  return withoutUnusedSources(changeTrack(project, found.track.id, (track) => ({ ...track, clips })))
}

export interface ClipSettings {
  clipId: string
  /** Decibels. */
  gain?: number
  /** Frames. */
  fadeIn?: number
  fadeOut?: number
}

/** Returns the project with the settings given changed. A fade ends where the other one begins. */
export function setClip(project: Project, { clipId, gain, fadeIn, fadeOut }: ClipSettings): Project {
  return changeClip(project, clipId, (clip) => {
    const upTo = (frames: number, room: number) => Math.min(Math.max(0, Math.round(frames)), room)
    const rising = fadeIn === undefined ? clip.fadeIn : upTo(fadeIn, fadeOut === undefined ? clip.length - clip.fadeOut : clip.length)
    const falling = fadeOut === undefined ? clip.fadeOut : upTo(fadeOut, clip.length - rising)
    return { ...clip, gain: gain === undefined ? clip.gain : allowedGain(gain), fadeIn: rising, fadeOut: falling }
  })
}

type ClipChange = (clip: Clip, track: Track, source: Source) => Clip

function changeClip(project: Project, clipId: string, change: ClipChange): Project {
  const found = findClip(project, clipId)
  const source = found && findSource(project, found.clip.sourceId)
  if (!source) return project
  const { clip, track } = found
  const changed = fittingFades(change(clip, track, source))
  if (!differing(clip, changed)) return project
  return changeTrack(project, track.id, (before) => ({ ...before, clips: before.clips.with(before.clips.indexOf(clip), changed) }))
}

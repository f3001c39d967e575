import { addClip, findClip } from '#shared/project/clipEdits'
import type { Clip, Project, Source, Track } from '#shared/project/project'
import { addSource, findSource, withoutUnusedSources } from '#shared/project/sources'
import { addTrack, setTrack } from '#shared/project/trackEdits'

export interface SongPlacement {
  source: Source
  trackId: string
  clipId: string
  /** Frame of the timeline at which it begins; 0 without it. */
  start?: number
}

/**
 * Returns the project with the song as a lane of its own below the others.
 * @throws AppError RATE_MISMATCH for a song of another rate than the project's
 */
export function placeSong(project: Project, { source, trackId, clipId, start = 0 }: SongPlacement): Project {
  const withSource = addSource(project, { source })
  const withTrack = addTrack(withSource, { track: { id: trackId, name: source.name, role: 'mixture' } })
  return addClip(withTrack, { trackId, clip: { id: clipId, sourceId: source.id, start } })
}

/** A stem as it came from a separation or a repair. */
export interface StemSound {
  /** What its source is to be called in the document; a new id. */
  id: string
  soundId: string
  name: string
}

export interface StemPairFacts {
  mixture: Source
  /** Frame of the mixture at which the stems begin. */
  offset: number
  /** Length of either stem. */
  frames: number
  modelId: string
  quality: string
  /** Mask exponent; 1, as separated, without it. */
  exponent?: number
  vocals: StemSound
  accompaniment: StemSound
}

export interface StemPairSources {
  vocals: Source
  accompaniment: Source
}

/** Returns the two sources that stand for a pair of stems of the mixture, each of which knows the other. */
export function stemPairSources({ mixture, vocals, accompaniment, frames, offset, modelId, quality, exponent = 1 }: StemPairFacts): StemPairSources {
  const { sampleRate, channels } = mixture
  const made = (sound: StemSound, name: 'vocals' | 'accompaniment', otherId: string): Source => ({
    ...sound,
    sampleRate,
    channels,
    frames,
    stem: { name, mixtureId: mixture.id, offset, modelId, quality, otherId, exponent },
  })
  return { vocals: made(vocals, 'vocals', accompaniment.id), accompaniment: made(accompaniment, 'accompaniment', vocals.id) }
}

interface NewLane {
  trackId: string
  clipId: string
}

export interface StemPlacement extends StemPairSources {
  /** The clip of the mixture that was split. Without it, or when it is gone by now, the stems lie as in the mixture. */
  mixtureClipId?: string
  /** What the new lanes and their clips are to be called. */
  lanes: { vocals: NewLane; accompaniment: NewLane }
}

/**
 * Returns the project with the stems on two new lanes below that of the mixture, each sample under the one of the mixture's clip that
 * it comes from and no longer than that clip. The mixture's lane is muted, and so are lanes of earlier stems of it that the new ones
 * cover, so that nothing is heard twice.
 * @throws AppError RATE_MISMATCH
 */
export function placeStems(project: Project, { vocals, accompaniment, mixtureClipId, lanes }: StemPlacement): Project {
  const mixture = findClip(project, mixtureClipId ?? '')
  const below = mixture ? project.tracks.indexOf(mixture.track) + 1 : project.tracks.length
  const place = (to: Project, source: Source, name: string, { trackId, clipId }: NewLane, index: number): Project => {
    const role = source.stem?.name ?? 'other'
    const lane = addTrack(addSource(to, { source }), { track: { id: trackId, name, role }, index })
    return addClip(lane, { trackId, clip: { id: clipId, sourceId: source.id, ...stemSpan(source, mixture?.clip) } })
  }
  const heardAgain = project.tracks.filter((track) => track === mixture?.track || repeats(project, track, vocals, stemSpan(vocals, mixture?.clip)))
  const muted = heardAgain.reduce((to, { id }) => setTrack(to, { trackId: id, muted: true, soloed: false }), project)
  const withVocals = place(muted, vocals, 'Vocals', lanes.vocals, below)
  return place(withVocals, accompaniment, 'Music', lanes.accompaniment, below + 1)
}

/** Whether a lane holds nothing but earlier stems of the same mixture, all of them within what the new stem spans. */
function repeats(project: Project, { clips }: Track, { stem }: Source, { start, length }: Pick<Clip, 'start' | 'length'>): boolean {
  const isRepeated = (clip: Clip) =>
    findSource(project, clip.sourceId)?.stem?.mixtureId === stem?.mixtureId && clip.start >= start && clip.start + clip.length <= start + length
  return stem !== undefined && clips.length > 0 && clips.every(isRepeated)
}

/** Where a stem lies under a clip of its mixture: only what both have. */
function stemSpan({ frames, stem }: Source, mixture: Clip | undefined): Pick<Clip, 'start' | 'offset' | 'length'> {
  const begins = stem?.offset ?? 0
  const whole = { start: begins, offset: 0, length: frames }
  if (!mixture) return whole
  const from = Math.max(begins, mixture.offset)
  const to = Math.min(begins + frames, mixture.offset + mixture.length)
  if (to <= from) return whole
  return { start: mixture.start + from - mixture.offset, offset: from - begins, length: to - from }
}

export interface StemReplacement extends StemPairSources {
  /** Source ids of the stems that are played now. */
  vocalsId: string
  accompanimentId: string
}

/**
 * Returns the project in which all clips of the two old stems play the new ones, which have the same length. What the user made of the
 * clips stays; so does the project where it holds neither of the old stems, or where the new ones are of another length.
 * @throws AppError RATE_MISMATCH
 */
export function replaceStems(project: Project, { vocalsId, accompanimentId, vocals, accompaniment }: StemReplacement): Project {
  const next = new Map([
    [vocalsId, vocals],
    [accompanimentId, accompaniment],
  ])
  const fits = [...next].every(([id, { frames }]) => (findSource(project, id)?.frames ?? frames) === frames)
  const playing = ({ sourceId }: Clip) => next.has(sourceId)
  if (!fits || !project.tracks.some(({ clips }) => clips.some(playing))) return project
  const replaced = (clip: Clip) => (playing(clip) ? { ...clip, sourceId: next.get(clip.sourceId)!.id } : clip)
  const withSources = addSource(addSource(project, { source: vocals }), { source: accompaniment })
  const tracks = project.tracks.map((track) => (track.clips.some(playing) ? { ...track, clips: track.clips.map(replaced) } : track))
  return withoutUnusedSources({ ...withSources, tracks })
}

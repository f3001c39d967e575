import type { RepairResult, ReshapePreview, StemPair } from '#shared/contract/repair'
import { splitClip } from '#shared/project/clipEdits'
import type { Clip, Project, Source } from '#shared/project/project'
import { stemPairSources, type StemReplacement } from '#shared/project/songEdits'
import { addSource, findSource } from '#shared/project/sources'

/** A pair of stems as a project plays it. */
export interface PlayedPair {
  readonly mixture: Source
  readonly vocals: Source
  readonly accompaniment: Source
  readonly offset: number
  readonly modelId: string
  readonly quality: string
  /** Mask exponent of both; 1 as separated. */
  readonly exponent: number
}

/** Returns the pair that a stem's source belongs to; undefined for a song, or where one of the three sources is gone. */
export function playedPair(project: Project, sourceId: string): PlayedPair | undefined {
  const source = findSource(project, sourceId)
  if (!source?.stem) return undefined
  const { mixtureId, otherId, offset, modelId, quality, exponent } = source.stem
  const [mixture, other] = [findSource(project, mixtureId), findSource(project, otherId)]
  if (!mixture || !other) return undefined
  const [vocals, accompaniment] = source.stem.name === 'vocals' ? [source, other] : [other, source]
  return { mixture, vocals, accompaniment, offset, modelId, quality, exponent }
}

/** Returns the pair as `repair` of the contract takes it. */
export function stemPairOf({ mixture, vocals, accompaniment, offset }: PlayedPair): StemPair {
  return { mixture: mixture.soundId, vocals: vocals.soundId, accompaniment: accompaniment.soundId, offset }
}

interface NewIds {
  readonly vocals: string
  readonly accompaniment: string
}

/**
 * Returns what `replaceStems` takes to play the result of a repair in place of the pair. Undoing that edit brings the old stems
 * back, since a repair makes new sounds.
 * @param ids of the two new sources
 * @param exponent that the stems have now; that of the pair without it
 */
export function repairedStems(pair: PlayedPair, result: Pick<RepairResult, 'vocals' | 'accompaniment'>, ids: NewIds, exponent = pair.exponent): StemReplacement {
  const { mixture, offset, modelId, quality } = pair
  const stem = (name: keyof NewIds) => ({ id: ids[name], soundId: result[name].id, name: pair[name].name })
  const facts = { mixture, offset, frames: result.vocals.frames, modelId, quality, exponent }
  return {
    vocalsId: pair.vocals.id,
    accompanimentId: pair.accompaniment.id,
    ...stemPairSources({ ...facts, vocals: stem('vocals'), accompaniment: stem('accompaniment') }),
  }
}

/** Returns the project in which the preview is heard wherever its stretch of the pair is played. Not to be kept: its sounds go. */
export function withPreview(project: Project, pair: PlayedPair, preview: ReshapePreview): Project {
  const ids = { vocals: `preview ${preview.vocals.id}`, accompaniment: `preview ${preview.accompaniment.id}` }
  const shifted = { ...pair, offset: pair.offset + preview.start }
  const { vocals, accompaniment } = repairedStems(shifted, preview, ids, preview.exponent)
  const withSources = addSource(addSource(project, { source: vocals }), { source: accompaniment })
  const stretch = { start: preview.start, end: preview.start + preview.vocals.frames }
  const heard = new Map([[pair.vocals.id, vocals.id], [pair.accompaniment.id, accompaniment.id]])
  const clips = project.tracks.flatMap((track) => track.clips.filter(({ sourceId }) => heard.has(sourceId)))
  return clips.reduce((before, clip) => withStretch(before, clip, stretch, heard.get(clip.sourceId)!), withSources)
}

/** Cuts what a clip plays of `stretch` of its source out into a clip of another source, which begins at the stretch. */
function withStretch(project: Project, clip: Clip, stretch: { start: number; end: number }, sourceId: string): Project {
  const toTimeline = clip.start - clip.offset
  const from = Math.max(clip.start, stretch.start + toTimeline)
  const to = Math.min(clip.start + clip.length, stretch.end + toTimeline)
  if (to <= from) return project
  const id = from > clip.start ? `${clip.id} from ${from}` : clip.id
  const cut = splitClip(project, { clipId: clip.id, at: from, newId: id })
  const cutTwice = splitClip(cut, { clipId: id, at: to, newId: `${clip.id} from ${to}` })
  const other = (each: Clip) => (each.id === id ? { ...each, sourceId, offset: each.offset - stretch.start } : each)
  return { ...cutTwice, tracks: cutTwice.tracks.map((track) => (track.clips.some((each) => each.id === id) ? { ...track, clips: track.clips.map(other) } : track)) }
}

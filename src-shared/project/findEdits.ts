import { clipEnd, type Project, type Track, type TrackFinds } from '#shared/project/project'
import { changeTrack } from '#shared/project/trackEdits'

/** A place on the timeline where a sound was found: frames, how sure, and what it was looked for as. */
export interface Find {
  readonly id: string
  readonly name: string
  readonly start: number
  readonly end: number
  readonly score: number
}

/** Returns the project with what was found in a source of a track, in place of what the same detector has found there before. */
export function setFinds(project: Project, { trackId, finds }: { trackId: string; finds: TrackFinds }): Project {
  return changeTrack(project, trackId, (track) => {
    const others = (track.finds ?? []).filter(({ sourceId, modelId }) => sourceId !== finds.sourceId || modelId !== finds.modelId)
    return { ...track, finds: [...others, { ...finds, events: finds.events.toSorted((a, b) => a.start - b.start) }] }
  })
}

/** Returns the project without what was found on a track. */
export function clearFinds(project: Project, { trackId }: { trackId: string }): Project {
  return changeTrack(project, trackId, (track) => {
    if (track.finds === undefined) return track
    const { finds: _, ...rest } = track
    return rest
  })
}

/** What was found on a track, where its clips play it now, in order. */
export function findsOn({ clips, finds = [] }: Track): Find[] {
  const all = clips.flatMap((clip) => finds.filter(({ sourceId }) => sourceId === clip.sourceId).flatMap(({ modelId, name, events }) =>
    events.flatMap(({ start, end, score }): Find[] => {
      const from = Math.max(clip.start, start - clip.offset + clip.start)
      const to = Math.min(clipEnd(clip), end - clip.offset + clip.start)
      return to > from ? [{ id: `${clip.id} ${modelId} ${start}`, name, start: from, end: to, score }] : []
    })))
  return all.sort((a, b) => a.start - b.start)
}

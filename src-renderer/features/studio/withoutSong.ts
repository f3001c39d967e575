import { removeClip, removeTrack } from '#shared/project/edits'
import type { Project } from '#shared/project/project'

/** Returns the project without the clips that play this sound or stems of it, and without the lanes that then are empty. */
export function withoutSong(project: Project, soundId: string): Project {
  const songs = new Set(project.sources.filter((source) => source.soundId === soundId).map(({ id }) => id))
  const gone = new Set(project.sources.filter(({ id, stem }) => songs.has(id) || (stem && songs.has(stem.mixtureId))).map(({ id }) => id))
  const emptied = project.tracks.filter(({ clips }) => clips.length > 0 && clips.every(({ sourceId }) => gone.has(sourceId)))
  const clips = project.tracks.flatMap((track) => track.clips).filter(({ sourceId }) => gone.has(sourceId))
  const withoutLanes = emptied.reduce((left, { id }) => removeTrack(left, { trackId: id }), project)
  return clips.reduce((left, { id }) => removeClip(left, { clipId: id }), withoutLanes)
}

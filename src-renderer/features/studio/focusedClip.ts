import { findClip } from '#shared/project/edits'
import { type Clip, clipEnd, type Project } from '#shared/project/project'

/**
 * Returns the clip that commands are about: the selected one; else that of the focused lane at the playhead; else the nearest
 * on that lane; without a focused lane, of the first lane.
 */
export function focusedClip(project: Project, trackId: string | undefined, clipId: string | undefined, position: number): Clip | undefined {
  const selected = clipId === undefined ? undefined : findClip(project, clipId)
  if (selected && (trackId === undefined || selected.track.id === trackId)) return selected.clip
  const track = project.tracks.find(({ id }) => id === trackId) ?? project.tracks[0]
  const distance = (clip: Clip) => Math.max(0, clip.start - position, position - clipEnd(clip) + 1)
  return track?.clips.toSorted((a, b) => distance(a) - distance(b))[0]
}

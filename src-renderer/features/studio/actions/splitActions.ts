import { focusedClip } from '#renderer/features/studio/focusedClip'
import type { ActionHandlers } from '#renderer/shortcuts/shortcuts'
import { usePanelStore } from '#renderer/stores/panelStore'
import { usePlacementStore } from '#renderer/stores/placementStore'
import { useProjectStore } from '#renderer/stores/projectStore'
import { useSessionStore } from '#renderer/stores/sessionStore'
import { useTransportStore } from '#renderer/stores/transportStore'
import { findClip, findSource } from '#shared/project/edits'
import type { Clip } from '#shared/project/project'

/** What the keys of splitting do. */
export function splitActions(): ActionHandlers {
  const projects = useProjectStore()
  const session = useSessionStore()
  const transport = useTransportStore()
  const panels = usePanelStore()
  const placement = usePlacementStore()

  const isSong = (clip: Clip) => findSource(projects.project, clip.sourceId)?.stem === undefined

  /** The clip to split: of a song, not of a stem; where a stem is focused, its song. */
  function songClip(): Clip | undefined {
    const clip = focusedClip(projects.project, session.focusedTrackId, panels.clipId, transport.position)
    if (!clip || isSong(clip)) return clip
    const mixtureId = findSource(projects.project, clip.sourceId)?.stem?.mixtureId
    return projects.project.tracks.flatMap(({ clips }) => clips).find(({ sourceId }) => sourceId === mixtureId)
  }

  function ask(part: 'clip' | 'selection'): void {
    const clip = songClip()
    const found = clip && findClip(projects.project, clip.id)
    if (found) panels.open({ kind: 'split', trackId: found.track.id, clipId: found.clip.id, part })
  }

  const canSplit = () => {
    const clip = songClip()
    return clip !== undefined && placement.splitOf(clip.id) === undefined
  }

  return {
    'split.clip': { run: () => ask('clip'), isEnabled: canSplit },
    'split.selection': { run: () => ask('selection'), isEnabled: () => canSplit() && session.hasSelection },
  }
}

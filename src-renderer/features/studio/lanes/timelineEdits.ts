import type { Edit } from '#renderer/stores/projectStore'
import type { TimelineEdit } from '#renderer/timeline/timelineEvents'
import { moveClip, moveMarker, setClip, setLoop, splitClip, trimClip } from '#shared/project/edits'

/** Returns a gesture's change of the document as an edit, and what undoing it is called. */
export function editOf(what: TimelineEdit): { label: string; apply: Edit } {
  switch (what.kind) {
    case 'moveClip':
      return { label: 'Move clip', apply: (project) => moveClip(project, what) }
    case 'trimClip':
      return { label: 'Trim clip', apply: (project) => trimClip(project, what) }
    case 'fadeClip':
      return { label: 'Fade clip', apply: (project) => setClip(project, { clipId: what.clipId, fadeIn: what.fadeIn, fadeOut: what.fadeOut }) }
    case 'gainClip':
      return { label: 'Change clip gain', apply: (project) => setClip(project, { clipId: what.clipId, gain: what.gain }) }
    case 'splitClip': {
      const newId = crypto.randomUUID()
      return { label: 'Cut clip', apply: (project) => splitClip(project, { clipId: what.clipId, at: what.at, newId }) }
    }
    case 'moveMarker':
      return { label: 'Move marker', apply: (project) => moveMarker(project, what) }
    case 'setLoop':
      return { label: 'Set loop', apply: (project) => setLoop(project, what.loop) }
  }
}

import type { ActionHandlers } from '#renderer/shortcuts/shortcuts'
import { useNoticeStore } from '#renderer/stores/noticeStore'
import { usePanelStore } from '#renderer/stores/panelStore'
import { useProjectStore } from '#renderer/stores/projectStore'
import { useSessionStore } from '#renderer/stores/sessionStore'
import { useTransportStore } from '#renderer/stores/transportStore'
import { findsOn } from '#shared/project/edits'

/** What the keys of finding a sound do. */
export function findActions(): ActionHandlers {
  const projects = useProjectStore()
  const session = useSessionStore()
  const transport = useTransportStore()
  const panels = usePanelStore()
  const notices = useNoticeStore()

  const finds = () => projects.project.tracks.flatMap(findsOn).sort((a, b) => a.start - b.start)
  const hasFinds = () => projects.project.tracks.some((track) => track.finds !== undefined)

  /** To the next place after the playhead, or before it; round and round. */
  function jump(step: 1 | -1): void {
    const all = finds()
    // While it plays, a moment passes between two presses: the one before is meant, not the one just passed.
    const slack = step < 0 && transport.playing ? (projects.project.sampleRate ?? 0) * 0.5 : 0
    const here = transport.position
    const next = step > 0 ? (all.find(({ start }) => start > here) ?? all[0]) : (all.findLast(({ start }) => start < here - slack) ?? all.at(-1))
    if (!next) return
    void transport.seek(next.start)
    session.reveal(next.start)
    notices.say(`${next.name}, ${all.indexOf(next) + 1} of ${all.length}`)
  }

  return {
    'find.open': {
      run: () => panels.open({ kind: 'find', trackId: session.focusedTrackId! }),
      isEnabled: () => projects.project.tracks.some(({ id }) => id === session.focusedTrackId),
    },
    'find.next': { run: () => jump(1), isEnabled: hasFinds },
    'find.previous': { run: () => jump(-1), isEnabled: hasFinds },
  }
}

import { focusedClip } from '#renderer/features/studio/focusedClip'
import type { ActionHandlers } from '#renderer/shortcuts/shortcuts'
import { spokenTime } from '#renderer/ui/formatting'
import { useNoticeStore } from '#renderer/stores/noticeStore'
import { usePanelStore } from '#renderer/stores/panelStore'
import { useProjectStore } from '#renderer/stores/projectStore'
import { useSessionStore } from '#renderer/stores/sessionStore'
import { useTransportStore } from '#renderer/stores/transportStore'
import { findClip, removeClip, setTrack, splitClip } from '#shared/project/edits'
import { projectFrames, type Track, trackViews } from '#shared/project/project'

/** What the keys of editing, viewing and lanes do. */
export function editActions(): ActionHandlers {
  const projects = useProjectStore()
  const session = useSessionStore()
  const transport = useTransportStore()
  const panels = usePanelStore()
  const notices = useNoticeStore()

  const hasLanes = () => projects.project.tracks.length > 0
  const trackIds = () => projects.project.tracks.map(({ id }) => id)
  const focused = () => projects.project.tracks.find(({ id }) => id === session.focusedTrackId)
  const clip = () => focusedClip(projects.project, session.focusedTrackId, panels.clipId, transport.position)
  const onLane = (run: (track: Track) => void) => ({ run: () => run(focused()!), isEnabled: () => focused() !== undefined })
  const nextView = (view: Track['view']) => trackViews[(trackViews.indexOf(view) + 1) % trackViews.length]!
  const focusLane = (step: number) => () => {
    session.focusLane(trackIds(), step)
    const track = focused()
    // Whoever goes through the lanes with the keyboard goes on from there.
    const row = document.querySelector<HTMLElement>(`[data-track="${track?.id}"]`)
    const active = document.activeElement
    if (active === document.body || active?.hasAttribute('data-track')) row?.focus()
    if (track) notices.say(`${track.name}, lane ${trackIds().indexOf(track.id) + 1} of ${trackIds().length}`)
  }

  const selectEdge = (edge: 'start' | 'end') => () => {
    session.selectEdge(edge, transport.position, focused() ? [focused()!.id] : trackIds())
    const { sampleRate = 1 } = projects.project
    const spoken = (frame: number) => spokenTime(frame / sampleRate)
    if (session.selection) notices.say(`Selected from ${spoken(session.selection.start)} to ${spoken(session.selection.end)}`)
  }

  return {
    'edit.undo': {
      run: () => {
        notices.say(`Undone: ${projects.undoLabel}`)
        projects.undo()
      },
      isEnabled: () => projects.canUndo,
    },
    'edit.redo': {
      run: () => {
        notices.say(`Done again: ${projects.redoLabel}`)
        projects.redo()
      },
      isEnabled: () => projects.canRedo,
    },
    'edit.delete': {
      run: () => projects.apply('Remove clip', (project) => removeClip(project, { clipId: clip()!.id })),
      isEnabled: () => clip() !== undefined,
    },
    'edit.splitClip': {
      run: () => {
        const at = transport.position
        const cut = clip()
        if (cut && findClip(projects.project, cut.id)) {
          projects.apply('Cut clip', (project) => splitClip(project, { clipId: cut.id, at, newId: crypto.randomUUID() }))
        }
      },
      isEnabled: () => clip() !== undefined,
    },
    'edit.selectAll': { run: () => session.selectTime(0, projectFrames(projects.project), trackIds()), isEnabled: hasLanes },
    'edit.selectFrom': { run: selectEdge('start'), isEnabled: hasLanes },
    'edit.selectTo': { run: selectEdge('end'), isEnabled: hasLanes },
    'edit.deselect': () => session.clearSelection(),
    'view.zoomIn': { run: () => session.zoomBy(1.6), isEnabled: hasLanes },
    'view.zoomOut': { run: () => session.zoomBy(1 / 1.6), isEnabled: hasLanes },
    'view.zoomSelection': { run: () => session.zoomToSelection(), isEnabled: () => session.hasSelection },
    'view.fit': { run: () => session.zoomToFit(), isEnabled: hasLanes },
    'view.events': () => panels.toggleInspector('events'),
    'view.queue': () => panels.toggleDrawer('queue'),
    'lane.previous': { run: focusLane(-1), isEnabled: hasLanes },
    'lane.next': { run: focusLane(1), isEnabled: hasLanes },
    'lane.solo': onLane(({ id, soloed }) => projects.apply('Solo', (project) => setTrack(project, { trackId: id, soloed: !soloed }))),
    'lane.mute': onLane(({ id, muted }) => projects.apply('Mute', (project) => setTrack(project, { trackId: id, muted: !muted }))),
    'lane.view': onLane(({ id, view }) => projects.apply('Change view', (project) => setTrack(project, { trackId: id, view: nextView(view) }))),
    'tool.select': () => (session.tool = 'select'),
    'tool.box': () => showTool('box'),
    'tool.lasso': () => showTool('lasso'),
    'tool.brush': () => showTool('brush'),
  }

  /** These work on spectrograms, so there has to be one. */
  function showTool(tool: 'box' | 'lasso' | 'brush'): void {
    session.tool = tool
    const { tracks } = projects.project
    if (tracks.length === 0 || tracks.some(({ view }) => view !== 'waveform')) return
    projects.apply('Show spectrograms', (project) => tracks.reduce((all, { id }) => setTrack(all, { trackId: id, view: 'both' }), project))
  }
}

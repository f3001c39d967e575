import { useProjectStore } from '#renderer/stores/projectStore'
import { useSessionStore } from '#renderer/stores/sessionStore'
import { useTransportStore } from '#renderer/stores/transportStore'
import type { ActionHandlers } from '#renderer/shortcuts/shortcuts'
import { addMarker, setLoop } from '#shared/project/edits'
import { projectFrames } from '#shared/project/project'

/** What the keys of playing, looping and marking do. */
export function playbackActions(): ActionHandlers {
  const projects = useProjectStore()
  const session = useSessionStore()
  const transport = useTransportStore()

  const hasSound = () => projects.project.tracks.length > 0
  const jump = (seconds: number) => () => {
    const { project } = projects
    goTo(Math.min(projectFrames(project), transport.position + seconds * (project.sampleRate ?? 0)))
  }
  const goTo = (frame: number) => {
    void transport.seek(Math.max(0, Math.round(frame)))
    session.reveal(frame)
  }
  const toMarker = (step: 1 | -1) => () => {
    const places = projects.project.markers.map(({ at }) => at)
    // While it plays, a moment passes between two presses: the one before is meant, not the one just passed.
    const slack = step < 0 && transport.playing ? (projects.project.sampleRate ?? 0) * 0.5 : 0
    const here = transport.position
    const next = step > 0 ? places.find((at) => at > here) : places.findLast((at) => at < here - slack)
    goTo(next ?? (step > 0 ? projectFrames(projects.project) : 0))
  }
  const setEdge = (edge: 'start' | 'end') => () => {
    const { loop } = projects.project
    const at = transport.position
    const other = edge === 'start' ? Math.max(loop?.end ?? 0, at + 1) : Math.min(loop?.start ?? 0, at - 1)
    const frames = edge === 'start' ? { start: at, end: loop && loop.end > at ? loop.end : Math.max(other, projectFrames(projects.project)) } : { start: Math.max(0, other), end: at }
    projects.apply('Set loop', (project) => setLoop(project, { ...frames, enabled: true }))
  }
  const enabled = (run: () => void) => ({ run, isEnabled: hasSound })

  return {
    'playback.toggle': enabled(() => void transport.toggle()),
    'playback.back': enabled(jump(-1)),
    'playback.forward': enabled(jump(1)),
    'playback.backFar': enabled(jump(-5)),
    'playback.forwardFar': enabled(jump(5)),
    'playback.toStart': enabled(() => goTo(0)),
    'playback.toEnd': enabled(() => goTo(projectFrames(projects.project))),
    'playback.compareMix': { run: () => void transport.toggleAb(), isEnabled: () => hasStems() },
    'loop.toggle': {
      run: () => projects.apply('Loop on or off', (project) => setLoop(project, { enabled: !project.loop?.enabled })),
      isEnabled: () => projects.project.loop !== undefined,
    },
    'loop.selection': {
      run: () => {
        const { selection } = session
        if (selection) projects.apply('Loop the selection', (project) => setLoop(project, { start: selection.start, end: selection.end, enabled: true }))
      },
      isEnabled: () => session.hasSelection,
    },
    'loop.in': enabled(setEdge('start')),
    'loop.out': enabled(setEdge('end')),
    'marker.add': enabled(() => {
      const name = `Marker ${projects.project.markers.length + 1}`
      projects.apply('Add marker', (project) => addMarker(project, { id: crypto.randomUUID(), at: Math.round(transport.position), name }))
    }),
    'marker.previous': enabled(toMarker(-1)),
    'marker.next': enabled(toMarker(1)),
  }

  function hasStems(): boolean {
    return projects.project.sources.some(({ stem }) => stem !== undefined)
  }
}

import type { ActionHandlers } from '#renderer/shortcuts/shortcuts'
import { useNoticeStore } from '#renderer/stores/noticeStore'
import { usePanelStore } from '#renderer/stores/panelStore'
import { useProjectStore } from '#renderer/stores/projectStore'

/** Does what would replace the open project, once the user knows what is unsaved. */
export function leaveProject(goOn: () => void): void {
  const projects = useProjectStore()
  if (projects.dirty && projects.project.tracks.length > 0) usePanelStore().open({ kind: 'unsaved', goOn })
  else goOn()
}

/** What the keys of files and projects do. @param openSongs lets the user choose sound files */
export function fileActions(openSongs: () => void): ActionHandlers {
  const projects = useProjectStore()
  const panels = usePanelStore()
  const notices = useNoticeStore()

  const hasSound = () => projects.project.tracks.length > 0

  async function save(): Promise<void> {
    if (!projects.place) return panels.open({ kind: 'saveProject' })
    await notices.attempt(async () => {
      await projects.save()
      notices.show('Project saved.', 'good')
    })
  }

  return {
    'file.newProject': () => leaveProject(() => void notices.attempt(() => projects.create())),
    'file.openSong': openSongs,
    'file.openProject': () => leaveProject(() => panels.open({ kind: 'openProject' })),
    'file.save': { run: () => void save(), isEnabled: hasSound },
    'file.saveAs': { run: () => panels.open({ kind: 'saveProject' }), isEnabled: hasSound },
    'file.export': { run: () => panels.open({ kind: 'export' }), isEnabled: hasSound },
  }
}

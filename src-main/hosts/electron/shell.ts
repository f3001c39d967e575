import { type BrowserWindow, dialog } from 'electron'
import { createClosing } from '#main/hosts/electron/closing'
import { startDrag } from '#main/hosts/electron/dragOut'
import { installMenu } from '#main/hosts/electron/menu'
import { createOpenedFiles } from '#main/hosts/electron/openedFiles'
import { bringToFront } from '#main/hosts/electron/window'
import { writeWindowState } from '#main/hosts/electron/windowState'
import type { Services } from '#main/services/createServices'
import type { Desktop, DocumentFile } from '#main/services/platform'
import type { AppEvent } from '#shared/contract/contract'
import { isFinished } from '#shared/jobs/job'

/** Time for the page to save before the window closes all the same. */
const savingMs = 3000

/** What the desktop has around the page: the menu, files that the system opens, drags, and a window that asks before it closes. */
export interface Shell {
  /** For the services' platform. */
  readonly desktop: Desktop
  /** Connects the shell to the services and to the window that shows them. */
  connect(services: Services, window: BrowserWindow): Promise<void>
  /** Opens files and folders that the system names, and shows the window. */
  open(paths: readonly string[]): void
}

/** Returns the shell; to be called once the app is ready. @param stateFile keeps how the window stands */
export function createShell(stateFile: DocumentFile): Shell {
  let services: Services | undefined
  let window: BrowserWindow | undefined
  let isPageThere = false
  const tell = (event: AppEvent) => services?.tell(event)
  const opened = createOpenedFiles(() => tell({ name: 'desktop.opened', payload: {} }))
  const menu = installMenu((actionId) => tell({ name: 'desktop.action', payload: { actionId } }), process.platform === 'darwin')
  const closing = createClosing({
    unfinishedJobs: () => services?.jobs.list().filter(({ state }) => !isFinished(state)).length ?? 0,
    confirm: (unfinished) => confirmClosing(window!, unfinished),
    askPage() {
      if (isPageThere) tell({ name: 'desktop.closing', payload: {} })
      return isPageThere
    },
    keepState: (closed) => writeWindowState(closed, stateFile),
    later: (callback) => void setTimeout(callback, savingMs),
  })

  return {
    desktop: {
      setMenu(enabled) {
        isPageThere = true
        menu.setEnabled(enabled)
      },
      takeOpened: () => opened.take(),
      readyToClose: () => closing.ready(),
      startDrag: (paths) => window && startDrag(window.webContents, paths),
    },
    async connect(connected, shown) {
      services = connected
      window = shown
      closing.guard(shown)
      menu.setRemaps((await connected.settings.get()).settings.shortcuts)
      connected.onEvent(({ name, payload }) => name === 'settings.changed' && menu.setRemaps(payload.shortcuts))
      shown.on('closed', () => (window = undefined))
    },
    open(paths) {
      opened.add(paths)
      if (window) bringToFront(window)
    },
  }
}

/** Asks whether to lose what jobs have done so far. */
async function confirmClosing(window: BrowserWindow, unfinished: number): Promise<boolean> {
  const { response } = await dialog.showMessageBox(window, {
    type: 'question',
    message: unfinished === 1 ? 'A job is not finished yet.' : `${unfinished} jobs are not finished yet.`,
    detail: 'What they have done so far is lost when Stemwright quits. Your project and finished stems are kept.',
    buttons: ['Keep working', 'Quit'],
    defaultId: 0,
    cancelId: 0,
  })
  return response === 1
}

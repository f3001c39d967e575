import { type BrowserWindow, dialog } from 'electron'
import { type Closing, createClosing } from '#main/hosts/electron/closing'
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
  return new WindowShell(stateFile)
}

class WindowShell implements Shell {
  private services: Services | undefined
  private window: BrowserWindow | undefined
  private isPageThere = false
  private readonly opened = createOpenedFiles(() => this.tell({ name: 'desktop.opened', payload: {} }))
  private readonly menu = installMenu(
    (actionId) => this.tell({ name: 'desktop.action', payload: { actionId } }),
    process.platform === 'darwin',
  )
  private readonly closing: Closing

  constructor(stateFile: DocumentFile) {
    this.closing = createClosing({
      unfinishedJobs: () => this.unfinishedJobs() + (this.services?.training.unfinished() ?? 0),
      confirm: () => confirmClosing(this.window!, this.unfinishedJobs(), this.services?.training.unfinished() ?? 0),
      rest: async () => this.services?.rest(),
      askPage: () => this.askPageToSave(),
      keepState: (closed) => writeWindowState(closed, stateFile),
      later: (callback) => void setTimeout(callback, savingMs),
    })
  }

  readonly desktop: Desktop = {
    setMenu: (enabled) => {
      this.isPageThere = true
      this.menu.setEnabled(enabled)
    },
    takeOpened: () => this.opened.take(),
    readyToClose: () => this.closing.ready(),
    startDrag: (paths) => this.window && startDrag(this.window.webContents, paths),
  }

  async connect(services: Services, window: BrowserWindow): Promise<void> {
    this.services = services
    this.window = window
    this.closing.guard(window)
    window.on('closed', () => (this.window = undefined))
    services.onEvent(({ name, payload }) => name === 'settings.changed' && this.menu.setRemaps(payload.shortcuts))
    this.menu.setRemaps((await services.settings.get()).settings.shortcuts)
  }

  open(paths: readonly string[]): void {
    this.opened.add(paths)
    if (this.window) bringToFront(this.window)
  }

  private tell(event: AppEvent): void {
    this.services?.tell(event)
  }

  private unfinishedJobs(): number {
    return this.services?.jobs.list().filter(({ state }) => !isFinished(state)).length ?? 0
  }

  private askPageToSave(): boolean {
    if (this.isPageThere) this.tell({ name: 'desktop.closing', payload: {} })
    return this.isPageThere
  }
}

/** Asks whether to lose what jobs have done so far, and to let trainings stand still. */
async function confirmClosing(window: BrowserWindow, jobs: number, runs: number): Promise<boolean> {
  const unfinished = [...(jobs > 0 ? [jobs === 1 ? 'a job' : `${jobs} jobs`] : []), ...(runs > 0 ? [runs === 1 ? 'a training' : `${runs} trainings`] : [])]
  const lost = 'What jobs have done so far is lost when Stemwright quits. Your project and finished stems are kept.'
  const paused = 'Trainings are paused and lose nothing: resume them when you are back.'
  const { response } = await dialog.showMessageBox(window, {
    type: 'question',
    message: `${capitalised(unfinished.join(' and '))} ${jobs + runs === 1 ? 'is' : 'are'} not finished yet.`,
    detail: [...(jobs > 0 ? [lost] : []), ...(runs > 0 ? [paused] : [])].join(' '),
    buttons: ['Keep working', 'Quit'],
    defaultId: 0,
    cancelId: 0,
  })
  return response === 1
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

import { fork } from 'node:child_process'
import { EventEmitter } from 'node:events'
import { existsSync } from 'node:fs'

/**
 * A stand-in for the `electron` module, so that the main process, the preload script and the page's transport run
 * unmodified where Electron's binary is missing. It keeps the rules that the shell relies on: messages are cloned,
 * schemes are declared before ready, utility processes start after it.
 *
 * Use: `vi.mock('electron', async () => (await import('#test/electronStandIn')).electron)`.
 */
export const standIn = {
  /** False behaves as if another instance runs already. */
  firstInstance: true,
  /** The program that runs in place of the app's compute process. */
  computeProgram: '',
  /** What the folder dialog answers. */
  chosenFolder: undefined as string | undefined,
  /** Paths of dropped files, by name. */
  filePaths: new Map<string, string>(),
  /** Where an IPC message claims to come from. */
  senderFrame: { url: 'app://stemwright/index.html', parent: null as unknown },
  schemes: [] as { scheme: string; privileges: Record<string, boolean> }[],
  protocols: new Map<string, (request: Request) => Promise<Response>>(),
  /** What the preload script gave to the page. */
  exposed: {} as Record<string, unknown>,
  windows: [] as StandInWindow[],
  /** What the question before quitting is answered with: the index of a button. */
  answer: 0,
  questions: [] as { message: string; buttons: string[] }[],
  /** Folder of the app's own files. */
  userData: '',
  drags: [] as { file: string; files: string[] }[],
  notifications: [] as StandInNotification[],
  /** Reasons for which the computer is kept awake now, by id. */
  awake: new Map<number, string>(),
  /** How often it was kept awake so far. */
  awakenings: 0,
  menu: undefined as StandInMenu | undefined,
  processes: [] as StandInUtilityProcess[],
  quits: 0,
  ready: false,
}

class StandInWebContents extends EventEmitter {
  openHandler: ((details: { url: string }) => { action: string }) | undefined
  setWindowOpenHandler(handler: (details: { url: string }) => { action: string }): void {
    this.openHandler = handler
  }
  destroyed = false
  isDestroyed(): boolean {
    return this.destroyed
  }
  startDrag({ file, files, icon }: { file: string; files: string[]; icon: { isEmpty(): boolean } }): void {
    if (icon.isEmpty()) throw new Error('Must specify non-empty \'icon\' option')
    for (const path of [file, ...files]) if (!existsSync(path)) throw new Error(`${path} does not exist`)
    standIn.drags.push({ file, files })
  }
  send(channel: string, payload: unknown): void {
    rendererEvents.emit(channel, {}, structuredClone(payload))
  }
}

class StandInWindow extends EventEmitter {
  readonly webContents = new StandInWebContents()
  readonly loaded: string[] = []
  focused = 0
  inFront = true
  /** All that the progress bar has shown. */
  readonly progress: number[] = []
  maximized = false
  constructor(readonly options: { webPreferences: Record<string, unknown> } & Record<string, unknown>) {
    super()
    standIn.windows.push(this)
  }
  /** As in Electron: asks its listeners, and is gone unless one of them prevents it. */
  close(): void {
    let isPrevented = false
    this.emit('close', { preventDefault: () => (isPrevented = true) })
    if (isPrevented) return
    this.webContents.destroyed = true
    this.emit('closed')
    if (standIn.windows.every(({ webContents }) => webContents.destroyed)) app.emit('window-all-closed')
  }
  isDestroyed(): boolean {
    return this.webContents.destroyed
  }
  isFocused(): boolean {
    return this.inFront
  }
  setProgressBar(progress: number): void {
    this.progress.push(progress)
  }
  getNormalBounds(): { x: number; y: number; width: number; height: number } {
    const { x = 10, y = 20, width, height } = this.options as Record<string, number>
    return { x, y, width: width!, height: height! }
  }
  isMaximized(): boolean {
    return this.maximized
  }
  maximize(): void {
    this.maximized = true
  }
  async loadURL(url: string): Promise<void> {
    this.loaded.push(url)
  }
  isMinimized(): boolean {
    return false
  }
  restore(): void {}
  focus(): void {
    this.focused++
  }
}

class StandInUtilityProcess extends EventEmitter {
  private readonly child
  readonly stdout
  readonly stderr
  constructor() {
    super()
    this.child = fork(standIn.computeProgram, { serialization: 'advanced', stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
    this.stdout = this.child.stdout
    this.stderr = this.child.stderr
    this.child.on('message', (message) => this.emit('message', message))
    this.child.on('exit', (code) => this.emit('exit', code ?? 1))
    standIn.processes.push(this)
  }
  get pid(): number | undefined {
    return this.child.pid
  }
  postMessage(message: unknown): void {
    this.child.send(message as object, () => {})
  }
  kill(): boolean {
    return this.child.kill()
  }
}

class StandInNotification extends EventEmitter {
  static isSupported(): boolean {
    return true
  }
  constructor(readonly options: { title: string; body: string }) {
    super()
  }
  show(): void {
    standIn.notifications.push(this)
  }
}

export interface StandInMenuItem {
  id?: string
  label?: string
  role?: string
  enabled?: boolean
  accelerator?: string
  registerAccelerator?: boolean
  click?(): void
  submenu?: StandInMenuItem[]
}

/** A menu whose items can be found by their id, and clicked. */
class StandInMenu {
  private constructor(readonly template: StandInMenuItem[]) {}
  static buildFromTemplate(template: StandInMenuItem[]): StandInMenu {
    return new StandInMenu(template)
  }
  static setApplicationMenu(menu: StandInMenu): void {
    standIn.menu = menu
  }
  getMenuItemById(id: string): StandInMenuItem | null {
    const items = this.template.flatMap(({ submenu = [] }) => submenu)
    return items.find((item) => item.id === id) ?? null
  }
}

type Handler = (event: unknown, ...args: unknown[]) => unknown

let isEnding = false
const rendererEvents = new EventEmitter()
const handlers = new Map<string, Handler>()

const app = Object.assign(new EventEmitter(), {
  requestSingleInstanceLock: () => standIn.firstInstance,
  async whenReady() {
    standIn.ready = true
  },
  quit() {
    standIn.quits++
    const open = standIn.windows.filter((window) => !window.isDestroyed())
    for (const window of open) window.close()
    if (isEnding || !open.every((window) => window.isDestroyed())) return
    isEnding = true
    app.emit('will-quit')
  },
  getPath: (_name: string) => standIn.userData,
  exit: () => void standIn.quits++,
})

export const session = {
  defaultSession: {
    askPermission: (_contents: unknown, _permission: string, _callback: (granted: boolean) => void, _details: { mediaTypes?: string[] }) => {},
    checkPermission: (_contents: unknown, _permission: string, _origin?: string, _details?: { mediaType?: string }) => true,
    beforeRequest: (_details: { url: string }, _callback: (answer: { cancel: boolean }) => void) => {},
    setPermissionRequestHandler(handler: typeof this.askPermission) {
      this.askPermission = handler
    },
    setPermissionCheckHandler(handler: typeof this.checkPermission) {
      this.checkPermission = handler
    },
    webRequest: {
      onBeforeRequest(handler: (details: { url: string }, callback: (answer: { cancel: boolean }) => void) => void) {
        session.defaultSession.beforeRequest = handler
      },
    },
  },
}

export const electron = {
  app,
  session,
  BrowserWindow: StandInWindow,
  Menu: StandInMenu,
  Notification: StandInNotification,
  nativeImage: {
    createFromDataURL: (url: string) => ({ isEmpty: () => !/^data:image\/png;base64,.{100}/.test(url) }),
  },
  screen: {
    getAllDisplays: () => [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }],
  },
  powerSaveBlocker: {
    start(reason: string): number {
      const id = (standIn.awakenings += 1)
      standIn.awake.set(id, reason)
      return id
    },
    stop: (id: number) => standIn.awake.delete(id),
  },
  dialog: {
    async showMessageBox(_window: unknown, question: { message: string; buttons: string[] }) {
      standIn.questions.push(question)
      return { response: standIn.answer }
    },
    showOpenDialog: async () => ({ canceled: standIn.chosenFolder === undefined, filePaths: [standIn.chosenFolder].filter(Boolean) }),
  },
  protocol: {
    registerSchemesAsPrivileged(schemes: typeof standIn.schemes) {
      if (standIn.ready) throw new Error('protocol.registerSchemesAsPrivileged should be called before app is ready')
      standIn.schemes.push(...schemes)
    },
    handle: (scheme: string, handler: (request: Request) => Promise<Response>) => void standIn.protocols.set(scheme, handler),
  },
  ipcMain: {
    handle: (channel: string, handler: Handler) => void handlers.set(channel, handler),
    removeHandler: (channel: string) => void handlers.delete(channel),
  },
  ipcRenderer: {
    async invoke(channel: string, ...args: unknown[]): Promise<unknown> {
      const handler = handlers.get(channel)
      if (!handler) throw new Error(`No handler registered for '${channel}'`)
      const event = { sender: standIn.windows.at(-1)?.webContents, senderFrame: standIn.senderFrame }
      return structuredClone(await handler(event, ...structuredClone(args)))
    },
    on: (channel: string, listener: (...args: unknown[]) => void) => void rendererEvents.on(channel, listener),
    off: (channel: string, listener: (...args: unknown[]) => void) => void rendererEvents.off(channel, listener),
  },
  contextBridge: {
    exposeInMainWorld: (name: string, api: unknown) => void (standIn.exposed[name] = api),
  },
  webUtils: { getPathForFile: (file: { name: string }) => standIn.filePaths.get(file.name) ?? '' },
  utilityProcess: {
    fork() {
      if (!standIn.ready) throw new Error('utilityProcess cannot be created before app is ready')
      return new StandInUtilityProcess()
    },
  },
}

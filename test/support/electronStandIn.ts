import { fork } from 'node:child_process'
import { EventEmitter } from 'node:events'

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
  processes: [] as StandInUtilityProcess[],
  quits: 0,
  ready: false,
}

class StandInWebContents extends EventEmitter {
  openHandler: ((details: { url: string }) => { action: string }) | undefined
  setWindowOpenHandler(handler: (details: { url: string }) => { action: string }): void {
    this.openHandler = handler
  }
  isDestroyed(): boolean {
    return false
  }
  send(channel: string, payload: unknown): void {
    rendererEvents.emit(channel, {}, structuredClone(payload))
  }
}

class StandInWindow extends EventEmitter {
  readonly webContents = new StandInWebContents()
  readonly loaded: string[] = []
  focused = 0
  constructor(readonly options: { webPreferences: Record<string, unknown> }) {
    super()
    standIn.windows.push(this)
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

type Handler = (event: unknown, ...args: unknown[]) => unknown

const rendererEvents = new EventEmitter()
const handlers = new Map<string, Handler>()

const app = Object.assign(new EventEmitter(), {
  requestSingleInstanceLock: () => standIn.firstInstance,
  async whenReady() {
    standIn.ready = true
  },
  quit() {
    standIn.quits++
    app.emit('will-quit')
  },
  exit: () => void standIn.quits++,
})

export const session = {
  defaultSession: {
    askPermission: (_contents: unknown, _permission: string, _callback: (granted: boolean) => void) => {},
    checkPermission: (_contents: unknown, _permission: string) => true,
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
  dialog: {
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

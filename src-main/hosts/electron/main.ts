import { join } from 'node:path'
import { app, type BrowserWindow, dialog, ipcMain, protocol } from 'electron'
import { connectContract } from '#main/hosts/electron/contractChannel'
import { watchJobs } from '#main/hosts/electron/jobWatch'
import { pathsIn } from '#main/hosts/electron/openedFiles'
import { servePage } from '#main/hosts/electron/pageScheme'
import { createShell, type Shell } from '#main/hosts/electron/shell'
import { serveStems, stemUrl } from '#main/hosts/electron/stemScheme'
import { forkUtility } from '#main/hosts/electron/utilityCompute'
import { confineSession, openWindow, showPage } from '#main/hosts/electron/window'
import { readWindowState } from '#main/hosts/electron/windowState'
import { appRoot } from '#main/node/appRoot'
import { createDocumentFile } from '#main/node/documentFile'
import { nodePlatform } from '#main/node/nodePlatform'
import { createServices } from '#main/services/createServices'
import type { Platform } from '#main/services/platform'

const privileges = { standard: true, secure: true, supportFetchAPI: true, stream: true, corsEnabled: true }
const report = (error: unknown) => void process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)

let window: BrowserWindow | undefined
let shell: Shell | undefined
/** What the system asked to open before there was a shell. */
const early: string[] = []

function electronPlatform({ desktop }: Shell): Platform {
  const platform = nodePlatform('electron')
  return {
    ...platform,
    info: { ...platform.info, canChooseFolder: true },
    launchCompute: () => forkUtility(join(appRoot, 'out', 'main', 'compute.js')),
    mediaUrl: stemUrl,
    chooseFolder,
    desktop,
  }
}

async function chooseFolder(): Promise<string | undefined> {
  if (!window) return undefined
  const answer = await dialog.showOpenDialog(window, { properties: ['openDirectory', 'createDirectory'] })
  return answer.canceled ? undefined : answer.filePaths[0]
}

async function start(): Promise<void> {
  const stateFile = createDocumentFile(join(app.getPath('userData'), 'window.json'))
  shell = createShell(stateFile)
  shell.open([...pathsIn(process.argv, process.cwd()), ...early])
  const services = createServices(electronPlatform(shell), report)
  servePage(protocol, join(appRoot, 'out', 'renderer'))
  serveStems(protocol, services.mediaPath)
  confineSession()
  const shown = openWindow(join(appRoot, 'out', 'preload', 'preload.cjs'), await readWindowState(stateFile))
  window = shown
  await shell.connect(services, shown)
  const disconnect = connectContract(ipcMain, services, shown.webContents)
  const stopWatching = await watchJobs(services, shown)
  shown.on('closed', () => {
    disconnect()
    stopWatching()
    window = undefined
  })
  app.on('will-quit', () => services.close())
  await showPage(shown)
}

function open(paths: readonly string[]): void {
  if (shell) shell.open(paths)
  else early.push(...paths)
}

if (app.requestSingleInstanceLock()) {
  protocol.registerSchemesAsPrivileged([
    { scheme: 'app', privileges },
    { scheme: 'stem', privileges },
  ])
  app.on('second-instance', (_event, commandLine, folder) => open(pathsIn(commandLine, folder)))
  app.on('open-file', (event, path) => {
    event.preventDefault()
    open([path])
  })
  app.on('window-all-closed', () => app.quit())
  app.whenReady().then(start).catch((error: unknown) => {
    report(error)
    app.exit(1)
  })
} else {
  app.quit()
}

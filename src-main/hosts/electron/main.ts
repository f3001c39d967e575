import { join } from 'node:path'
import { app, type BrowserWindow, dialog, ipcMain, protocol } from 'electron'
import { connectContract } from '#main/hosts/electron/contractChannel'
import { servePage } from '#main/hosts/electron/pageScheme'
import { serveStems, stemUrl } from '#main/hosts/electron/stemScheme'
import { forkUtility } from '#main/hosts/electron/utilityCompute'
import { confineSession, openWindow, showPage } from '#main/hosts/electron/window'
import { appRoot } from '#main/node/appRoot'
import { nodePlatform } from '#main/node/nodePlatform'
import { createServices } from '#main/services/createServices'
import type { Platform } from '#main/services/platform'

const privileges = { standard: true, secure: true, supportFetchAPI: true, stream: true, corsEnabled: true }
const report = (error: unknown) => void process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)

let window: BrowserWindow | undefined

function electronPlatform(): Platform {
  const platform = nodePlatform('electron')
  return {
    ...platform,
    info: { ...platform.info, canChooseFolder: true },
    launchCompute: () => forkUtility(join(appRoot, 'out', 'main', 'compute.js')),
    mediaUrl: stemUrl,
    chooseFolder,
  }
}

async function chooseFolder(): Promise<string | undefined> {
  if (!window) return undefined
  const answer = await dialog.showOpenDialog(window, { properties: ['openDirectory', 'createDirectory'] })
  return answer.canceled ? undefined : answer.filePaths[0]
}

async function start(): Promise<void> {
  const services = createServices(electronPlatform(), report)
  servePage(protocol, join(appRoot, 'out', 'renderer'))
  serveStems(protocol, services.mediaPath)
  confineSession()
  window = openWindow(join(appRoot, 'out', 'preload', 'preload.cjs'))
  const disconnect = connectContract(ipcMain, services, window.webContents)
  window.on('closed', () => {
    disconnect()
    window = undefined
  })
  app.on('will-quit', () => services.close())
  await showPage(window)
}

function focusWindow(): void {
  if (window?.isMinimized()) window.restore()
  window?.focus()
}

if (app.requestSingleInstanceLock()) {
  protocol.registerSchemesAsPrivileged([
    { scheme: 'app', privileges },
    { scheme: 'stem', privileges },
  ])
  app.on('second-instance', focusWindow)
  app.on('window-all-closed', () => app.quit())
  app.whenReady().then(start).catch((error: unknown) => {
    report(error)
    app.exit(1)
  })
} else {
  app.quit()
}

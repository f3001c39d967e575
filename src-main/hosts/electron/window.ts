import { BrowserWindow, session } from 'electron'
import { pageOrigin } from '#main/hosts/electron/pageScheme'
import type { WindowState } from '#main/hosts/electron/windowState'

/**
 * Opens the one window, which can show our page and nothing else, and reach nothing outside this computer.
 * @param state how it was when it was last closed
 */
export function openWindow(preload: string, state: WindowState | undefined): BrowserWindow {
  const window = new BrowserWindow({
    ...(state?.bounds ?? { width: 1280, height: 800 }),
    minWidth: 720,
    minHeight: 520,
    backgroundColor: '#0E1116',
    autoHideMenuBar: true,
    title: 'Stemwright',
    webPreferences: { preload, sandbox: true, contextIsolation: true, nodeIntegration: false, webviewTag: false },
  })
  confine(window)
  if (state?.maximized) window.maximize()
  return window
}

/** Shows the window to the user, wherever it was. */
export function bringToFront(window: BrowserWindow): void {
  if (window.isDestroyed()) return
  if (window.isMinimized()) window.restore()
  window.focus()
}

/** Shows the page; to be called once everything that it will ask for is connected. */
export async function showPage(window: BrowserWindow): Promise<void> {
  await window.loadURL(`${pageOrigin}/index.html`)
}

function confine({ webContents }: BrowserWindow): void {
  webContents.setWindowOpenHandler(() => ({ action: 'deny' }))
  webContents.on('will-navigate', (event) => event.preventDefault())
  webContents.on('will-attach-webview', (event) => event.preventDefault())
}

const ownSchemes = new Set(['app:', 'stem:', 'blob:', 'data:', 'devtools:'])

/**
 * Refuses every permission but writing to the clipboard and the microphone, which is used only while the user records something for
 * the Lab, and every request that would leave this computer.
 */
export function confineSession(): void {
  const { defaultSession } = session
  const allowed = (permission: string, media: readonly (string | undefined)[]) =>
    permission === 'clipboard-sanitized-write' || (permission === 'media' && media.length > 0 && media.every((kind) => kind === 'audio'))
  defaultSession.setPermissionRequestHandler((_contents, permission, callback, details) => {
    callback(allowed(permission, ('mediaTypes' in details && details.mediaTypes) || []))
  })
  defaultSession.setPermissionCheckHandler((_contents, permission, _origin, details) => allowed(permission, [details?.mediaType]))
  defaultSession.webRequest.onBeforeRequest(({ url }, callback) => {
    callback({ cancel: !ownSchemes.has(new URL(url).protocol) })
  })
}

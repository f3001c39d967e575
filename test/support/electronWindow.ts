import type { Page, Route } from 'playwright-core'
import type { Bridge } from '#renderer/api/electronHost'
import { standIn } from '#test/electronStandIn'

/**
 * Shows the page of the Electron shell in Chromium, over the stand-in: the page, the preload script and the main process
 * run as they are. Chromium knows no app:// and stem://, so http names stand for them and end in the shell's own
 * protocol handlers; names under localhost, because only they are a secure context over http.
 */
export const shownOrigin = 'http://stemwright.localhost'
const shownStems = 'http://stem.localhost'

export async function showInChromium(page: Page, droppable: Record<string, string>): Promise<void> {
  const bridge = standIn.exposed['stemwright'] as Bridge
  for (const [name, path] of Object.entries(droppable)) standIn.filePaths.set(name, path)
  await page.route(`${shownOrigin}/**`, (route) => answer(route, 'app', 'app://stemwright'))
  await page.route(`${shownStems}/**`, (route) => answer(route, 'stem', 'stem:/'))
  await page.exposeFunction('standInRequest', (name: string, payload: unknown) => bridge.request(name, payload))
  await page.exposeFunction('standInListen', () => {
    bridge.onEvent((event) => void page.evaluate(emit, event).catch(() => {}))
  })
  await page.addInitScript(installBridge, { droppable, stems: shownStems })
  await page.goto(`${shownOrigin}/index.html`)
}

interface StandInWindow extends Window {
  standInRequest(name: string, payload: unknown): Promise<unknown>
  standInListen(): Promise<void>
  standInEmit?(event: unknown): void
}

function emit(event: unknown): void {
  ;(window as unknown as StandInWindow).standInEmit?.(event)
}

/** Runs in the page before its own scripts. */
function installBridge({ droppable, stems }: { droppable: Record<string, string>; stems: string }): void {
  const own = window as unknown as StandInWindow
  const listeners = new Set<(event: unknown) => void>()
  own.standInEmit = (event) => listeners.forEach((listener) => listener(event))
  window.stemwright = {
    request: (name, payload) => own.standInRequest(name, payload),
    onEvent(callback) {
      listeners.add(callback)
      void own.standInListen()
      return () => listeners.delete(callback)
    },
    getPathForFile: (file) => droppable[file.name] ?? '',
  }
  const fetchAnything = window.fetch
  window.fetch = (input, init) => fetchAnything(typeof input === 'string' ? input.replace('stem:/', stems) : input, init)
}

async function answer(route: Route, scheme: string, prefix: string): Promise<void> {
  const url = new URL(route.request().url())
  const headers = await route.request().allHeaders()
  const response = await standIn.protocols.get(scheme)!(new Request(prefix + url.pathname, { headers: headers['range'] ? { range: headers['range'] } : {} }))
  const own = Object.fromEntries([...response.headers].map(([name, value]) => [name, translated(value)]))
  await route.fulfill({ status: response.status, headers: own, body: Buffer.from(await response.arrayBuffer()) })
}

function translated(value: string): string {
  return value.replaceAll(' stem:', ` ${shownStems}`).replace('app://stemwright', shownOrigin)
}

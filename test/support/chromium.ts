import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { type BrowserContext, chromium, type Page } from 'playwright-core'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome', 'msedge']

/** Path of an installed browser of Chromium's family: STEMWRIGHT_CHROMIUM, or found on the PATH. */
export const chromiumPath = findChromium()

/** Belongs into the title of every suite that needs the browser: says why it is skipped where there is none. */
export const browserNote = chromiumPath ? '' : ' (skipped: no Chromium; install it, or name it in STEMWRIGHT_CHROMIUM)'

function findChromium(): string | undefined {
  const named = process.env['STEMWRIGHT_CHROMIUM']
  if (named !== undefined) return existsSync(named) ? named : undefined
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find((path) => existsSync(path))
}

export interface Browser {
  readonly context: BrowserContext
  close(): Promise<void>
}

/** Starts the browser, empty and silent: it calls nobody by itself. */
export async function openBrowser(): Promise<Browser> {
  const profile = mkdtempSync(join(tmpdir(), 'stemwright-browser-'))
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: chromiumPath!,
    headless: true,
    viewport: { width: 1280, height: 800 },
    acceptDownloads: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--autoplay-policy=no-user-gesture-required',
      // A microphone that beeps, for whoever is allowed to listen.
      '--use-fake-device-for-media-stream',
    ],
  })
  return {
    context,
    async close() {
      await context.close()
      rmSync(profile, { recursive: true, force: true })
    },
  }
}

/** What goes wrong in a tab from now on: errors of its console, and those that nothing caught. The array fills by itself. */
export function watchForProblems(tab: Page): string[] {
  const problems: string[] = []
  tab.on('console', (message) => message.type() === 'error' && problems.push(message.text()))
  tab.on('pageerror', (error) => problems.push(error.message))
  return problems
}

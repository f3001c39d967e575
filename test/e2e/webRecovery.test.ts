import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Browser, browserNote, chromiumPath, openBrowser } from '#test/chromium'
import { projectRoot } from '#test/projectFiles'
import { setUp } from '#test/setUp'

const scratch = mkdtempSync(join(tmpdir(), 'stemwright-recovery-'))
const addressFile = join(scratch, 'library/web-address.json')
let program: ChildProcess | undefined

/** Starts the built program as `npm start -- --no-open` does, and gives the address that it prints. */
async function start(): Promise<URL> {
  const child = spawn(process.execPath, [join(projectRoot, 'out/main/web.js'), '--no-open'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, TMPDIR: scratch, TEMP: scratch, STEMWRIGHT_LIBRARY: join(scratch, 'library') },
  })
  program = child
  let text = ''
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
    text += chunk.toString()
    if (text.includes('\n')) break
  }
  return new URL(/http:\S+/.exec(text)![0])
}

async function end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  const ended = once(program!, 'exit')
  program!.kill(signal)
  await ended
}

describe.skipIf(!chromiumPath)(`a page whose server goes away${browserNote}`, () => {
  let browser: Browser
  beforeAll(async () => {
    setUp()
    browser = await openBrowser()
  })
  afterEach(() => void program?.kill('SIGKILL'))
  afterAll(async () => {
    await browser?.close()
    rmSync(scratch, { recursive: true, force: true })
  })

  it('says so after kill -9, finds the next server at its old address, and goes on with every edit', async () => {
    const first = await start()
    const tab = await browser.context.newPage()
    tab.setDefaultTimeout(60_000)
    tab.on('dialog', (dialog) => void dialog.accept())
    await tab.goto(first.href)
    // Streaming into an AudioWorklet through a ring buffer needs this.
    expect(await tab.evaluate(() => [self.crossOriginIsolated, typeof SharedArrayBuffer])).toEqual([true, 'function'])
    await tab.getByRole('button', { name: /demo song/i }).first().click()
    const lanes = tab.locator('[data-track]')
    await lanes.first().waitFor()
    const before = await lanes.count()
    // The second edit, which no save has seen.
    await lanes.first().focus()
    await tab.keyboard.press('m')
    await end('SIGKILL')
    await tab.getByText('The connection to Stemwright is lost').waitFor()
    if (process.platform !== 'win32') expect(statSync(addressFile).mode & 0o077).toBe(0)

    const second = await start()
    expect(second.href).toBe(first.href)
    await tab.getByRole('button', { name: 'Load again' }).click()
    await tab.getByText('The connection to Stemwright is lost').waitFor({ state: 'detached' })
    await lanes.first().waitFor()
    expect(await lanes.count()).toBe(before)
    expect(await tab.locator('[data-track] [aria-pressed="true"]').count()).toBeGreaterThan(0)

    await end('SIGTERM')
    expect(JSON.parse(readFileSync(addressFile, 'utf8'))).toEqual({ port: Number(first.port) })
    const third = await start()
    expect(third.port).toBe(first.port)
    expect(third.href).not.toBe(first.href)
    await tab.getByText('does not know this page').waitFor()
    await tab.close()
  })
})

import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openAudio } from '#main/node/audioReader'
import { forkCompute } from '#main/node/computeProcess'
import { axeViolations } from '#test/axe'
import { buildHalvingCompute, buildPage } from '#test/builds'
import { type Browser, browserNote, chromiumPath, openBrowser, watchForProblems } from '#test/chromium'
import { writeNoise } from '#test/sound'
import { largestDifference, readAll } from '#test/soundFiles'
import { startWebApp, type WebApp } from '#test/webApp'

/** Machines that are busy take long to do little. */
const patience = { timeout: 60_000, interval: 300 }
const root = join(import.meta.dirname, '../..')

describe.skipIf(!chromiumPath)(`files out of the Studio${browserNote}`, () => {
  const scratch = mkdtempSync(join(tmpdir(), 'stemwright-out-'))
  const song = join(scratch, 'Night: drive.wav')
  let page: string
  let program: string
  let browser: Browser
  let app: WebApp
  let tab: Page
  let problems: string[]

  beforeAll(async () => {
    page = await buildPage(join(scratch, 'page'))
    program = await buildHalvingCompute(join(root, 'node_modules/.cache/stemwright-out'))
    browser = await openBrowser()
    await writeNoise(song, 4, 1, 'wav24', 48000)
  })
  afterAll(async () => {
    await browser?.close()
    rmSync(scratch, { recursive: true, force: true })
  })

  beforeEach(async () => {
    app = await startWebApp({ page, launchCompute: () => forkCompute(program) })
    tab = await browser.context.newPage()
    problems = watchForProblems(tab)
    await tab.goto(app.url)
    await tab.setInputFiles('input[type=file]', song)
    await split()
  })
  afterEach(async () => {
    await tab.close()
    await app.close()
    if (problems.length > 0) throw new Error(problems.join('\n'))
  })

  const dialog = () => tab.getByRole('dialog', { name: 'Export' })
  const row = (name: string) => dialog().getByRole('row', { name })

  async function split(): Promise<void> {
    await tab.getByRole('button', { name: /^Split/ }).first().click()
    await tab.getByRole('dialog').getByRole('button', { name: /^Split/ }).click()
    await tab.getByRole('button', { name: 'Solo Music' }).waitFor()
  }

  async function download(link: Locator): Promise<{ path: string; name: string }> {
    const [file] = await Promise.all([tab.waitForEvent('download'), link.click()])
    const path = join(scratch, `${Date.now()}-${file.suggestedFilename()}`)
    await file.saveAs(path)
    return { path, name: file.suggestedFilename() }
  }

  /** Drags somewhere, and returns what the page's title says of it. */
  async function drag(grip: Locator): Promise<string> {
    await grip.hover()
    await tab.mouse.down()
    await tab.mouse.move(600, 300, { steps: 5 })
    await tab.mouse.up()
    return tab.title()
  }

  it('the dialog tells what it will write and how loud it is, writes it, and offers it for download', async () => {
    await tab.keyboard.press('Control+Shift+E')
    await dialog().waitFor()
    await row('Night_ drive - Vocals.wav').getByText(/LUFS/).waitFor()
    await row('Night_ drive - Music.wav').getByText(/dBTP/).waitFor()
    expect(await axeViolations(tab)).toEqual([])
    const names = dialog().getByRole('textbox', { name: 'File names' })
    await names.fill('{titel}')
    await dialog().getByText('{titel} means nothing').waitFor()
    expect(await dialog().getByRole('button', { name: 'Export', exact: true }).isDisabled()).toBe(true)
    await names.fill('{stem} of {title}')
    await dialog().getByRole('button', { name: 'Export 2 files' }).click()
    const vocals = await download(dialog().getByRole('link', { name: 'Download Vocals of Night_ drive.wav' }))
    const music = await download(dialog().getByRole('link', { name: 'Download Music of Night_ drive.wav' }))
    expect(vocals.name).toBe('Vocals of Night_ drive.wav')
    const [v, m, mixture] = [await readAll(vocals.path), await readAll(music.path), await readAll(song)]
    expect(largestDifference(v.map((plane, channel) => plane.map((value, i) => value + m[channel]![i]!)), mixture)).toBe(0)
    expect(await axeViolations(tab)).toEqual([])
    // The next export begins with the same wish.
    await dialog().getByRole('button', { name: 'Done' }).click()
    await tab.keyboard.press('Control+Shift+E')
    expect(await names.inputValue()).toBe('{stem} of {title}')
  })

  it('a mixdown in another format, chosen and started by keyboard alone', async () => {
    await tab.keyboard.press('Control+Shift+E')
    await dialog().getByRole('radio', { name: /Tracks/ }).focus()
    await tab.keyboard.press('ArrowRight')
    await dialog().getByRole('combobox', { name: 'Format' }).focus()
    await tab.keyboard.type('FLAC')
    await dialog().getByText('Night_ drive - Mixdown.flac').waitFor()
    await dialog().getByRole('button', { name: 'Export', exact: true }).focus()
    await tab.keyboard.press('Enter')
    // Would catch: a focus that is lost with the button, which is disabled while files are written.
    await expect.poll(() => tab.evaluate(() => document.activeElement?.textContent), patience).toBe('Download Night_ drive - Mixdown.flac')
    const { path } = await download(dialog().getByRole('link', { name: 'Download Night_ drive - Mixdown.flac' }))
    expect((await openAudio(path)).info).toMatchObject({ container: 'flac', sampleRate: 48000, frames: 4 * 48000 })
  })

  it('a lane dragged out carries the address of a WAV file that was rendered before', async () => {
    await tab.evaluate(() => {
      document.addEventListener('dragstart', (event) => {
        // A turn later than the handlers of the page, but while the data can still be read.
        document.title = `${event.defaultPrevented} ${event.dataTransfer?.getData('DownloadURL')}`
      })
    })
    const grip = tab.locator('[draggable=true]').last()
    await grip.hover()
    await expect.poll(() => app.services.jobs.list().some(({ kind, state }) => kind === 'drag' && state.status === 'succeeded'), patience).toBe(true)
    // The page hears of it a moment later.
    await expect.poll(() => drag(grip), patience).toMatch(/^false /)
    const [, type, name, address] = /^false (audio\/wav):([^:]+):(http:.*)$/.exec(await tab.title()) ?? []
    expect([type, name]).toEqual(['audio/wav', 'Night_ drive - Music.wav'])
    const bytes = await tab.evaluate(async (url) => [...new Uint8Array(await (await fetch(url)).arrayBuffer()).slice(0, 4)], address!)
    expect(String.fromCharCode(...bytes)).toBe('RIFF')
    const mediaId = decodeURIComponent(new URL(address!).pathname.replace('/media/', ''))
    const dragged = app.services.mediaPath(mediaId)!
    expect(existsSync(dragged)).toBe(true)
    expect((await openAudio(dragged)).info).toMatchObject({ sampleRate: 48000, frames: 4 * 48000, bitDepth: 24 })
  })
})

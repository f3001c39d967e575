import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { forkCompute } from '#main/node/computeProcess'
import { axeViolations } from '#test/axe'
import { buildHalvingCompute, buildPage } from '#test/builds'
import { type Browser, browserNote, chromiumPath, openBrowser, watchForProblems } from '#test/chromium'
import { addsUp, readIntegers, writeNoise } from '#test/sound'
import { startWebApp, type WebApp } from '#test/webApp'

const root = join(import.meta.dirname, '../..')

describe.skipIf(!chromiumPath)(`the Studio over the local web server${browserNote}`, () => {
  const scratch = mkdtempSync(join(tmpdir(), 'stemwright-e2e-'))
  const processIdFile = join(scratch, 'process-id')
  let page: string
  let program: string
  let browser: Browser
  let app: WebApp
  let tab: Page
  let requested: string[]
  let problems: string[]

  beforeAll(async () => {
    process.env['HALVING_PROCESS_ID_FILE'] = processIdFile
    page = await buildPage(join(scratch, 'page'))
    // Inside the project, so that the program finds its packages.
    program = await buildHalvingCompute(join(root, 'node_modules/.cache/stemwright-e2e'))
    browser = await openBrowser()
    await writeNoise(join(scratch, 'first slow song.wav'), 12, 1)
    await writeNoise(join(scratch, 'second slow song.flac'), 6, 2, 'flac', 48000)
    await writeNoise(join(scratch, 'short.wav'), 3, 3, 'wav16', 22050)
    writeFileSync(join(scratch, 'notes.txt'), 'These are no samples.')
  })
  afterAll(async () => {
    await browser?.close()
    rmSync(scratch, { recursive: true, force: true })
  })

  beforeEach(async () => {
    app = await startWebApp({ page, launchCompute: () => forkCompute(program) })
    tab = await browser.context.newPage()
    requested = []
    tab.on('request', (request) => requested.push(request.url()))
    problems = watchForProblems(tab)
    await tab.goto(app.url)
  })
  afterEach(async () => {
    await tab.close()
    await app.close()
  })

  const button = (label: string | RegExp) => tab.getByRole('button', { name: label, exact: true })
  const dialog = () => tab.getByRole('dialog')
  const lane = (label: string) => tab.getByRole('group', { name: new RegExp(`^${label}, lane`) })
  const queue = () => tab.getByRole('list', { name: 'Queue' })
  const openSongs = (...files: string[]) => tab.setInputFiles('input[type=file]', files.map((file) => join(scratch, file)))
  const status = () => tab.locator('p[role=status].visually-hidden').textContent()

  /** Asks for a split of the clip that is focused, as the toolbar's button does. */
  async function split(): Promise<void> {
    await tab.getByRole('toolbar').getByRole('button', { name: 'Split…' }).click()
    await dialog().getByRole('button', { name: 'Split', exact: true }).click()
  }

  async function download(label: string): Promise<string> {
    const [file] = await Promise.all([tab.waitForEvent('download'), tab.getByRole('link', { name: label }).click()])
    const path = join(scratch, `${Date.now()}-${file.suggestedFilename()}`)
    await file.saveAs(path)
    return path
  }

  it('names the engine that separates, not the first one that works', async () => {
    await tab.getByText('CPU (stand-in)').waitFor()
    expect(await tab.getByText('CPU (for training)').count()).toBe(0)
  })

  it('opens, splits, solos and exports by keyboard alone, and the two files add up to the song sample by sample', async () => {
    const press = (keys: string) => tab.keyboard.press(keys)
    // Without it there is no shared memory, which streaming playback of long songs is built on.
    expect(await tab.evaluate(() => crossOriginIsolated)).toBe(true)
    await button('Try the demo song').focus()
    await press('Enter')
    await lane('Demo').waitFor()
    // The button is gone; the keyboard goes on at the song's lane, not at the top of the page.
    await expect.poll(() => tab.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toMatch(/^Demo, lane 1 of 1/)
    await press('Control+Enter')
    await dialog().waitFor()
    expect(await tab.evaluate(() => document.activeElement?.textContent?.trim())).toBe('Split')
    await press('Enter')
    await lane('Music').waitFor()
    await expect.poll(() => tab.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toMatch(/^Demo, lane 1 of 3/)
    await press('ArrowDown')
    await press('s')
    await lane('Vocals').and(tab.getByRole('group', { name: /soloed/ })).waitFor()
    expect(await button('Solo Vocals').getAttribute('aria-pressed')).toBe('true')
    await press('Control+Shift+E')
    await dialog().getByLabel('Format').focus()
    await press('F')
    await dialog().getByRole('button', { name: /^Export/ }).focus()
    await press('Enter')
    const vocals = await readIntegers(await download('Download Demo - Vocals.flac'))
    const music = await readIntegers(await download('Download Demo - Music.flac'))
    const mixture = await readIntegers(join(root, 'resources/demo/mix.flac'))
    expect(vocals[0]!.some((value) => value !== 0)).toBe(true)
    expect(addsUp(mixture, vocals, music)).toBe(true)
  })

  it('takes back a split in one step, and gives it again', async () => {
    await openSongs('short.wav')
    await lane('short').waitFor()
    await split()
    await lane('Vocals').waitFor()
    await button('Undo: Split short').click()
    await expect.poll(() => lane('Vocals').count()).toBe(0)
    expect(await lane('short').count()).toBe(1)
    await button('Redo: Split short').click()
    await lane('Music').waitFor()
    await tab.keyboard.press('Control+z')
    await tab.keyboard.press('Control+z')
    await button('Try the demo song').waitFor()
  })

  it('plays the stems, measures that they add up, and stands at the beginning again at the end', async () => {
    await openSongs('short.wav')
    await lane('short').waitFor()
    await split()
    await lane('Music').waitFor()
    const at = async () => Number.parseFloat((await tab.getByRole('timer').textContent())!.split(':')[1]!)
    await lane('Vocals').focus()
    await tab.keyboard.press('ArrowRight')
    await expect.poll(at).toBe(1)
    await tab.keyboard.press('Space')
    await button('Pause').waitFor()
    await tab.getByRole('group', { name: 'Null test' }).getByText('exact').waitFor()
    await button('Play').waitFor()
    await expect.poll(at).toBe(0)
  })

  it('shows progress that only grows, and tells a screen reader each quarter once', async () => {
    await openSongs('first slow song.wav')
    await lane('first slow song').waitFor()
    await tab.evaluate(() => {
      const seen: string[] = []
      const bars: number[] = []
      Object.assign(window, { seen, bars })
      new MutationObserver(() => {
        const text = document.querySelector('p[role=status].visually-hidden')?.textContent ?? ''
        if (text && seen.at(-1) !== text) seen.push(text)
        const bar = document.querySelector('[role=progressbar][aria-label^=Splitting]')?.getAttribute('aria-valuenow')
        if (bar) bars.push(Number(bar))
      }).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true })
    })
    await split()
    await lane('Vocals').waitFor()
    const { seen, bars } = await tab.evaluate(() => {
      const { seen, bars } = window as unknown as { seen: string[]; bars: number[] }
      return { seen, bars }
    })
    const song = 'first slow song'
    expect(seen.filter((text) => text.includes('per cent'))).toEqual([
      `${song}: 25 per cent.`,
      `${song}: 50 per cent.`,
      `${song}: 75 per cent.`,
      `${song}: 100 per cent. Vocals and music are ready.`,
    ])
    expect(bars.length).toBeGreaterThan(4)
    expect(bars).toEqual([...bars].sort((a, b) => a - b))
  })

  it('lets be heard what is ready of a split that runs', async () => {
    await openSongs('first slow song.wav')
    await lane('first slow song').waitFor()
    await split()
    const hear = tab.getByRole('group', { name: 'Hear what is ready' })
    await hear.getByRole('button', { name: 'Vocals' }).click()
    await button('Pause').waitFor()
    await expect.poll(async () => Number(await tab.getByRole('meter', { name: 'Level, left' }).getAttribute('aria-valuenow'))).toBeGreaterThan(-60)
    await lane('Vocals').waitFor()
    expect(await tab.getByRole('alert').filter({ hasText: /./ }).count()).toBe(0)
  })

  it('cancels, and leaves no stems behind', async () => {
    await openSongs('first slow song.wav')
    await lane('first slow song').waitFor()
    const kept = () => readdir(app.library, { recursive: true }).catch(() => [])
    const before = await kept()
    await split()
    await tab.getByText('Separating').first().waitFor()
    await tab.getByRole('region', { name: /^Splitting/ }).getByRole('button', { name: 'Cancel' }).click()
    await expect.poll(status).toBe('first slow song was cancelled.')
    await tab.getByRole('toolbar').getByRole('button', { name: 'Split…' }).click()
    expect(await lane('Vocals').count()).toBe(0)
    await expect.poll(kept).toEqual(before)
  })

  it('says so when the compute process is killed in mid-song, goes on with the queue, and succeeds on retry', async () => {
    await openSongs('first slow song.wav', 'short.wav')
    await button('Split all 2…').click()
    await dialog().getByRole('button', { name: 'Split', exact: true }).click()
    await queue().getByText(/Separating/).waitFor()
    process.kill(Number(readFileSync(processIdFile, 'utf8')), 'SIGKILL')
    const row = (label: string) => queue().getByRole('listitem').filter({ hasText: label })
    await row('first slow song').filter({ hasText: 'Failed' }).waitFor()
    expect(await row('first slow song').textContent()).toMatch(/SIGKILL/)
    await row('short').filter({ hasText: 'Done' }).waitFor()
    await button('Retry first slow song').click()
    await row('first slow song').filter({ hasText: 'Done' }).waitFor()
  })

  it('puts the stems under their song when a split that failed is tried again', async () => {
    await openSongs('first slow song.wav')
    await lane('first slow song').waitFor()
    await split()
    await tab.getByText('Separating').first().waitFor()
    process.kill(Number(readFileSync(processIdFile, 'utf8')), 'SIGKILL')
    expect(await tab.getByRole('alert').filter({ hasText: 'first slow song' }).textContent()).toMatch(/COMPUTE_CRASHED/)
    await tab.getByRole('button', { name: /^Queue/ }).click()
    await button('Retry first slow song on the CPU').click()
    await lane('Vocals').waitFor()
    expect(await lane('Music').count()).toBe(1)
  })

  it('opens a drop of several files, says which were no songs, and keeps the rest in the library', async () => {
    const transfer = await tab.evaluateHandle(
      (files) => {
        const dropped = new DataTransfer()
        for (const { name, bytes } of files) dropped.items.add(new File([Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0))], name))
        return dropped
      },
      ['second slow song.flac', 'notes.txt', 'short.wav'].map((name) => ({ name, bytes: readFileSync(join(scratch, name), 'base64') })),
    )
    await tab.dispatchEvent('body', 'drop', { dataTransfer: transfer })
    await lane('second slow song').waitFor()
    const alert = tab.getByRole('alert').filter({ hasText: 'notes.txt' })
    expect(await alert.textContent()).toMatch(/notes\.txt.*NOT_AUDIO/s)
    // The user dropped "notes.txt"; in which folder the server keeps it is not theirs to read.
    expect(await alert.textContent()).not.toContain(app.scratch)
    await tab.getByText('48 kHz').first().waitFor()
    // Nothing is resampled: a song of another rate is refused, with what to do about it.
    await button('Put short on the timeline').click()
    expect(await tab.getByRole('alert').filter({ hasText: 'short' }).textContent()).toMatch(/22050 Hz.*48000 Hz.*RATE_MISMATCH/s)
    expect(await lane('short').count()).toBe(0)
  })

  it('saves a project, and opens it again after everything else was thrown away', async () => {
    await openSongs('short.wav')
    await lane('short').waitFor()
    await split()
    await lane('Vocals').waitFor()
    await button('Mute Music').click()
    await tab.keyboard.press('Control+s')
    await dialog().getByLabel('Name').fill('My take')
    await dialog().getByRole('button', { name: 'Save', exact: true }).click()
    await tab.getByRole('region', { name: 'Notices' }).getByText('Saved as “My take”.').waitFor()
    await tab.keyboard.press('Control+n')
    await button('Open project…').click()
    await dialog().getByRole('button', { name: /^My take/ }).click()
    await lane('Vocals').waitFor()
    expect(await button('Mute Music').getAttribute('aria-pressed')).toBe('true')
    expect(await tab.getByText('unsaved').count()).toBe(0)
  })

  it('has no violation that axe knows of on any view and in any dialog, and asks nothing of any other server', async () => {
    const violations: Record<string, string[]> = {}
    const check = async (state: string) => (violations[state] = await axeViolations(tab))
    const inDialog = async (state: string, open: () => Promise<unknown>) => {
      await open()
      await dialog().waitFor()
      await check(state)
      await tab.keyboard.press('Escape')
      await dialog().waitFor({ state: 'detached' })
    }
    await button('Try the demo song').waitFor()
    await check('empty')
    await openSongs('notes.txt')
    await tab.getByRole('alert').filter({ hasText: 'notes.txt' }).waitFor()
    await check('not a song')
    await button('Dismiss').click()
    await openSongs('first slow song.wav', 'short.wav')
    await lane('first slow song').waitFor()
    await button('Listen to first slow song').waitFor()
    await check('library')
    await inDialog('split', () => tab.getByRole('toolbar').getByRole('button', { name: 'Split…' }).click())
    await split()
    await tab.getByText('Separating').first().waitFor()
    await tab.getByRole('button', { name: /^Queue/ }).click()
    await check('running')
    await lane('Vocals').waitFor()
    await check('stems')
    await button('Waveforms and spectrograms').click()
    for (const name of ['Repair', 'Events', 'Clip']) {
      await tab.getByRole('tab', { name }).click()
      await check(name)
    }
    await button('Mute Vocals').click()
    await check('muted')
    await tab.getByRole('button', { name: 'Separate', exact: true }).click()
    await check('menu')
    await tab.keyboard.press('Escape')
    await inDialog('export', () => tab.getByRole('toolbar').getByRole('button', { name: 'Export…' }).click())
    await inDialog('settings', () => button('Settings').click())
    await inDialog('shortcuts', () => button('Shortcuts').click())
    await inDialog('blind test', () => button('A/B/X…').click())
    await inDialog('save', () => tab.keyboard.press('Control+s'))
    await inDialog('unsaved', () => tab.keyboard.press('Control+n'))
    expect(Object.entries(violations).filter(([, found]) => found.length > 0)).toEqual([])
    // Above all that the page's own policy refused nothing, such as the style of a preview.
    expect(problems).toEqual([])
    expect(requested.filter((url) => !url.startsWith(`${app.origin}/`) && !url.startsWith('blob:'))).toEqual([])
  })
})

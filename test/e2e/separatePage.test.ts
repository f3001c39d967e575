import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { forkCompute } from '#main/node/computeProcess'
import { axeViolations } from '#test/axe'
import { buildHalvingCompute, buildPage } from '#test/builds'
import { type Browser, browserNote, chromiumPath, openBrowser } from '#test/chromium'
import { addsUp, readIntegers, writeNoise } from '#test/sound'
import { startWebApp, type WebApp } from '#test/webApp'

const root = join(import.meta.dirname, '../..')

describe.skipIf(!chromiumPath)(`the page over the local web server${browserNote}`, () => {
  const scratch = mkdtempSync(join(tmpdir(), 'stemwright-e2e-'))
  const processIdFile = join(scratch, 'process-id')
  let page: string
  let program: string
  let browser: Browser
  let app: WebApp
  let tab: Page
  let requested: string[]

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
    await tab.goto(app.url)
  })
  afterEach(async () => {
    await tab.close()
    await app.close()
  })

  const button = (label: string | RegExp) => tab.getByRole('button', { name: label })
  const songRow = (label: string) => tab.getByRole('navigation', { name: 'Songs' }).getByRole('button', { name: label })
  const openSongs = (...files: string[]) => tab.setInputFiles('input[type=file]', files.map((file) => join(scratch, file)))

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

  it('opens, splits and exports by keyboard alone, and the two downloads add up to the song sample by sample', async () => {
    const press = async (label: string | RegExp) => {
      await button(label).focus()
      await tab.keyboard.press('Enter')
    }
    // Without it there is no shared memory, which streaming playback of long songs is built on.
    expect(await tab.evaluate(() => crossOriginIsolated)).toBe(true)
    await press('Try the demo song')
    await press('Split into vocals and music')
    await tab.getByRole('combobox', { name: 'Save both stems as' }).selectOption('flac')
    await press('Export')
    const vocals = await readIntegers(await download('Download Demo - Vocals.flac'))
    const music = await readIntegers(await download('Download Demo - Music.flac'))
    const mixture = await readIntegers(join(root, 'resources/demo/mix.flac'))
    expect(vocals[0]!.some((value) => value !== 0)).toBe(true)
    expect(addsUp(mixture, vocals, music)).toBe(true)
  })

  it('keeps the keyboard in place when what was pressed goes away', async () => {
    await openSongs('first slow song.wav')
    await button('Split into').focus()
    await tab.keyboard.press('Enter')
    await button('Cancel').waitFor()
    expect(await tab.evaluate(() => document.activeElement?.id)).toBe('song-title')
  })

  it('plays both stems, seeks and pauses', async () => {
    await openSongs('short.wav')
    await button('Split into').click()
    const position = tab.getByRole('slider', { name: 'Position in the song' })
    await expect.poll(() => position.getAttribute('max')).toBe('3')
    const at = async () => Number(await position.inputValue())
    await position.fill('1.5')
    expect(await at()).toBeCloseTo(1.5)
    await position.focus()
    await tab.keyboard.press('Space')
    await button('Pause').waitFor()
    // At the end it stops by itself, and stands at the beginning again.
    await button('Play').waitFor()
    await expect.poll(at).toBe(0)
    await button('Solo Vocals').click()
    expect(await button('Solo Vocals').getAttribute('aria-pressed')).toBe('true')
  })

  it('shows progress that only grows, and tells a screen reader each quarter once', async () => {
    await openSongs('first slow song.wav')
    await tab.evaluate(() => {
      const seen: string[] = []
      const bars: number[] = []
      Object.assign(window, { seen, bars })
      new MutationObserver(() => {
        const text = document.querySelector('[role=status].visually-hidden')?.textContent ?? ''
        if (text && seen.at(-1) !== text) seen.push(text)
        const bar = document.querySelector('[role=progressbar]')?.getAttribute('aria-valuenow')
        if (bar) bars.push(Number(bar))
      }).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true })
    })
    await button('Split into').click()
    await button('Export').waitFor()
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

  it('cancels, and leaves nothing of what it had written', async () => {
    await openSongs('first slow song.wav')
    await button('Split into').click()
    await tab.getByText('Separating').first().waitFor()
    await button('Cancel').click()
    await button('Split into').waitFor()
    await songRow('first slow song').getByText('Cancelled').waitFor()
    expect(await readdir(app.library)).toEqual([])
  })

  it('says so when the compute process is killed in mid-song, goes on with the queue, and succeeds on retry', async () => {
    await openSongs('first slow song.wav', 'short.wav')
    await songRow('short').waitFor()
    await button('Split all 2').click()
    await tab.getByText('Separating').first().waitFor()
    process.kill(Number(readFileSync(processIdFile, 'utf8')), 'SIGKILL')
    await songRow('first slow song').getByText('Failed').waitFor()
    await songRow('short').getByText('Done').waitFor()
    const alert = tab.getByRole('alert')
    expect(await alert.textContent()).toMatch(/COMPUTE_CRASHED/)
    expect(await alert.textContent()).toMatch(/SIGKILL/)
    // One folder: that of the song that was done. No half-written file, no staging folder.
    const kept = await readdir(app.library)
    expect(kept).toHaveLength(1)
    expect((await readdir(join(app.library, kept[0]!))).sort()).toEqual(['Music.wav', 'Vocals.wav', 'separation.json'])
    await button('Try again').click()
    await songRow('first slow song').getByText('Done').waitFor()
  })

  it('opens a drop of several files, says which were no songs, and queues the rest', async () => {
    const transfer = await tab.evaluateHandle(
      (files) => {
        const dropped = new DataTransfer()
        for (const { name, bytes } of files) dropped.items.add(new File([Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0))], name))
        return dropped
      },
      ['second slow song.flac', 'notes.txt', 'short.wav'].map((name) => ({ name, bytes: readFileSync(join(scratch, name), 'base64') })),
    )
    await tab.dispatchEvent('body', 'drop', { dataTransfer: transfer })
    await songRow('short').waitFor()
    const alert = tab.getByRole('alert')
    expect(await alert.textContent()).toMatch(/notes\.txt.*NOT_AUDIO/s)
    // The user dropped "notes.txt"; in which folder the server keeps it is not theirs to read.
    expect(await alert.textContent()).not.toContain(app.scratch)
    await tab.getByText('48 kHz').waitFor()
    await button('Split all 2').click()
    await songRow('short').getByText('Waiting').waitFor()
    await songRow('short').getByText('Done').waitFor()
  })

  it('has no violation that axe knows of in any state, and asks nothing of any other server', async () => {
    const violations: Record<string, string[]> = {}
    const check = async (state: string) => (violations[state] = await axeViolations(tab))
    await button('Try the demo song').waitFor()
    await check('empty')
    await openSongs('notes.txt')
    await tab.getByRole('alert').waitFor()
    await check('not a song')
    await openSongs('first slow song.wav', 'short.wav')
    await songRow('short').waitFor()
    await tab.getByText('Model card').click()
    await check('ready')
    await button('Split all 2').click()
    await tab.getByText('Separating').first().waitFor()
    await check('running')
    await songRow('short').click()
    await check('waiting')
    await button('Export').click()
    await tab.getByRole('link', { name: 'Download short - Music.wav' }).waitFor()
    await check('done')
    await songRow('first slow song').click()
    await tab.getByText('Split again').click()
    await button('Split into').click()
    await check('split again')
    expect(Object.entries(violations).filter(([, found]) => found.length > 0)).toEqual([])
    expect(requested.filter((url) => !url.startsWith(`${app.origin}/`) && !url.startsWith('blob:'))).toEqual([])
  })
})

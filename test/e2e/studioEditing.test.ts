import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { forkCompute } from '#main/node/computeProcess'
import { buildHalvingCompute, buildPage } from '#test/builds'
import { type Browser, browserNote, chromiumPath, openBrowser } from '#test/chromium'
import { projectRoot } from '#test/projectFiles'
import { addsUp, readIntegers, writeNoise } from '#test/sound'
import { startWebApp, type WebApp } from '#test/webApp'
import { randomStream } from '#shared/random'

const sampleRate = 44100
const seconds = 6
const headerWidth = 216

describe.skipIf(!chromiumPath)(`editing in the Studio${browserNote}`, () => {
  const scratch = mkdtempSync(join(tmpdir(), 'stemwright-editing-'))
  const song = join(scratch, 'take.wav')
  let page: string
  let program: string
  let browser: Browser
  let app: WebApp
  let tab: Page

  beforeAll(async () => {
    page = await buildPage(join(scratch, 'page'))
    program = await buildHalvingCompute(join(projectRoot, 'node_modules/.cache/stemwright-editing'))
    browser = await openBrowser()
    await writeNoise(song, seconds, 5, 'wav24', sampleRate)
  })
  afterAll(async () => {
    await browser?.close()
    rmSync(scratch, { recursive: true, force: true })
  })

  beforeEach(async () => {
    app = await startWebApp({ page, launchCompute: () => forkCompute(program) })
    tab = await browser.context.newPage()
    await tab.goto(app.url)
    await tab.setInputFiles('input[type=file]', song)
    await lane('take').waitFor()
    await tab.getByRole('toolbar').getByRole('button', { name: 'Split…' }).click()
    await tab.getByRole('dialog').getByRole('button', { name: 'Split', exact: true }).click()
    await lane('Music').waitFor()
  })
  afterEach(async () => {
    await tab.close()
    await app.close()
  })

  const button = (label: string | RegExp) => tab.getByRole('button', { name: label, exact: true })
  const lane = (label: string) => tab.getByRole('group', { name: new RegExp(`^${label}, lane`) })
  const clock = async () => Number.parseFloat((await tab.getByRole('timer').textContent())!.split(':')[1]!)

  /** Drags over a lane's picture; places are shares of its width and height. */
  async function drag(label: string, from: [number, number], to: [number, number]): Promise<void> {
    const { x, y, width, height } = (await lane(label).boundingBox())!
    const at = ([across, down]: [number, number]): [number, number] => [x + headerWidth + (width - headerWidth) * across, y + height * down]
    await tab.mouse.move(...at(from))
    await tab.mouse.down()
    await tab.mouse.move(...at([(from[0] + to[0]) / 2, (from[1] + to[1]) / 2]))
    await tab.mouse.move(...at(to))
    await tab.mouse.up()
  }

  async function exported(): Promise<{ vocals: Int32Array[]; music: Int32Array[] }> {
    await tab.getByRole('toolbar').getByRole('button', { name: 'Export…' }).click()
    await tab.getByRole('dialog').getByRole('button', { name: 'Export 2 files' }).click()
    const fetchFile = async (stem: string) => {
      const [file] = await Promise.all([tab.waitForEvent('download'), tab.getByRole('link', { name: `Download take - ${stem}.wav` }).click()])
      const path = join(scratch, `${Date.now()}-${file.suggestedFilename()}`)
      await file.saveAs(path)
      return readIntegers(path)
    }
    const [vocals, music] = [await fetchFile('Vocals'), await fetchFile('Music')]
    await tab.keyboard.press('Escape')
    return { vocals, music }
  }

  it('moves a box of the spectrogram to the other stem: the stems change there only, and still add up to every sample', async () => {
    const before = await exported()
    await lane('Vocals').focus()
    await tab.keyboard.press('2')
    await drag('Vocals', [0.5, 0.6], [0.6, 0.85])
    await tab.getByRole('tab', { name: 'Repair' }).click()
    await button('Move to Music').click()
    await button('Undo: Move to the other stem').waitFor()
    const after = await exported()
    expect(addsUp(await readIntegers(song), after.vocals, after.music)).toBe(true)
    const differs = (from: number, to: number) => after.vocals[0]!.subarray(from * sampleRate, to * sampleRate).some((value, i) => value !== before.vocals[0]![from * sampleRate + i])
    // The clip fills all but a little of the lane, so the box lies about from 3.0 to 3.7 s.
    expect([differs(0, 2), differs(3, 3.6), differs(5, 6)]).toEqual([false, true, false])
    await button('Undo: Move to the other stem').click()
    const undone = await exported()
    expect(undone.vocals[0]!.every((value, i) => value === before.vocals[0]![i])).toBe(true)
  })

  it('loops what is selected, and marks places that the list of events goes to', async () => {
    await drag('Vocals', [0.2, 0.7], [0.35, 0.7])
    await tab.keyboard.press('Shift+L')
    expect(await button('Loop').getAttribute('aria-pressed')).toBe('true')
    await tab.keyboard.press('Space')
    // A second of sound in a loop of less: it comes back, and does not stop.
    await tab.waitForTimeout(2500)
    const place = await clock()
    expect(place).toBeGreaterThan(1)
    expect(place).toBeLessThan(2.4)
    await tab.keyboard.press('Space')
    await button('Play').waitFor()
    await tab.keyboard.press('End')
    await tab.keyboard.press('b')
    await tab.keyboard.press('Home')
    await tab.getByRole('tab', { name: 'Events' }).click()
    await tab.getByRole('list', { name: 'Events' }).getByRole('button', { name: /Marker 1/ }).first().click()
    await expect.poll(clock).toBe(seconds)
    await button('Remove marker Marker 1').click()
    await expect.poll(() => button('Remove marker Marker 1').count()).toBe(0)
    await button('Undo: Remove marker').click()
    await button('Remove marker Marker 1').waitFor()
  })

  it('cuts and removes clips by keys, and takes all of it back', async () => {
    await lane('Vocals').focus()
    await tab.keyboard.press('ArrowRight')
    await tab.keyboard.press('c')
    await tab.getByRole('group', { name: /^Vocals, lane 2 of 3, 2 clips/ }).waitFor()
    await tab.keyboard.press('Delete')
    await tab.getByRole('group', { name: /^Vocals, lane 2 of 3, 1 clip/ }).waitFor()
    for (let i = 0; i < 2; i++) await tab.keyboard.press('Control+z')
    expect(await button('Undo: Split take').count()).toBe(1)
    const { vocals, music } = await exported()
    expect(addsUp(await readIntegers(song), vocals, music)).toBe(true)
  })

  it('tests blindly whether two lanes can be told apart', async () => {
    await button('A/B/X…').click()
    const dialog = tab.getByRole('dialog', { name: 'Blind test' })
    await dialog.getByLabel('Trials').selectOption('5')
    await dialog.getByRole('button', { name: 'Begin', exact: true }).click()
    for (let trial = 1; trial <= 5; trial++) {
      await dialog.getByText(`Trial ${trial} of 5`).waitFor()
      await dialog.getByRole('button', { name: 'Hear X' }).click()
      await dialog.getByRole('button', { name: 'X is A' }).click()
    }
    await dialog.getByText(/^[0-5] of 5 right$/).waitFor()
    await dialog.getByRole('button', { name: 'Done' }).click()
    await button('Play').waitFor()
  })

  // This would catch an edit that undo does not take back whole, and a gesture that leaves half of itself behind.
  it('takes 200 quick random edits back to the identical document, and does them again', async () => {
    const random = randomStream(11)
    const undo = tab.locator('.history button').first()
    const redo = tab.locator('.history button').last()
    const first = await document()
    const base = await undo.getAttribute('aria-label')
    const keys = ['c', 'b', 's', 'm', 'v', 'l', 'i', 'o', 'Delete', 'ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight', 'Shift+ArrowRight', 'Home', '+', '-']
    const place = (): [number, number] => [random.between(0.02, 0.98), random.between(0.05, 0.95)]
    for (let edit = 0; edit < 200; edit++) {
      if (random.chance(0.7)) await tab.keyboard.press(random.pick(keys))
      else await drag(random.pick(['take', 'Vocals', 'Music']), place(), place())
    }
    await tab.keyboard.press('Escape')
    const last = await document()
    expect(last).not.toBe(first)
    const goTo = async (end: () => Promise<boolean>, step: typeof undo) => {
      for (let steps = 0; steps < 400 && !(await end()); steps++) await step.click()
    }
    await goTo(async () => (await undo.getAttribute('aria-label')) === base, undo)
    expect(await document()).toBe(first)
    await goTo(async () => (await redo.getAttribute('aria-label')) === 'Redo', redo)
    expect(await document()).toBe(last)
  })

  /** The document as the page holds it. */
  function document(): Promise<string> {
    return tab.evaluate(() => {
      interface Mounted {
        __vue_app__: { config: { globalProperties: { $pinia: { _s: Map<string, { project?: unknown; undoLabel?: unknown }> } } } }
      }
      const mounted = globalThis.document.querySelector('#app') as unknown as Mounted
      const stores = [...mounted.__vue_app__.config.globalProperties.$pinia._s.values()]
      return JSON.stringify(stores.find((store) => 'undoLabel' in store)?.project)
    })
  }
})

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { tasks } from '#main/compute/tasks/tasks'
import { encodeWav } from '#shared/audio/wavCodec'
import { axeViolations } from '#test/axe'
import { buildPage } from '#test/builds'
import { type Browser, browserNote, chromiumPath, openBrowser, watchForProblems } from '#test/chromium'
import { fakeComputeProcess } from '#test/fakeComputeProcess'
import { smallSoundVae } from '#test/soundVaes'
import { toneOf, trainToneGenerator, writeTones } from '#test/toneGenerator'
import { startWebApp, type WebApp } from '#test/webApp'

const patience = { timeout: 150_000 }

describe.skipIf(!chromiumPath)(`sounds that a model makes up, in the Lab${browserNote}`, () => {
  const scratch = mkdtempSync(join(tmpdir(), 'stemwright-lab-page-'))
  const sounds = join(scratch, 'sounds')
  let browser: Browser
  let app: WebApp
  let tab: Page
  let problems: string[]

  beforeAll(async () => {
    const page = await buildPage(join(scratch, 'page'))
    browser = await openBrowser()
    app = await startWebApp({ page, launchCompute: () => fakeComputeProcess(tasks) })
    writeTones(sounds)
    await trainToneGenerator(sounds, join(scratch, 'run'), join(scratch, 'cache'))
    await app.services.models.keep({ directory: join(scratch, 'run/model'), name: 'Tones' })
    await app.services.datasets.add({ folder: sounds, layout: 'sounds', name: 'My tones' })
  })
  afterAll(async () => {
    await browser?.close()
    await app?.close()
    rmSync(scratch, { recursive: true, force: true })
  })

  beforeEach(async () => {
    tab = await browser.context.newPage()
    tab.setDefaultTimeout(patience.timeout)
    problems = watchForProblems(tab)
    await tab.goto(app.url)
    await tab.getByRole('tab', { name: 'Lab' }).click()
    await button('Make a sound').waitFor()
  })
  afterEach(async () => {
    await tab.close()
  })

  const button = (name: string | RegExp) => tab.getByRole('button', { name, exact: true })
  const region = (name: string) => tab.getByRole('region', { name, exact: true })
  const tiles = () => region('Sounds that were made').getByRole('listitem')
  const selected = () => region('Selected sound')
  const picture = (of: Locator) => of.locator('.spectrogram canvas').first().evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL())
  const count = (of: Locator, many: number) => expect.poll(() => of.count(), patience).toBe(many)

  // Would catch: seeds that do not repeat a sound, a class that is ignored, pictures that stay empty.
  it('come again from their seed, of the class that is wanted, and with variations', async () => {
    await button('high').click()
    await button('Make a sound').click()
    await count(tiles(), 1)
    const first = await picture(tiles().first())
    expect(await selected().getByRole('heading').textContent()).toContain('high')
    await button('low').click()
    await button('Make a sound').click()
    await count(tiles(), 2)
    expect(await picture(tiles().first())).not.toBe(first)
    await button('high').click()
    await tab.getByLabel('Seed').fill('1')
    await tab.getByLabel('Seed').press('Tab')
    await tab.keyboard.press('w')
    await count(tiles(), 3)
    expect(await picture(tiles().first())).toBe(first)
    await selected().getByRole('button', { name: 'Variations' }).click()
    await count(tiles(), 7)
    await tiles().nth(1).locator('.picture').focus()
    await tab.keyboard.press('ArrowRight')
    await tab.keyboard.press('Delete')
    await count(tiles(), 6)
    expect(problems).toEqual([])
  })

  // Would catch: faders that change nothing, a morph without its ends, a file that is no WAV.
  it('are shaped by faders, morphed, and given as files', async () => {
    await button('low').click()
    await button('Make a sound').click()
    await count(tiles(), 1)
    const before = await picture(selected())
    const fader = selected().getByRole('slider', { name: /^Brightness.*correlation 0\.\d\d$/ }).first()
    await fader.focus()
    for (let step = 0; step < 25; step++) await tab.keyboard.press('ArrowRight')
    expect(await fader.getAttribute('aria-valuetext')).toBe('2.5 deviations brighter')
    await expect.poll(() => picture(selected()), patience).not.toBe(before)
    await button('Keep as a new sound').click()
    await count(tiles(), 2)
    await button('Morph from').click()
    await tiles().nth(1).locator('.picture').click()
    await button('Morph to').click()
    const steps = region('Morph').getByRole('listitem')
    await count(steps, 7)
    expect(await picture(steps.first())).toBe(await picture(tiles().first()))
    expect(await picture(steps.last())).toBe(await picture(tiles().last()))
    const download = tab.waitForEvent('download')
    await selected().getByRole('button', { name: 'Download as WAV' }).click()
    const bytes = readFileSync(await (await download).path())
    expect([bytes.toString('latin1', 0, 4), bytes.includes('Generated by the model')]).toEqual(['RIFF', false])
    expect(bytes.includes(Buffer.from('Generated by the model', 'utf16le'))).toBe(true)
    expect(await axeViolations(tab)).toEqual([])
    expect(problems).toEqual([])
  })

  // Would catch: a map that needs a mouse, a selection that makes nothing, points that are not heard.
  it('come from places of a map, by keys and by pointer', async () => {
    await button('Draw the map').click()
    const map = tab.getByRole('application')
    await map.waitFor()
    await map.focus()
    expect(await map.getAttribute('aria-label')).toBe('Map of sounds: 48 sounds')
    const heard = tab.waitForRequest(/generating\.atPoint/)
    await tab.keyboard.press('ArrowRight')
    await tab.keyboard.press('Enter')
    await heard
    expect(await map.getAttribute('aria-label')).toMatch(/, high, point 1 of 48$/)
    await tab.keyboard.press('ArrowDown')
    await tab.keyboard.press('ArrowUp')
    expect(await map.getAttribute('aria-label')).toMatch(/, (high|low), point \d+ of 48$/)
    await tab.keyboard.press(' ')
    await button('Make 4 like the 1 selected').click()
    await count(tiles(), 4)
    await map.focus()
    await tab.keyboard.press('Shift+ArrowRight')
    await tab.keyboard.press('Shift+Enter')
    await count(tiles(), 5)
    await map.scrollIntoViewIfNeeded()
    const box = (await map.boundingBox())!
    await tab.mouse.move(box.x + 3, box.y + 3)
    await tab.mouse.down()
    for (const [x, y] of [[box.width - 3, 3], [box.width - 3, box.height - 3], [3, box.height - 3]] as const) await tab.mouse.move(box.x + x, box.y + y, { steps: 3 })
    await tab.mouse.up()
    await button('Make 4 like the 48 selected').waitFor()
    await tab.getByText('List of the sounds').click()
    await tab.getByRole('checkbox', { name: /^Select / }).first().uncheck()
    await button('Make 4 like the 47 selected').waitFor()
    expect(await axeViolations(tab)).toEqual([])
    expect(problems).toEqual([])
  })

  // Would catch: a recording that is silence, that never ends, or that is asked for and refused without a word.
  it('keep what they can of what is recorded here', async () => {
    await browser.context.grantPermissions(['microphone'], { origin: app.origin })
    const panel = region('Recordings through the model')
    await panel.getByRole('button', { name: 'Record', exact: true }).click()
    await panel.getByText(/^[1-5]\.\d s$/).waitFor()
    const asked = tab.waitForRequest(/generating\.reconstruct/)
    await panel.getByRole('button', { name: 'Stop recording' }).click()
    const { payload } = (await asked).postDataJSON() as { payload: { from: { sources: { recorded: { pcm: string; sampleRate: number } }[] } } }
    const { pcm, sampleRate } = payload.from.sources[0]!.recorded
    const samples = new Int16Array(Uint8Array.from(Buffer.from(pcm, 'base64')).buffer)
    expect(samples.length).toBeGreaterThan(sampleRate)
    expect(samples.length).toBeLessThan(6 * sampleRate)
    expect(samples.reduce((most, value) => Math.max(most, Math.abs(value)), 0)).toBeGreaterThan(1000)
    await count(panel.getByRole('figure'), 1)
    await browser.context.clearPermissions()
    await tab.evaluate(() => (navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('Refused.', 'NotAllowedError'))))
    await panel.getByRole('button', { name: 'Record', exact: true }).click()
    await tab.getByText(/^The microphone was not allowed, so nothing is recorded/).first().waitFor()
    expect(problems).toEqual([])
  })

  // Would catch: a decoded sound that stands where its recording should, bad files without a word, a table without rows.
  it('stand beside recordings, and models beside one another', async () => {
    const cards = region('Recordings through the model').getByRole('figure')
    await button('Training sounds').click()
    await count(cards, 4)
    const [original, decoded] = await Promise.all([0, 1].map((at) => picture(cards.first().locator('.row').nth(at))))
    expect(original).not.toBe(decoded)
    const { sampleRate } = smallSoundVae.features
    const own = { name: 'mine.wav', mimeType: 'audio/wav', buffer: Buffer.from(encodeWav({ sampleRate, channels: [toneOf(true, 99)] }, 'int16')) }
    await tab.getByLabel('Files to put through the model').setInputFiles([own, { name: 'broken.wav', mimeType: 'audio/wav', buffer: Buffer.from('RIFF and then nothing') }])
    await count(cards, 1)
    expect(await cards.first().textContent()).toContain('mine.wav')
    await tab.getByText(/broken\.wav/).waitFor()
    await button('Measure all models').click()
    await count(tab.getByRole('table').getByRole('row'), 2)
    await tab.setViewportSize({ width: 640, height: 900 })
    expect(await tab.evaluate(() => document.documentElement.scrollWidth)).toBe(640)
    expect(await axeViolations(tab)).toEqual([])
    expect(problems).toEqual([])
  })
})

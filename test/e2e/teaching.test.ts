import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { appRoot } from '#main/node/appRoot'
import { forkCompute } from '#main/node/computeProcess'
import { axeViolations } from '#test/axe'
import { buildPage } from '#test/builds'
import { type Browser, browserNote, chromiumPath, openBrowser, watchForProblems } from '#test/chromium'
import { setUp } from '#test/setUp'
import { quickConfig, writeSongs } from '#test/trainingData'
import { writeUntrainedModel } from '#test/untrainedModel'
import { startWebApp, type WebApp } from '#test/webApp'

describe.skipIf(!chromiumPath)(`a lesson in the browser${browserNote}`, () => {
  const scratch = mkdtempSync(join(tmpdir(), 'stemwright-teach-'))
  const { batchSize, stepsPerEpoch, takes, patches } = quickConfig()
  let browser: Browser
  let app: WebApp
  let tab: Page
  let problems: string[]

  async function open(): Promise<void> {
    await tab.goto(app.url)
    await tab.getByRole('tab', { name: 'Train' }).click()
    await tab.getByRole('button', { name: 'Teach it' }).first().press('Enter')
    await tab.getByRole('form', { name: 'Start a lesson' }).waitFor()
  }

  beforeAll(async () => {
    setUp()
    const page = await buildPage(join(scratch, 'page'))
    await writeSongs(join(scratch, 'songs'), { Evening: 300 }, 24)
    const lessonOverrides = { batchSize, stepsPerEpoch, takes, patches, totalSteps: 20 }
    app = await startWebApp({ page, launchCompute: () => forkCompute(join(appRoot, 'out/main/compute.js')), lessonOverrides })
    await writeUntrainedModel(join(app.scratch, 'own-models', 'untrained'))
    browser = await openBrowser()
    tab = await browser.context.newPage()
    tab.setDefaultTimeout(60_000)
    problems = watchForProblems(tab)
  }, 300_000)
  afterAll(async () => {
    await browser?.close()
    await app?.close()
    rmSync(scratch, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
  })

  // This would catch a form that can be sent without anything to learn from.
  it('says where a voice comes from while the library is empty, and starts nothing', async () => {
    await open()
    await tab.getByText('Open a recording of the voice alone in the Studio first').waitFor()
    const form = tab.getByRole('form', { name: 'Start a lesson' })
    expect(await form.getByRole('button', { name: 'Teach it' }).isDisabled()).toBe(true)
    expect(await axeViolations(tab)).toEqual([])
  })

  // This would catch a lesson that cannot be started or kept with the keys, a base that cannot be heard beside it, and figures that the page does not show.
  it('is started with the keys, measured, and kept as a model under its own name', async () => {
    const { songs, sounds, jobs } = app.services
    const song = await songs.import({ path: join(scratch, 'songs/Evening/vocals.wav') })
    await jobs.finished((await sounds.prepare(song.id)).id)
    await open()
    const form = tab.getByRole('form', { name: 'Start a lesson' })
    await form.getByLabel('To (seconds)').fill('9')
    await form.getByText('9 seconds are too few').waitFor()
    expect(await form.getByRole('button', { name: 'Teach it' }).isDisabled()).toBe(true)
    expect(await form.getByRole('checkbox').count(), 'the voice is no music').toBe(0)
    // The part of the picture that stands out, and what is heard, are what is learned from.
    await form.getByLabel('From (seconds)').fill('6')
    await form.getByLabel('To (seconds)').fill('8')
    const shares = await form.locator('.outside').evaluateAll((all) =>
      all.map((each) => {
        const [part, whole] = [each.getBoundingClientRect(), each.parentElement!.getBoundingClientRect()]
        return [part.left, part.right].map((x) => Math.round((100 * (x - whole.left)) / whole.width))
      }),
    )
    expect(shares).toEqual([[0, 25], [33, 100]])
    await form.getByRole('button', { name: 'Listen to vocals' }).click()
    await form.getByText('0:07').waitFor()
    await form.getByRole('button', { name: 'Listen to vocals' }).waitFor()
    await form.getByText('0:06').waitFor()
    await form.getByLabel('From (seconds)').fill('0')
    await form.getByLabel('To (seconds)').fill('23')
    await form.getByLabel('Model').selectOption({ label: 'Untrained' })
    await form.getByLabel('Model').press('Tab')
    await tab.keyboard.press('Enter')
    const lesson = tab.getByRole('article', { name: 'Lesson: vocals' })
    await lesson.waitFor()
    expect(await axeViolations(tab)).toEqual([])
    await lesson.getByRole('table').waitFor({ timeout: 200_000 })
    const cells = await lesson.locator('tbody td').allInnerTexts()
    expect(cells.map((cell) => Number.parseFloat(cell.replace('−', '-'))).every(Number.isFinite), cells.join()).toBe(true)
    await lesson.getByRole('button', { name: 'Listen' }).press('Enter')
    await lesson.getByRole('radio', { name: /^Untrained/ }).waitFor()
    expect(await axeViolations(tab)).toEqual([])
    await lesson.getByRole('button', { name: /^Keep/ }).press('Enter')
    await tab.getByRole('dialog').waitFor()
    await tab.keyboard.press('Control+A')
    await tab.keyboard.type('Mine')
    await tab.keyboard.press('Enter')
    await lesson.getByText('It is among the models now').waitFor()
    expect((await app.services.models.list()).map(({ card }) => card.name)).toContain('Mine')
    expect(await axeViolations(tab)).toEqual([])
    expect(problems).toEqual([])
  }, 300_000)
})

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { forkCompute } from '#main/node/computeProcess'
import { axeViolations } from '#test/axe'
import { buildHalvingCompute, buildPage } from '#test/builds'
import { type Browser, browserNote, chromiumPath, openBrowser, watchForProblems } from '#test/chromium'
import { writeHeardEpoch, writeHeardRun } from '#test/heardRuns'
import { writeUntrainedModel } from '#test/untrainedModel'
import { startWebApp, type WebApp } from '#test/webApp'

const root = join(import.meta.dirname, '../..')

describe.skipIf(!chromiumPath)(`listening to a training${browserNote}`, () => {
  const scratch = mkdtempSync(join(tmpdir(), 'stemwright-listening-'))
  let browser: Browser
  let app: WebApp
  let tab: Page
  let runs: string
  let problems: string[]

  beforeAll(async () => {
    const page = await buildPage(join(scratch, 'page'))
    const program = await buildHalvingCompute(join(root, 'node_modules/.cache/stemwright-listening'))
    app = await startWebApp({ page, launchCompute: () => forkCompute(program) })
    runs = join(app.scratch, 'runs')
    mkdirSync(join(app.scratch, 'models'), { recursive: true })
    await writeUntrainedModel(join(app.scratch, 'models', 'untrained'))
    await writeHeardRun(runs, { id: 'heard', name: 'DuoVAE S on Choir songs', startedAt: '2026-02-01T10:00:00.000Z' }, [1, 2, 3, 4, 5, 6, 8])
    await writeHeardRun(runs, { id: 'seen', name: 'Digits and clothing', kind: 'images', startedAt: '2026-01-01T10:00:00.000Z' }, [1, 4, 9])
    browser = await openBrowser()
    tab = await browser.context.newPage()
    problems = watchForProblems(tab)
    await tab.goto(app.url)
    await tab.getByRole('tab', { name: 'Train', exact: true }).click()
    // Once the runs are known, the page goes to them by itself.
    await tab.getByRole('button', { name: 'Resume' }).waitFor()
    await tab.getByRole('button', { name: /Listen/ }).click()
    await tab.getByRole('slider', { name: 'Checkpoint' }).waitFor()
  })
  afterAll(async () => {
    await browser?.close()
    await app?.close()
    rmSync(scratch, { recursive: true, force: true })
  })

  const slider = () => tab.getByRole('slider', { name: 'Checkpoint' })
  const heard = () => tab.getByRole('radio', { checked: true }).locator('xpath=ancestor::label').innerText()
  const time = async () => Number(/0:0(\d)/.exec(await tab.locator('.time').innerText())?.[1])
  /** What a row's picture shows, as a number. */
  const picture = (row: number) =>
    tab.locator('.picture canvas').nth(row).evaluate((canvas: HTMLCanvasElement) => {
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height)
      return data.reduce((sum, value, i) => (sum * 31 + value * (i % 7)) % 1_000_003, 0)
    })

  it('shows the newest checkpoint beside the mixture and the truth, and what was measured', async () => {
    expect(await tab.getByRole('radio').count()).toBe(3)
    expect(await heard()).toMatch(/Epoch 8/)
    expect(await slider().getAttribute('aria-valuetext')).toMatch(/^Epoch 8, vocals -?\d+\.\d decibels$/)
    await expect.poll(() => tab.locator('.picture canvas').first().evaluate((canvas: HTMLCanvasElement) => canvas.width)).toBeGreaterThan(300)
  })

  it('goes on at the same place while keys and the pointer walk through the checkpoints', async () => {
    await tab.getByRole('button', { name: 'Play in a loop' }).click()
    await expect.poll(time, { timeout: 20_000 }).toBeGreaterThanOrEqual(1)
    const before = await picture(2)
    await slider().press('Home')
    expect(await slider().getAttribute('aria-valuetext')).toMatch(/^Epoch 1,/)
    await expect.poll(() => picture(2), { timeout: 10_000 }).not.toBe(before)
    expect(await time()).toBeGreaterThanOrEqual(1)
    const box = (await slider().boundingBox())!
    await tab.mouse.move(box.x + 2, box.y + 40)
    await tab.mouse.down()
    await tab.mouse.move(box.x + (box.width * 4) / 7, box.y + 40, { steps: 12 })
    await tab.mouse.up()
    expect(await slider().getAttribute('aria-valuetext')).toMatch(/^Epoch 5, .*, the best, which is kept$/)
    await tab.keyboard.press('.')
    expect(await slider().getAttribute('aria-valuetext')).toMatch(/^Epoch 6,/)
    expect(await tab.getByRole('button', { name: 'Stop', exact: true }).count()).toBe(1)
    await tab.getByRole('button', { name: 'Music', exact: true }).click()
    expect(await tab.getByRole('radio', { name: /True music/ }).count()).toBe(1)
    await tab.keyboard.press('a')
    expect(await heard()).toMatch(/True music/)
    await slider().press('Space')
    expect(await tab.getByRole('button', { name: 'Play in a loop' }).count()).toBe(1)
  })

  it('has nothing that axe objects to', async () => {
    expect(await axeViolations(tab)).toEqual([])
  })

  it('lets another model do the clips, which is compared with it blind', async () => {
    await tab.getByRole('combobox', { name: 'Compare with' }).selectOption({ label: 'Untrained' })
    await tab.getByRole('radio', { name: /Untrained/ }).waitFor({ timeout: 60_000 })
    expect(await heard()).toMatch(/Untrained[\s\S]*dB/)
    await tab.getByRole('button', { name: 'Blind test …' }).click()
    const dialog = tab.getByRole('dialog', { name: 'Blind test' })
    await dialog.getByRole('combobox', { name: 'Trials' }).selectOption('5')
    await dialog.getByRole('button', { name: 'Begin' }).click()
    for (let trial = 1; trial <= 5; trial++) {
      await dialog.getByText(`Trial ${trial} of 5`).waitFor()
      await dialog.getByRole('button', { name: 'Hear B' }).click()
      await dialog.getByRole('button', { name: 'X is A' }).click()
    }
    await dialog.getByText(/of 5 right/).waitFor()
    expect(await dialog.innerText()).toMatch(/A was (Untrained|Epoch [68]), B was (Untrained|Epoch [68])\./)
    await dialog.getByRole('button', { name: 'Done' }).click()
  })

  // Whoever listens to the newest wants the next one; whoever has gone back must not be torn away.
  it('takes in the next epoch, and follows it where the newest was chosen', async () => {
    await slider().press('End')
    const line = (epoch: number) => ({ epoch, step: epoch * 250, seconds: 1, learningRate: 1, beta: 0, train: {}, validation: {}, score: 0, best: false, waiting: 0 })
    await writeHeardEpoch(runs, 'heard', 9)
    app.services.tell({ name: 'training.epoch', payload: { runId: 'heard', line: line(9) } })
    await expect.poll(() => slider().getAttribute('aria-valuetext')).toMatch(/^Epoch 9,/)
    await slider().press('ArrowLeft')
    await writeHeardEpoch(runs, 'heard', 10)
    app.services.tell({ name: 'training.epoch', payload: { runId: 'heard', line: line(10) } })
    await expect.poll(() => slider().getAttribute('aria-valuemax')).toBe('8')
    expect(await slider().getAttribute('aria-valuetext')).toMatch(/^Epoch 8,/)
  })

  it('shows the pictures of a network for images in the same way', async () => {
    await tab.getByRole('combobox', { name: 'Run' }).selectOption('seen')
    const image = tab.getByRole('img', { name: /after epoch 9/ })
    await image.waitFor()
    expect(await image.evaluate((element: HTMLImageElement) => [element.naturalWidth, element.naturalHeight])).toEqual([5 * 58 - 2, 3 * 58 - 2])
    await slider().press('Home')
    await tab.getByRole('img', { name: /after epoch 1$/ }).waitFor()
    expect(await axeViolations(tab)).toEqual([])
    expect(problems).toEqual([])
  })
})

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { appRoot } from '#main/node/appRoot'
import { forkCompute } from '#main/node/computeProcess'
import { axeViolations } from '#test/axe'
import { buildPage } from '#test/builds'
import { type Browser, browserNote, chromiumPath, openBrowser, watchForProblems } from '#test/chromium'
import { setUp } from '#test/setUp'
import { writeSongs } from '#test/trainingData'
import { startWebApp, type WebApp } from '#test/webApp'

/** Everything is the app's own: its compute processes, its trainer, its networks. Only the songs are made up. */
describe.skipIf(!chromiumPath)(`training in the browser, from recordings to a split song${browserNote}`, () => {
  const scratch = mkdtempSync(join(tmpdir(), 'stemwright-train-'))
  const songs = join(scratch, 'my songs')
  let browser: Browser
  let app: WebApp
  let tab: Page
  let problems: string[]
  const requested: string[] = []

  beforeAll(async () => {
    setUp()
    const page = await buildPage(join(scratch, 'page'))
    await writeSongs(songs, { Evening: 300, Morning: 340, Stone: 380, Tide: 410, Kites: 450 }, 8)
    app = await startWebApp({ page, launchCompute: () => forkCompute(join(appRoot, 'out/main/compute.js')) })
    browser = await openBrowser()
    tab = await browser.context.newPage()
    tab.setDefaultTimeout(120_000)
    problems = watchForProblems(tab)
    tab.on('request', (request) => requested.push(request.url()))
    await tab.goto(app.url)
  }, 300_000)
  afterAll(async () => {
    await browser?.close()
    await app?.close()
    rmSync(scratch, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
  })

  const press = (keys: string) => tab.keyboard.press(keys)
  const button = (name: string | RegExp) => tab.getByRole('button', { name })
  const step = (name: RegExp) => tab.getByRole('navigation', { name: 'Training' }).getByRole('button', { name })
  const dialog = () => tab.getByRole('dialog')
  const runs = () => app.services.training.list()

  /** Goes on with Tab alone until `target` has the focus. */
  async function reach(target: Locator): Promise<void> {
    await target.waitFor()
    for (let presses = 0; presses < 250; presses++) {
      if (await target.evaluate((element) => element === document.activeElement)) return
      await press('Tab')
    }
    throw new Error(`No way there with Tab: ${target.toString()}`)
  }

  async function choose(target: Locator): Promise<void> {
    await reach(target)
    await press('Enter')
  }

  async function type(target: Locator, text: string): Promise<void> {
    await reach(target)
    await press('Control+a')
    await tab.keyboard.type(text)
    await press('Tab')
  }

  it('takes in a folder whose path is typed, and says what is in it before anything is kept', async () => {
    await press('Shift+T')
    await tab.getByRole('heading', { name: 'Add recordings to learn from' }).waitFor()
    expect(await axeViolations(tab)).toEqual([])
    const folder = tab.getByLabel('Folder', { exact: true })
    await reach(folder)
    await tab.keyboard.type(join(scratch, 'my so'))
    await tab.getByText('There is no folder of this name yet.').waitFor()
    await tab.keyboard.type('ngs')
    await tab.getByRole('radio', { name: /Songs with stems/ }).waitFor()
    expect(await app.services.datasets.list()).toEqual([])
    expect(await axeViolations(tab)).toEqual([])
    await choose(button('Add to my training data'))
    await tab.getByRole('heading', { name: 'my songs' }).waitFor()
    await tab.getByRole('combobox', { name: 'Evening is used for' }).waitFor()
    expect(await axeViolations(tab)).toEqual([])
  })

  it('checks the recordings, and shows what was found', async () => {
    await choose(button('Check it'))
    await choose(button('Check now'))
    await tab.getByRole('list', { name: 'Findings' }).waitFor()
    await reach(tab.locator('summary').filter({ hasText: 'All that was measured' }))
    await press('Space')
    expect(await tab.getByRole('rowheader').count()).toBe(5)
    expect(await axeViolations(tab)).toEqual([])
    expect((await app.services.datasets.list())[0]?.checked).toBe(true)
  })

  it('starts a small network with hyper-parameters of the user’s own, whose charts move from epoch to epoch', async () => {
    await choose(step(/^Train/))
    await reach(tab.getByRole('radio', { checked: true }).first())
    for (let presses = 0; presses < 8 && !(await tab.getByRole('radio', { name: /^DuoVAE tiny/ }).isChecked()); presses++) await press('ArrowDown')
    await type(tab.getByLabel('Epochs', { exact: true }), '60')
    await reach(tab.locator('summary').filter({ hasText: 'Advanced' }))
    await press('Space')
    expect(await axeViolations(tab)).toEqual([])
    for (const [name, value] of [['Batch size', 2], ['Steps per epoch', 6], ['Vocal pool', 3], ['Music pool', 2], ['Scenes', 2], ['Reuse', 4]] as const) {
      await type(tab.getByLabel(name, { exact: true }), String(value))
    }
    await choose(button('Start training'))
    await tab.getByRole('region', { name: 'The run' }).waitFor()
    expect((await runs())[0]).toMatchObject({ presetId: 'tiny', config: { batchSize: 2, stepsPerEpoch: 6, totalSteps: 360 } })
    await expect.poll(async () => (await runs())[0]?.progress.epoch, { timeout: 180_000, interval: 300 }).toBeGreaterThanOrEqual(2)
    const drawn = tab.getByRole('region', { name: /^Loss/ }).getByRole('img').first()
    await drawn.waitFor()
    expect(await axeViolations(tab)).toEqual([])
    const epochs = async () => (await app.services.training.history((await runs())[0]!.id)).length
    const before = await epochs()
    const picture = await drawn.screenshot()
    await expect.poll(epochs, { timeout: 120_000 }).toBeGreaterThan(before)
    await expect.poll(async () => (await drawn.screenshot()).equals(picture), { timeout: 20_000 }).toBe(false)
    // What is only read aloud, below what is seen of the charts, once made the whole window scroll beside them.
    expect(await tab.evaluate(() => document.documentElement.scrollHeight - innerHeight)).toBe(0)
  })

  it('pauses and goes on with one key', async () => {
    await press('p')
    await button('Resume').waitFor()
    const at = (await runs())[0]!.progress.step
    expect(await axeViolations(tab)).toEqual([])
    await press('p')
    await expect.poll(async () => (await runs())[0]!.progress.step, { timeout: 120_000 }).toBeGreaterThan(at)
  })

  it('lets the network be heard as it was after an epoch', async () => {
    await choose(step(/^Listen/))
    await tab.getByRole('region', { name: 'Results' }).getByRole('slider').first().waitFor()
    expect(await axeViolations(tab)).toEqual([])
    await choose(tab.getByRole('region', { name: 'Results' }).getByRole('button', { name: /^Play/ }))
    await tab.getByRole('region', { name: 'Results' }).getByRole('button', { name: /^Pause|^Stop/ }).waitFor()
  })

  it('stops, keeps the best as a model, and splits a song with it in the Studio', async () => {
    await choose(step(/^Train/))
    await button('Pause').waitFor()
    await press('Shift+K')
    await dialog().getByLabel('Name of the model').waitFor()
    expect(await axeViolations(tab)).toEqual([])
    await press('Control+a')
    await tab.keyboard.type('My first model')
    await press('Enter')
    await choose(button('Use it in the Studio').first())
    expect((await runs())[0]?.status).toBe('stopped')
    await choose(button('Try the demo song'))
    await tab.getByRole('group', { name: /^Demo, lane/ }).waitFor()
    await press('Control+Enter')
    await expect.poll(() => dialog().getByLabel('Model', { exact: true }).evaluate((select: HTMLSelectElement) => select.selectedOptions[0]?.textContent?.trim())).toBe('My first model')
    await press('Enter')
    await tab.getByRole('group', { name: /^Music, lane/ }).waitFor({ timeout: 240_000 })
    const split = app.services.jobs.list().find(({ kind }) => kind === 'separation')
    expect(split?.state).toMatchObject({ status: 'succeeded', result: { model: expect.stringMatching(/^my-first-model-/), nullResidualDbfs: -200 } })
  })

  // Would catch: a Studio that falls silent, or a Delete that removes one of its clips, while another page is shown.
  it('leaves the Studio playing behind the other pages, whose keys are their own', async () => {
    await reach(tab.getByRole('group', { name: /^Demo, lane/ }))
    await press('Space')
    await button('Pause').waitFor()
    await press('Shift+T')
    await tab.getByRole('region', { name: 'The run' }).waitFor()
    await press('Delete')
    const at = () => tab.locator('[role=timer]').textContent()
    const before = await at()
    await expect.poll(at).not.toBe(before)
    await press('Shift+S')
    await button('Pause').waitFor()
    expect(await tab.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toMatch(/^Demo, lane/)
    expect(await tab.getByRole('group', { name: /^Demo, lane 1 of 3, 1 clip/ }).count()).toBe(1)
    await press('Space')
  })

  // Would catch: a link to a public collection that is fetched because its card was shown.
  it('asked nothing of anybody but the app itself, and complained of nothing', () => {
    expect(problems).toEqual([])
    expect(requested.filter((url) => !url.startsWith(app.origin) && !/^(data|blob):/.test(url))).toEqual([])
  })
})

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
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
import { writeSongs } from '#test/trainingData'
import { startWebApp, type WebApp } from '#test/webApp'

describe.skipIf(!chromiumPath)(`studies in the browser${browserNote}`, () => {
  const scratch = mkdtempSync(join(tmpdir(), 'stemwright-study-'))
  let browser: Browser
  let app: WebApp
  let tab: Page
  let problems: string[]

  beforeAll(async () => {
    setUp()
    const page = await buildPage(join(scratch, 'page'))
    await writeSongs(join(scratch, 'songs'), { Evening: 300, Morning: 340, Stone: 380 }, 8)
    app = await startWebApp({ page, launchCompute: () => forkCompute(join(appRoot, 'out/main/compute.js')) })
    const { datasets } = app.services
    const { id } = await datasets.add({ folder: join(scratch, 'songs'), layout: 'stemFolders', name: 'My songs' })
    for (const item of ['Evening', 'Morning', 'Stone']) await datasets.setSplit(id, item, item === 'Stone' ? 'validation' : 'train')
    browser = await openBrowser()
    tab = await browser.context.newPage()
    tab.setDefaultTimeout(120_000)
    problems = watchForProblems(tab)
    await tab.goto(app.url)
    await tab.getByRole('tab', { name: 'Train' }).click()
  }, 300_000)
  afterAll(async () => {
    await browser?.close()
    await app?.close()
    rmSync(scratch, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
  })

  // This would catch a study whose rows never fill, a table that cannot be saved, and figures that the page does not show.
  it('one click trains two networks, measures both and judges them', async () => {
    await tab.getByRole('button', { name: 'Studies' }).click()
    await tab.getByText('VAE against U-Net', { exact: true }).click()
    await tab.getByLabel('Steps a run').fill('4')
    await tab.getByRole('button', { name: 'Start 2 runs' }).click()
    await tab.getByText('2 of 2 runs done').waitFor({ timeout: 250_000 })
    const cells = await tab.locator('tbody tr td:nth-child(2)').allInnerTexts()
    expect(cells.map((cell) => Number.parseFloat(cell)).every(Number.isFinite), cells.join()).toBe(true)
    expect(await tab.locator('.verdict').innerText()).toMatch(/dB.*Measured after 4 steps each, on Stone\./s)
    const download = tab.waitForEvent('download')
    await tab.getByRole('button', { name: 'CSV' }).click()
    expect(readFileSync(await (await download).path(), 'utf8').trim().split('\r\n')).toHaveLength(3)
    await tab.getByRole('button', { name: /^Vocals SDR/ }).press('Enter')
    expect(await tab.locator('th').nth(1).getAttribute('aria-sort')).toBe('descending')
    expect(await axeViolations(tab)).toEqual([])
  }, 300_000)

  it('the discussion can be read, its tables too', async () => {
    await tab.getByRole('button', { name: 'Discussion' }).click()
    await tab.getByRole('heading', { name: 'What outperforms a VAE' }).waitFor()
    expect(await tab.getByRole('table').count()).toBeGreaterThan(3)
    expect(await axeViolations(tab)).toEqual([])
    expect(problems).toEqual([])
  })
})

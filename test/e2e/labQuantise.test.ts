import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { axeViolations } from '#test/axe'
import { type Browser, browserNote, chromiumPath, openBrowser } from '#test/chromium'
import { buildPartPages, type PartPages } from '#test/partPages'
import { projectRoot } from '#test/projectFiles'

let browser: Browser
let pages: PartPages
let page: Page
let errors: string[]

describe.skipIf(!chromiumPath)(`quantising sounds, over made-up services${browserNote}`, () => {
  beforeAll(async () => {
    pages = await buildPartPages(join(projectRoot, 'test', 'support', 'quantisePage'))
    browser = await openBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    pages?.close()
  })
  beforeEach(async () => {
    await page?.close()
    errors = []
    page = await pages.open(browser.context)
    page.on('pageerror', ({ message }) => errors.push(message))
    await button('Train and compare 6 models').waitFor()
  })

  const button = (name: string | RegExp) => page.getByRole('button', { name, exact: typeof name === 'string' })
  const step = (name: RegExp) => page.getByRole('tab', { name }).click()
  const asked = (name: string) => page.evaluate((of) => window.quantise.asked.filter(([each]) => each === of).map(([, payload]) => payload), name)
  const running = (id: string, completed: number) =>
    page.evaluate(([job, done]) => window.quantise.job(job, { status: 'running', progress: { stage: 'training', completed: done, total: 100, unit: 'steps' } }), [id, completed] as const)
  const picture = async (name: string) => {
    if (process.env['STEMWRIGHT_PICTURES']) await page.screenshot({ path: join(process.env['STEMWRIGHT_PICTURES'], `${name}.png`), fullPage: true })
  }
  const compareBothWays = async () => {
    await page.getByRole('radio', { name: /^All in both ways/ }).check()
    await button('Train and compare 12 models').click()
    await page.getByRole('region', { name: 'Comparison that runs: Digits' }).first().waitFor()
    await page.evaluate(() => {
      window.quantise.ablated('ablation-1', 'residuals')
      window.quantise.ablated('ablation-2', 'as-published')
    })
    await page.getByRole('region', { name: 'Models in figures' }).waitFor()
  }

  // Would catch: rows that only appear at the end, a progress bar that stands still, and a cancel that is not sent.
  it('trains all models with one press, shows each as it is done, and is cancelled', async () => {
    await button('Train and compare 6 models').click()
    await expect.poll(() => asked('quantising.startAblation')).toEqual([{ datasetId: 'fsdd', models: ['M1', 'M2', 'M3', 'M4', 'M5', 'ours'], epochs: 3, seed: 1 }])
    await running('ablation-1', 25)
    await page.evaluate(() => window.quantise.trained('ablation-1', 'M1', 'as-published'))
    const table = page.getByRole('region', { name: 'Models that are trained' })
    await expect.poll(() => table.getByRole('row').allInnerTexts()).toEqual([
      expect.any(String), expect.stringMatching(/^M1\s+As published\s+uniform, γ 0.99\s+5 × 128/), ...['M2', 'M3', 'M4', 'M5', 'Ours'].map((name) => expect.stringMatching(new RegExp(`^${name}\\s+to come`))),
    ])
    await expect.poll(() => page.getByRole('progressbar').getAttribute('aria-valuenow')).toBe('25')
    expect(await axeViolations(page)).toEqual([])
    await picture('running')
    await button('Cancel').click()
    await expect.poll(() => asked('jobs.cancel')).toEqual([{ jobId: 'ablation-1' }])
    await button('Train and compare 6 models').waitFor()
    expect(await page.getByRole('alert').count()).toBe(0)
  })

  // Would catch: averages that hide one another, a mark on the wrong end of a column, an order that screen readers are not told.
  it('shows both averages beside one another, sorted by any column, the best marked', async () => {
    await compareBothWays()
    const table = page.getByRole('region', { name: 'Models in figures' })
    expect(await table.getByRole('row').count()).toBe(13)
    const distance = table.getByRole('columnheader', { name: 'Distance, dB' })
    await distance.getByRole('button').press('Enter')
    expect(await distance.getAttribute('aria-sort')).toBe('ascending')
    const [, best] = await table.getByRole('row').allInnerTexts()
    expect(best).toMatch(/^Ours\s+Correct[\s\S]+, best/)
    await distance.getByRole('button').press('Enter')
    expect(await distance.getAttribute('aria-sort')).toBe('descending')
    expect((await table.getByRole('row').allInnerTexts())[1]).toMatch(/^M1\s+As published/)
    expect(await page.getByText(/their error is 8 times lower than as published, by the median of 6 models/).count()).toBe(1)
    expect(await page.getByRole('img', { name: /^Reconstruction, 3 epochs\. .*M1.*as published: from/ }).count()).toBe(1)
    expect(await page.getByRole('img', { name: /^(Codes used by layer|Perplexity by layer|Ours, (correct|as published): perplexity)/ }).count()).toBe(4)
    expect(await axeViolations(page)).toEqual([])
    await picture('compared')
    await page.getByRole('checkbox', { name: /^Beside it/ }).uncheck()
    await expect.poll(() => table.getByRole('row').count()).toBe(7)
    expect(errors).toEqual([])
  })

  // Would catch: sounds of an older seed, a sound that plays on when another is asked for, and keys that leave the row.
  it('plays a sound as it is and by every model, by keys', async () => {
    await compareBothWays()
    await button('Hear the models').click()
    const row = page.getByRole('region', { name: '1_jackson_0.wav' })
    await row.getByRole('button', { name: 'Play 1_jackson_0.wav as it is' }).press('ArrowRight')
    await page.keyboard.press('Enter')
    await row.getByRole('button', { name: 'Stop 1_jackson_0.wav by M1' }).waitFor()
    expect(await row.getByRole('button', { name: /1_jackson_0.wav by/ }).count()).toBe(6)
    expect(await axeViolations(page)).toEqual([])
    await picture('heard')
    await button('Other sounds').click()
    await page.getByRole('region', { name: '2_jackson_0.wav' }).waitFor()
    expect(await page.getByRole('button', { name: /^Stop/ }).count()).toBe(0)
    expect(await asked('quantising.hearAblation')).toEqual([1, 2].map((seed) => ({ ablationId: 'ablation-1', seed, count: 3 })))
    expect(errors).toEqual([])
  })

  it('learns priors that are chosen, compares them, and draws sounds from one by seed and temperature', async () => {
    await step(/^Priors/)
    await page.getByRole('checkbox', { name: /^More blocks/ }).uncheck()
    await button('Learn and compare 5 priors').click()
    await expect.poll(() => asked('quantising.startPriors')).toEqual([{ modelId: 'ours', datasetId: 'fsdd', variants: ['published', 'sigmoid', 'noPreprocess', 'multiModal', 'ours'], steps: 200, seed: 1 }])
    await running('priors-1', 50)
    await page.evaluate(() => window.quantise.learned('priors-1', 'published'))
    await expect.poll(() => page.getByRole('region', { name: 'Priors that are learned' }).getByRole('row').nth(1).innerText()).toMatch(/^As published\s/)
    await page.evaluate(() => window.quantise.priorsDone('priors-1'))
    const table = page.getByRole('region', { name: 'Priors in figures' })
    await table.getByRole('button', { name: 'Sigmoid', exact: true }).click()
    const slider = page.getByRole('slider', { name: 'Temperature' })
    for (let press = 0; press < 6; press++) await slider.press('ArrowLeft')
    await button('Draw a sound').click()
    await expect.poll(() => asked('quantising.sample')).toEqual([{ comparisonId: 'priors-1', variant: 'sigmoid', seed: 1, count: 1, temperature: expect.closeTo(0.7, 6) }])
    await button('Stop Seed 1, Prior sigmoid').waitFor()
    await button('Draw 8').click()
    await expect.poll(() => page.getByRole('list', { name: 'Drawn sounds' }).getByRole('listitem').count()).toBe(9)
    expect(await axeViolations(page)).toEqual([])
    await picture('priors')
    await button('Save all…').click()
    await page.getByText('9 sounds are saved.').first().waitFor()
    expect((await asked('quantising.export'))[8]).toMatchObject({ folder: '/chosen', madeBy: 'the prior "Prior sigmoid" (seed 1, temperature 0.70)', sounds: [{ name: 'Seed 1, Prior sigmoid', sampleRate: 8000 }] })
    expect(errors).toEqual([])
  })
})

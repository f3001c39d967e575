import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { tasks } from '#main/compute/tasks/tasks'
import { pictureSide } from '#shared/images/mixing'
import { axeViolations } from '#test/axe'
import { buildPage } from '#test/builds'
import { type Browser, browserNote, chromiumPath, openBrowser, watchForProblems } from '#test/chromium'
import { fakeComputeProcess } from '#test/fakeComputeProcess'
import { smallUnmixers } from '#test/unmixers'
import { writeUntrainedUnmixer } from '#test/untrainedModel'
import { startWebApp, type WebApp } from '#test/webApp'

const models = [['dense', 'All dense'], ['skip', 'With skips'], ['unet', 'Plain network']] as const
/** The first use of a network makes it ready. */
const patience = { timeout: 150_000 }

describe.skipIf(!chromiumPath)(`one model of the Playground, looked into${browserNote}`, () => {
  const scratch = mkdtempSync(join(tmpdir(), 'stemwright-explore-page-'))
  let browser: Browser
  let app: WebApp
  let tab: Page
  let problems: string[]

  beforeAll(async () => {
    const page = await buildPage(join(scratch, 'page'))
    browser = await openBrowser()
    app = await startWebApp({ page, launchCompute: () => fakeComputeProcess(tasks) })
    for (const [network, name] of models) {
      await writeUntrainedUnmixer(join(scratch, network), smallUnmixers[network], name)
      await app.services.models.keep({ directory: join(scratch, network), name })
    }
  })
  afterAll(async () => {
    await browser?.close()
    await app?.close()
    rmSync(scratch, { recursive: true, force: true })
  })

  beforeEach(async () => {
    tab = await browser.context.newPage()
    problems = watchForProblems(tab)
    await tab.goto(app.url, patience)
    await tab.getByRole('tab', { name: 'Playground' }).click()
  })
  afterEach(async () => {
    await tab.close()
  })

  const look = async (title: string, model: string) => {
    await tab.getByRole('tab', { name: title, exact: true }).click()
    await tab.getByLabel('Model', { exact: true }).selectOption({ label: model })
  }
  const button = (label: string | RegExp) => tab.getByRole('button', { name: label, exact: true })
  const picture = (name: string | RegExp) => tab.getByRole('img', { name })
  const pixels = (canvas: Locator): Promise<number[]> =>
    canvas.evaluate((element, side) => {
      const { data } = (element as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, side, side)
      return Array.from({ length: side * side }, (_, at) => data[4 * at]! / 255)
    }, pictureSide)
  const isDrawn = (canvas: Locator) => expect.poll(async () => Math.max(...(await pixels(canvas))), patience).toBeGreaterThan(0)

  // Would catch: a slider that reaches the wrong part, a Reset that leaves something, keys that do nothing.
  it('has latents that are moved by keys, one by one, and are put back', async () => {
    await look('Latents', 'All dense')
    const sliders = tab.getByRole('slider', { name: /^Digit, latent \d+, [\d.]+ nats$/ })
    await expect.poll(() => sliders.count(), patience).toBe(4)
    const [digit, garment] = [picture('Digit of the moved latents').first(), picture('Garment of the moved latents').first()]
    await isDrawn(digit)
    const [digitBefore, garmentBefore] = [await pixels(digit), await pixels(garment)]
    const nats = await sliders.evaluateAll((all) => all.map((each) => Number(/([\d.]+) nats/.exec(each.getAttribute('aria-label')!)![1])))
    expect(nats).toEqual([...nats].sort((a, b) => b - a))
    expect(await axeViolations(tab)).toEqual([])

    await sliders.first().focus()
    for (let step = 0; step < 25; step++) await tab.keyboard.press('ArrowRight')
    expect(await sliders.first().getAttribute('aria-valuetext')).toBe('plus 2.5 standard deviations')
    await expect.poll(() => pixels(digit), patience).not.toEqual(digitBefore)
    expect(await pixels(garment)).toEqual(garmentBefore)
    await tab.getByText(/^Changed by up to 0\.\d+$/).first().waitFor()
    await tab.keyboard.press('0')
    await expect.poll(() => pixels(digit), patience).toEqual(digitBefore)
    await tab.keyboard.press('PageUp')
    await button('Reset').click()
    expect(await sliders.first().getAttribute('aria-valuetext')).toBe('as it was')
    await expect.poll(() => pixels(digit), patience).toEqual(digitBefore)
    expect(problems).toEqual([])
  })

  // Would catch: ends that are other pictures than the model's own, a slider that shows other places than it says.
  it('goes from one pair to another, scrubbed and played', async () => {
    await look('Between two', 'With skips')
    const slider = tab.getByRole('slider', { name: 'Place on the way' })
    await expect.poll(() => slider.isEnabled(), patience).toBe(true)
    const mixed = picture(/^Mixed again, at your pair$/)
    const mixture = tab.getByRole('region', { name: 'Mixture', exact: true }).locator('canvas').first()
    const difference = async (a: Locator, b: Locator) => {
      const [x, y] = [await pixels(a), await pixels(b)]
      return Math.max(...x.map((value, at) => Math.abs(value - y[at]!)))
    }
    await expect.poll(() => difference(mixed, mixture), patience).toBeLessThan(2 / 255)
    expect(await axeViolations(tab)).toEqual([])
    await slider.focus()
    await tab.keyboard.press('End')
    const far = picture('Mixture of the far pair')
    expect(await difference(picture(/^Mixed again, at the far pair$/), far)).toBeLessThan(2 / 255)
    expect(await difference(far, mixture)).toBeGreaterThan(0.1)
    await tab.keyboard.press('Home')
    for (let step = 0; step < 15; step++) await tab.keyboard.press('ArrowRight')
    expect(await slider.getAttribute('aria-valuetext')).toBe('50 percent of the way')
    await button('Play').click()
    await expect.poll(() => slider.inputValue(), patience).not.toBe('15')
    await button('Pause').click()
    const still = await slider.inputValue()
    await tab.evaluate(() => new Promise((resolve) => setTimeout(resolve, 200)))
    expect(await slider.inputValue()).toBe(still)
    await tab.getByText(/both pairs shine through/).waitFor()
    expect(problems).toEqual([])
  })

  it('makes pictures up, the same ones from the same seed', async () => {
    await look('From nothing', 'All dense')
    const sample = picture(/^8 digits, made up from seed/).locator('canvas').nth(5)
    await isDrawn(sample)
    const before = await pixels(sample)
    expect(await axeViolations(tab)).toEqual([])
    await button('Again').click()
    await expect.poll(() => pixels(sample), patience).not.toEqual(before)
    await tab.getByRole('spinbutton', { name: 'Seed' }).fill('1')
    await tab.keyboard.press('Tab')
    await expect.poll(() => pixels(sample), patience).toEqual(before)
    await tab.getByLabel('Drawn from').selectOption('where those of mixtures lie')
    await expect.poll(() => pixels(sample), patience).not.toEqual(before)
    await look('From nothing', 'With skips')
    await tab.getByText(/samples given your mixture/).waitFor(patience)
    expect(problems).toEqual([])
  })

  // Would catch: a pair that is taken in place of another, an order that is not kept, a table of another model.
  it('takes many pairs apart, sorts them, says which decoder took what, and lets one be taken', async () => {
    await look('Many at once', 'With skips')
    const pairs = tab.getByRole('list', { name: /^Pairs/ }).getByRole('button')
    await expect.poll(() => pairs.count(), patience).toBe(64)
    const errors = () => pairs.evaluateAll((all) => all.map((each) => Number(/error (\S+)$/.exec(each.textContent!.trim())![1])))
    const worst = await errors()
    expect(worst).toEqual([...worst].sort((a, b) => b - a))
    await tab.getByLabel('Order').selectOption('Smallest error first')
    expect(await errors()).toEqual([...worst].reverse())
    const table = tab.getByRole('table', { name: /Mean squared error/ })
    expect(await table.getByRole('row').count()).toBe(3)
    await tab.getByText(/pairs( \([\d.]+ %\))?[.;:]|all 64 pairs/).first().waitFor()
    expect(await axeViolations(tab)).toEqual([])

    await pairs.first().focus()
    await tab.keyboard.press('ArrowRight')
    await tab.keyboard.press('ArrowDown')
    await tab.keyboard.press('End')
    expect(await pairs.nth(63).evaluate((each) => each === document.activeElement)).toBe(true)
    const title = (await pairs.nth(63).textContent())!.trim().split(' + ')[0]!
    const shown = await pixels(pairs.nth(63).locator('canvas').first())
    await tab.keyboard.press('Enter')
    await expect.poll(() => pixels(tab.getByRole('region', { name: 'Mixture', exact: true }).locator('canvas').first()), patience).toEqual(shown)
    await tab.getByRole('region', { name: 'Digit', exact: true }).getByText(title, { exact: true }).first().waitFor()
    expect(await pairs.nth(63).getAttribute('aria-current')).toBe('true')
    await look('Many at once', 'All dense')
    await expect.poll(errors, patience).not.toEqual([...worst].reverse())
    expect(problems).toEqual([])
  })

  it('says of a network without latents that it has none, and still takes many pairs apart with it', async () => {
    for (const title of ['Latents', 'Between two', 'From nothing']) {
      await look(title, 'Plain network')
      await tab.getByText('Plain network has no latents').waitFor(patience)
    }
    expect(await axeViolations(tab)).toEqual([])
    await look('Many at once', 'Plain network')
    await expect.poll(() => tab.getByRole('list', { name: /^Pairs/ }).getByRole('button').count(), patience).toBe(64)
    expect(problems).toEqual([])
  })

  it.each([[640, 800], [1280, 800]])('stays within a window of %i × %i', async (width, height) => {
    await tab.setViewportSize({ width, height })
    for (const title of ['Latents', 'Between two', 'From nothing', 'Many at once']) {
      await look(title, 'All dense')
      await expect.poll(() => tab.getByText(/^Taking|measuring its latents/).count(), patience).toBe(0)
      const wide = await tab.locator('.playground').evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)
      expect([title, wide]).toEqual([title, 0])
    }
    expect(problems).toEqual([])
  })
})

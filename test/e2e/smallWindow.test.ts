import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { forkCompute } from '#main/node/computeProcess'
import { axeViolations } from '#test/axe'
import { buildHalvingCompute, buildPage } from '#test/builds'
import { type Browser, browserNote, chromiumPath, openBrowser } from '#test/chromium'
import { projectRoot } from '#test/projectFiles'
import { writeNoise } from '#test/sound'
import { startWebApp, type WebApp } from '#test/webApp'

describe.skipIf(!chromiumPath)(`the Studio in a small window${browserNote}`, () => {
  const scratch = mkdtempSync(join(tmpdir(), 'stemwright-small-'))
  let browser: Browser
  let app: WebApp
  let tab: Page

  beforeAll(async () => {
    const page = await buildPage(join(scratch, 'page'))
    const program = await buildHalvingCompute(join(projectRoot, 'node_modules/.cache/stemwright-small'))
    app = await startWebApp({ page, launchCompute: () => forkCompute(program) })
    browser = await openBrowser()
    await writeNoise(join(scratch, 'take.wav'), 3, 1)
    tab = await browser.context.newPage()
    await tab.emulateMedia({ reducedMotion: 'reduce' })
    // A window of 1280 × 800 at twice the size.
    await tab.setViewportSize({ width: 640, height: 400 })
    await tab.goto(app.url)
    await tab.setInputFiles('input[type=file]', join(scratch, 'take.wav'))
    await lane('take').waitFor()
  })
  afterAll(async () => {
    await browser?.close()
    await app?.close()
    rmSync(scratch, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
  })

  const button = (label: string | RegExp) => tab.getByRole('button', { name: label, exact: true })
  const lane = (label: string) => tab.getByRole('group', { name: new RegExp(`^${label}, lane`) })
  const dialog = () => tab.getByRole('dialog')

  it('cuts off no tool, with every panel open and everything that the toolbar can hold', async () => {
    const toolbar = tab.getByRole('toolbar')
    await button('Waveforms and spectrograms').click()
    await button('Brush on the spectrogram').click()
    await tab.getByRole('button', { name: /^Songs/ }).click()
    await tab.getByRole('complementary', { name: 'Songs and queue' }).waitFor()
    const edges = (await toolbar.boundingBox())!
    for (const tool of await toolbar.locator('button:visible, select:visible, input:visible').all()) {
      const box = (await tool.boundingBox())!
      expect(box.x + box.width, await tool.evaluate((element) => element.outerHTML)).toBeLessThanOrEqual(edges.x + edges.width)
      expect(box.y + box.height).toBeLessThanOrEqual(edges.y + edges.height)
    }
    // By the mouse, where it is seen.
    await toolbar.getByRole('button', { name: 'Split…' }).click()
    await dialog().waitFor()
    await tab.keyboard.press('Escape')
    await dialog().waitFor({ state: 'detached' })
    expect(await axeViolations(tab)).toEqual([])
  })

  // Half the name of an engine says nothing, and looks like a mistake.
  it('shows the name of the engine whole or not at all, beside a project name of any length', async () => {
    const engine = tab.locator('.engine')
    const shown = () => engine.evaluate((element) => {
      const [outer, inner] = [element.getBoundingClientRect(), element.querySelector('span')!.getBoundingClientRect()]
      const isInside = inner.right <= outer.right + 0.5 && inner.bottom <= outer.bottom + 2
      return isInside ? 'whole' : inner.top >= outer.bottom - 2 ? 'hidden' : 'cut off'
    })
    await tab.setViewportSize({ width: 1700, height: 800 })
    expect(await shown()).toBe('whole')
    await tab.locator('.project strong').evaluate((element) => (element.textContent = 'A long name of a project '.repeat(6)))
    const ends = ['.panels button:last-child', '.privacy'].map((selector) => tab.locator(`header ${selector}`))
    for (const width of [1700, 1500, 1400, 1330, 1280, 1250, 1150, 1130, 1000]) {
      await tab.setViewportSize({ width, height: 800 })
      const [before, after] = await Promise.all(ends.map((end) => end.boundingBox()))
      expect(before!.x + before!.width, `the header overlaps at ${width}`).toBeLessThanOrEqual(after!.x)
      if (width < 1240) continue
      expect(await shown(), `at ${width}`).not.toBe('cut off')
    }
    await tab.setViewportSize({ width: 640, height: 400 })
  })

  it('lets dialogs be scrolled by keys alone, also while all that is in them is disabled', async () => {
    await lane('take').focus()
    await tab.keyboard.press('?')
    const body = dialog().locator('.body')
    await expect.poll(() => body.getAttribute('tabindex')).toBe('0')
    await body.focus()
    await tab.keyboard.press('End')
    await expect.poll(() => body.evaluate(({ scrollTop }) => scrollTop)).toBeGreaterThan(100)
    expect(await axeViolations(tab)).toEqual([])
    await dialog().evaluate((element) => element.querySelectorAll('.body :is(input, button)').forEach((control) => control.setAttribute('disabled', '')))
    expect(await axeViolations(tab)).toEqual([])
  })
})

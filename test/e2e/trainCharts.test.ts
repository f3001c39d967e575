import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { axeViolations } from '#test/axe'
import { buildChartsPage } from '#test/chartsPage'
import { type Browser, browserNote, chromiumPath, openBrowser } from '#test/chromium'
import type { PartPages } from '#test/partPages'

let browser: Browser
let pages: PartPages
let page: Page
let errors: string[]

describe.skipIf(!chromiumPath)(`runs and their charts${browserNote}`, () => {
  beforeAll(async () => {
    pages = await buildChartsPage()
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
  })

  const chart = (title: string) => page.getByRole('region', { name: title }).getByRole('img')
  const canvas = (title: string) => chart(title).locator('canvas')
  const button = (name: string | RegExp) => page.getByRole('button', { name })

  /** How many pixels of a chart have about this colour, in the part of its width that is given. */
  const pixelsOf = (title: string, colour: readonly [number, number, number], from = 0, to = 1) =>
    canvas(title).evaluate(
      (element, [[red, green, blue], first, last]) => {
        const { width, height } = element as HTMLCanvasElement
        const left = Math.floor(width * first)
        const { data } = (element as HTMLCanvasElement).getContext('2d')!.getImageData(left, 0, Math.ceil(width * last) - left, height)
        let count = 0
        for (let i = 0; i < data.length; i += 4) {
          if (data[i + 3]! > 200 && Math.abs(data[i]! - red) + Math.abs(data[i + 1]! - green) + Math.abs(data[i + 2]! - blue) < 40) count++
        }
        return count
      },
      [colour, from, to] as const,
    )
  const training = [0x56, 0xb4, 0xe9] as const
  const validation = [0xf2, 0xa9, 0x3b] as const

  it('draws every chart of the selected run, training and validation each in its colour', async () => {
    await expect.poll(() => page.getByRole('img').count()).toBe(8)
    expect(await pixelsOf('Loss', training)).toBeGreaterThan(500)
    expect(await pixelsOf('Loss', validation)).toBeGreaterThan(300)
    const summary = await chart('Loss').getAttribute('aria-label')
    expect(summary).toMatch(/^Loss, 38 epochs\. Training: from 0\.\d+ to 0\.\d+, lowest 0\.\d+ in epoch \d+\. Validation: .+ Best: epoch 36\./)
    expect(await page.getByText(/Still improving/).count()).toBe(1)
    expect(errors).toEqual([])
  })

  // Would catch: blurred charts on screens with many pixels, and charts that stay as wide as they once were.
  it('has a pixel of its own for every pixel of the screen, and follows its panel', async () => {
    const session = await page.context().newCDPSession(page)
    let before = 1
    for (const [width, ratio] of [[1280, 1], [1280, 2], [1920, 1.5], [900, 1]] as const) {
      await session.send('Emulation.setDeviceMetricsOverride', { width, height: 800, deviceScaleFactor: ratio, mobile: false })
      // An emulated screen does not tell the page that its pixels have changed, as a real one does.
      if (ratio !== before) await page.reload()
      before = ratio
      await expect
        .poll(() =>
          canvas('Loss').evaluate((element) => {
            const { clientWidth, width: own } = element as HTMLCanvasElement
            const room = element.closest('[role=img]')!.clientWidth
            return [Math.abs(own - clientWidth * devicePixelRatio) < 1.5, Math.abs(clientWidth - room) <= 1, devicePixelRatio]
          }),
        )
        .toEqual([true, true, ratio])
    }
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true)
  })

  // Would catch: charts that are made anew, or are blank for a moment, with every epoch.
  it('grows with the run without being made anew or going blank', async () => {
    const before = await canvas('Loss').elementHandle()
    const blanks = await page.evaluate(async () => {
      const { all, emit, madeUpHistory } = window.charts
      const element = document.querySelector<HTMLCanvasElement>('[role=img] canvas')!
      const lines = madeUpHistory({ epochs: 50, seed: 3, pace: 11, ceiling: 6.1 }).slice(38)
      let blank = 0
      for (const line of lines) {
        emit('training.epoch', { runId: all[0]!.run.id, line })
        await new Promise((resolve) => requestAnimationFrame(resolve))
        const { data } = element.getContext('2d')!.getImageData(0, 0, element.width, element.height)
        if (!data.some((value, i) => i % 4 === 3 && value > 0)) blank++
      }
      return blank
    })
    expect(blanks).toBe(0)
    expect(await canvas('Loss').evaluate((element, old) => element === old, before)).toBe(true)
    await expect.poll(() => chart('Loss').getAttribute('aria-label')).toMatch(/^Loss, 50 epochs/)
  })

  // Would catch: a page that draws all its charts anew every second, because a run tells of its steps that often.
  it('draws nothing while only the progress of a run changes', async () => {
    const draws = await page.evaluate(async () => {
      const { all, emit } = window.charts
      const { clearRect } = CanvasRenderingContext2D.prototype
      let count = 0
      CanvasRenderingContext2D.prototype.clearRect = function (...box) {
        count++
        clearRect.apply(this, box)
      }
      const { run } = structuredClone(all[0]!)
      const told = []
      for (const step of [9501, 9502, 9503]) {
        emit('training.changed', { ...run, progress: { ...run.progress, step } })
        await new Promise((resolve) => setTimeout(resolve, 50))
        told.push(count)
      }
      emit('training.epoch', { runId: run.id, line: { ...all[0]!.history.at(-1)!, epoch: 39, step: 9750 } })
      await new Promise((resolve) => setTimeout(resolve, 100))
      return { told, afterwards: count }
    })
    expect(draws.told).toEqual([0, 0, 0])
    expect(draws.afterwards).toBeGreaterThan(0)
    await page.getByText('9503').waitFor()
  })

  // Would catch: a logarithmic axis that loses the rest of the chart once a loss is 0 or below.
  it('goes on drawing when a loss is zero or negative', async () => {
    await page.evaluate(() => {
      const { all, emit } = window.charts
      const last = all[0]!.history.at(-1)!
      for (let i = 1; i <= 10; i++) {
        const loss = i < 5 ? 0 : -0.05 * i
        emit('training.epoch', { runId: all[0]!.run.id, line: { ...last, epoch: 38 + i, step: last.step + 250 * i, train: { ...last.train, loss }, trace: [], best: false } })
      }
    })
    await expect.poll(() => chart('Loss').getAttribute('aria-label')).toContain('to -0.5')
    expect(await pixelsOf('Loss', training, 0.1, 0.5)).toBeGreaterThan(200)
    expect(await pixelsOf('Loss', training, 0.85, 1)).toBeGreaterThan(30)
    expect(errors).toEqual([])
  })

  it('is read by keys, all charts at the same epoch', async () => {
    await chart('Loss').focus()
    await page.keyboard.press('End')
    await page.keyboard.press('ArrowLeft')
    const line = await page.evaluate(() => window.charts.all[0]!.history[36]!)
    const said = `Epoch 37: training ${line.train['loss']!.toPrecision(4)}, validation ${line.validation['loss']!.toPrecision(4)}`
    await expect.poll(() => page.locator('[aria-live=polite]').allTextContents()).toContain(said)
    expect(await page.getByText('epoch 37', { exact: true }).count()).toBe(8)
    const hairlines = await page.locator('.u-cursor-x').evaluateAll((all) => all.filter((each) => each.getBoundingClientRect().height > 20 && getComputedStyle(each).display !== 'none').length)
    expect(hairlines).toBe(8)
    await page.keyboard.press('Escape')
    await expect.poll(() => page.getByText('newest', { exact: true }).count()).toBe(8)
  })

  it('is read by the pointer, at the epoch nearest to it', async () => {
    const box = (await chart('Loss').boundingBox())!
    await page.mouse.move(box.x + 0.5 * box.width, box.y + 0.5 * box.height)
    const where = page.getByRole('region', { name: 'Vocals SI-SDR' }).getByText(/^epoch \d+$/)
    await where.waitFor()
    const at = Number((await where.textContent())!.slice(6))
    expect(at).toBeGreaterThan(14)
    expect(at).toBeLessThan(22)
  })

  it('shows the same numbers as a table', async () => {
    await button('Loss as a table').click()
    const cells = await page.getByRole('region', { name: 'Table of Loss' }).locator('tbody tr').evaluateAll((rows) => rows.map((row) => [...row.children].map((cell) => cell.textContent)))
    const expected = await page.evaluate(() =>
      window.charts.all[0]!.history.map(({ epoch, train, validation: measured }) => [String(epoch), train['loss']!.toPrecision(4), measured['loss']!.toPrecision(4)]),
    )
    expect(cells.map((row) => row.map(Number))).toEqual(expected.map((row) => row.map(Number)))
  })

  it('is saved as a picture that can stand by itself, and as CSV', async () => {
    const save = async (what: string) => {
      await button('More about Loss').click()
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: what }).click()])
      return { name: download.suggestedFilename(), bytes: readFileSync((await download.path())!) }
    }
    const picture = await save('Save as PNG')
    expect(picture.name).toBe('Tuesday, all songs - Loss.png')
    expect([picture.bytes.readUInt32BE(16), picture.bytes.readUInt32BE(20)]).toEqual([2000, 1125])
    const drawn = await page.evaluate(async (data) => {
      const image = await createImageBitmap(new Blob([Uint8Array.from(atob(data), (letter) => letter.codePointAt(0)!)], { type: 'image/png' }))
      const pen = new OffscreenCanvas(image.width, image.height).getContext('2d')!
      pen.drawImage(image, 0, 0)
      const linePixels = (top: number, bottom: number, lit: (r: number, g: number, b: number) => boolean) => {
        const { data: rgba } = pen.getImageData(0, top, image.width, bottom - top)
        let count = 0
        for (let i = 0; i < rgba.length; i += 4) if (lit(rgba[i]!, rgba[i + 1]!, rgba[i + 2]!)) count++
        return count
      }
      const text = (r: number, g: number, b: number) => Math.min(r, g, b) > 120
      const blue = (r: number, g: number, b: number) => Math.abs(r - 0x56) + Math.abs(g - 0xb4) + Math.abs(b - 0xe9) < 40
      return { heading: linePixels(30, 100, text), line: linePixels(200, 950, blue), notes: linePixels(1010, 1125, text) }
    }, picture.bytes.toString('base64'))
    expect(drawn.heading).toBeGreaterThan(500)
    expect(drawn.line).toBeGreaterThan(3000)
    expect(drawn.notes).toBeGreaterThan(1500)
    const table = await save('Save as CSV')
    expect(table.bytes.toString('utf8').split('\r\n')[0]).toBe('\uFEFFEpoch,training,validation,training within epochs')
  })

  it('lays runs over one another, with what differs between them, and without a fault for axe', async () => {
    expect(await axeViolations(page)).toEqual([])
    for (const name of ['Four songs only', 'Beta too high']) await page.getByRole('checkbox', { name: `Compare ${name}` }).check()
    const table = page.getByRole('region', { name: 'What differs between the runs' })
    const rows = (title: string) => table.getByRole('row').filter({ has: page.getByRole('rowheader', { name: title, exact: true }) })
    const rowOf = async (title: string) => (await rows(title).locator('td').allTextContents()).map((text) => text.trim())
    expect(await rowOf('Learning rate')).toEqual(['0.002', '0.004', '0.002'])
    expect(await rowOf('Beta')).toEqual(['0.001', '0.001', '0.01'])
    expect(await rows('Weight decay').count()).toBe(0)
    await page.getByText(/Collapsed/).waitFor()
    expect(await page.getByText(/Overfitting/).count()).toBe(1)
    await expect.poll(() => pixelsOf('Loss', [0x4c, 0xc3, 0x8a])).toBeGreaterThan(200)
    await button('Loss as a table').click()
    expect(await axeViolations(page)).toEqual([])
    expect(errors).toEqual([])
  })

  it('keeps the list: stars, names, and deletes what does not run', async () => {
    const asked = () => page.evaluate(() => window.charts.asked.filter(([name]) => name !== 'training.history' && name !== 'training.list'))
    await button('Give First try a star').click()
    await button('More about First try').click()
    await page.getByRole('menuitem', { name: 'Rename…' }).click()
    await page.getByRole('textbox', { name: 'Name' }).fill('Batch of four')
    await page.keyboard.press('Enter')
    await button('More about Batch of four').click()
    await page.getByRole('menuitem', { name: 'Delete…' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await expect.poll(asked).toEqual([
      ['training.star', { runId: 'first', starred: true }],
      ['training.rename', { runId: 'first', name: 'Batch of four' }],
      ['training.remove', { runId: 'first' }],
    ])
    await expect.poll(() => page.getByRole('list', { name: 'Runs' }).getByRole('listitem').count()).toBe(3)
    await button('More about Tuesday, all songs').click()
    expect(await page.getByRole('menuitem', { name: /^Delete/ }).getAttribute('aria-disabled')).toBe('true')
  })
})

import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { frequencyAxis, shareOfHertz } from '#renderer/timeline/frequencyAxis'
import { laneLayout } from '#renderer/timeline/laneLayout'
import { axeViolations } from '#test/axe'
import { type Browser, browserNote, chromiumPath, openBrowser } from '#test/chromium'
import { buildTimelinePage, takePicture, type TimelinePages } from '#test/timelinePage'

const rate = 44100
const tone = 3000
const clickAt = 2.5
const seconds = 5
/** Of the page: width of the headers, height of overview and ruler with the line below. */
const left = 220
const top = 89
const laneHeight = 200

let pages: TimelinePages
let browser: Browser

describe.skipIf(!chromiumPath)(`the timeline, drawn${browserNote}`, () => {
  beforeAll(async () => {
    pages = await buildTimelinePage()
    browser = await openBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    pages?.close()
  })

  /** One lane: a tone, and in the middle a click of one sample. */
  async function openTone(view: 'waveform' | 'spectrogram', renderer: 'webgl' | 'pixels'): Promise<Page> {
    const page = await pages.open(browser.context)
    await page.setViewportSize({ width: 720, height: 320 })
    await page.evaluate(({ view, renderer, rate, tone, clickAt, seconds, laneHeight }) => {
      const { props, soundSource } = window.timeline
      const frames = seconds * rate
      const samples = Float32Array.from({ length: frames }, (_, i) => (view === 'spectrogram' ? 0.1 * Math.sin((2 * Math.PI * tone * i) / rate) : 0))
      if (view === 'waveform') samples[clickAt * rate] = 1
      const clip = { id: 'c', sourceId: 's', start: 0, offset: 0, length: frames, gain: 0, fadeIn: 0, fadeOut: 0 }
      const lane = { id: 't', name: 'Tone', role: 'vocals' as const, gain: 0, pan: 0, muted: false, soloed: false, view, clips: [clip] }
      const source = { id: 's', name: 'Tone', soundId: 's', sampleRate: rate, channels: 1, frames }
      props.renderer = renderer
      props.frequencyScale = 'mel'
      props.laneHeights = new Map([['t', laneHeight]])
      props.position = frames
      props.project = { ...props.project, sampleRate: rate, sources: [source], tracks: [lane] }
      props.sources = new Map([['s', soundSource('s', rate, [samples])]])
      props.viewport = { ...props.viewport, framesPerPixel: 500, scrollFrame: 0 }
    }, { view, renderer, rate, tone, clickAt, seconds, laneHeight })
    return page
  }

  /** The row of the page at which the tone is to be seen. */
  function rowOfTone(): number {
    const strip = laneLayout(laneHeight, 'spectrogram').spectrogram!
    return top + strip.top + strip.height * (1 - shareOfHertz(frequencyAxis('mel', rate), tone))
  }

  /** Waits until the tone is drawn, and returns the brightest row at a column of the page. */
  async function brightestRow(page: Page, x: number): Promise<number> {
    const strip = laneLayout(laneHeight, 'spectrogram').spectrogram!
    let row = 0
    await expect.poll(async () => {
      const picture = await takePicture(page)
      const rows = Array.from({ length: strip.height - 8 }, (_, i) => top + strip.top + 4 + i)
      row = rows.reduce((best, y) => (picture.at(x, y) > picture.at(x, best) ? y : best), rows[0]!)
      return picture.at(x, row)
    }, { timeout: 60_000, interval: 300 }).toBeGreaterThan(100)
    return row
  }

  it.each(['pixels', 'webgl'] as const)('shows a tone at its height, with %s', async (renderer) => {
    const page = await openTone('spectrogram', renderer)
    for (const x of [left + 150, left + 300]) expect(Math.abs((await brightestRow(page, x)) + 0.5 - rowOfTone())).toBeLessThan(2.5)
    await page.close()
  })

  it('shows the same with WebGL as with pixels', async () => {
    const strip = laneLayout(laneHeight, 'spectrogram').spectrogram!
    const [ours, gpu] = await Promise.all((['pixels', 'webgl'] as const).map(async (renderer) => {
      const page = await openTone('spectrogram', renderer)
      await brightestRow(page, left + 300)
      await page.waitForTimeout(1500)
      const picture = await takePicture(page)
      await page.close()
      return picture
    }))
    let different = 0
    for (let y = top + strip.top; y < top + strip.top + strip.height; y++) {
      for (let x = left + 60; x < left + 400; x++) if (Math.abs(ours!.at(x, y) - gpu!.at(x, y)) > 2) different++
    }
    expect(different).toBeLessThan(340)
  })

  it('draws its spectrograms again after the graphics card was lost', async () => {
    const page = await openTone('spectrogram', 'webgl')
    const row = await brightestRow(page, left + 300)
    await page.evaluate(async () => {
      const gl = document.querySelector<HTMLCanvasElement>('canvas.backdrop')!.getContext('webgl2')!
      const extension = gl.getExtension('WEBGL_lose_context')!
      const lost = new Promise((resolve) => gl.canvas.addEventListener('webglcontextlost', resolve, { once: true }))
      extension.loseContext()
      await lost
      setTimeout(() => extension.restoreContext(), 50)
    })
    expect(await brightestRow(page, left + 300)).toBe(row)
    await page.close()
  })

  it('shows a click at its time, far and near, and where samples are drawn', async () => {
    const page = await openTone('waveform', 'pixels')
    for (const framesPerPixel of [500, 300, 100, 8]) {
      const scrollFrame = Math.max(0, clickAt * rate - 233 * framesPerPixel)
      await page.evaluate(({ framesPerPixel, scrollFrame }) => {
        window.timeline.props.viewport = { ...window.timeline.props.viewport, framesPerPixel, scrollFrame }
      }, { framesPerPixel, scrollFrame })
      const expected = left + (clickAt * rate - scrollFrame) / framesPerPixel
      const { body } = laneLayout(laneHeight, 'waveform')
      await expect.poll(async () => {
        const picture = await takePicture(page)
        // Above the middle line and below the handles there is nothing but the click.
        const y = top + body.top + Math.round(body.height * 0.3)
        const ground = picture.at(left + 20, y)
        const columns = Array.from({ length: 400 }, (_, i) => left + 10 + i).filter((x) => picture.at(x, y) > ground + 20)
        return columns.map((x) => Math.abs(x - expected) <= 1.5)
      }, { timeout: 30_000, interval: 300 }).toSatisfy((near: boolean[]) => near.length >= 1 && near.length <= 2 && near.every(Boolean))
    }
    await page.close()
  })

  it('tells what the pointer does: selects, seeks, moves a clip, zooms about the pointer, reads the tone', async () => {
    const page = await openTone('spectrogram', 'pixels')
    await page.mouse.move(left + 300, await brightestRow(page, left + 300))
    const reading = () => page.evaluate(() => window.timeline.hover) as Promise<{ hertz: number; decibels: number; seconds: number } | undefined>
    // The pointer is followed with the next picture, which may be late.
    await expect.poll(async () => (await reading())?.seconds, { timeout: 30_000 }).toBeCloseTo((300 * 500) / rate, 2)
    const hover = (await reading())!
    expect(Math.abs(hover.hertz / tone - 1)).toBeLessThan(0.03)
    expect(Math.abs(hover.decibels + 20)).toBeLessThan(3)

    await page.mouse.down()
    await page.mouse.move(left + 350, 200, { steps: 4 })
    await page.mouse.up()
    expect(await page.evaluate(() => window.timeline.props.selection)).toEqual({ start: 150_000, end: 175_000, trackIds: ['t'] })

    await page.mouse.click(left + 100, 200)
    expect(await page.evaluate(() => [window.timeline.props.selection, window.timeline.props.position])).toEqual([undefined, 50_000])

    await page.mouse.move(left + 200, top + 8)
    await page.mouse.down()
    await page.mouse.move(left + 240, top + 8, { steps: 3 })
    await page.mouse.up()
    const edits = await page.evaluate(() => [...window.timeline.events])
    expect(edits.at(-1)![1]).toEqual({ kind: 'moveClip', clipId: 'c', trackId: 't', start: 20_000 })
    expect(new Set(edits.map(([, , gesture]) => gesture)).size).toBe(1)

    await page.keyboard.down('Control')
    await page.mouse.wheel(0, -100)
    await page.keyboard.up('Control')
    const { framesPerPixel, scrollFrame } = await page.evaluate(() => window.timeline.props.viewport)
    expect(framesPerPixel).toBeLessThan(500)
    expect(scrollFrame + 240 * framesPerPixel).toBeCloseTo(240 * 500, 0)
    await page.close()
  })

  it('has named lanes, and nothing that axe finds', async () => {
    const page = await openTone('spectrogram', 'pixels')
    await page.getByRole('group', { name: 'Tone, lane 1 of 1, 1 clip' }).waitFor()
    expect(await axeViolations(page)).toEqual([])
    await page.close()
  })
})

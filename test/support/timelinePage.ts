import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import vue from '@vitejs/plugin-vue'
import type { BrowserContext, Page } from 'playwright-core'
import { build } from 'vite'
import { projectRoot } from '#test/projectFiles'

export interface TimelinePages {
  /** Opens a page with nothing on it but the timeline, driven by `window.timeline` (see scripts/timeline-page). */
  open(context: BrowserContext): Promise<Page>
  close(): void
}

/** Builds the timeline's page. */
export async function buildTimelinePage(): Promise<TimelinePages> {
  const folder = mkdtempSync(join(tmpdir(), 'stemwright-timeline-'))
  const root = join(projectRoot, 'scripts', 'timeline-page')
  await build({ configFile: false, logLevel: 'error', root, plugins: [vue()], build: { outDir: folder, emptyOutDir: true } })
  return {
    async open(context) {
      const page = await context.newPage()
      await page.route('**/*', (route) => {
        const { pathname } = new URL(route.request().url())
        return route.fulfill({ path: join(folder, pathname === '/' ? 'index.html' : pathname) })
      })
      await page.goto('http://timeline.invalid/')
      return page
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** A picture of a page, to be looked at pixel by pixel. */
export interface Picture {
  readonly width: number
  readonly height: number
  /** Brightness, 0 to 255. */
  at(x: number, y: number): number
}

/** Takes a picture of what the page really shows, canvases of every kind and all that lies over them. */
export async function takePicture(page: Page): Promise<Picture> {
  const png = (await page.screenshot()).toString('base64')
  const { width, height, values } = await page.evaluate(async (data) => {
    const bytes = Uint8Array.from(atob(data), (letter) => letter.codePointAt(0)!)
    const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }))
    const pen = new OffscreenCanvas(image.width, image.height).getContext('2d')!
    pen.drawImage(image, 0, 0)
    const { data: rgba } = pen.getImageData(0, 0, image.width, image.height)
    const values = Array.from({ length: rgba.length / 4 }, (_, i) => Math.round((rgba[4 * i]! + rgba[4 * i + 1]! + rgba[4 * i + 2]!) / 3))
    return { width: image.width, height: image.height, values }
  }, png)
  return { width, height, at: (x, y) => values[y * width + x]! }
}

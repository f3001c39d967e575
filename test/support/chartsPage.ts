import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import vue from '@vitejs/plugin-vue'
import type { BrowserContext, Page } from 'playwright-core'
import { build } from 'vite'
import { projectRoot } from '#test/projectFiles'

export interface ChartsPages {
  /** Opens a page with nothing on it but the charts of made-up runs, driven by `window.charts` (see test/support/chartsPage). */
  open(context: BrowserContext): Promise<Page>
  close(): void
}

/** Builds the charts' page. */
export async function buildChartsPage(): Promise<ChartsPages> {
  const folder = mkdtempSync(join(tmpdir(), 'stemwright-charts-'))
  const root = join(projectRoot, 'test', 'support', 'chartsPage')
  await build({ configFile: false, logLevel: 'error', root, plugins: [vue()], build: { outDir: folder, emptyOutDir: true } })
  return {
    async open(context) {
      const page = await context.newPage()
      await page.route('**/*', (route) => {
        const { pathname } = new URL(route.request().url())
        return route.fulfill({ path: join(folder, pathname === '/' ? 'index.html' : pathname) })
      })
      await page.goto('http://charts.invalid/')
      await page.getByRole('img').first().waitFor()
      return page
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  }
}

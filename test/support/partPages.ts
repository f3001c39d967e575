import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import vue from '@vitejs/plugin-vue'
import type { BrowserContext, Page } from 'playwright-core'
import { build } from 'vite'

export interface PartPages {
  /** Opens a page with nothing on it but a part of the app, over made-up services. */
  open(context: BrowserContext): Promise<Page>
  close(): void
}

/** Builds the page of a folder with an `index.html`. */
export async function buildPartPages(root: string): Promise<PartPages> {
  const folder = mkdtempSync(join(tmpdir(), 'stemwright-part-'))
  await build({ configFile: false, logLevel: 'error', root, plugins: [vue()], build: { outDir: folder, emptyOutDir: true } })
  return {
    async open(context) {
      const page = await context.newPage()
      await page.route('**/*', (route) => {
        const { pathname } = new URL(route.request().url())
        return route.fulfill({ path: join(folder, pathname === '/' ? 'index.html' : pathname) })
      })
      await page.goto('http://part.invalid/')
      return page
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  }
}

import { join } from 'node:path'
import { buildPartPages, type PartPages } from '#test/partPages'
import { projectRoot } from '#test/projectFiles'

/** Builds the page of the charts of made-up runs, which is driven by `window.charts`; see test/support/chartsPage. */
export async function buildChartsPage(): Promise<PartPages> {
  const pages = await buildPartPages(join(projectRoot, 'test', 'support', 'chartsPage'))
  return {
    ...pages,
    async open(context) {
      const page = await pages.open(context)
      await page.getByRole('img').first().waitFor()
      return page
    },
  }
}

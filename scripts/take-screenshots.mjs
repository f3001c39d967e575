// Takes docs/screenshots/*.png of the page in its states at 1280 × 800, with the shipped model. Needs a Chromium:
// STEMWRIGHT_CHROMIUM, or `chromium` on the PATH.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { chromium } from 'playwright-core'
import { root, setUp } from './setup.mjs'

const folder = process.argv[2] ?? join(root, 'docs', 'screenshots')
const scratch = mkdtempSync(join(tmpdir(), 'stemwright-screenshots-'))

await setUp()
await mkdir(folder, { recursive: true })
const program = spawn(process.execPath, [join(root, 'out', 'main', 'web.js'), '--no-open'], {
  stdio: ['ignore', 'pipe', 'inherit'],
  env: { ...process.env, STEMWRIGHT_LIBRARY: join(scratch, 'library') },
})
const browser = await chromium.launch({
  executablePath: process.env.STEMWRIGHT_CHROMIUM ?? onPath('chromium') ?? onPath('google-chrome'),
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
})
try {
  await takeAll(await address(), await browser.newPage({ viewport: { width: 1280, height: 800 } }))
} finally {
  await browser.close()
  program.kill()
  rmSync(scratch, { recursive: true, force: true })
}

function onPath(name) {
  return (process.env.PATH ?? '').split(delimiter).map((place) => join(place, name)).find((path) => existsSync(path))
}

function address() {
  return new Promise((resolve) => {
    program.stdout.on('data', (chunk) => {
      const url = /http:\S+/.exec(chunk.toString())?.[0]
      if (url) resolve(url)
    })
  })
}

async function takeAll(url, page) {
  const take = (name) => page.screenshot({ path: join(folder, `${name}.png`) })
  const button = (name) => page.getByRole('button', { name })
  page.setDefaultTimeout(180_000)
  await page.goto(url)
  await button('Try the demo song').waitFor()
  await take('empty')
  await button('Try the demo song').click()
  await button('Split into').waitFor()
  await take('ready')
  await button('Split into').click()
  await page.getByRole('progressbar').waitFor()
  await page.waitForFunction(() => Number(document.querySelector('[role=progressbar]')?.getAttribute('aria-valuenow')) > 20)
  await take('splitting')
  await button('Play').waitFor()
  await button('Play').click()
  await page.waitForFunction(() => Number(document.querySelector('input[aria-label="Position in the song"]')?.value) > 3)
  await take('stems')
}

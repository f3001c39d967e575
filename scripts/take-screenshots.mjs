// Takes docs/screenshots/*.png of every view at 1280 × 800 and 1920 × 1080, with the demo song and the shipped model; those of the
// training during a real one on songs made of the demo's stems. Needs a Chromium: STEMWRIGHT_CHROMIUM, or `chromium` on the PATH.
// Those of the Playground show the models of the app. `take-screenshots.mjs [folder] [studio | training | playground]`: all parts where
// none is named.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { chromium } from 'playwright-core'
import { takePlaygroundViews } from './playgroundViews.mjs'
import { root, setUp } from './setup.mjs'
import { takeTrainingViews } from './trainingViews.mjs'

const folder = process.argv[2] ?? join(root, 'docs', 'screenshots')
const part = process.argv[3]
const sizes = [
  { width: 1280, height: 800 },
  { width: 1920, height: 1080 },
]
const scratch = mkdtempSync(join(tmpdir(), 'stemwright-screenshots-'))

await setUp()
await mkdir(folder, { recursive: true })
const browser = await chromium.launch({
  executablePath: process.env.STEMWRIGHT_CHROMIUM ?? onPath('chromium') ?? onPath('google-chrome'),
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--autoplay-policy=no-user-gesture-required'],
})
try {
  const isWanted = (name) => part === undefined || part === name
  if (isWanted('studio')) for (const viewport of sizes) await inProgram((page) => takeStudio(page, viewport))
  if (isWanted('training')) await inProgram((page) => takeTrainingViews(page, scratch, (name) => shootAll(page, name)))
  if (isWanted('playground')) await inProgram((page) => takePlaygroundViews(page, scratch, (name) => shootAll(page, name)))
} finally {
  await browser.close()
  rmSync(scratch, { recursive: true, force: true })
}

function onPath(name) {
  return (process.env.PATH ?? '').split(delimiter).map((place) => join(place, name)).find((path) => existsSync(path))
}

/** Starts the program with folders of its own, so that nothing of an earlier session is seen, and gives its page to `use`. */
async function inProgram(use) {
  const home = mkdtempSync(join(scratch, 'home-'))
  const env = { ...process.env, STEMWRIGHT_LIBRARY: join(home, 'library'), HOME: home, XDG_CONFIG_HOME: home, XDG_DATA_HOME: home }
  const program = spawn(process.execPath, [join(root, 'out', 'main', 'web.js'), '--no-open'], { stdio: ['ignore', 'pipe', 'inherit'], env })
  const page = await browser.newPage({ viewport: sizes[0] })
  page.setDefaultTimeout(300_000)
  try {
    await page.goto(await address(program))
    await use(page)
  } finally {
    await page.close()
    program.kill()
  }
}

async function takeStudio(page, viewport) {
  await page.setViewportSize(viewport)
  await takeViews(page, (name) => shoot(page, name, viewport))
}

/** What takes long to get to serves all sizes: it is taken at every one. */
async function shootAll(page, name) {
  // Away from everything that has a tip.
  await page.mouse.move(2, 400)
  for (const viewport of sizes) {
    await page.setViewportSize(viewport)
    await rest(page)
    await shoot(page, name, viewport)
  }
}

function shoot(page, name, { width, height }) {
  return page.screenshot({ path: join(folder, `${name}-${width}x${height}.png`) })
}

function address(program) {
  return new Promise((resolve) => {
    program.stdout.on('data', (chunk) => {
      const url = /http:\S+/.exec(chunk.toString())?.[0]
      if (url) resolve(url)
    })
  })
}

async function takeViews(page, take) {
  const button = (name) => page.getByRole('button', { name, exact: true })
  const lane = (name) => page.getByRole('group', { name: new RegExp(`^${name}, lane`) })
  const dialog = page.getByRole('dialog')
  const toolbar = page.getByRole('toolbar')
  const inDialog = async (name, open) => {
    await open()
    await dialog.waitFor()
    await rest(page)
    await take(name)
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
  }
  await page.getByText(/^CPU|^GPU|NVIDIA/).first().waitFor()
  await take('empty')
  await button('Try the demo song').click()
  await lane('Demo').waitFor()
  await rest(page)
  await inDialog('split', () => toolbar.getByRole('button', { name: 'Split…' }).click())
  await toolbar.getByRole('button', { name: 'Split…' }).click()
  await dialog.getByRole('button', { name: 'Split', exact: true }).click()
  await page.waitForFunction(() => Number(document.querySelector('[role=progressbar]')?.getAttribute('aria-valuenow')) > 20)
  await take('splitting')
  await lane('Music').waitFor()
  await lane('Vocals').focus()
  await button('Play').click()
  await page.waitForFunction(() => Number(document.querySelector('[role=timer]')?.textContent?.slice(2, 4)) >= 15)
  await page.keyboard.press('b')
  await take('stems')
  await button('Pause').click()
  await button('Waveforms and spectrograms').click()
  await page.getByRole('tab', { name: 'Repair' }).click()
  await button('Box on the spectrogram').click()
  await boxOn(page, lane('Vocals'))
  await rest(page, 8000)
  await take('repair')
  await page.getByRole('button', { name: 'Songs 1' }).click()
  await page.getByRole('tab', { name: 'Events' }).click()
  await button('Waveforms').click()
  await rest(page)
  await take('events')
  await page.getByRole('tab', { name: /^Queue/ }).click()
  await take('queue')
  await page.getByRole('button', { name: 'Close songs and queue' }).click()
  await inDialog('export', () => toolbar.getByRole('button', { name: 'Export…' }).click())
  await inDialog('settings', () => button('Settings').click())
  await inDialog('shortcuts', () => button('Shortcuts').click())
  await inDialog('blind-test', () => button('A/B/X…').click())
}

/** Gives what is drawn and measured after an action its time. */
async function rest(page, milliseconds = 1500) {
  await page.waitForTimeout(milliseconds)
}

/** Draws a box over a part of the lane's spectrogram. */
async function boxOn(page, lane) {
  const { x, y, width, height } = await lane.boundingBox()
  const left = x + 216
  await page.mouse.move(left + (width - 216) * 0.52, y + height * 0.62)
  await page.mouse.down()
  await page.mouse.move(left + (width - 216) * 0.64, y + height * 0.86, { steps: 6 })
  await page.mouse.up()
}

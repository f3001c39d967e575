// How long the timeline takes for a picture while it is zoomed and scrolled: eight lanes of ten minutes, in a Chromium without a GPU.
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import vue from '@vitejs/plugin-vue'
import { chromium } from 'playwright-core'
import { build } from 'vite'
import { root } from './setup.mjs'

const lanes = 8
const seconds = 600
const pictures = 200
const sizes = [{ width: 1280, height: 800 }, { width: 1920, height: 1080 }]
const views = ['waveform', 'spectrogram']
/** Nothing waits for a screen, so that a picture that takes less than its time shows. */
const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-frame-rate-limit', '--disable-gpu-vsync']

await run()

async function run() {
  const executablePath = process.env.STEMWRIGHT_CHROMIUM ?? ['chromium', 'google-chrome', 'chrome'].map(onPath).find(Boolean)
  if (!executablePath) {
    process.stdout.write('Timeline: not measured, because there is no Chromium here. Install it, or name it in STEMWRIGHT_CHROMIUM.\n')
    return
  }
  const folder = mkdtempSync(join(tmpdir(), 'stemwright-timeline-'))
  const browser = await chromium.launch({ executablePath, args })
  try {
    await build({
      configFile: false,
      logLevel: 'error',
      root: join(root, 'scripts', 'timeline-page'),
      plugins: [vue()],
      build: { outDir: folder, emptyOutDir: true },
    })
    process.stdout.write(`Timeline, ${lanes} lanes of ${seconds / 60} minutes without a GPU: milliseconds from picture to picture (and of the page's own work), median and 95th percentile\n`)
    for (const viewport of sizes) for (const view of views) process.stdout.write(await measure(browser, folder, viewport, view))
  } finally {
    await browser.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

function onPath(name) {
  return (process.env.PATH ?? '').split(delimiter).map((place) => join(place, name)).find((path) => existsSync(path))
}

async function measure(browser, folder, viewport, view) {
  const page = await browser.newPage({ viewport })
  await page.route('**/*', (route) => {
    const { pathname } = new URL(route.request().url())
    return route.fulfill({ path: join(folder, pathname === '/' ? 'index.html' : pathname) })
  })
  await page.goto('http://timeline.invalid/')
  await page.evaluate(fill, { lanes, seconds, view })
  // Until the first tiles are there, which are made in between.
  await page.waitForTimeout(2000)
  let lines = ''
  for (const action of ['scroll', 'zoom']) {
    const { intervals, work } = await page.evaluate(([what, count]) => window.timeline.measureFrames(what, count), [action, pictures])
    const what = `${view}s, ${action}ing`.padEnd(24)
    lines += `  ${viewport.width} × ${viewport.height}  ${what} ${figures(intervals)}   (${figures(work)})\n`
  }
  await page.close()
  return lines
}

/** Runs in the page: lanes that fill its height, zoomed in a little. */
function fill({ lanes, seconds, view }) {
  const { props, songSources } = window.timeline
  const { project, sources } = songSources(lanes, seconds, view)
  const head = 90
  const height = Math.floor((window.innerHeight - head) / lanes) - 1
  props.project = project
  props.sources = sources
  props.laneHeights = new Map(project.tracks.map(({ id }) => [id, height]))
  props.viewport = { ...props.viewport, framesPerPixel: (seconds * 44100) / props.viewport.width / 4, scrollFrame: 0 }
}

function figures(times) {
  const sorted = times.toSorted((a, b) => a - b)
  const at = (share) => sorted[Math.floor((sorted.length - 1) * share)].toFixed(1).padStart(5)
  return `${at(0.5)} ${at(0.95)}`
}

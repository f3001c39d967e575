import { mkdtempSync, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { forkCompute } from '#main/node/computeProcess'
import { buildHalvingCompute, buildPage } from '#test/builds'
import { type Browser, browserNote, chromiumPath, openBrowser } from '#test/chromium'
import { projectRoot } from '#test/projectFiles'
import { startWebApp, type WebApp } from '#test/webApp'

const sampleRate = 8000
const hours = 3

/** Writes a mono WAV of 16 bit, a minute of a slow beat again and again, of which little is in memory at a time. */
async function writeLongSong(path: string): Promise<void> {
  const minute = Buffer.alloc(60 * sampleRate * 2)
  for (let frame = 0; frame < minute.length / 2; frame++) {
    const decay = Math.exp((-8 * (frame % sampleRate)) / sampleRate)
    minute.writeInt16LE(Math.round(12000 * decay * Math.sin((2 * Math.PI * 220 * frame) / sampleRate)), 2 * frame)
  }
  const bytes = minute.length * 60 * hours
  const header = Buffer.alloc(44)
  header.write('RIFF', 0, 'latin1')
  header.writeUInt32LE(36 + bytes, 4)
  header.write('WAVEfmt ', 8, 'latin1')
  header.writeUInt32LE(16, 16)
  for (const [at, value] of [[20, 1], [22, 1], [32, 2], [34, 16]] as const) header.writeUInt16LE(value, at)
  header.writeUInt32LE(sampleRate, 24)
  header.writeUInt32LE(sampleRate * 2, 28)
  header.write('data', 36, 'latin1')
  header.writeUInt32LE(bytes, 40)
  const file = await open(path, 'w')
  await file.write(header)
  for (let i = 0; i < 60 * hours; i++) await file.write(minute)
  await file.close()
}

describe.skipIf(!chromiumPath)(`a song of three hours${browserNote}`, () => {
  const scratch = mkdtempSync(join(tmpdir(), 'stemwright-long-'))
  let browser: Browser
  let app: WebApp

  beforeAll(async () => {
    const page = await buildPage(join(scratch, 'page'))
    const program = await buildHalvingCompute(join(projectRoot, 'node_modules/.cache/stemwright-long'))
    app = await startWebApp({ page, launchCompute: () => forkCompute(program) })
    browser = await openBrowser()
    await writeLongSong(join(scratch, 'concert.wav'))
  })
  afterAll(async () => {
    await browser?.close()
    await app?.close()
    rmSync(scratch, { recursive: true, force: true })
  })

  it('is opened, drawn, zoomed into and played at its end, and the page holds little of it', async () => {
    const tab = await browser.context.newPage()
    tab.setDefaultTimeout(240_000)
    await tab.goto(app.url)
    await tab.setInputFiles('input[type=file]', join(scratch, 'concert.wav'))
    const lane = tab.getByRole('group', { name: /^concert, lane/ })
    await lane.waitFor()
    expect(await tab.getByRole('timer').textContent()).toContain('/ 3:00:00.000')
    await lane.focus()
    await tab.keyboard.press('End')
    await tab.keyboard.press('ArrowLeft')
    for (let i = 0; i < 12; i++) await tab.keyboard.press('+')
    expect(await tab.getByRole('timer').textContent()).toContain('2:59:59.000')
    await tab.keyboard.press('Space')
    await tab.getByRole('button', { name: 'Pause', exact: true }).waitFor()
    await expect.poll(async () => Number(await tab.getByRole('meter', { name: 'Level, left' }).getAttribute('aria-valuenow'))).toBeGreaterThan(-30)
    // It stops at the end by itself, without a complaint.
    await tab.getByRole('button', { name: 'Play', exact: true }).waitFor()
    expect(await tab.getByRole('alert').filter({ hasText: /./ }).count()).toBe(0)
    // All of it would be 345 MB as the numbers that are played.
    const heap = await tab.evaluate(() => (performance as unknown as { memory: { usedJSHeapSize: number } }).memory.usedJSHeapSize)
    expect(heap).toBeLessThan(150e6)
  })
})

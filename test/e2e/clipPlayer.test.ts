import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Browser, browserNote, chromiumPath, openBrowser } from '#test/chromium'
import type { PlaybackPage } from '#test/playback/page'
import { type PlaybackServer, servePlayback } from '#test/playback/server'
import type { ClipPlayer } from '#renderer/playback/clipPlayer'

declare const playback: PlaybackPage

const rate = 44100
const frames = 30_011
const ramp = Math.ceil(rate * 0.01) + 1

/** Value of a sound at a frame: what is heard tells which sound it is, and where in it. */
const valueOf = (sound: number, frame: number) => Math.fround((sound === 0 ? 0.1 : sound === 1 ? 0.5 : -0.4) + frame / 131_072)

interface Step {
  /** Frame of the clock, a multiple of 128. */
  at: number
  act: 'hear a' | 'hear b' | 'add c' | 'hear c' | 'stop' | 'play' | 'seek'
}

describe.skipIf(!chromiumPath)(`the player of clips in the browser${browserNote}`, () => {
  const scratch = mkdtempSync(join(tmpdir(), 'stemwright-clip-player-'))
  let server: PlaybackServer
  let browser: Browser
  let page: Page

  beforeAll(async () => {
    server = await servePlayback(join(scratch, 'page'), scratch)
    browser = await openBrowser()
    page = await browser.context.newPage()
    await page.goto(server.url)
    await page.waitForFunction(() => 'playback' in window)
  })
  afterAll(async () => {
    await browser?.close()
    await server?.close()
    rmSync(scratch, { recursive: true, force: true })
  })

  /** Renders what is heard of three sounds while `steps` are done, from frame 0 of the clock on. */
  async function rendered(steps: Step[], length: number): Promise<{ left: number[]; positions: number[] }> {
    return page.evaluate(
      async ({ rate, frames, steps, length }) => {
        const sound = (index: number) => {
          const base = index === 0 ? 0.1 : index === 1 ? 0.5 : -0.4
          return [Float32Array.from({ length: frames }, (_, i) => Math.fround(base + i / 131_072))]
        }
        const context = new OfflineAudioContext(1, length, rate)
        const player: ClipPlayer = new playback.ClipPlayer(context, rate, frames)
        player.add('a', sound(0))
        player.add('b', sound(1))
        const acts = {
          'hear a': () => player.hear('a'),
          'hear b': () => player.hear('b'),
          'hear c': () => player.hear('c'),
          'add c': () => player.add('c', sound(2)),
          stop: () => player.stop(),
          play: () => player.play(),
          seek: () => player.seek(12_345),
        }
        const positions: number[] = []
        for (const { at, act } of steps) {
          void context.suspend(at / rate).then(() => {
            acts[act]()
            positions.push(player.position())
            return context.resume()
          })
        }
        const buffer = await context.startRendering()
        return { left: [...buffer.getChannelData(0)], positions }
      },
      { rate, frames, steps, length },
    )
  }

  // 0.05 s after the clock's frame 0.
  const start = Math.ceil(0.05 * rate)
  const expectSound = (left: number[], sound: number, from: number, until: number, offset: number) => {
    const wrong: string[] = []
    for (let i = from; i < until; i++) {
      const wanted = valueOf(sound, (offset + i) % frames)
      if (left[i] !== wanted && wrong.length < 3) wrong.push(`${i}: ${left[i]} instead of ${wanted}`)
    }
    expect(wrong).toEqual([])
  }

  it('plays round and round without a gap, from the first sample on', async () => {
    const { left } = await rendered([{ at: 0, act: 'hear a' }, { at: 0, act: 'play' }].map((step, i) => ({ ...step, at: i * 128 }) as Step), 3 * frames)
    const first = 128 + start
    expect(left.slice(0, first - 1).every((value) => value === 0)).toBe(true)
    expectSound(left, 0, first + ramp, 3 * frames, frames - first)
  })

  // The other sound has to go on at the very sample where the first one was: one off is a phase jump at every switch.
  it('switches in place, to the sample, also across the seam, and back', async () => {
    const steps: Step[] = [{ at: 0, act: 'hear a' }, { at: 128, act: 'play' }, { at: 12_800, act: 'hear b' }, { at: 64_000, act: 'hear a' }]
    const { left } = await rendered(steps, 80_000)
    const offset = frames - 128 - start
    expectSound(left, 0, 128 + start + ramp, 12_800, offset)
    expectSound(left, 1, 12_800 + ramp, 64_000, offset)
    expectSound(left, 0, 64_000 + ramp, 80_000, offset)
    const between = left.slice(12_800, 12_800 + ramp).map((value, i) => value - (offset + 12_800 + i) % frames / 131_072)
    expect(Math.min(...between)).toBeGreaterThan(0.0999)
    expect(Math.max(...between)).toBeLessThan(0.5001)
  })

  // A checkpoint that is written while an older one is heard must not begin at its own first sample.
  it('takes in a sound that comes later, in step with the others', async () => {
    const steps: Step[] = [{ at: 0, act: 'hear b' }, { at: 128, act: 'play' }, { at: 25_600, act: 'add c' }, { at: 51_200, act: 'hear c' }]
    const { left } = await rendered(steps, 80_000)
    expectSound(left, 2, 51_200 + ramp, 80_000, frames - 128 - start)
  })

  it('goes on where it was stopped, and where it was put', async () => {
    const steps: Step[] = [{ at: 0, act: 'hear a' }, { at: 128, act: 'play' }, { at: 12_800, act: 'stop' }, { at: 25_600, act: 'play' }, { at: 51_200, act: 'seek' }]
    const { left, positions } = await rendered(steps, 80_000)
    const stopped = 12_800 - 128 - start
    expect(Math.round(positions[2]!)).toBe(stopped)
    expect(left.slice(12_800 + ramp, 25_600 + start).every((value) => value === 0)).toBe(true)
    expectSound(left, 0, 25_600 + start + ramp, 51_200, frames + stopped - 25_600 - start)
    expectSound(left, 0, 51_200 + start + ramp, 80_000, frames + 12_345 - 51_200 - start)
  })
})

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Browser, browserNote, chromiumPath, openBrowser } from '#test/chromium'
import type { PlaybackPage } from '#test/playback/page'
import { type PlaybackServer, servePlayback } from '#test/playback/server'
import { writeNoise } from '#test/sound'
import { readAll } from '#test/soundFiles'
import { mixTracks, type ReadSource } from '#shared/audio/mixing'
import { emptyProject, type Clip, type Project, type Track } from '#shared/project/project'

const rate = 44100
const seconds = 12
const frames = seconds * rate

declare const playback: PlaybackPage

interface Offline {
  project: Project
  from: number
  frames: number
  loop?: { start: number; end: number }
  pieceFrames?: number
}

describe.skipIf(!chromiumPath)(`playback in the browser${browserNote}`, () => {
  const scratch = mkdtempSync(join(tmpdir(), 'stemwright-playback-'))
  const samples: Record<string, Float32Array[]> = {}
  let server: PlaybackServer
  let browser: Browser
  let page: Page

  beforeAll(async () => {
    for (const [index, name] of ['a', 'b', 'c'].entries()) {
      const path = join(scratch, `${name}.wav`)
      await writeNoise(path, seconds, index + 1, index === 1 ? 'wav32f' : 'wav24', rate)
      samples[name] = await readAll(path)
    }
    server = await servePlayback(join(scratch, 'page'), scratch)
    browser = await openBrowser()
    page = await browser.context.newPage()
    await page.goto(server.url)
    await page.waitForFunction('window.playback')
  })
  afterAll(async () => {
    await browser?.close()
    await server?.close()
    rmSync(scratch, { recursive: true, force: true })
  })

  const read: ReadSource = (id, first, count) => Promise.resolve(samples[id]!.map((plane) => plane.subarray(first, first + count)))

  async function offline(request: Offline): Promise<Float32Array[]> {
    const texts = await page.evaluate(async ({ project, loop, ...rest }) => {
      const route = { end: 12 * 44100, loop }
      const planes = await playback.renderOffline({ ...rest, programme: [project], sounds: playback.sounds, sampleRate: 44100, route })
      return planes.map(playback.toBase64)
    }, request)
    return texts.map(fromBase64)
  }

  it('plays a source back to the bit at unity, over every boundary of what is scheduled', async () => {
    const heard = await offline({ project: projectOf(track('a')), from: 0, frames, pieceFrames: 22050 })
    expect(differing(heard, samples['a']!)).toEqual([])
    const oddly = await offline({ project: projectOf(track('a')), from: 12345, frames: 3 * rate, pieceFrames: 4999 })
    expect(differing(oddly, cut('a', 12345, 3 * rate))).toEqual([])
  })

  it('computes gains, fades, pans, mutes and solos as files are rendered, to the bit', async () => {
    const tracks = [
      track('a', { gain: -4.5, pan: -0.3 }, [
        clip('a', { length: 3 * rate, fadeIn: 9000, fadeOut: 30000, gain: -2 }),
        clip('a', { start: 3 * rate, offset: rate + 17, length: 2 * rate }),
      ]),
      track('b', { gain: 1.5, pan: 0.8 }),
      track('c', { gain: -12 }),
      track('a', { muted: true }),
    ]
    for (const chosen of [tracks, tracks.map((one, index) => ({ ...one, soloed: index === 1 || index === 3 }))]) {
      const expected = await mixTracks(chosen, 1000, 5 * rate, read)
      const heard = await offline({ project: projectOf(...chosen), from: 1000, frames: 5 * rate })
      expect(differing(heard, expected)).toEqual([])
    }
  })

  it('goes round a loop without losing or adding a sample, however short it is', async () => {
    for (const [start, end] of [[30011, 71234], [50000, 50000 + 777]] as const) {
      const heard = await offline({ project: projectOf(track('a')), from: start - 5000, frames: 6 * rate, loop: { start, end } })
      const expected = samples['a']!.map((plane) => Float32Array.from(heard[0]!, (_, i) => plane[i < 5000 ? start - 5000 + i : start + ((i - 5000) % (end - start))]!))
      expect(differing(heard, expected)).toEqual([])
    }
  })

  const cut = (name: string, from: number, count: number) => samples[name]!.map((plane) => plane.subarray(from, from + count))
})

function clip(sourceId: string, change: Partial<Clip> = {}): Clip {
  return { id: `${sourceId}${change.start ?? 0}`, sourceId, start: 0, offset: 0, length: frames, gain: 0, fadeIn: 0, fadeOut: 0, ...change }
}

let tracks = 0
function track(sourceId: string, change: Partial<Track> = {}, clips = [clip(sourceId)]): Track {
  return { id: `t${tracks++}`, name: sourceId, role: 'other', gain: 0, pan: 0, muted: false, soloed: false, view: 'waveform', clips, ...change }
}

function projectOf(...own: Track[]): Project {
  const sources = ['a', 'b', 'c'].map((id) => ({ id, name: id, soundId: id, sampleRate: rate, channels: 2, frames }))
  return { ...emptyProject('p', 'P'), sampleRate: rate, sources, tracks: own }
}

function fromBase64(text: string): Float32Array {
  const bytes = Buffer.from(text, 'base64')
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length))
}

/** The first frames at which two sounds differ, with both samples; empty where they are the same. */
function differing(heard: readonly Float32Array[], expected: readonly Float32Array[]): string[] {
  const found: string[] = []
  for (const [channel, plane] of expected.entries()) {
    if (heard[channel]!.length !== plane.length) found.push(`channel ${channel} has ${heard[channel]!.length} frames, not ${plane.length}`)
    for (let i = 0; i < plane.length && found.length < 5; i++) {
      if (heard[channel]![i] !== plane[i]) found.push(`channel ${channel}, frame ${i}: ${heard[channel]![i]}, not ${plane[i]}`)
    }
  }
  return found
}

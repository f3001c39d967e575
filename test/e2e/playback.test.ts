import { mkdtempSync, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createAudioWriter } from '#main/node/audioWriter'
import { measureLoudness } from '#shared/audio/loudness'
import { type Browser, browserNote, chromiumPath, openBrowser } from '#test/chromium'
import type { PlaybackPage } from '#test/playback/page'
import { type PlaybackServer, servePlayback } from '#test/playback/server'
import { writeNoise } from '#test/sound'
import { readAll } from '#test/soundFiles'
import type { Transport } from '#renderer/playback/transport'
import { wavHeader } from '#shared/audio/wavHeader'
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

/** Consecutive frames of one source; `at` is where they begin in a recording. */
interface Run {
  name: string
  from: number
  frames: number
  at: number
}

interface Recording {
  runs: Run[]
  planes: Float32Array[]
  /** What the scenario returned. */
  told: unknown
}

interface LiveScenario {
  transport: Transport
  project: Project
  others: Project[]
  /** Lets seconds of the clock pass. */
  advance(seconds: number): Promise<void>
  /** Frame of the clock. */
  frame(): number
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
    await writeStems()
    server = await servePlayback(join(scratch, 'page'), scratch)
    browser = await openBrowser()
    page = await browser.context.newPage()
    // A library that opens a context of its own, at the device's rate, would do so when it is loaded.
    await page.addInitScript(() => {
      const count = window as { contexts?: number }
      count.contexts = 0
      window.AudioContext = new Proxy(AudioContext, {
        construct(target, [options]) {
          count.contexts = (count.contexts ?? 0) + 1
          return new target(options as AudioContextOptions)
        },
      })
    })
    await page.goto(server.url)
    await page.waitForFunction('window.playback')
  })
  afterAll(async () => {
    await browser?.close()
    await server?.close()
    rmSync(scratch, { recursive: true, force: true })
  })

  /** A mix of two sounds that lie on the same grid of 24 bits, so that they add up to it exactly. */
  async function writeStems(): Promise<void> {
    const onGrid = (plane: Float32Array, level: number) => plane.map((value) => Math.round(value * level * 2 ** 23) / 2 ** 23)
    const stems = { vocals: samples['a']!.map((plane) => onGrid(plane, 0.3)), music: samples['c']!.map((plane) => onGrid(plane, 0.6)) }
    const mix = stems.vocals.map((plane, channel) => plane.map((value, i) => value + stems.music[channel]![i]!))
    for (const [name, planes] of Object.entries({ ...stems, mix })) {
      const writer = await createAudioWriter(join(scratch, `${name}.wav`), { format: 'wav24', sampleRate: rate, channels: 2 })
      await writer.write(planes)
      await writer.finish()
      samples[name] = planes
    }
  }

  /** A file of 24 bits with a hole in it, and sound `a` from frame `from` on. */
  async function writeLong(name: string, length: number, from: number): Promise<void> {
    const header = wavHeader({ encoding: 'int24', sampleRate: rate, channels: 2 }, length, 0)
    const bytes = Buffer.alloc((length - from) * 6)
    for (let i = 0; i < length - from; i++) samples['a']!.forEach((plane, channel) => bytes.writeIntLE(Math.round(plane[i]! * 2 ** 23), i * 6 + channel * 3, 3))
    const file = await open(join(scratch, `${name}.wav`), 'w')
    await file.write(header, 0, header.length, 0)
    await file.write(bytes, 0, bytes.length, header.length + from * 6)
    await file.close()
  }

  function loudnessRatio(quiet: string, loud: string): number {
    const level = (name: string) => measureLoudness({ sampleRate: rate, channels: samples[name]! }).integrated
    return 10 ** ((level(quiet) - level(loud)) / 20)
  }

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

  /** Plays on a clock that is moved by `scenario`, which goes to the page as text; returns what was heard. */
  async function live(project: Project, scenario: (context: LiveScenario) => Promise<unknown>, others: Project[] = []): Promise<Recording> {
    const text = `(${drive.toString()})(${scenario.toString()}, ${JSON.stringify(project)}, ${JSON.stringify(others)})`
    const { texts, told } = (await page.evaluate(text)) as Awaited<ReturnType<typeof drive>>
    const planes = texts.map(fromBase64)
    return { runs: runsOf(planes), planes, told }
  }

  /** Finds out which stretches of which sources a recording consists of. Noise of 24 bits says where each sample comes from. */
  function runsOf(heard: Float32Array[]): Run[] {
    places ??= new Map(['a', 'c'].flatMap((name) => Array.from(samples[name]![0]!, (value, i) => [`${value} ${samples[name]![1]![i]}`, { name, i }] as const)))
    const runs: Run[] = []
    heard[0]!.forEach((value, i) => {
      const right = heard[1]![i]!
      const place = places!.get(`${value} ${right}`)
      const name = place?.name ?? (value === 0 && right === 0 ? 'silence' : 'changed')
      const last = runs.at(-1)
      const goesOn = last?.name === name && (!place || place.i === last.from + last.frames)
      if (goesOn) last.frames++
      else runs.push({ name, from: place?.i ?? 0, frames: 1, at: i })
    })
    return runs
  }

  it('plays in real time to the end, and stands at the beginning again', async () => {
    const told = await page.evaluate(async (project) => {
      const transport = playback.createTransport({ project, sounds: playback.sounds })
      const ended = new Promise<void>((resolve) => (transport.onEnd = resolve))
      transport.seek(11 * 44100)
      await transport.play()
      const before = transport.position()
      await ended
      const result = [before >= 11 * 44100, transport.playing, transport.position(), transport.exact, (window as { contexts?: number }).contexts]
      await transport.dispose()
      return result
    }, projectOf(track('a')))
    expect(told).toEqual([true, false, 0, true, 1])
  })

  it('plays every frame from any place to the end once', async () => {
    const { runs, told } = await live(projectOf(track('a')), async ({ transport, advance }) => {
      let ended = 0
      transport.onEnd = () => ended++
      transport.seek(7 * 44100 + 5)
      await transport.play()
      await advance(6)
      return [ended, transport.gaps]
    })
    expect(told).toEqual([1, 0])
    expect(sounding(runs)).toEqual([{ name: 'a', from: 7 * rate + 5, frames: 5 * rate - 5 }])
  })

  it('seeks to the exact frame without a gap, and goes round the loop to the sample', async () => {
    const project = { ...projectOf(track('a')), loop: { start: 200_000, end: 220_001, enabled: true } }
    const { runs } = await live(project, async ({ transport, advance }) => {
      transport.seek(1000)
      await transport.play()
      await advance(0.7)
      transport.seek(199_000)
      await advance(3)
      transport.pause()
    })
    const heard = sounding(runs)
    expect(heard.slice(0, 3).map(({ from }) => from)).toEqual([1000, 199_000, 200_000])
    expect(heard[1]!.frames).toBe(21_001)
    expect(heard.slice(2, -1).every(({ from, frames }) => from === 200_000 && frames === 20_001)).toBe(true)
    expect(heard.length).toBeGreaterThan(7)
    expect(runs.map(({ name }) => name).filter((name, index, all) => name === 'silence' && index > 0 && index < all.length - 1)).toEqual([])
  })

  it('lets edits be heard within a fifth of a second, in step, in the place of what was already scheduled', async () => {
    const project = projectOf(track('a'), track('c', { muted: true }))
    const moved = { ...project, tracks: [{ ...project.tracks[0]!, clips: [clip('a', { start: 0, offset: 7, length: frames - 7 })] }, project.tracks[1]!] }
    const removed = { ...moved, tracks: [{ ...moved.tracks[1]!, muted: false }] }
    const { runs, told } = await live(
      project,
      async ({ transport, advance, others, frame }) => {
        await transport.play()
        await advance(1.1)
        const edits: number[] = []
        for (const other of others) {
          edits.push(frame())
          transport.setProject(other)
          await advance(1.1)
        }
        transport.pause()
        return edits
      },
      [moved, removed],
    )
    const heard = runs.filter(({ name }) => name === 'a' || name === 'c')
    expect(heard.map(({ name }) => name)).toEqual(['a', 'a', 'c'])
    // Seven frames later from the moved clip, and the other track at the place that the first had reached.
    expect(heard[1]!.from).toBe(heard[0]!.frames + 7)
    expect(heard[2]!.from).toBe(heard[1]!.from + heard[1]!.frames - 7)
    const delays = heard.slice(1).map(({ at }, index) => (at - (told as number[])[index]!) / rate)
    expect(delays.every((delay) => delay > 0 && delay < 0.2)).toBe(true)
  })

  it('mutes at once and without a click, and is back to the bit', async () => {
    const project = projectOf(track('a'))
    const muted = { ...project, tracks: [{ ...project.tracks[0]!, muted: true }] }
    const { runs, planes, told } = await live(
      project,
      async ({ transport, advance, others, frame }) => {
        await transport.play()
        await advance(1)
        const at = frame()
        transport.setProject(others[0]!)
        await advance(1)
        transport.setProject(others[1]!)
        await advance(1)
        return at
      },
      [muted, project],
    )
    const [before, after] = sounding(runs).filter(({ frames }) => frames > 1000)
    const start = runs.find(({ name }) => name === 'a')!.at
    const silent = runs.find(({ name, at }) => name === 'silence' && at > (told as number))!
    expect((silent.at - (told as number)) / rate).toBeLessThan(0.05)
    expect(before!.from).toBe(0)
    // Still in step after it.
    const again = runs.find(({ from, at }) => at > silent.at && from === after!.from)!
    expect(again.at - start).toBe(again.from)
    const fade = planes[0]!.subarray(told as number, silent.at).map((value, i) => Math.abs(value / samples['a']![0]![(told as number) - start + i]!))
    expect(fade.every((gain, i) => i === 0 || gain <= fade[i - 1]! + 1e-3)).toBe(true)
  })

  it('plays a part once, then a sound alone, and returns to the project where it was', async () => {
    const { runs, told } = await live(projectOf(track('a')), async ({ transport, advance, project }) => {
      transport.seek(5000)
      await transport.playRange(100_000, 110_001)
      await advance(1)
      const between = [transport.playing, transport.position()]
      await transport.audition({ ...project.sources[2]!, frames: 20_000 }, 44_100)
      const during = transport.position()
      await advance(1)
      const after = [transport.playing, transport.position()]
      await transport.play()
      await advance(0.5)
      return [...between, during, ...after]
    })
    expect(told).toEqual([false, 5000, 44_100, false, 5000])
    const heard = sounding(runs)
    expect(heard.slice(0, 2)).toEqual([{ name: 'a', from: 100_000, frames: 10_001 }, { name: 'c', from: 0, frames: 20_000 }])
    expect(heard[2]).toMatchObject({ name: 'a', from: 5000 })
  })

  it('changes between stems and mix in step, at one loudness, and tells how far the stems are from the mix', async () => {
    const { runs, planes, told } = await live(stemProject(), async ({ transport, advance, frame }) => {
      await transport.play()
      await advance(1)
      const { nullDbfs } = transport.meters()
      await transport.setAbMode('mix')
      await advance(1)
      const mixAt = frame()
      await transport.setAbMode('tracks')
      await advance(1)
      await transport.setAbMode('off')
      await advance(1)
      return { nullDbfs, mixAt, during: transport.meters().nullDbfs }
    })
    const { nullDbfs, mixAt } = told as { nullDbfs: number; mixAt: number }
    expect(nullDbfs).toBe(-200)
    // Only the vocals were heard; the mix that they come from is louder, so it is turned down, by what BS.1770 says.
    const start = runs.find(({ name }) => name !== 'silence')!.at
    const place = mixAt - 1000 - start
    const ratios = Array.from({ length: 500 }, (_, i) => planes[0]![start + place + i]! / samples['mix']![0]![place + i]!)
    const wanted = loudnessRatio('vocals', 'mix')
    expect(wanted).toBeLessThan(0.9)
    expect(ratios.every((ratio) => Math.abs(ratio / wanted - 1) < 1e-3)).toBe(true)
    const last = planes[0]!.subarray(start + 3.9 * rate, start + 3.95 * rate)
    expect(differing([last], [samples['vocals']![0]!.subarray(3.9 * rate, 3.95 * rate)])).toEqual([])
  })

  it('shows each track after its gain and pan, what is silent as silent, and the sum', async () => {
    const project = projectOf(track('a', { gain: -20, pan: -1 }), track('c'), track('b', { muted: true }))
    const { told } = await live(project, async ({ transport, advance, project: { tracks } }) => {
      const before = transport.meters().master
      await transport.play()
      await advance(1)
      const { tracks: levels, master } = transport.meters()
      return { before, lanes: tracks.map(({ id }) => levels.get(id)), master }
    })
    const { before, lanes, master } = told as { before: number[]; lanes: [number, number][]; master: number[] }
    expect(before).toEqual([0, 0])
    // Noise of half of full scale: in a thousand frames its highest sample comes close to that.
    expect(lanes[0]![0]).toBeGreaterThan(0.0495 * Math.SQRT2)
    expect(lanes[0]![0]).toBeLessThanOrEqual(0.0501 * Math.SQRT2)
    expect(lanes[0]![1]).toBe(0)
    expect(lanes[1]!.every((peak) => peak > 0.49 && peak <= 0.5)).toBe(true)
    expect(lanes[2]).toEqual([0, 0])
    expect(master[0]).toBeGreaterThan(0.49)
    expect(master[1]).toBe(lanes[1]![1])
  })

  it('tells when stems no longer add up to the mix', async () => {
    const project = stemProject()
    const wrong = { ...project, sources: project.sources.map((source) => (source.id === 'music' ? { ...source, soundId: 'c' } : source)) }
    const { told } = await live(wrong, async ({ transport, advance }) => {
      await transport.play()
      await advance(1)
      return transport.meters()
    })
    expect((told as { nullDbfs: number }).nullDbfs).toBeGreaterThan(-20)
  })

  it('plays what is ready of a sound that is still being written, and what comes while it plays', async () => {
    const project = projectOf(track('a'))
    const growing = { ...project, sources: project.sources.map((source) => ({ ...source, soundId: `growing-${source.id}` })) }
    const { runs } = await live(growing, async ({ transport, advance }) => {
      playback.growth.ready = 30_000
      await transport.play()
      await advance(0.5)
      playback.growth.ready = 60_000
      transport.soundGrew()
      await advance(1.5)
      playback.growth.ready = 1e9
      transport.soundGrew()
      await advance(1)
    })
    // All that was there in time, then nothing for a while, and then on, still in step.
    const [first, second] = sounding(runs)
    expect(first).toEqual({ name: 'a', from: 0, frames: 60_000 })
    const start = runs.find(({ name }) => name === 'a')!.at
    const again = runs.findLast(({ name }) => name === 'a')!
    expect(again.at - start).toBe(second!.from)
    expect(second!.frames).toBeGreaterThan(rate / 2)
  })

  it('plays near the end of three hours exactly, and fetches only what lies there', async () => {
    const length = 3 * 3600 * rate
    const tail = length - 5 * rate
    await writeLong('long', length, tail)
    const source = { id: 'long', name: 'long', soundId: 'long', sampleRate: rate, channels: 2, frames: length }
    const project = { ...projectOf(track('long', {}, [clip('long', { length })])), sources: [source] }
    server.asked.length = 0
    const { planes, told } = await live(project, async ({ transport, advance, project: { sources } }) => {
      const from = sources[0]!.frames - 44100 * 3 - 11
      transport.seek(from)
      await transport.play()
      await advance(3.5)
      return [transport.playing, from]
    })
    expect(told).toEqual([false, length - 3 * rate - 11])
    const start = planes[0]!.findIndex((value) => value !== 0)
    const heard = planes.map((plane) => plane.subarray(start, start + 3 * rate + 11))
    const from = length - 3 * rate - 11 - tail
    expect(differing(heard, samples['a']!.map((plane) => plane.subarray(from, from + 3 * rate + 11)))).toEqual([])
    const bytes = server.asked.map(({ range }) => /bytes=(\d+)-(\d+)/.exec(range)!).reduce((sum, [, first, last]) => sum + Number(last) - Number(first) + 1, 0)
    expect(bytes).toBeLessThan(6 * 6 * rate)
  })

  it('compares two results blind: both run in step, and one is heard', async () => {
    const { runs } = await live(
      projectOf(track('b')),
      async ({ transport, advance, others }) => {
        await transport.compare(others)
        await transport.play()
        await advance(1)
        transport.hear(1)
        await advance(1)
        transport.endCompare()
        await advance(1)
      },
      [projectOf(track('a')), projectOf(track('c'))],
    )
    // Noise of the same kind is equally loud to a few thousandths, and only the quieter one is left to the bit.
    const exact = sounding(runs).filter(({ frames }) => frames > 10_000)
    expect(exact.length).toBe(1)
    expect(['a', 'c']).toContain(exact[0]!.name)
  })

  let places: Map<string, { name: string; i: number }> | undefined

  const cut = (name: string, from: number, count: number) => samples[name]!.map((plane) => plane.subarray(from, from + count))
})

function clip(sourceId: string, change: Partial<Clip> = {}): Clip {
  return { id: `${sourceId}${change.start ?? 0}`, sourceId, start: 0, offset: 0, length: frames, gain: 0, fadeIn: 0, fadeOut: 0, ...change }
}

/** Runs in the page. */
async function drive(scenario: (context: LiveScenario) => Promise<unknown>, project: Project, others: Project[]) {
  const { context, advance, finish } = playback.steppedContext(44100, 8)
  const transport = playback.createTransport({ project, sounds: playback.sounds, createContext: () => context })
  const told = await scenario({ transport, advance, project, others, frame: () => Math.round(context.currentTime * 44100) })
  const planes = await finish()
  await transport.dispose()
  return { texts: planes.map(playback.toBase64), told }
}

/** What is heard to the bit; the milliseconds in which sound is faded out are not. */
function sounding(runs: readonly Run[]): Omit<Run, 'at'>[] {
  return runs.filter(({ name }) => name === 'a' || name === 'c').map(({ name, from, frames }) => ({ name, from, frames }))
}

let tracks = 0
function track(sourceId: string, change: Partial<Track> = {}, clips = [clip(sourceId)]): Track {
  return { id: `t${tracks++}`, name: sourceId, role: 'other', gain: 0, pan: 0, muted: false, soloed: false, view: 'waveform', clips, ...change }
}

function projectOf(...own: Track[]): Project {
  const sources = ['a', 'b', 'c'].map((id) => ({ id, name: id, soundId: id, sampleRate: rate, channels: 2, frames }))
  return { ...emptyProject('p', 'P'), sampleRate: rate, sources, tracks: own }
}

/** The mix on a muted track, its vocals soloed, its music. */
function stemProject(): Project {
  const stem = (name: 'vocals' | 'accompaniment', otherId: string) => ({ name, mixtureId: 'mix', offset: 0, modelId: 'm', quality: 'fast', otherId, exponent: 1 })
  const source = (id: string) => ({ id, name: id, soundId: id, sampleRate: rate, channels: 2, frames })
  return {
    ...projectOf(track('mix', { muted: true }), track('vocals', { soloed: true }), track('music')),
    sources: [source('mix'), { ...source('vocals'), stem: stem('vocals', 'music') }, { ...source('music'), stem: stem('accompaniment', 'vocals') }],
  }
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

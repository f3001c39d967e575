import { mkdirSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openAudio } from '#main/node/audioReader'
import { measureMix } from '#main/node/mixLoudness'
import { renderFiles, type RenderFilesRequest } from '#main/node/renderFiles'
import { measureLoudness } from '#shared/audio/loudness'
import { isCancellation } from '#shared/errors'
import type { WorkContext } from '#shared/jobs/work'
import { asStored, tones } from '#test/audioFixtures'
import { planMixdown, planOf, projectOf, trackOf, wholeClip, writeSound } from '#test/rendering'
import { largestDifference, quietContext, readAll } from '#test/soundFiles'

let folder: string
let out: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'render-'))
  out = join(folder, 'out')
  mkdirSync(out)
})
afterEach(() => rmSync(folder, { recursive: true }))

type Wanted = Pick<RenderFilesRequest, 'plan' | 'sounds'> & Partial<RenderFilesRequest>

function render(wanted: Wanted, context: WorkContext = quietContext()) {
  return renderFiles({ folder: out, format: 'wav24', tags: [], seed: 1, measured: true, ...wanted }, context)
}

async function renderOne(wanted: Wanted): Promise<Float32Array[]> {
  const { files } = await render(wanted)
  expect(files).toHaveLength(1)
  return readAll(files[0]!.path)
}

const within = (planes: readonly Float32Array[], start: number, end?: number) => planes.map((plane) => plane.subarray(start, end))

describe('a whole sound at unity', () => {
  const kinds = [44100, 48000, 96000].flatMap((sampleRate) => [
    { sampleRate, from: 'wav16', stored: 's16', to: 'wav16' } as const,
    { sampleRate, from: 'wav24', stored: 's24', to: 'wav24' } as const,
    { sampleRate, from: 'wav24', stored: 's24', to: 'flac' } as const,
    { sampleRate, from: 'wav24', stored: 's24', to: 'aiff' } as const,
    { sampleRate, from: 'wav16', stored: 's16', to: 'wav24' } as const,
    { sampleRate, from: 'wav32f', stored: 'float', to: 'wav32f' } as const,
  ])
  // Would catch: dither or rounding where none is needed, a lost block, a shift, a pan law that touches what is not panned.
  it.each(kinds)('$from at $sampleRate Hz comes out as $to to the bit', async ({ sampleRate, from, stored, to }) => {
    const level = stored === 'float' ? 1.7 : 0.9
    for (const channels of [1, 2]) {
      const planes = asStored(tones(channels, 50_001, sampleRate, level), stored)
      const { source, file } = await writeSound(folder, `s${channels}`, planes, { sampleRate, format: from })
      const project = projectOf([source], [trackOf('Vocals', [wholeClip(source)], { gain: -7, pan: 1, muted: true })])
      const written = await renderOne({ plan: planOf(project, ['Vocals']), sounds: { [source.id]: file }, format: to })
      expect(written).toHaveLength(channels)
      expect(largestDifference(written, planes)).toBe(0)
    }
  })

  it('stems that sum to their song give it back to the bit as a mixdown', async () => {
    const mixture = asStored(tones(2, 70_000, 44100, 0.8), 's24')
    const half = mixture.map((plane) => plane.map((value) => Math.floor(value * 2 ** 22) / 2 ** 23))
    const rest = mixture.map((plane, channel) => plane.map((value, i) => value - half[channel]![i]!))
    const vocals = await writeSound(folder, 'v', half, { sampleRate: 44100 })
    const music = await writeSound(folder, 'm', rest, { sampleRate: 44100 })
    const project = projectOf([vocals.source, music.source], [trackOf('Vocals', [wholeClip(vocals.source)]), trackOf('Music', [wholeClip(music.source)])])
    const written = await renderOne({ plan: planMixdown(project), sounds: { v: vocals.file, m: music.file } })
    expect(largestDifference(written, mixture)).toBe(0)
  })
})

describe('stems of a song', () => {
  // Stems are floats; where both are rounded alike, half a step of each becomes a step too many in the sum.
  it.each([['wav24', 's24'], ['flac', 's24'], ['aiff', 's24'], ['wav16', 's16'], ['wav32f', 's24']] as const)(
    'written as %s sum to the song to the bit, dithered or not',
    async (format, stored) => {
      const mixture = asStored(tones(2, 40_000, 44100, 0.9), stored)
      const voice = tones(2, 40_000, 44100, 0.4).map((plane) => plane.map((value) => Math.round(value * 2 ** 24) / 2 ** 24))
      const rest = mixture.map((plane, channel) => plane.map((value, i) => value - voice[channel]![i]!))
      const stemOf = (name: 'vocals' | 'accompaniment', otherId: string) => ({ name, mixtureId: 'mix', offset: 0, modelId: 'm', quality: 'fast', otherId, exponent: 1 })
      const vocals = await writeSound(folder, 'v', voice, { sampleRate: 44100, format: 'wav32f', source: { stem: stemOf('vocals', 'm') } })
      const music = await writeSound(folder, 'm', rest, { sampleRate: 44100, format: 'wav32f', source: { stem: stemOf('accompaniment', 'v') } })
      const project = projectOf([vocals.source, music.source], [trackOf('Vocals', [wholeClip(vocals.source)]), trackOf('Music', [wholeClip(music.source)])])
      const { files } = await render({ plan: planOf(project, ['Vocals', 'Music']), sounds: { v: vocals.file, m: music.file }, format })
      const [v, m] = [await readAll(files[0]!.path), await readAll(files[1]!.path)]
      expect(largestDifference(v.map((plane, channel) => plane.map((value, i) => value + m[channel]![i]!)), mixture)).toBe(0)
    },
  )
})

describe('what is on the timeline', () => {
  it.each([44100, 48000, 96000])('a part at %i Hz is exact to the sample, silence around clips included', async (sampleRate) => {
    const planes = asStored(tones(2, 60_000, sampleRate), 's24')
    const { source, file } = await writeSound(folder, 's', planes, { sampleRate })
    const clip = wholeClip(source, { start: 20_000, offset: 5_003, length: 40_000 })
    const project = projectOf([source], [trackOf('Vocals', [clip])])
    const sounds = { s: file }
    const inside = await renderOne({ plan: planOf(project, ['Vocals'], { range: { start: 23_457, end: 51_111 } }), sounds })
    expect(largestDifference(inside, within(planes, 5_003 + 3_457, 5_003 + 31_111))).toBe(0)
    const around = await renderOne({ plan: planOf(project, ['Vocals'], { range: { start: 19_999, end: 60_002 } }), sounds })
    expect(around[0]).toHaveLength(40_003)
    expect([around[0]![0], around[0]![40_001], around[0]![40_002]]).toEqual([0, 0, 0])
    expect(largestDifference(within(around, 1, 40_001), within(planes, 5_003, 45_003))).toBe(0)
    const all = await renderOne({ plan: planOf(project, ['Vocals']), sounds })
    expect(all[0]).toHaveLength(60_000)
  })

  it.each([44100, 48000, 96000])('gains, fades, pans, mutes and solos at %i Hz are in the mixdown', async (sampleRate) => {
    const [a, b] = [asStored(tones(2, 50_000, sampleRate, 0.3), 's24'), asStored(tones(1, 50_000, sampleRate, 0.2), 's24')]
    const first = await writeSound(folder, 'a', a, { sampleRate })
    const second = await writeSound(folder, 'b', b, { sampleRate })
    const sounds = { a: first.file, b: second.file }
    const clips = [wholeClip(first.source, { gain: -6, fadeIn: 1000, fadeOut: 700 })]
    const tracks = [
      trackOf('A', clips, { gain: 3, pan: -0.4 }),
      trackOf('B', [wholeClip(second.source, { start: 333 })], { gain: -2 }),
      trackOf('C', [wholeClip(second.source)], { muted: true }),
    ]
    const fade = (i: number) => Math.sin((Math.PI / 2) * Math.min(1, (i + 0.5) / 1000)) * Math.sin((Math.PI / 2) * Math.min(1, (50_000 - i - 0.5) / 700))
    const pan = [Math.SQRT2 * Math.cos((0.6 * Math.PI) / 4), Math.SQRT2 * Math.sin((0.6 * Math.PI) / 4)]
    const expected = [0, 1].map((side) =>
      Float32Array.from({ length: 50_333 }, (_, i) => {
        const one = i < 50_000 ? a[side]![i]! * 10 ** (-3 / 20) * fade(i) * pan[side]! : 0
        return one + (i >= 333 ? b[0]![i - 333]! * 10 ** (-2 / 20) : 0)
      }),
    )
    const project = projectOf([first.source, second.source], tracks)
    const written = await renderOne({ plan: planMixdown(project), sounds, format: 'wav32f' })
    expect(largestDifference(written, expected)).toBeLessThan(2 ** -22)
    const soloed = projectOf(project.sources, tracks.map((track) => ({ ...track, soloed: track.name === 'B' })))
    const solo = await renderOne({ plan: planMixdown(soloed), sounds, format: 'wav32f' })
    // Only mono sound in the middle is heard, so one channel says it all.
    expect(solo).toHaveLength(1)
    const alone = Float32Array.from({ length: 50_333 }, (_, i) => (i >= 333 ? b[0]![i - 333]! * 10 ** (-2 / 20) : 0))
    expect(largestDifference(solo, [alone])).toBeLessThan(2 ** -23)
  })

  // Would catch: passes over one file that get into each other's way.
  it('one sound may play in many places at once', async () => {
    const planes = asStored(tones(1, 40_000, 44100, 0.2), 's24')
    const { source, file } = await writeSound(folder, 's', planes, { sampleRate: 44100 })
    const at = (id: string, start: number) => wholeClip(source, { id, start, length: 20_000 })
    const project = projectOf([source], [trackOf('A', [at('1', 0), at('2', 20_000), at('3', 40_000)]), trackOf('B', [at('4', 0)]), trackOf('C', [at('5', 7)])])
    const written = await renderOne({ plan: planMixdown(project), sounds: { s: file } })
    const part = (i: number) => (i >= 0 && i < 20_000 ? planes[0]![i]! : 0)
    const expected = Float32Array.from({ length: 60_000 }, (_, i) => planes[0]![i % 20_000]! + part(i) + part(i - 7))
    expect(largestDifference(written, [expected])).toBe(0)
  })
})

describe('levels', () => {
  it.each([['wav16', 16], ['wav24', 24], ['flac', 24], ['aiff', 24], ['mp3', undefined], ['m4a', undefined]] as const)(
    '%s that would clip turns all files down alike and says so in the file',
    async (format, bits) => {
      const loud = await writeSound(folder, 'l', tones(2, 60_000, 44100, 1.8), { sampleRate: 44100, format: 'wav32f' })
      const quiet = await writeSound(folder, 'q', tones(2, 60_000, 44100, 0.5), { sampleRate: 44100, format: 'wav32f' })
      const project = projectOf([loud.source, quiet.source], [trackOf('Loud', [wholeClip(loud.source)]), trackOf('Quiet', [wholeClip(quiet.source)])])
      const { files, gainDb, warnings } = await render({ plan: planOf(project, ['Loud', 'Quiet']), sounds: { l: loud.file, q: quiet.file }, format })
      expect(gainDb).toBeLessThan(-4)
      expect(gainDb).toBeGreaterThan(-5.2)
      expect(warnings.join()).toContain(`same ${(-gainDb).toFixed(2)} dB`)
      const factor = 10 ** (gainDb / 20)
      for (const [index, level] of [1.8, 0.5].entries()) {
        const path = files[index]!.path
        const { tags } = (await openAudio(path)).info
        expect(tags.comment).toContain(`same ${(-gainDb).toFixed(2)} dB`)
        // M4A has a fixed set of tags.
        if (format !== 'm4a') expect(tags['stemwright_gain_db']).toBe(gainDb.toFixed(2))
        if (bits === undefined) continue
        const expected = tones(2, 60_000, 44100, level).map((plane) => plane.map((value) => value * factor))
        expect(largestDifference(await readAll(path), expected)).toBeLessThan((bits === 16 ? 1.6 : 0.6) * 2 ** (1 - bits))
      }
    },
  )

  it('32 bit float keeps what is above full scale', async () => {
    const planes = tones(2, 30_000, 44100, 3)
    const { source, file } = await writeSound(folder, 's', planes, { sampleRate: 44100, format: 'wav32f' })
    const project = projectOf([source], [trackOf('Loud', [wholeClip(source)])])
    const result = await render({ plan: planOf(project, ['Loud']), sounds: { s: file }, format: 'wav32f' })
    expect([result.gainDb, result.warnings]).toEqual([0, []])
    expect(largestDifference(await readAll(result.files[0]!.path), planes)).toBe(0)
  })

  // Would catch: no dither (the tone would vanish), rectangular dither, or dither in a file that needs none.
  it('16 bit is dithered by triangular noise, in the files that need it only', async () => {
    const step = 2 ** -15
    const faint = await writeSound(folder, 'f', [new Float32Array(200_000).fill(0.3 * step)], { sampleRate: 44100, format: 'wav32f' })
    const plain = asStored(tones(1, 200_000, 44100), 's16')
    const exact = await writeSound(folder, 'e', plain, { sampleRate: 44100 })
    const project = projectOf([faint.source, exact.source], [trackOf('Faint', [wholeClip(faint.source)]), trackOf('Exact', [wholeClip(exact.source)])])
    const { files } = await render({ plan: planOf(project, ['Faint', 'Exact']), sounds: { f: faint.file, e: exact.file }, format: 'wav16' })
    const steps = (await readAll(files[0]!.path))[0]!.map((value) => value / step)
    const mean = steps.reduce((sum, value) => sum + value, 0) / steps.length
    const variance = steps.reduce((sum, value) => sum + (value - mean) ** 2, 0) / steps.length
    expect(mean).toBeCloseTo(0.3, 2)
    // Triangular dither makes the whole error 1/4 step² whatever the signal is.
    expect(variance).toBeCloseTo(0.25, 2)
    expect(largestDifference(await readAll(files[1]!.path), [plain[0]!])).toBe(0)
  })

  it('loudness and true peak are those of the sound, before and after', async () => {
    const planes = tones(2, 5 * 48000, 48000, 1.5)
    const { source, file } = await writeSound(folder, 's', planes, { sampleRate: 48000, format: 'wav32f' })
    const input = { plan: planMixdown(projectOf([source], [trackOf('Loud', [wholeClip(source)])])), sounds: { s: file } }
    const [before] = await measureMix(input, quietContext())
    expect(before).toEqual(measureLoudness({ sampleRate: 48000, channels: planes }))
    const { files, gainDb } = await render({ ...input, format: 'wav16' })
    expect(files[0]!.loudness!.integrated).toBeCloseTo(before!.integrated! + gainDb, 2)
    expect(files[0]!.loudness!.truePeak).toBeCloseTo(before!.truePeak + gainDb, 2)
    const silent = await writeSound(folder, 'z', [new Float32Array(48000)], { sampleRate: 48000 })
    const silence = { plan: planMixdown(projectOf([silent.source], [trackOf('S', [wholeClip(silent.source)])])), sounds: { z: silent.file } }
    expect(await measureMix(silence, quietContext())).toEqual([{ truePeak: -200 }])
  })
})

describe('files', () => {
  async function twoTracks() {
    const tags = { title: 'Inner title', artist: 'Ψ', album: 'Album' }
    const { source, file } = await writeSound(folder, 's', tones(2, 100_000, 44100), { sampleRate: 44100, tags })
    const project = projectOf([{ ...source, name: 'My: song' }], [trackOf('Vocals', [wholeClip(source)]), trackOf('Music', [wholeClip(source)])])
    return { plan: planOf(project, ['Vocals', 'Music']), sounds: { s: file }, tags: [tags, tags] }
  }

  it('are named by the template, tagged, and numbered alike where one name is taken', async () => {
    writeFileSync(join(out, 'My_ song - Music.wav'), 'mine')
    const { files } = await render(await twoTracks())
    expect(files.map(({ path }) => basename(path))).toEqual(['My_ song - Vocals (2).wav', 'My_ song - Music (2).wav'])
    expect(readdirSync(out).sort()).toEqual(['My_ song - Music (2).wav', 'My_ song - Music.wav', 'My_ song - Vocals (2).wav'])
    expect((await openAudio(files[0]!.path)).info.tags).toEqual({ title: 'My: song (Vocals)', artist: 'Ψ', album: 'Album' })
  })

  it.each(['wav16', 'wav24', 'flac', 'mp3', 'm4a', 'aiff'] as const)('a cancelled export to %s leaves nothing, whenever it comes', async (format) => {
    const input = await twoTracks()
    for (const share of [0.05, 0.4, 0.7, 0.97]) {
      const controller = new AbortController()
      const context = quietContext(controller.signal)
      const onProgress: WorkContext['onProgress'] = ({ completed, total }) => completed / total >= share && controller.abort()
      const error: unknown = await render({ ...input, format }, { ...context, onProgress }).catch((reason: unknown) => reason)
      expect(isCancellation(error)).toBe(true)
      expect(readdirSync(out)).toEqual([])
    }
  })

  it.each(['mp3', 'm4a'] as const)('%s keeps length and place', async (format) => {
    for (const frames of [700, 50_001]) {
      const planes = tones(2, frames, 48000, 0.4)
      const { source, file } = await writeSound(folder, `s${frames}`, planes, { sampleRate: 48000, format: 'wav32f' })
      const project = projectOf([source], [trackOf(`T${frames}`, [wholeClip(source)])])
      const written = await renderOne({ plan: planOf(project, [`T${frames}`]), sounds: { [source.id]: file }, format })
      expect(written[0]).toHaveLength(frames)
      if (frames < 5000) continue
      let [error, energy] = [0, 0]
      for (let i = 10_000; i < 40_000; i++) {
        error += (written[0]![i]! - planes[0]![i]!) ** 2
        energy += planes[0]![i]! ** 2
      }
      expect(10 * Math.log10(energy / error)).toBeGreaterThan(12)
    }
  })

  it('a sound that lost its end is refused instead of padded', async () => {
    const input = await twoTracks()
    truncateSync(input.sounds.s.path, 300_000)
    await expect(render(input)).rejects.toMatchObject({ code: 'FILE_UNREADABLE' })
    expect(readdirSync(out)).toEqual([])
  })

  it('a rate that the format does not know is refused before anything is written', async () => {
    const { source, file } = await writeSound(folder, 's', tones(1, 10_000, 96000), { sampleRate: 96000 })
    const project = projectOf([source], [trackOf('A', [wholeClip(source)])])
    await expect(render({ plan: planOf(project, ['A']), sounds: { s: file }, format: 'mp3' })).rejects.toMatchObject({ code: 'AUDIO_UNSUPPORTED' })
    expect(readdirSync(out)).toEqual([])
  })
})

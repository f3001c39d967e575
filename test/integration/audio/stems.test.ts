import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openAudio } from '#main/node/audioReader'
import { audioFormats, type AudioFormat } from '#main/node/audioWriter'
import { writeStemFiles, type StemFilesRequest, type StemFilesResult } from '#main/node/stemFiles'
import { extensionOf } from '#shared/project/fileNames'
import { encodeWav } from '#shared/audio/wavCodec'
import { asStored, fixtureKind, fixtureKinds, tones, writeFixture } from '#test/audioFixtures'
import { blocksOf, largestDifference, quietContext, readAll } from '#test/soundFiles'

let folder: string
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'stems-'))))
afterEach(() => rmSync(folder, { recursive: true }))

const lsb24 = 2 ** -23

/** What a model might give: related to the song, and on nobody's grid. */
function estimate(mixture: readonly Float32Array[], factor = 0.4): Float32Array[] {
  return mixture.map((plane) => plane.map((value, i) => Math.fround(value * factor + 0.01 * Math.sin(i / 7))))
}

function request(sourcePath: string, vocals: readonly Float32Array[], format: AudioFormat, more: Partial<StemFilesRequest> = {}): StemFilesRequest {
  const name = (stem: string) => join(folder, `Song - ${stem}${extensionOf(format)}`)
  const paths = { vocals: name('Vocals'), accompaniment: name('Music') }
  return { sourcePath, vocals: blocksOf(vocals), format, overwrite: false, seed: 1, paths, ...more }
}

async function sumOf({ paths }: Pick<StemFilesResult, 'paths'>): Promise<Float64Array[]> {
  const vocals = await readAll(paths.vocals)
  const music = await readAll(paths.accompaniment)
  return vocals.map((plane, channel) => Float64Array.from(plane, (value, i) => value + music[channel]![i]!))
}

function residual(mixture: readonly Float32Array[], sum: readonly Float64Array[], gain = 1): number {
  let largest = 0
  for (const [channel, plane] of mixture.entries()) {
    expect(sum[channel]).toHaveLength(plane.length)
    for (let i = 0; i < plane.length; i++) largest = Math.max(largest, Math.abs(plane[i]! * gain - sum[channel]![i]!))
  }
  return largest
}

const decibels = (amplitude: number) => Math.max(-200, 20 * Math.log10(amplitude))

function makeSource(name: string, channels: number, rate: number, level = 0.45): string {
  const path = join(folder, `source-${name}`)
  writeFixture(path, fixtureKind(name), tones(channels, rate + 123, rate, level), rate)
  return path
}

describe('stems sum to the song', () => {
  // Would catch: rounding both stems on their own, a shift between passes, dither that does not cancel.
  it.each(fixtureKinds)('wav24 and wav32f from $name', async ({ name, codec, samples }) => {
    const rate = codec === 'libopus' ? 48000 : 44100
    const source = makeSource(name, 2, rate)
    const mixture = await readAll(source)
    for (const format of ['wav24', 'wav32f'] as const) {
      const result = await writeStemFiles(request(source, estimate(mixture), format), quietContext())
      const measured = residual(mixture, await sumOf(result))
      expect(measured).toBeLessThanOrEqual(format === 'wav24' ? lsb24 : 1e-6)
      expect(decibels(measured)).toBe(result.nullResidualDbfs)
      if (samples === 's16' || samples === 's24' || samples === 'u8') expect(measured).toBe(0)
      if (format === 'wav32f') expect(result.nullResidualDbfs).toBeLessThan(-140)
      expect(result).toMatchObject({ frames: mixture[0]!.length, sampleRate: rate, channels: 2, gainDb: 0, warnings: [] })
    }
  })

  it.each([8000, 16000, 22050, 96000, 192000])('at %i Hz, mono', async (rate) => {
    const source = makeSource('24.wav', 1, rate)
    const mixture = await readAll(source)
    for (const format of ['wav24', 'wav32f', 'flac', 'aiff'] as const) {
      const result = await writeStemFiles(request(source, estimate(mixture), format), quietContext())
      expect(result.nullResidualDbfs).toBe(-200)
      expect((await openAudio(result.paths.accompaniment)).info).toMatchObject({ sampleRate: rate, channels: 1, frames: rate + 123 })
    }
  })

  // Would catch: a fixed float grid of 2^-23, which would leave quiet songs with a few bits.
  it('a quiet song keeps its vocals finer than 24 bit in float', async () => {
    const source = makeSource('16.wav', 1, 44100, 0.001)
    const mixture = await readAll(source)
    const vocals = mixture.map((plane) => plane.map((value) => value * 0.37))
    const result = await writeStemFiles(request(source, vocals, 'wav32f'), quietContext())
    expect(result.nullResidualDbfs).toBe(-200)
    expect(largestDifference(await readAll(result.paths.vocals), vocals)).toBeLessThan(2 ** -33)
  })

  it('six channels are mixed down, and the note says so', async () => {
    const source = makeSource('24.wav', 6, 48000, 0.2)
    const [fl, fr, fc, , bl, br] = await readAll(source)
    const side = (front: Float32Array, back: Float32Array) => front.map((value, i) => value + Math.SQRT1_2 * fc![i]! + Math.SQRT1_2 * back[i]!)
    const mixture = [side(fl!, bl!), side(fr!, br!)]
    const result = await writeStemFiles(request(source, estimate(mixture), 'wav24'), quietContext())
    expect(residual(mixture, await sumOf(result))).toBeLessThanOrEqual(lsb24)
    expect(result.channels).toBe(2)
    expect(result.warnings.join(' ')).toMatch(/BS\.775/)
  })

  it('twelve channels of no known layout', async () => {
    const source = join(folder, 'source-twelve.wav')
    const channels = asStored(tones(12, 44_100, 44100, 0.1), 's24')
    writeFileSync(source, encodeWav({ sampleRate: 44100, channels }, 'int24'))
    expect(largestDifference(await readAll(source), channels)).toBe(0)
    const result = await writeStemFiles(request(source, [new Float32Array(44_100), new Float32Array(44_100)], 'wav24'), quietContext())
    expect(result).toMatchObject({ channels: 2, frames: 44_100 })
  })

  it('a part of a song is that part', async () => {
    const source = makeSource('lame.mp3', 2, 44100)
    const mixture = await readAll(source, { start: 12_345, length: 20_000 })
    const part = { start: 12_345, length: 20_000 }
    const result = await writeStemFiles(request(source, estimate(mixture), 'wav24', part), quietContext())
    expect(result.frames).toBe(20_000)
    expect(residual(mixture, await sumOf(result))).toBeLessThanOrEqual(lsb24)
  })

  it.each(['mp3', 'm4a'] as const)('%s has the same length and an honest residual', async (format) => {
    const source = makeSource('16.wav', 2, 44100)
    const mixture = await readAll(source)
    const result = await writeStemFiles(request(source, estimate(mixture), format), quietContext())
    expect(decibels(residual(mixture, await sumOf(result)))).toBe(result.nullResidualDbfs)
    expect(result.nullResidualDbfs).toBeGreaterThan(-90)
    expect(result.nullResidualDbfs).toBeLessThan(-10)
  })
})

describe('16 bit', () => {
  // Would catch: a song that lies on the 16-bit grid being dithered, and vocals that are truncated instead of dithered.
  it('sums exactly, with dithered vocals', async () => {
    const source = makeSource('16.wav', 1, 44100)
    const mixture = await readAll(source)
    const vocals = mixture.map((plane) => plane.map(() => Math.fround(0.3 / 32768)))
    const result = await writeStemFiles(request(source, vocals, 'wav16'), quietContext())
    expect(result.nullResidualDbfs).toBe(-200)
    const written = (await readAll(result.paths.vocals))[0]!
    const mean = written.reduce((sum, value) => sum + value * 32768, 0) / written.length
    expect(mean).toBeCloseTo(0.3, 1)
  })

  it('leaves vocals alone that are on the grid', async () => {
    const source = makeSource('16.wav', 1, 44100)
    const vocals = (await readAll(source)).map((plane) => plane.map((value) => Math.round(value * 9000) / 32768))
    const result = await writeStemFiles(request(source, vocals, 'wav16'), quietContext())
    expect(largestDifference(await readAll(result.paths.vocals), vocals)).toBe(0)
  })
})

describe('full scale', () => {
  it('one common gain for a song that passes full scale, in tag and warning', async () => {
    const source = makeSource('32f.wav', 2, 44100, 1.9)
    const mixture = await readAll(source)
    const result = await writeStemFiles(request(source, estimate(mixture), 'wav24', { tags: { title: 'Song' } }), quietContext())
    const peak = Math.max(...mixture.map((plane) => plane.reduce((most, value) => Math.max(most, Math.abs(value)), 0)))
    expect(result.gainDb).toBeCloseTo(-20 * Math.log10(peak), 3)
    expect(residual(mixture, await sumOf(result), 10 ** (result.gainDb / 20))).toBeLessThanOrEqual(lsb24 * 1.01)
    expect(result.warnings.join(' ')).toMatch(/turned down by the same 4\.\d\d dB/)
    const { tags } = (await openAudio(result.paths.vocals)).info
    expect(tags.title).toBe('Song (Vocals)')
    expect(Number(tags.stemwright_gain_db)).toBeCloseTo(result.gainDb, 2)
  })

  // Would catch: a loud master losing its level because the music alone peaks a little higher than the mix.
  it('a small overshoot of one stem is shared, and the sum stays exact', async () => {
    const source = makeSource('16.wav', 1, 44100, 0.99)
    const mixture = await readAll(source)
    const vocals = mixture.map((plane) => plane.map((value) => (Math.abs(value) > 0.8 ? value * -0.25 : value * 0.3)))
    for (const format of ['wav16', 'wav24'] as const) {
      const result = await writeStemFiles(request(source, vocals, format), quietContext())
      expect(result).toMatchObject({ gainDb: 0, nullResidualDbfs: -200 })
      expect(result.warnings.join(' ')).toMatch(/passed full scale/)
    }
    const float = await writeStemFiles(request(source, vocals, 'wav32f'), quietContext())
    expect(float.warnings).toEqual([])
    expect(Math.max(...(await readAll(float.paths.accompaniment))[0]!)).toBeGreaterThan(1.05)
  })

  it('a large overshoot turns both stems down', async () => {
    const source = makeSource('16.wav', 1, 44100, 0.99)
    const mixture = await readAll(source)
    const vocals = mixture.map((plane) => plane.map((value) => -0.8 * value))
    const result = await writeStemFiles(request(source, vocals, 'wav24'), quietContext())
    expect(result.gainDb).toBeLessThan(-4)
    expect(result.nullResidualDbfs).toBeLessThan(-138)
  })
})

describe('names', () => {
  it('both stems get the same free number', async () => {
    const source = makeSource('16.wav', 1, 8000)
    const mixture = await readAll(source)
    writeFileSync(join(folder, 'Song - Music.wav'), 'mine')
    const result = await writeStemFiles(request(source, estimate(mixture), 'wav16'), quietContext())
    expect(result.paths.vocals).toMatch(/Song - Vocals \(2\)\.wav$/)
    expect(result.paths.accompaniment).toMatch(/Song - Music \(2\)\.wav$/)
    const over = await writeStemFiles(request(source, estimate(mixture), 'wav16', { overwrite: true }), quietContext())
    expect(over.paths.accompaniment).toMatch(/Song - Music\.wav$/)
    expect((await openAudio(over.paths.accompaniment)).info.frames).toBe(8123)
  })
})

describe('nothing half-written stays', () => {
  const visible = () => readdirSync(folder).filter((name) => !name.startsWith('source-'))

  async function failing(format: AudioFormat, vocals: AsyncIterable<Float32Array[]>, signal?: AbortSignal) {
    const source = makeSource('16.wav', 1, 44100)
    return writeStemFiles({ ...request(source, [], format), vocals }, quietContext(signal))
  }

  it('when the model fails in the middle', async () => {
    async function* broken() {
      yield [new Float32Array(1000)]
      throw new Error('lost the device')
    }
    await expect(failing('flac', broken())).rejects.toThrow('lost the device')
    expect(visible()).toEqual([])
  })

  it.each([
    ['too few frames', blocksOf([new Float32Array(1000)])],
    ['too many frames', blocksOf([new Float32Array(50_000)])],
    ['NaN', blocksOf([new Float32Array(44_223).fill(Number.NaN)])],
    ['two channels for one', blocksOf([new Float32Array(44_223), new Float32Array(44_223)])],
  ])('when vocals have %s', async (_, vocals) => {
    await expect(failing('wav24', vocals)).rejects.toMatchObject({ code: 'INTERNAL' })
    expect(visible()).toEqual([])
  })

  it.each(audioFormats)('after a cancel while %s is written', async (format) => {
    const source = makeSource('16.wav', 1, 44100)
    const mixture = await readAll(source)
    const controller = new AbortController()
    const context = { ...quietContext(controller.signal), onProgress: () => controller.abort() }
    await expect(writeStemFiles(request(source, estimate(mixture), format), context)).rejects.toThrow(/abort/i)
    expect(visible()).toEqual([])
  })

  it('what a killed process left is removed, what is not ours is not', async () => {
    const source = makeSource('16.wav', 1, 8000)
    const mixture = await readAll(source)
    let ownName = ''
    const spying = (async function* () {
      ownName = readdirSync(folder).find((name) => name.endsWith('.part'))!
      yield mixture
    })()
    await writeStemFiles({ ...request(source, [], 'wav16'), vocals: spying }, quietContext())
    const dead = ownName.replace(`-${process.pid}-`, '-4194304-')
    const elsewhere = ownName.replace(/stemwright-[0-9a-f]{8}/, 'stemwright-00000000')
    for (const name of [dead, elsewhere]) writeFileSync(join(folder, name), 'rest')
    await writeStemFiles(request(source, estimate(mixture), 'wav16', { overwrite: true }), quietContext())
    expect(existsSync(join(folder, dead))).toBe(false)
    expect(existsSync(join(folder, elsewhere))).toBe(true)
  })
})

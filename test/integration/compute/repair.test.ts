import { existsSync, mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { audition, measureNull, previewReshape, repair } from '#main/compute/tasks/repair'
import { openAudio } from '#main/node/audioReader'
import type { AudioFormat } from '#main/node/audioWriter'
import { workContext } from '#main/node/workContext'
import { writeStemFiles } from '#main/node/stemFiles'
import type { StemOperation } from '#main/compute/protocol'
import { encodeWav } from '#shared/audio/wavCodec'
import type { SpectralRegion } from '#shared/contract/repair'
import { randomStream } from '#shared/random'
import { blocksOf, largestDifference, quietContext, readAll } from '#test/soundFiles'

let folder: string
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'repair-'))))
afterEach(() => rmSync(folder, { recursive: true }))

const formats = [['wav16', 16, 'int16'], ['wav24', 24, 'int24'], ['wav32f', undefined, 'float32']] as const

const tone = (length: number, rate: number, hertz: number, level: number) =>
  Float32Array.from({ length }, (_, i) => level * Math.sin((2 * Math.PI * hertz * i) / rate))

/** A stem pair as the separation leaves it: vocals of two tones, music of another with hiss, 3 s, beginning in the song. */
async function separated(format: AudioFormat, rate: number, encoding: 'int16' | 'int24' | 'float32' = 'int24', level = 1) {
  const random = randomStream(7)
  const [length, offset] = [3 * rate + 77, 1234]
  const whole = offset + length
  const voice = tone(whole, rate, 440, 0.2 * level).map((value, i) => value + 0.1 * level * Math.sin((2 * Math.PI * 3000 * i) / rate))
  const music = tone(whole, rate, 1000, 0.2 * level).map((value) => value + 0.05 * level * random.between(-1, 1))
  const channels = [0, 1].map((side) => voice.map((value, i) => value + (side === 0 ? 1 : 0.5) * music[i]!))
  const mixture = join(folder, 'mixture.wav')
  writeFileSync(mixture, encodeWav({ sampleRate: rate, channels }, encoding))
  const vocals = [0, 1].map(() => voice.subarray(offset))
  const paths = { vocals: join(folder, 'v.wav'), accompaniment: join(folder, 'm.wav') }
  const stems = await writeStemFiles(
    { sourcePath: mixture, start: offset, length, vocals: blocksOf(vocals), format, overwrite: false, seed: 1, paths },
    quietContext(),
  )
  return { pair: { ...stems.paths, mixture, offset }, length, residual: stems.nullResidualDbfs }
}

function pointsInto(place: string, handle: string): boolean {
  try {
    return readlinkSync(`/proc/self/fd/${handle}`).startsWith(place)
  } catch {
    return false
  }
}

const output = () => ({ vocals: join(folder, 'new', 'v.wav'), accompaniment: join(folder, 'new', 'm.wav') })
const work = (pair: Awaited<ReturnType<typeof separated>>['pair'], operation: StemOperation) =>
  repair({ pair, operation, output: output() }, quietContext())

function sumsOf(vocals: readonly Float32Array[], music: readonly Float32Array[]): Float64Array[] {
  return vocals.map((plane, channel) => Float64Array.from(plane, (value, i) => value + music[channel]![i]!))
}

/** The first and the one after the last sample that differ. */
function changed(a: readonly Float32Array[], b: readonly Float32Array[]): [number, number] {
  const differs = (i: number) => a.some((plane, channel) => plane[i] !== b[channel]![i])
  const indices = [...a[0]!.keys()]
  return [indices.find(differs) ?? -1, (indices.findLast(differs) ?? -2) + 1]
}

const reachOf = (rate: number) => (2048 + 1024) * (rate > 50_000 ? 2 : 1)

describe('moving to the other stem', () => {
  // Would catch: stems that are rounded each on their own, a grid that moves with the new peaks, files written anew outside
  // of the selection.
  it.each(formats.flatMap(([format, , encoding]) => [44_100, 48_000, 96_000].map((rate) => [format, rate, encoding] as const)))(
    '%s at %i Hz: the sum stays to the sample, nothing changes elsewhere, and the tone is gone from where it was',
    async (format, rate, encoding) => {
      const { pair, length, residual } = await separated(format, rate, encoding === 'int16' ? 'int16' : 'int24')
      const region: SpectralRegion = { kind: 'box', start: rate, end: 2 * rate, low: 2400, high: 3600 }
      const result = await work(pair, { kind: 'move', regions: [region], from: 'vocals' })
      const [before, beforeMusic, after, afterMusic] = await Promise.all([pair.vocals, pair.accompaniment, output().vocals, output().accompaniment].map((path) => readAll(path)))
      expect(sumsOf(after!, afterMusic!)).toEqual(sumsOf(before!, beforeMusic!))
      expect(result.nullResidualDbfs).toBe(residual)
      expect(residual).toBe(-200)

      expect(after![0]!.length).toBe(length)
      const [first, end] = changed(before!, after!)
      expect(first).toBeGreaterThan(rate - reachOf(rate))
      expect(end).toBeLessThan(2 * rate + reachOf(rate))

      const step = format === 'wav16' ? 2 ** -15 : 2 ** -23
      const offset = 1234
      for (let i = rate + reachOf(rate); i < 2 * rate - reachOf(rate); i++) {
        const kept = 0.2 * Math.sin((2 * Math.PI * 440 * (i + offset)) / rate)
        // Two steps of dither and rounding, and what of the tone's skirts lies outside of the box: 80 dB below it.
        if (Math.abs(after![0]![i]! - kept) > 3 * step + 1e-5) expect(after![0]![i]).toBeCloseTo(kept, 4)
      }
      expect((await openAudio(output().vocals)).info).toMatchObject({ codec: format === 'wav32f' ? 'pcm_f32le' : `pcm_s${format.slice(3)}le`, sampleRate: rate })
    },
  )

  it('and back again, from music to vocals', async () => {
    const { pair } = await separated('wav24', 44_100)
    const region: SpectralRegion = { kind: 'box', start: 30_000, end: 80_000, low: 700, high: 1300 }
    await work(pair, { kind: 'move', regions: [region], from: 'accompaniment' })
    const [music, vocals] = [await readAll(output().accompaniment), await readAll(output().vocals)]
    const rms = (plane: Float32Array) => Math.sqrt(plane.subarray(40_000, 70_000).reduce((sum, value) => sum + value * value, 0) / 30_000)
    // Only hiss is left of the music; its tone, half as loud on the right, stands in the vocals.
    expect(rms(music[0]!)).toBeLessThan(0.04)
    expect(rms(vocals[0]!)).toBeGreaterThan(0.2)
    expect(sumsOf(vocals, music)).toEqual(sumsOf(await readAll(pair.vocals), await readAll(pair.accompaniment)))
  })

  // Would catch: true floats, whose sums no float can hold exactly, and a null worse than what the separation had.
  it('a song of floats keeps its null below -140 dB', async () => {
    const { pair, residual } = await separated('wav32f', 44_100, 'float32')
    const regions: SpectralRegion[] = [{ kind: 'brush', points: [[20_000, 3000], [90_000, 3000]], radius: [5000, 400] }]
    const result = await work(pair, { kind: 'move', regions, from: 'vocals' })
    expect(residual).toBeLessThan(-140)
    expect(result.nullResidualDbfs).toBeLessThan(-140)
    const [first, end] = changed(await readAll(pair.accompaniment), await readAll(output().accompaniment))
    expect([first > 15_000 - 3072, end < 95_000 + 3072]).toEqual([true, true])
  })

  // Would catch: integers that overflow where the music gets a part that the vocals had cancelled.
  it('at full scale the stems stay in range and still sum', async () => {
    const { pair } = await separated('wav24', 44_100, 'int24', 2.2)
    const regions: SpectralRegion[] = [{ kind: 'box', start: 0, end: 1e9, low: 0, high: 30_000 }]
    const result = await work(pair, { kind: 'move', regions, from: 'accompaniment' })
    expect(result.nullResidualDbfs).toBe(-200)
    expect(largestDifference(await readAll(output().accompaniment), [new Float32Array(3 * 44_100 + 77), new Float32Array(3 * 44_100 + 77)])).toBeLessThan(1e-6)
  })

  it.each<[string, SpectralRegion]>([
    ['behind the end', { kind: 'box', start: 1e7, end: 2e7, low: 0, high: 1000 }],
    ['of no height', { kind: 'box', start: 0, end: 10_000, low: 500, high: 500 }],
  ])('a selection %s changes nothing and says so; no file is left', async (_, region) => {
    const { pair } = await separated('wav24', 44_100)
    await expect(work(pair, { kind: 'move', regions: [region], from: 'vocals' })).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    expect(readdirSync(folder).sort()).toEqual(['m.wav', 'mixture.wav', 'v.wav'])
  })

  it('a selection that passes the end, drawn backwards, is the part inside', async () => {
    const { pair, length } = await separated('wav24', 44_100)
    const region: SpectralRegion = { kind: 'box', start: 9e9, end: length - 40_000, low: 9e9, high: -5 }
    await work(pair, { kind: 'move', regions: [region], from: 'vocals' })
    const after = await readAll(output().vocals)
    expect(largestDifference(after.map((plane) => plane.subarray(length - 30_000)), [new Float32Array(30_000), new Float32Array(30_000)])).toBeLessThan(1e-6)
    expect(changed(await readAll(pair.vocals), after)[0]).toBeGreaterThan(length - 40_000 - 3072)
  })

  it('stems that are not of one song are refused', async () => {
    const { pair } = await separated('wav24', 44_100)
    const shorter = { ...pair, accompaniment: pair.mixture }
    const regions: SpectralRegion[] = [{ kind: 'box', start: 0, end: 9000, low: 0, high: 1000 }]
    await expect(work(shorter, { kind: 'move', regions, from: 'vocals' })).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  })

  // Would catch: a process that runs out of file handles after many repairs that could not be made.
  it.skipIf(!existsSync('/proc/self/fd'))('stems that are refused or missing are closed again', async () => {
    const { pair } = await separated('wav24', 8000)
    const open = () => readdirSync('/proc/self/fd').filter((handle) => pointsInto(folder, handle)).length
    const other = join(folder, 'other.wav')
    writeFileSync(other, encodeWav({ sampleRate: 8000, channels: [tone(8000, 8000, 440, 0.1)] }, 'int24'))
    const move = (paths: Partial<typeof pair>) => work({ ...pair, ...paths }, { kind: 'move', regions: [], from: 'vocals' })
    const measure = (mixture: string) => measureNull({ pair: { ...pair, mixture } }, quietContext())
    await expect(move({ accompaniment: other })).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    await expect(move({ accompaniment: join(folder, 'none.wav') })).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' })
    await expect(measure(join(folder, 'none.wav'))).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' })
    expect(open()).toBe(0)
  })

  it('a stop leaves no file', async () => {
    const { pair } = await separated('wav24', 44_100)
    const stop = new AbortController()
    const context = workContext(stop.signal, () => stop.abort())
    const regions: SpectralRegion[] = [{ kind: 'box', start: 0, end: 1e9, low: 0, high: 1000 }]
    await expect(repair({ pair, operation: { kind: 'move', regions, from: 'vocals' }, output: output() }, context)).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }))
    expect(readdirSync(join(folder, 'new'))).toEqual([])
  })
})

describe('gain on a selection', () => {
  const regions: SpectralRegion[] = [{ kind: 'box', start: 44_100, end: 88_200, low: 2400, high: 3600 }]

  it('makes it louder or quieter in its stem only, and says what the null is then', async () => {
    const { pair } = await separated('wav24', 44_100)
    for (const [decibels, level] of [[-6, 0.1 * 10 ** (-6 / 20)], [6, 0.1 * 10 ** (6 / 20)], [-120, 0]] as const) {
      const result = await work(pair, { kind: 'gain', regions, stem: 'vocals', decibels })
      expect(result.warnings).toEqual([])
      const after = (await readAll(output().vocals))[0]!
      for (let i = 50_000; i < 80_000; i += 7) {
        const t = (2 * Math.PI * (i + 1234)) / 44_100
        expect(after[i]).toBeCloseTo(0.2 * Math.sin(440 * t) + level * Math.sin(3000 * t), 4)
      }
      expect(changed(await readAll(pair.vocals), [after, after])[0]).toBeGreaterThan(44_100 - 3072)
      // What is missing from the sum is the part of the tone that was changed.
      expect(10 ** (result.nullResidualDbfs / 20)).toBeCloseTo(Math.abs(0.1 - level), 3)
      expect(readdirSync(join(folder, 'new'))).toEqual(['v.wav'])
      rmSync(join(folder, 'new'), { recursive: true })
    }
  })

  // Would catch: samples that are cut off at full scale without a word.
  it('beyond full scale keeps the stem as floats', async () => {
    const { pair } = await separated('wav16', 44_100, 'int16')
    const result = await work(pair, { kind: 'gain', regions, stem: 'vocals', decibels: 24 })
    expect(result.warnings.join()).toMatch(/32-bit float/)
    const after = await readAll(output().vocals)
    expect(Math.max(...after[0]!.subarray(50_000, 80_000))).toBeGreaterThan(1.5)
    expect(changed(await readAll(pair.vocals), after)[0]).toBeGreaterThan(44_100 - 3072)
  })
})

describe('reshaping', () => {
  it.each(formats)('%s: the sum stays to the sample', async (format, _, encoding) => {
    const { pair } = await separated(format, 44_100, encoding === 'int16' ? 'int16' : 'int24')
    for (const exponent of [0.5, 2]) {
      const result = await work(pair, { kind: 'reshape', exponent })
      expect(result.nullResidualDbfs).toBe(-200)
      const [vocals, music] = [await readAll(output().vocals), await readAll(output().accompaniment)]
      expect(sumsOf(vocals, music)).toEqual(sumsOf(await readAll(pair.vocals), await readAll(pair.accompaniment)))
      expect(largestDifference(vocals, await readAll(pair.vocals))).toBeGreaterThan(1e-3)
      rmSync(join(folder, 'new'), { recursive: true })
    }
  })

  it('by 1 gives the identical stems', async () => {
    const { pair } = await separated('wav16', 44_100, 'int16')
    await work(pair, { kind: 'reshape', exponent: 1 })
    expect(largestDifference(await readAll(output().vocals), await readAll(pair.vocals))).toBe(0)
    expect(largestDifference(await readAll(output().accompaniment), await readAll(pair.accompaniment))).toBe(0)
  })

  // Would catch: a preview that is not what the result will be.
  it('a preview is a stretch of the result, to the sample', async () => {
    const { pair, length } = await separated('wav24', 44_100)
    await work(pair, { kind: 'reshape', exponent: 2 })
    const { vocals, accompaniment } = output()
    const whole = [await readAll(vocals), await readAll(accompaniment)]
    for (const [start, wanted] of [[50_000, 20_000], [0, 5000], [length - 3000, 9000]] as const) {
      rmSync(join(folder, 'new'), { recursive: true })
      const result = await previewReshape({ pair: { vocals: pair.vocals, accompaniment: pair.accompaniment }, exponent: 2, start, length: wanted, output: output() }, quietContext())
      expect(result.start).toBe(start)
      const frames = Math.min(wanted, length - start)
      const cut = (planes: Float32Array[]) => planes.map((plane) => plane.subarray(start, start + frames))
      expect(largestDifference(await readAll(vocals), cut(whole[0]!))).toBe(0)
      expect(largestDifference(await readAll(accompaniment), cut(whole[1]!))).toBe(0)
    }
  })
})

describe('audition', () => {
  it('is what is selected, and nothing else', async () => {
    const { pair, length } = await separated('wav24', 44_100)
    const regions: SpectralRegion[] = [{ kind: 'box', start: 44_100, end: 88_200, low: 2400, high: 3600 }]
    const path = join(folder, 'a.wav')
    const { start } = await audition({ path: pair.vocals, regions, output: path }, quietContext())
    const [heard] = await readAll(path)
    expect(start).toBeGreaterThan(44_100 - 3072 - 1)
    expect(start + heard!.length).toBeLessThan(88_200 + 3072 + 1)
    expect(length).toBeGreaterThan(heard!.length)
    for (let i = 50_000; i < 80_000; i += 7) {
      expect(heard![i - start]).toBeCloseTo(0.1 * Math.sin((2 * Math.PI * 3000 * (i + 1234)) / 44_100), 4)
    }
  })
})

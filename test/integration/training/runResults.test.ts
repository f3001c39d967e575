import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readResultIndex } from '#main/node/resultIndex'
import { rewindResults, writeResults, type ResultRequest } from '#main/node/runResults'
import type { ClipSource, GallerySource, PinnedClip } from '#main/training/resultSource'
import { decodeWav } from '#shared/audio/wavCodec'
import { measureSdr } from '#shared/metrics/sdr'
import { randomStream } from '#shared/random'
import { quietContext } from '#test/soundFiles'

const sampleRate = 8000

let runFolder: string
beforeEach(async () => {
  runFolder = await mkdtemp(join(tmpdir(), 'stemwright-results-'))
})
afterEach(() => rm(runFolder, { recursive: true, force: true }))

/** A song that is louder than full scale as a whole, as stems of real songs may be. */
function pinned(seed: number): PinnedClip {
  const random = randomStream(seed)
  const noise = (length: number) => Float32Array.from({ length }, () => random.between(-0.9, 0.9))
  const vocals = { sampleRate, channels: [noise(3000), noise(3000)] }
  const accompaniment = { sampleRate, channels: [noise(3000), noise(3000)] }
  const channels = vocals.channels.map((samples, side) => samples.map((value, i) => value + accompaniment.channels[side]![i]!))
  const cut = (samples: Float32Array) => samples.slice(1000, 2500)
  const part = (clip: { channels: Float32Array[] }) => ({ sampleRate, channels: clip.channels.map(cut) })
  const targets = { vocals: part(vocals), accompaniment: part(accompaniment) }
  return { name: `Song ${seed}`, split: 'validation', mixture: { sampleRate, channels }, span: { start: 1000, end: 2500 }, targets }
}

/** Takes a share of the true vocals out of every clip, and says how often it was asked to choose some. */
function source() {
  const asked = { pins: 0 }
  const results: ClipSource = {
    kind: 'clips',
    pin: async () => {
      asked.pins++
      return [pinned(1), pinned(2 + asked.pins)]
    },
    hear: async (parameters, clips) =>
      clips.map(({ mixture, span, targets }) => {
        const share = parameters.share![0]!
        const vocals = { sampleRate, channels: targets.vocals!.channels.map((samples) => samples.map((value) => value * share)) }
        const rest = vocals.channels.map((samples, side) => samples.map((value, i) => mixture.channels[side]![span.start + i]! - value))
        return { parts: { vocals, accompaniment: { sampleRate, channels: rest } }, sdr: { vocals: measureSdr(targets.vocals!, vocals).usdr } }
      }),
  }
  return { asked, results }
}

const write = (results: ResultRequest['family']['results'], step: number, more: Partial<ResultRequest> = {}) =>
  writeResults(
    { runFolder, family: { results }, parameters: { share: Float32Array.of(step / 100) }, line: { epoch: step / 10, step, score: step }, ...more },
    quietContext(),
  )
const read = async (...path: string[]) => decodeWav(await readFile(join(runFolder, 'results', ...path)))

describe('results of a run', () => {
  it('are heard on the same clips at every checkpoint, also after the process has ended', async () => {
    const { asked, results } = source()
    for (const step of [10, 20, 30]) expect(await write(results, step)).toBe(true)
    await write(source().results, 40)
    expect(asked.pins).toBe(1)
    const { clips, checkpoints } = await readResultIndex(runFolder)
    expect(clips!.map(({ name }) => name)).toEqual(['Song 1', 'Song 3'])
    expect(checkpoints.map(({ epoch, step, folder }) => [epoch, step, folder])).toEqual([[1, 10, '1'], [2, 20, '2'], [3, 30, '3'], [4, 40, '4']])
    expect(checkpoints[1]!.clips['1']!.sdr.vocals).toBeGreaterThan(checkpoints[0]!.clips['1']!.sdr.vocals!)
  })

  // Twenty-four bits cut off at full scale would make every network sound worse than it is.
  it('are files of 24 bits whose parts add up to a mixture that is not cut off', async () => {
    await write(source().results, 50)
    const mixture = await read('clips', '1', 'mixture.wav')
    const input = await read('clips', '1', 'input.wav')
    expect(Math.max(...mixture.channels.flatMap((samples) => [...samples]).map(Math.abs))).toBeCloseTo(0.98, 3)
    expect(input.channels[0]).toEqual(mixture.channels[0]!.slice(1000, 2500))
    const [vocals, rest] = [await read('checkpoints', '1', '1-vocals.wav'), await read('checkpoints', '1', '1-accompaniment.wav')]
    const worst = Math.max(...input.channels[1]!.map((value, i) => Math.abs(value - vocals.channels[1]![i]! - rest.channels[1]![i]!)))
    expect(worst).toBeLessThanOrEqual(2 ** -23)
    const target = await read('clips', '1', 'target-vocals.wav')
    expect(vocals.channels[0]![7]).toBeCloseTo(target.channels[0]![7]! / 2, 6)
    expect((await readFile(join(runFolder, 'results/checkpoints/1/1-vocals.png'))).subarray(1, 4).toString()).toBe('PNG')
  })

  it('of steps that are trained again are replaced, under names that nobody has fetched before', async () => {
    const { results } = source()
    for (const step of [10, 20, 30]) await write(results, step)
    await write(results, 20, { parameters: { share: Float32Array.of(0.9) } })
    const { checkpoints, scores } = await readResultIndex(runFolder)
    expect(checkpoints.map(({ step, folder }) => [step, folder])).toEqual([[10, '1'], [20, '4']])
    expect(scores.map(({ step }) => step)).toEqual([10, 20])
    await rewindResults(runFolder, 10)
    expect(await readdir(join(runFolder, 'results/checkpoints'))).toEqual(['1'])
  })

  it('take no more than their budget, though the scores of all stay', async () => {
    const { results } = source()
    await write(results, 10, { line: { epoch: 1, step: 10, score: -30 } })
    const { bytes } = (await readResultIndex(runFolder)).checkpoints[0]!
    for (let step = 20; step <= 120; step += 10) await write(results, step, { budget: { bytes: 5 * bytes + 1000, count: 99 }, line: { epoch: step / 10, step, score: -Math.abs(step - 40) } })
    const { checkpoints, scores } = await readResultIndex(runFolder)
    expect(checkpoints.length).toBeLessThanOrEqual(5)
    for (const step of [10, 40, 120]) expect(checkpoints.map((each) => each.step)).toContain(step)
    expect(scores).toHaveLength(12)
    expect(await readdir(join(runFolder, 'results/checkpoints'))).toHaveLength(checkpoints.length)
  })

  it('that fail leave those before them, and nothing half-written', async () => {
    const { results } = source()
    await write(results, 10)
    const broken: ClipSource = { ...results, hear: () => Promise.reject(new Error('lost')) }
    await expect(write(broken, 20)).rejects.toThrow('lost')
    expect((await readResultIndex(runFolder)).checkpoints.map(({ step }) => step)).toEqual([10])
    expect((await readdir(join(runFolder, 'results'))).sort()).toEqual(['checkpoints', 'clips', 'index.json'])
  })

  it('are pictures for a family of images, and nothing for one that shows nothing', async () => {
    const family: GallerySource = {
      kind: 'gallery',
      see: async ({ share }) => {
        const cell = (value: number) => ({ width: 28, height: 28, channels: 1 as const, pixels: new Uint8Array(28 * 28).fill(value) })
        return { rows: ['Pair 1'], columns: ['Mixed', 'True', 'Network'], cells: [[cell(200), cell(90), cell(Math.round(share![0]! * 100))]] }
      },
    }
    await write(family, 30)
    const { checkpoints, clips } = await readResultIndex(runFolder)
    expect(clips).toBe(undefined)
    expect(checkpoints[0]!.gallery).toEqual({ rows: ['Pair 1'], columns: ['Mixed', 'True', 'Network'] })
    expect((await readFile(join(runFolder, 'results/checkpoints/1/gallery.png'))).readUInt32BE(16)).toBe(3 * 56 + 4)
    expect(await writeResults({ runFolder, family: {}, parameters: {}, line: { epoch: 2, step: 40, score: 0 } }, quietContext())).toBe(false)
  })

  it('begin anew where the index is damaged', async () => {
    const { results } = source()
    await write(results, 10)
    await rm(join(runFolder, 'results/index.json'))
    await write(results, 20)
    expect((await readResultIndex(runFolder)).checkpoints.map(({ step }) => step)).toEqual([20])
    expect(existsSync(join(runFolder, 'results/clips/2/input.png'))).toBe(true)
  })
})

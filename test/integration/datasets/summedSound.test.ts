import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { wholeFile, type RecordingPart } from '#main/datasets/manifest'
import { decodeStereo, openParts } from '#main/node/summedSound'
import { concatenate } from '#shared/audio/concatenate'
import { encodeWav } from '#shared/audio/wavCodec'
import { resample } from '#shared/dsp/resample'
import { randomStream } from '#shared/random'

let folder: string
const noise = (seed: number, length: number) => {
  const random = randomStream(seed)
  return Float32Array.from({ length }, () => random.between(-0.3, 0.3))
}
const sounds = { a: [noise(1, 40_000), noise(2, 40_000)], b: [noise(3, 30_000)], c: [noise(4, 20_000)] }

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'stemwright-sum-'))
  const rates = { a: 44100, b: 44100, c: 22050 }
  for (const name of ['a', 'b', 'c'] as const) {
    writeFileSync(join(folder, `${name}.wav`), encodeWav({ sampleRate: rates[name], channels: sounds[name] }, 'float32'))
  }
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const part = (name: string, more: Partial<RecordingPart> = {}): RecordingPart => ({ ...wholeFile(join(folder, `${name}.wav`)), ...more })

async function sumOf(parts: readonly RecordingPart[]): Promise<{ planes: Float32Array[]; frames: number | undefined }> {
  const sound = await openParts(parts)
  const blocks: Float32Array[][] = []
  for await (const block of sound.blocks()) blocks.push(block)
  await sound.close()
  return { planes: Array.from({ length: sound.channels }, (_, c) => concatenate(blocks.map((block) => block[c]!))), frames: sound.frames }
}

/** The same, sample by sample and by definition. */
function expected(length: number, side: number, ...parts: [Float32Array[], gain: number, delay: number][]): Float32Array {
  return Float32Array.from({ length }, (_, i) =>
    parts.reduce((sum, [planes, gain, delay]) => Math.fround(sum + gain * (planes[Math.min(side, planes.length - 1)]![i - delay] ?? 0)), 0),
  )
}

describe('sounds that are sums of files', () => {
  it('puts each part to the sample at its place, across blocks, mono on both sides, and subtracts', async () => {
    for (const delay of [0, 1, 17_000, -1, -16_384, -20_001]) {
      const { planes, frames } = await sumOf([part('a'), part('b', { gain: -0.5, delay })])
      const length = Math.max(40_000, 30_000 + delay)
      expect(frames, `delay ${delay}`).toBe(length)
      for (const side of [0, 1]) expect(planes[side], `delay ${delay}`).toEqual(expected(length, side, [sounds.a, 1, 0], [sounds.b, -0.5, delay]))
    }
  })

  it('ends where it is told to, though parts go on', async () => {
    const { planes, frames } = await sumOf([part('a', { delay: -100, end: 25_000 }), part('b', { delay: 3, end: 25_000 })])
    expect(frames).toBe(25_000)
    expect(planes[1]).toEqual(expected(25_000, 1, [sounds.a, 1, -100], [sounds.b, 1, 3]))
    expect((await sumOf([part('b', { delay: 500, end: 400 })])).planes[0]).toHaveLength(400)
  })

  it('brings a part of another rate to the rate of the first', async () => {
    const { planes } = await sumOf([part('b'), part('c', { delay: 10 })])
    const raised = await resample(sounds.c[0]!, 22050, 44100)
    expect(planes[0]).toEqual(expected(40_010, 0, [sounds.b, 1, 0], [[raised], 1, 10]))
  })

  it('is decoded to another rate as one sound', async () => {
    const [left, right] = await decodeStereo([part('a'), part('b', { gain: -1, delay: 5 })], 22050)
    expect(left).toEqual(await resample(expected(40_000, 0, [sounds.a, 1, 0], [sounds.b, -1, 5]), 44100, 22050))
    expect(right).not.toEqual(left)
  })

  it('names the file that is gone', async () => {
    await expect(openParts([part('a'), part('gone')])).rejects.toMatchObject({ code: 'FILE_NOT_FOUND', message: expect.stringContaining('gone.wav') })
  })
})

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openAudio } from '#main/node/audioReader'
import { asStored, fixtureKind, fixtureKinds, tones, writeFixture } from '#test/audioFixtures'
import { largestDifference, readAll } from '#test/soundFiles'

let folder: string
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'sound-'))))
afterAll(() => rmSync(folder, { recursive: true }))

const opusRate = 48000
const lossless = fixtureKinds.filter(({ samples }) => samples !== 'lossy')
const lossy = fixtureKinds.filter(({ samples }) => samples === 'lossy')

describe('lossless input', () => {
  // Would catch: a wrong scale, a lost low byte of 24 bit, swapped channels, a lost last block.
  it.each(lossless.flatMap((kind) => [1, 2].map((channels) => ({ kind, channels, name: kind.name }))))(
    '$name with $channels channel(s) arrives to the bit',
    async ({ kind, channels }) => {
      const path = join(folder, `${channels}-${kind.name}`)
      const planes = tones(channels, 44100 + 321, 44100, 0.99)
      writeFixture(path, kind, planes, 44100)
      const { info } = await openAudio(path)
      expect(info).toMatchObject({ sampleRate: 44100, channels, frames: 44421 })
      expect(info.float).toBe(kind.samples === 'float' || kind.samples === 'double')
      expect(largestDifference(await readAll(path), asStored(planes, kind.samples))).toBe(0)
    },
  )

  it.each([8000, 11025, 22050, 32000, 48000, 88200, 96000, 192000])('24 bit at %i Hz arrives to the bit', async (rate) => {
    const planes = tones(2, rate, rate)
    const path = join(folder, `${rate}.wav`)
    writeFixture(path, fixtureKind('24.wav'), planes, rate)
    expect((await openAudio(path)).info.sampleRate).toBe(rate)
    expect(largestDifference(await readAll(path), asStored(planes, 's24'))).toBe(0)
  })

  it.each(['16.wav', '24.wav', '24.flac'])('six channels of %s keep their order', async (name) => {
    const planes = tones(6, 48000, 48000)
    const path = join(folder, `six-${name}`)
    writeFixture(path, fixtureKind(name), planes, 48000)
    expect((await openAudio(path)).info.layout).toEqual(['FL', 'FR', 'FC', 'LFE', 'BL', 'BR'])
    expect(largestDifference(await readAll(path), asStored(planes, fixtureKind(name).samples))).toBe(0)
  })
})

describe('lossy input', () => {
  // Would catch: encoder delay or padding left in, which shifts stems against the song and changes its length.
  it.each(lossy)('$name has the length and the place in time of what was encoded', async (kind) => {
    const rate = kind.codec === 'libopus' ? opusRate : 44100
    const planes = tones(2, 2 * rate + 777, rate)
    const path = join(folder, kind.name)
    writeFixture(path, kind, planes, rate)
    const decoded = await readAll(path)
    expect(decoded[0]!.length).toBe(planes[0]!.length)
    expect(bestLag(planes[0]!, decoded[0]!)).toBe(0)
  })
})

describe('a part of a file', () => {
  // Would catch: a seek that lands on a packet instead of a sample, or codec state lost by seeking.
  it.each(fixtureKinds)('$name: any start and length is the same samples as of the whole', async (kind) => {
    const rate = kind.codec === 'libopus' ? opusRate : 44100
    const path = join(folder, `part-${kind.name}`)
    writeFixture(path, kind, tones(2, 4 * rate + 99, rate), rate)
    const whole = await readAll(path)
    for (const [start, length] of [[1, 1000], [40_000, 20_000], [100_001, 16_384], [150_000, 10 ** 7]] as const) {
      const part = await readAll(path, { start, length })
      expect(largestDifference(part, whole.map((plane) => plane.slice(start, start + length)))).toBe(0)
    }
  })

  it('a start behind the end gives nothing', async () => {
    const path = join(folder, 'behind.wav')
    writeFixture(path, fixtureKind('16.wav'), tones(1, 44100, 44100), 44100)
    expect((await readAll(path, { start: 50_000 }))[0]).toHaveLength(0)
  })
})

describe('reading', () => {
  it('stops at a cancel and at close', async () => {
    const path = join(folder, 'long.wav')
    writeFixture(path, fixtureKind('16.wav'), tones(1, 400_000, 44100), 44100)
    const reader = await openAudio(path)
    const controller = new AbortController()
    const blocks = reader.blocks({ signal: controller.signal })
    await blocks.next()
    controller.abort()
    await expect(blocks.next()).rejects.toThrow(/abort/i)
    const others = reader.blocks()
    await others.next()
    await reader.close()
    await expect(others.next()).rejects.toThrow(/closed/)
  })
})

/** Shift in frames at which `b` resembles `a` most, within ±2000. */
function bestLag(a: Float32Array, b: Float32Array): number {
  let best = { lag: 0, sum: -Infinity }
  for (let lag = -2000; lag <= 2000; lag++) {
    let sum = 0
    for (let i = 20_000; i < 24_000; i++) sum += a[i]! * b[i + lag]!
    if (sum > best.sum) best = { lag, sum }
  }
  return best.lag
}

import { describe, expect, it } from 'vitest'
import { reshapeDifference } from '#main/separation/reshape'
import { selectedPart, selectedStretch } from '#main/separation/spectralRepair'
import { repairGrid, stretchAround } from '#main/separation/spectralStream'
import type { SpectralRegion } from '#shared/contract/repair'
import { concatenate } from '#shared/audio/concatenate'
import { regionMask } from '#shared/dsp/spectralRegions'
import { randomStream } from '#shared/random'
import { blocksOf, quietContext } from '#test/soundFiles'

async function collect(blocks: AsyncIterable<Float32Array[]>): Promise<Float32Array[]> {
  const parts: Float32Array[][] = []
  for await (const block of blocks) parts.push(block)
  return (parts[0] ?? []).map((_, channel) => concatenate(parts.map((part) => part[channel]!)))
}

function tone(length: number, rate: number, hertz: number, level = 0.25): Float32Array {
  return Float32Array.from({ length }, (_, i) => level * Math.sin((2 * Math.PI * hertz * i) / rate))
}

function sum(...parts: Float32Array[]): Float32Array {
  return parts[0]!.map((_, i) => parts.reduce((total, part) => total + part[i]!, 0))
}

function worst(a: Float32Array, b: Float32Array, start = 0, end = a.length): number {
  let largest = 0
  for (let i = start; i < end; i++) largest = Math.max(largest, Math.abs(a[i]! - b[i]!))
  return largest
}

/** The selected part of all of a sound, 0 where nothing was asked for. */
async function select(sound: Float32Array[], rate: number, regions: SpectralRegion[], block = 5000): Promise<Float32Array[]> {
  const length = sound[0]!.length
  const mask = regionMask(regions, length, repairGrid(rate))
  const stretch = selectedStretch(mask, length)
  const part = sound.map((plane) => plane.subarray(stretch.start, stretch.end))
  const selected = await collect(selectedPart(blocksOf(part, block), stretch, mask, quietContext()))
  expect(selected.map((plane) => plane.length)).toEqual(sound.map(() => stretch.end - stretch.start))
  return selected.map((plane) => {
    const whole = new Float32Array(length)
    whole.set(plane, stretch.start)
    return whole
  })
}

describe('what is selected of a sound', () => {
  // Would catch: frames counted from the stretch in place of the sound, hertz by another rate, a delay of the transform.
  it.each([44_100, 48_000, 96_000, 22_050])('one of two tones, at %i Hz, sample by sample', async (rate) => {
    const length = 4 * rate + 123
    const [low, high] = [tone(length, rate, 440), tone(length, rate, 3000)]
    const region: SpectralRegion = { kind: 'box', start: 1.5 * rate, end: 2.5 * rate, low: 2500, high: 3500 }
    const [selected] = await select([sum(low, high)], rate, [region])
    const { fftSize, hopLength } = repairGrid(rate)
    const reach = fftSize / 2 + hopLength
    const inside = [1.5 * rate + reach, 2.5 * rate - reach] as const
    expect(worst(selected!, high, ...inside)).toBeLessThan(0.25 * 1e-4)
    expect(selected!.findIndex((value) => value !== 0)).toBeGreaterThan(1.5 * rate - reach)
    expect(selected!.findLastIndex((value) => value !== 0)).toBeLessThan(2.5 * rate + reach)
  })

  it('a selection of everything is the sound itself, up to both of its ends', async () => {
    const random = randomStream(3)
    const sound = [0, 1].map(() => Float32Array.from({ length: 100_001 }, () => random.between(-0.5, 0.5)))
    const selected = await select(sound, 44_100, [{ kind: 'box', start: 0, end: 1e9, low: 0, high: 1e6 }])
    sound.forEach((plane, channel) => expect(worst(plane, selected[channel]!)).toBeLessThan(1e-6))
  })

  it('two selections far apart leave what lies between them alone, and blocks do not matter', async () => {
    const random = randomStream(4)
    const sound = [Float32Array.from({ length: 400_000 }, () => random.between(-0.5, 0.5))]
    const regions: SpectralRegion[] = [
      { kind: 'brush', points: [[20_000, 4000], [40_000, 5000]], radius: [3000, 700] },
      { kind: 'lasso', points: [[340_000, 500], [380_000, 700], [360_000, 9000]] },
    ]
    const selected = await select(sound, 44_100, regions)
    expect(selected[0]!.subarray(60_000, 330_000).every((value) => value === 0)).toBe(true)
    expect(selected[0]!.subarray(20_000, 40_000).some((value) => Math.abs(value) > 0.01)).toBe(true)
    expect(selected[0]!.subarray(350_000, 370_000).some((value) => Math.abs(value) > 0.01)).toBe(true)
    expect(worst(selected[0]!, (await select(sound, 44_100, regions, 333))[0]!)).toBe(0)
  })

  it('a stop is heard at once', async () => {
    const stop = new AbortController()
    const endless = (async function* () {
      for (let i = 0; ; i++) {
        if (i === 5) stop.abort()
        yield [new Float32Array(10_000)]
      }
    })()
    const mask = regionMask([{ kind: 'box', start: 0, end: 1e9, low: 0, high: 1000 }], 1e9, repairGrid(44_100))
    await expect(collect(selectedPart(endless, { start: 0, end: 1e9 }, mask, quietContext(stop.signal)))).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }))
  })
})

describe('reshaping', () => {
  const rate = 44_100
  const length = 3 * rate
  const noise = (seed: number, level: number) => {
    const random = randomStream(seed)
    return Float32Array.from({ length }, () => random.between(-level, level))
  }
  const reshape = (vocals: Float32Array[], music: Float32Array[], exponent: number, start = 0, end = length) => {
    const cut = (planes: Float32Array[]) => planes.map((plane) => plane.subarray(start, end))
    const stems = { vocals: blocksOf(cut(vocals), 5000), accompaniment: blocksOf(cut(music), 7001) }
    return collect(reshapeDifference(stems, { start, end }, exponent, repairGrid(rate), quietContext()))
  }

  // Would catch: shares that are rebuilt from magnitudes, which would change stems whose phases differ from the mixture's.
  it('exponent 1 changes nothing at all', async () => {
    const [difference] = await reshape([noise(1, 0.4)], [noise(2, 0.3)], 1)
    expect(difference!.length).toBe(length)
    expect(difference!.every((value) => value === 0)).toBe(true)
  })

  it('moves each tone towards the stem that has most of it, by the power of its share', async () => {
    // Each stem has 0.8 of its own tone and 0.2 of the other's: shares 0.8 and 0.2 become 0.64 : 0.04 by an exponent of 2.
    const [a, b] = [tone(length, rate, 500), tone(length, rate, 5000)]
    const vocals = sum(a.map((value) => 0.8 * value), b.map((value) => 0.2 * value))
    const music = sum(a.map((value) => 0.2 * value), b.map((value) => 0.8 * value))
    for (const exponent of [0.5, 2, 4]) {
      const share = 0.8 ** exponent / (0.8 ** exponent + 0.2 ** exponent)
      const [difference] = await reshape([vocals], [music], exponent)
      const expected = sum(a.map((value) => share * value), b.map((value) => (1 - share) * value))
      expect(worst(sum(vocals, difference!), expected, 8000, length - 8000)).toBeLessThan(0.25 * 2e-3)
    }
  })

  it('a stem that has all of it keeps it', async () => {
    const [difference] = await reshape([noise(5, 0.4)], [new Float32Array(length)], 3)
    expect(worst(difference!, new Float32Array(length))).toBeLessThan(1e-7)
  })

  // Would catch: a preview that differs from what is rendered then.
  it('a stretch comes out as it does within the whole, to the bit', async () => {
    const [vocals, music] = [[noise(6, 0.4), noise(7, 0.2)], [noise(8, 0.4), noise(9, 0.2)]]
    const whole = await reshape(vocals, music, 1.7)
    const stretch = stretchAround(50_000, 70_000, length, repairGrid(rate))
    const part = await reshape(vocals, music, 1.7, stretch.start, stretch.end)
    whole.forEach((plane, channel) => {
      const wanted = plane.subarray(50_000, 70_000)
      expect(worst(wanted, part[channel]!.subarray(50_000 - stretch.start))).toBe(0)
    })
  })
})

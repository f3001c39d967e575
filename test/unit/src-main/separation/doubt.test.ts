import { describe, expect, it } from 'vitest'
import type { Engine } from '#main/engine/engine'
import { findDoubt, type Sampler } from '#main/separation/doubt'
import { spotsOf } from '#main/separation/doubtCurve'
import { presets } from '#main/training/presets'
import { randomStream } from '#shared/random'
import { blocksOf, quietContext } from '#test/soundFiles'

/** A sampler that gives these shares of the vocals, sample after sample. */
function fakeSampler(shareOf: (run: number, noise: Float32Array) => number): Sampler {
  let run = 0
  return {
    config: presets.tiny.model,
    engine: {} as Engine,
    batch: 2,
    masks: {
      run: async ({ features, vocalNoise }) => ({ vocalMask: new Float32Array((features!.length / 5) * 2).fill(shareOf(run++, vocalNoise!)) }),
      dispose: () => {},
    },
    dispose: () => {},
  }
}

const length = 6 * 44_100
function noise(quietFrom = Infinity): Float32Array[] {
  const random = randomStream(2)
  return [Float32Array.from({ length }, (_, i) => random.between(-0.3, 0.3) * (i < quietFrom ? 1 : 1e-4))]
}

const find = (sampler: Sampler, sound = noise(), sampleRate = 44_100) =>
  findDoubt({ sampleRate, channels: 1, frames: length, blocks: blocksOf(sound) }, sampler, { samples: 2, seed: 5 }, quietContext())

const inner = (curve: readonly number[]) => curve.slice(3, -3)

describe('doubt', () => {
  it.each([
    ['sure of vocals', () => 1, 0, 0],
    ['sure of music', () => 0, 0, 0],
    ['knowing nothing', () => 0.5, 1, 0],
    ['leaning', () => 0.9, 0.36, 0],
    // Would catch: a doubt of each sample alone, for which two sure samples that contradict each other are no doubt.
    ['in contradiction', (run: number) => run % 2, 1, 0.5],
  ])('of a model that is %s', async (_, shareOf, doubt, spread) => {
    const result = await find(fakeSampler(shareOf))
    expect(result.curve).toHaveLength(60)
    for (const value of inner(result.curve)) expect(value).toBeCloseTo(doubt, 2)
    expect(result.spread).toBeCloseTo(spread, 4)
    expect(result.hop).toBe(4410)
  })

  it('counts where there is sound: next to silence there is nothing to doubt', async () => {
    const { curve } = await find(fakeSampler(() => 0.5), noise(3 * 44_100))
    expect(Math.min(...curve.slice(3, 27))).toBeGreaterThan(0.95)
    expect(Math.max(...curve.slice(33))).toBeLessThan(0.05)
  })

  it('is in frames of the sound at any rate', async () => {
    const { hop, curve } = await find(fakeSampler(() => 0.5), noise(), 22_050)
    expect([hop, curve.length]).toEqual([2205, 120])
  })

  it('draws other noise for each sample, the same for the same seed', async () => {
    const drawn: number[][] = [[], []]
    for (const list of drawn) await find(fakeSampler((_, vocalNoise) => (list.push(vocalNoise[0]!), 0.5)))
    expect(drawn[0]).toEqual(drawn[1])
    expect(new Set(drawn[0]).size).toBe(drawn[0]!.length)
  })
})

describe('doubtful spots', () => {
  const curve = Array.from({ length: 200 }, (_, i) => (i >= 40 && i < 52 ? 0.6 : i >= 120 && i < 128 ? 0.9 : 0.2))

  it('are the stretches that stand out, most doubtful first, in frames', () => {
    const spots = spotsOf(curve, 100, 20_000)
    expect(spots.map(({ doubt }) => Math.round(doubt * 10))).toEqual([9, 6])
    expect(spots[0]!.start).toBeGreaterThan(11_500)
    expect(spots[0]!.end).toBeLessThan(13_300)
    expect(spots[1]!.start).toBeGreaterThan(3500)
    expect(spots[1]!.end).toBeLessThan(5700)
  })

  it('there are none where all is the same, or nothing', () => {
    expect(spotsOf(Array(100).fill(0.4), 100, 10_000)).toEqual([])
    expect(spotsOf([], 100, 0)).toEqual([])
  })
})

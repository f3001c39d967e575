import { describe, expect, it } from 'vitest'
import { LandmarkFinder, landmarkFrameSeconds, landmarkRate, type Landmarks } from '#main/datasets/landmarks/landmarkFinder'
import { LandmarkIndex } from '#main/datasets/landmarks/landmarkIndex'
import { hiss, melody } from '#test/melodies'

async function landmarksOf(samples: Float32Array, blockSize = samples.length): Promise<Landmarks> {
  const finder = await LandmarkFinder.create()
  for (let at = 0; at < samples.length; at += blockSize) finder.push(samples.subarray(at, at + blockSize))
  const found = finder.finish()
  finder.dispose()
  return found
}

const tune = (seed: number, seconds = 20) => melody(seed, seconds, landmarkRate)

describe('landmarks', () => {
  it('do not depend on how the sound is cut into blocks', async () => {
    const whole = await landmarksOf(tune(1))
    expect(whole.kinds.length).toBeGreaterThan(300)
    expect(await landmarksOf(tune(1), 777)).toEqual(whole)
  })

  it('stay where they are when the sound gets louder', async () => {
    const louder = await landmarksOf(tune(1).map((value) => value * 4))
    expect(louder.kinds).toEqual((await landmarksOf(tune(1))).kinds)
  })

  it('are none in silence, at the beginning of which nothing is louder than nothing', async () => {
    expect((await landmarksOf(new Float32Array(5 * landmarkRate))).kinds.length).toBe(0)
  })
})

describe('recordings compared by landmarks', () => {
  it('are found from a later beginning, softer and under noise, at the right place', async () => {
    const original = tune(1)
    const start = 5.321
    const noise = hiss(9, 8 * landmarkRate, 0.003)
    const excerpt = original.slice(start * landmarkRate, start * landmarkRate + noise.length).map((value, i) => 0.3 * value + noise[i]!)
    const index = new LandmarkIndex([await landmarksOf(tune(2)), await landmarksOf(original), await landmarksOf(excerpt)])
    expect(index.matches(0, 20)).toEqual([])
    const [match, ...others] = index.matches(1, 20)
    expect(others).toEqual([])
    expect(match).toMatchObject({ other: 2 })
    expect(match!.share).toBeGreaterThan(0.3)
    expect(Math.abs(match!.offset * landmarkFrameSeconds - start)).toBeLessThan(0.05)
    expect(Math.abs(match!.first * landmarkFrameSeconds - start)).toBeLessThan(1.5)
  })

  it('are not found alike because of one note, or of tunes in one key', async () => {
    const steady = Float32Array.from({ length: 20 * landmarkRate }, (_, i) => 0.3 * Math.sin((2 * Math.PI * 440 * i) / landmarkRate))
    const all = [steady, ...Array.from({ length: 8 }, (_, seed) => tune(100 + seed))]
    const index = new LandmarkIndex(await Promise.all(all.map((samples) => landmarksOf(samples))))
    expect(all.flatMap((_, query) => index.matches(query, 20)).filter(({ share }) => share > 0.15)).toEqual([])
  })

  it('tell how long what they share is, whatever else is alike by chance', async () => {
    const shared = tune(1, 10)
    const joined = (before: Float32Array, after: Float32Array) => Float32Array.from([...before, ...shared, ...after])
    const a = joined(tune(3, 20), tune(4, 15))
    const b = joined(tune(5, 4), tune(6, 30))
    const [match] = new LandmarkIndex([await landmarksOf(a), await landmarksOf(b)]).matches(0, 20)
    expect((match!.last - match!.first) * landmarkFrameSeconds).toBeGreaterThan(7)
    expect((match!.last - match!.first) * landmarkFrameSeconds).toBeLessThan(11)
    expect(Math.abs(match!.offset * landmarkFrameSeconds - 16)).toBeLessThan(0.05)
  })
})

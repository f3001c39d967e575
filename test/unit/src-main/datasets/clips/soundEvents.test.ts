import { describe, expect, it } from 'vitest'
import { eventFeatureCount, eventFeatures } from '#main/datasets/clips/eventFeatures'
import { eventFrames, eventSpan, framePowers, type MelPowers } from '#main/datasets/clips/soundEvents'
import { randomStream } from '#shared/random'

const bands = 128

/** A quiet noise, and bursts of so many decibels over it that last ten frames. */
function sound(frames: number, bursts: Readonly<Record<number, number>>, level = 1e-3): MelPowers {
  const random = randomStream(3)
  const powers = Float32Array.from({ length: frames * bands }, () => level * random.between(0.5, 1))
  for (const [at, decibels] of Object.entries(bursts)) {
    for (let i = 0; i < 10 * bands; i++) powers[Number(at) * bands + i]! *= 10 ** (decibels / 10) * (1 - Math.abs(i / bands - 3) / 20)
  }
  return { powers, frames, bands }
}

describe('events of a sound', () => {
  it('are where something happens, one each', () => {
    const found = eventFrames(sound(300, { 50: 30, 120: 28, 200: 25 }))
    expect(found).toHaveLength(3)
    for (const [i, at] of [53, 123, 203].entries()) expect(Math.abs(found[i]! - at)).toBeLessThanOrEqual(1)
  })

  it('are not what is far softer than what is near', () => {
    expect(eventFrames(sound(300, { 60: 40, 120: 22, 220: 40 }))).toHaveLength(2)
    expect(eventFrames(sound(300, { 60: 40, 120: 30, 220: 40 }))).toHaveLength(3)
  })

  it('are none in silence', () => {
    expect(eventFrames({ powers: new Float32Array(200 * bands), frames: 200, bands })).toEqual([])
    expect(eventFrames(sound(200, {}, 1e-12))).toEqual([])
  })

  it('last as long as they are heard', () => {
    const burst = sound(300, { 100: 40 })
    const { first, last } = eventSpan(framePowers(burst), eventFrames(burst)[0]!)
    expect(Math.abs(first - 100)).toBeLessThanOrEqual(1)
    expect(Math.abs(last - 109)).toBeLessThanOrEqual(1)
  })

  it('have features that do not depend on their level, nor on where they lie', () => {
    const at = (burst: MelPowers) => eventFeatures(burst, eventFrames(burst)[0]!)
    const near = sound(300, { 100: 40 })
    const louder = { ...near, powers: near.powers.map((value) => value * 50) }
    const expected = at(near)
    expect(expected).toHaveLength(eventFeatureCount)
    at(louder).forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 3))
    const later: MelPowers = { powers: new Float32Array(350 * bands), frames: 350, bands }
    later.powers.set(near.powers, 50 * bands)
    at(later).forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 3))
  })

  it('have features even where the sound is shorter than what they look at', () => {
    expect(eventFeatures(sound(10, {}), 4).every(Number.isFinite)).toBe(true)
  })
})

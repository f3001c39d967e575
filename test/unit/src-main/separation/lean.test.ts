import { describe, expect, it } from 'vitest'
import { leanReach, MaskLean } from '#main/separation/lean'

const config = { sung: Math.log(3), unsung: 0, presence: 0.2 }
const hertz = [50, 215.5, 1000]

/** Masks of one frame, two sides of three rows, after `frames` with this share of their power sung. */
function leant(shareOf: (frame: number) => number, frame: number, { frames = frame + leanReach + 1, value = 0.25, unsung = 0 } = {}): number[] {
  const lean = new MaskLean({ ...config, unsung }, hertz)
  for (let i = 0; i < frames; i++) lean.add(shareOf(i), 1)
  const masks = new Float32Array(6)
  for (let i = 0; i <= frame; i++) lean.apply(masks.fill(value), 0, 2, i)
  return [...masks]
}

describe('MaskLean', () => {
  it('multiplies the odds of the vocals above the bass, by less in between, not below', () => {
    const half = (0.25 * Math.sqrt(3)) / (1 + 0.25 * (Math.sqrt(3) - 1))
    const expected = [0.25, half, 0.5, 0.25, half, 0.5]
    leant(() => 0.3, 5).forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 6))
  })

  it('changes nothing where nobody sings, and nothing that is certain', () => {
    expect(leant(() => 0, 5)).toEqual([0.25, 0.25, 0.25, 0.25, 0.25, 0.25])
    expect(leant(() => 1, 5, { value: 1 })).toEqual([1, 1, 1, 1, 1, 1])
    expect(leant(() => 1, 5, { value: 0 })).toEqual([0, 0, 0, 0, 0, 0])
  })

  it('leans the other way where nobody sings, if it is told to', () => {
    expect(leant(() => 0, 5, { unsung: -Math.log(3) })[2]).toBeCloseTo(0.1, 6)
  })

  it('follows how much is sung around a frame, on both sides', () => {
    const sings = (from: number) => (frame: number) => (frame >= from ? 1 : 0)
    expect(leant(sings(31), 20)[2]).toBe(0.25)
    // One frame of 21 is sung: 1/21 of the power, of the 0.2 that count as certain.
    expect(leant(sings(30), 20)[2]).toBeCloseTo((0.25 * 3 ** (5 / 21)) / (1 + 0.25 * (3 ** (5 / 21) - 1)), 6)
  })

  it('says the same late in a song, when the beginning is forgotten', () => {
    const share = (frame: number) => (frame % 7 === 0 ? 0.3 : 0)
    expect(leant(share, 7 * 500 + 3)).toEqual(leant(share, 7 * 10 + 3))
  })
})

import { describe, expect, it } from 'vitest'
import { envelopeOf, loudStretches } from '#main/datasets/clips/loudStretches'

const at = (length: number, loud: Readonly<Record<number, number>>) => Array.from({ length }, (_, i) => loud[i] ?? 1e-9)

describe('loud stretches', () => {
  it('are those in which most is heard, in the order of time, none over another', () => {
    const found = loudStretches({ energies: at(100, { 20: 1, 21: 1, 60: 5 }), rate: 10 }, 1, 10)
    expect(found).toHaveLength(2)
    expect(found[0]!).toBeGreaterThan(11)
    expect(found[0]!).toBeLessThanOrEqual(20)
    expect(found[1]! - found[0]!).toBeGreaterThanOrEqual(10)
  })

  it('are not the noise between, however long the recording is', () => {
    expect(loudStretches({ energies: at(10_000, { 500: 1 }), rate: 10 }, 1, 40)).toHaveLength(1)
  })

  it('are at most so many: the loudest', () => {
    const found = loudStretches({ energies: at(100, { 10: 1, 50: 3, 90: 2 }), rate: 10 }, 1, 2)
    expect(found).toHaveLength(2)
    expect(found[0]!).toBeGreaterThan(30)
  })

  it('are the whole of what is shorter, and none of silence', () => {
    expect(loudStretches({ energies: [1, 2, 3], rate: 10 }, 1, 5)).toEqual([0])
    expect(loudStretches({ energies: [0, 0], rate: 10 }, 1, 5)).toEqual([])
    expect(loudStretches({ energies: [], rate: 10 }, 1, 5)).toEqual([])
  })

  it('see all samples of a sound, the last ones too', () => {
    const { energies, rate } = envelopeOf(Float32Array.of(1, 1, 1, 1, 2), 100, 50)
    expect(energies).toEqual([2, 2, 4])
    expect(rate).toBe(50)
  })
})

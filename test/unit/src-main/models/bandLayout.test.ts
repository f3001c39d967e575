import { describe, expect, it } from 'vitest'
import { fieldOffsets, positionCount, rowEdges, rowOfBin } from '#main/models/bandLayout'
import { powerScale, rowPowers, writeFeatures, writePowers, featureKinds } from '#main/models/spectralFeatures'

const layout = { groups: [{ firstBin: 0, width: 1, count: 4 }, { firstBin: 4, width: 3, count: 4 }], pack: 2, framePack: 2 }

describe('band layout', () => {
  it('covers bins without gap or overlap, and gives those above to the last row', () => {
    expect(rowEdges(layout).map(({ start, end }) => [start, end])).toEqual([[0, 1], [1, 2], [2, 3], [3, 4], [4, 7], [7, 10], [10, 13], [13, 16]])
    expect([...rowOfBin(layout, 18)]).toEqual([0, 1, 2, 3, 4, 4, 4, 5, 5, 5, 6, 6, 6, 7, 7, 7, 7, 7])
  })

  it('gives every row of every frame a place of its own', () => {
    const kinds = 3
    const offsets = fieldOffsets(layout, kinds, 4)
    const places = new Set([...offsets].flatMap((offset) => [0, 1, 2].map((kind) => offset + kind * 4)))
    expect(places.size).toBe(4 * 8 * kinds)
    expect(Math.max(...places)).toBe(4 * 8 * kinds - 1)
    expect(positionCount(layout)).toBe(4)
  })
})

describe('features', () => {
  const bins = 18
  const spectrum = (seed: number) => ({ re: Float32Array.from({ length: bins * 4 }, (_, i) => Math.sin(i * seed)), im: new Float32Array(bins * 4), frames: 4, bins })

  it('say nothing of level or polarity, and swap with the sides', () => {
    const features = (left: ReturnType<typeof spectrum>, right: ReturnType<typeof spectrum>) => {
      const out = new Float32Array(4 * 8 * featureKinds)
      writeFeatures(rowPowers([left, right], layout, 0, 4), new Float32Array(32), layout, out, 0)
      return out
    }
    const scaled = (s: ReturnType<typeof spectrum>, gain: number) => ({ ...s, re: s.re.map((value) => value * gain) })
    const [a, b] = [spectrum(1.3), spectrum(2.1)]
    const plain = features(a, b)
    features(scaled(a, -4), scaled(b, -4)).forEach((value, i) => expect(value).toBeCloseTo(plain[i]!, 4))
    const swapped = features(b, a)
    const offsets = fieldOffsets(layout, featureKinds, 4)
    for (const offset of offsets) {
      expect(swapped[offset]).toBeCloseTo(plain[offset + 4]!, 5)
      expect(swapped[offset + 8]).toBeCloseTo(plain[offset + 8]!, 5)
    }
  })

  it('have powers of mean 1 beside them', () => {
    const powers = rowPowers([spectrum(1.3), spectrum(2.1)], layout, 0, 4)
    const out = new Float32Array(4 * 8 * 2)
    writePowers(powers, powerScale(powers), layout, out, 0)
    expect(out.reduce((sum, value) => sum + value, 0) / out.length).toBeCloseTo(1, 4)
  })
})

import { describe, expect, it } from 'vitest'
import { createSegmentPlan } from '#shared/dsp/segments'

describe('segments', () => {
  // Catches a gap, a click at a border, and a last segment that fades into nothing.
  it.each([
    [128, 0.25],
    [128, 0.5],
    [128, 0],
    [128, 0.75],
    [100, 0.9],
    [7, 0.33],
    [1, 0.5],
  ])('of %i overlapping by %f weigh 1 everywhere', (size, overlap) => {
    const plan = createSegmentPlan({ size, overlap })
    for (const length of [0, 1, size - 1, size, size + 1, 3 * size + 5, 10 * plan.step + size, 1000]) {
      const count = plan.count(length)
      expect((count - 1) * plan.step + size).toBeGreaterThanOrEqual(length)
      if (count > 1) expect((count - 2) * plan.step + size).toBeLessThan(length)
      const sum = new Float64Array((count - 1) * plan.step + size)
      for (let index = 0; index < count; index++) {
        plan.weights(index, count).forEach((weight, i) => {
          expect(weight).toBeGreaterThanOrEqual(0)
          sum[index * plan.step + i]! += weight
        })
      }
      for (const total of sum) expect(total).toBeCloseTo(1, 6)
    }
  })

  it('fades evenly over the overlap and gives the middle of a segment wholly to it', () => {
    const plan = createSegmentPlan({ size: 128, overlap: 0.25 })
    expect(plan.step).toBe(96)
    const weights = plan.weights(3, Infinity)
    expect(weights.slice(32, 96).every((weight) => weight === 1)).toBe(true)
    for (let i = 1; i < 32; i++) expect(weights[i]).toBeGreaterThan(weights[i - 1]!)
    expect(plan.weights(0, 9)[0]).toBe(1)
    expect(plan.weights(8, 9)[127]).toBe(1)
  })

  it.each([
    [0, 0.5],
    [10.5, 0.5],
    [128, 1],
    [128, -0.1],
    [128, NaN],
  ])('of %d overlapping by %d are refused', (size, overlap) => {
    expect(() => createSegmentPlan({ size, overlap })).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }))
  })
})

import { describe, expect, it } from 'vitest'
import { betaAt, learningRateAt } from '#main/training/schedules'

describe('learning rate', () => {
  it('starts above 0, is whole after the warm-up, half-way down the cosine in the middle, and ends at its floor', () => {
    const rate = (progress: number) => learningRateAt(progress, 1, 0.1, 0.02)
    expect(rate(0)).toBeCloseTo(0.01, 9)
    expect(rate(0.05)).toBeCloseTo(0.5, 9)
    expect(rate(0.1)).toBeCloseTo(1, 9)
    expect(rate(0.55)).toBeCloseTo(0.51, 9)
    expect(rate(1)).toBeCloseTo(0.02, 9)
  })

  it('does not turn up again beyond the end', () => expect(learningRateAt(1.5, 1)).toBeCloseTo(0.02, 9))
})

describe('beta', () => {
  it('rises from 0 over the warm-up, then stays', () => {
    expect([0, 0.1, 0.2, 1].map((progress) => betaAt(progress, 4, 0.2))).toEqual([0, 2, 4, 4])
  })

  it('is whole from the first step on without a warm-up', () => {
    expect([0, 1].map((progress) => betaAt(progress, 4, 0))).toEqual([4, 4])
  })
})

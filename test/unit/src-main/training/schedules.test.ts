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
  const plan = { beta: 4, klSchedule: 'warmUp', betaWarmUp: 0.2, klCycles: 4 } as const

  it('rises from 0 over the warm-up, then stays', () => {
    expect([0, 0.1, 0.2, 1].map((progress) => betaAt(progress, plan))).toEqual([0, 2, 4, 4])
  })

  it('is whole from the first step on without a warm-up', () => {
    expect([0, 1].map((progress) => betaAt(progress, { ...plan, betaWarmUp: 0 }))).toEqual([4, 4])
    expect([0, 0.1, 1].map((progress) => betaAt(progress, { ...plan, klSchedule: 'constant' }))).toEqual([4, 4, 4])
  })

  // A cycle of 25 steps of 100 rises over 12.5 of them; the formula of Fu et al., step by step.
  it('starts again from 0 in every cycle, rises over its first half and stays over its second', () => {
    const cyclical = { ...plan, klSchedule: 'cyclical' } as const
    expect([0, 0.0625, 0.125, 0.2, 0.25, 0.3125, 0.5, 0.75, 0.875].map((progress) => betaAt(progress, cyclical))).toEqual([0, 2, 4, 4, 0, 2, 0, 0, 4])
    const asInThePaper = (step: number) => 4 * Math.min(1, (step % 25) / 25 / 0.5)
    for (let step = 0; step < 100; step++) expect(betaAt(step / 100, cyclical)).toBeCloseTo(asInThePaper(step), 9)
  })

  it('is whole at the end of a run with cycles, which a cycle of its own begins at otherwise', () => {
    expect(betaAt(1, { ...plan, klSchedule: 'cyclical', klCycles: 3 })).toBe(4)
  })
})

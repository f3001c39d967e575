import { describe, expect, it } from 'vitest'
import { thinned } from '#main/training/thinning'

/** A run that keeps its results at every checkpoint, as it does: one more, then thinned. */
function run(count: number, best: number, budget: { bytes: number; count: number }) {
  let kept: { step: number; score: number; bytes: number }[] = []
  for (let step = 1; step <= count; step++) kept = thinned([...kept, { step, score: -Math.abs(step - best), bytes: 10 }], budget)
  return kept.map(({ step }) => step)
}

describe('results that are kept', () => {
  it('are all of them while they fit', () => {
    expect(run(5, 2, { bytes: 50, count: 9 })).toEqual([1, 2, 3, 4, 5])
  })

  // A greedy rule that drops the oldest would forget how the network sounded at first, or its best.
  it('are the first, the best, the newest and evenly many between them', () => {
    const steps = run(400, 137, { bytes: 160, count: 99 })
    expect(steps).toHaveLength(16)
    expect(steps[0]).toBe(1)
    expect(steps).toContain(137)
    expect(steps.at(-1)).toBe(400)
    const gaps = steps.slice(1).map((step, i) => step - steps[i]!)
    expect(Math.max(...gaps)).toBeLessThanOrEqual(2 * (400 / 15) + 1)
  })

  // The score alone would drop it where one that was measured on other songs, or before going back, has a higher one.
  it('hold the epoch that the run keeps, whatever the scores of others', () => {
    const of = (step: number, score: number, best = false) => ({ step, score, bytes: 10, best })
    expect(thinned([of(1, 1, true), of(2, 9), of(3, 2, true), of(4, 3)], { bytes: 30, count: 9 }).map(({ step }) => step)).toEqual([1, 3, 4])
  })

  it('lose those that were made only of the best once another epoch is better', () => {
    const of = (step: number, best: boolean, onlyAsBest: boolean) => ({ step, score: step, bytes: 10, best, onlyAsBest })
    const steps = (all: ReturnType<typeof of>[]) => thinned(all, { bytes: 1000, count: 99 }).map(({ step }) => step)
    expect(steps([of(1, true, true), of(2, false, false)])).toEqual([1, 2])
    expect(steps([of(1, true, true), of(2, false, false), of(3, true, true)])).toEqual([2, 3])
    expect(steps([of(1, true, false), of(2, true, false)])).toEqual([1, 2])
  })

  it('are never fewer than those three, however little room there is', () => {
    expect(run(30, 11, { bytes: 1, count: 1 })).toEqual([1, 11, 30])
  })
})

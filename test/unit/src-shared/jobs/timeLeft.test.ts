import { expect, it } from 'vitest'
import { estimateSecondsLeft } from '#shared/jobs/timeLeft'

const progress = (completed: number, total: number) => ({ stage: 'separating', completed, total, unit: 'seconds' as const })

it('goes on at the speed so far, and says nothing before it can know', () => {
  expect(estimateSecondsLeft(progress(25, 100), 10)).toBe(30)
  expect(estimateSecondsLeft(progress(100, 100), 10)).toBe(0)
  expect(estimateSecondsLeft(progress(0.5, 100), 10)).toBeUndefined()
  expect(estimateSecondsLeft(progress(50, 100), 0.5)).toBeUndefined()
  expect(estimateSecondsLeft(progress(5, 0), 10)).toBeUndefined()
})

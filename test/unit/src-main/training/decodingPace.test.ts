import { describe, expect, it } from 'vitest'
import { createDecodingPace } from '#main/training/pace'

describe('the decoding of what a run learns from', () => {
  it('says how long it will take once a few recordings are read', () => {
    const pace = createDecodingPace()
    expect(pace(0, 20, 100)).toEqual({ completed: 0, total: 20 })
    expect(pace(1, 20, 104)).toEqual({ completed: 1, total: 20 })
    expect(pace(2, 20, 106)).toEqual({ completed: 2, total: 20, secondsLeft: 54 })
  })

  // Those of earlier trainings are there at once: the mean over all would promise seconds where it takes an hour.
  it('goes by the newest ones, and begins anew with other data', () => {
    const pace = createDecodingPace()
    let now = 0
    for (let completed = 0; completed <= 50; completed++) pace(completed, 100, now)
    for (let completed = 51; completed <= 61; completed++) pace(completed, 100, (now += 5))
    expect(pace(62, 100, (now += 5)).secondsLeft).toBe(38 * 5)
    expect(pace(0, 3, now).secondsLeft).toBeUndefined()
  })
})

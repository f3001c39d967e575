import { describe, expect, it } from 'vitest'
import { AbxTest, guessing } from '#renderer/playback/abx'
import { randomStream } from '#shared/random'

describe('a blind comparison', () => {
  it('tells nothing before the last answer, and then all', () => {
    const test = new AbxTest(4, randomStream(3))
    for (let trial = 0; trial < 4; trial++) {
      expect(test.score()).toBeUndefined()
      expect(test.answered).toBe(trial)
      test.answer(test.versionOf('x') === test.versionOf('a') ? 'a' : 'b')
    }
    expect(test.score()).toEqual({ trials: 4, correct: 4, pValue: 1 / 16, versionOfA: test.versionOf('a') })
    test.answer('a')
    expect(test.answered).toBe(4)
  })

  it('has one A and one B all the time, X keeps to a trial, and is either one about as often', () => {
    let asA = 0
    let swapped = 0
    for (let seed = 0; seed < 200; seed++) {
      const test = new AbxTest(10, randomStream(seed))
      swapped += test.versionOf('a')
      for (let trial = 0; trial < 10; trial++) {
        expect(test.versionOf('a') + test.versionOf('b')).toBe(1)
        const x = test.versionOf('x')
        expect(test.versionOf('x')).toBe(x)
        if (x === test.versionOf('a')) asA++
        test.answer('b')
      }
    }
    expect(asA).toBeGreaterThan(900)
    expect(asA).toBeLessThan(1100)
    expect(swapped).toBeGreaterThan(70)
    expect(swapped).toBeLessThan(130)
  })

  it('is the same for the same seed', () => {
    const secrets = (seed: number) => {
      const test = new AbxTest(12, randomStream(seed))
      return Array.from({ length: 12 }, () => {
        const x = test.versionOf('x')
        test.answer('a')
        return x
      })
    }
    expect(secrets(5)).toEqual(secrets(5))
    expect(secrets(5)).not.toEqual(secrets(6))
  })

  it('gives the probability of guessing as the binomial distribution has it', () => {
    expect(guessing(10, 0)).toBe(1)
    expect(guessing(10, 10)).toBeCloseTo(1 / 1024, 12)
    expect(guessing(16, 12)).toBeCloseTo(0.0384, 4)
    expect(guessing(20, 15)).toBeCloseTo(0.0207, 4)
  })
})

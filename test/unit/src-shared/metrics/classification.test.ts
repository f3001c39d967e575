import { describe, expect, it } from 'vitest'
import { areaUnder, balancedAccuracy, equalErrorRate, hitsAt, rocCurve } from '#shared/metrics/classification'
import { randomStream } from '#shared/random'

const example = { scores: [0.9, 0.8, 0.7, 0.6, 0.55, 0.5, 0.4, 0.3], truth: [true, true, false, true, false, true, false, false] }

describe('classification', () => {
  it('draws the curve of an example worked out by hand', () => {
    expect(rocCurve(example).map(({ falseAlarms, hits }) => [falseAlarms, hits])).toEqual([
      [0, 0], [0, 0.25], [0, 0.5], [0.25, 0.5], [0.25, 0.75], [0.5, 0.75], [0.5, 1], [0.75, 1], [1, 1],
    ])
    expect(areaUnder(rocCurve(example))).toBeCloseTo(13 / 16, 12)
  })

  it('takes things of one score together: where all score alike nothing is told apart', () => {
    // Taken one by one, their order in the list would decide.
    const roc = rocCurve({ scores: [1, 1, 1, 1], truth: [true, true, false, false] })
    expect(roc).toHaveLength(2)
    expect(areaUnder(roc)).toBe(0.5)
    expect(equalErrorRate(roc)).toBe(0.5)
  })

  it('gives an area that is the share of pairs in the right order', () => {
    const random = randomStream(3)
    const truth = Array.from({ length: 80 }, () => random.chance(0.3))
    const scores = truth.map((is) => Math.round(10 * (random.normal() + (is ? 1 : 0))) / 10)
    let [right, pairs] = [0, 0]
    for (const [i, a] of scores.entries()) for (const [j, b] of scores.entries()) {
      if (!truth[i] || truth[j]) continue
      pairs++
      right += a > b ? 1 : a === b ? 0.5 : 0
    }
    expect(areaUnder(rocCurve({ scores, truth }))).toBeCloseTo(right / pairs, 12)
  })

  it('finds where misses are as frequent as false alarms', () => {
    expect(equalErrorRate(rocCurve(example))).toBeCloseTo(0.25, 12)
    expect(equalErrorRate(rocCurve({ scores: [2, 1], truth: [true, false] }))).toBe(0)
    expect(equalErrorRate(rocCurve({ scores: [1, 2], truth: [true, false] }))).toBe(1)
  })

  it('says what is found at few false alarms', () => {
    expect(hitsAt(rocCurve(example), 0.01)).toBe(0.5)
    expect(hitsAt(rocCurve(example), 0.25)).toBe(0.75)
  })

  it('counts both kinds alike: finding nothing among many others is no achievement', () => {
    const truth = [true, ...Array.from({ length: 99 }, () => false)]
    expect(balancedAccuracy({ scores: truth.map(() => 0), truth }, 0.5)).toBe(0.5)
    expect(balancedAccuracy(example, 0.5)).toBeCloseTo((4 / 4 + 2 / 4) / 2, 12)
  })
})

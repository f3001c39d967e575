import { describe, expect, it } from 'vitest'
import { clipOdds, fitCalibrated, heldOdds } from '#main/models/detect/calibration'
import { fitLogistic, logOdds, probability } from '#main/models/detect/logisticRegression'
import { randomStream } from '#shared/random'

const random = randomStream(11)
const things = (count: number, share: number, distance: number) => {
  const truth = Array.from({ length: count }, (_, i) => i < share * count)
  return { truth, features: truth.map((is) => [random.normal() * 3 + (is ? 3 * distance : 0) + 100, random.normal(), 5]) }
}

describe('logistic regression', () => {
  it('is at its minimum: no feature is left correlated with what it gets wrong', () => {
    const data = things(200, 0.5, 1)
    const model = fitLogistic(data, 1e-6)
    const wrong = data.features.map((row, i) => probability(logOdds(model, row)) - (data.truth[i] ? 1 : 0))
    for (const j of [0, 1]) expect(wrong.reduce((sum, error, i) => sum + error * ((data.features[i]![j]! - model.mean[j]!) / model.deviation[j]!), 0)).toBeCloseTo(0, 1)
    expect(wrong.reduce((sum, error) => sum + error, 0)).toBeCloseTo(0, 4)
  })

  it('counts both kinds alike, however rare one is', () => {
    const data = things(1000, 0.05, 2)
    const model = fitLogistic(data, 1e-3)
    const rate = (is: boolean) => {
      const odds = data.features.filter((_, i) => data.truth[i] === is).map((row) => logOdds(model, row) > 0)
      return odds.filter((right) => right === is).length / odds.length
    }
    // Unweighted, nearly all of the rare ones would be missed.
    expect(rate(true)).toBeGreaterThan(0.75)
    expect(rate(false)).toBeGreaterThan(0.75)
  })

  it('gives no weight to what never changes', () => {
    expect(fitLogistic(things(50, 0.5, 1), 0.1).weights[2]).toBeCloseTo(0, 6)
  })

  it('stays finite where everything can be told apart', () => {
    const { weights, bias } = fitLogistic({ features: [[0], [1], [10], [11]], truth: [false, false, true, true] }, 0.1)
    expect([...weights, bias].every(Number.isFinite)).toBe(true)
    expect(weights[0]).toBeGreaterThan(0)
  })

  it('refuses where one kind is missing', () => {
    expect(() => fitLogistic({ features: [[1], [2]], truth: [true, true] }, 1)).toThrowError(expect.objectContaining({ code: 'DATASET_EMPTY' }))
  })
})

describe('calibration', () => {
  const source = Array.from({ length: 60 }, (_, i) => `source ${Math.floor(i / 2)}`)
  const truth = source.map((_, i) => i < 30)
  // Much noise for few things: learned by heart, everything can be told apart.
  const features = truth.map((is) => [is ? 2 : 0, ...Array.from({ length: 30 }, () => 0)].map((value) => value + random.normal()))
  const data = { features, clip: features.map((_, i) => i), truth, source }

  it('never scores a clip with what has learned from its source', () => {
    // Each source has its own mark and both kinds: who has seen one clip of it knows the other.
    const marked = truth.map((_, i) => Array.from({ length: 30 }, (__, j) => (j === Math.floor(i / 2) ? 1 : 0)))
    const odds = heldOdds({ ...data, features: marked }, 0.01, randomStream(1))
    const right = odds.filter((value, i) => value > 0 === truth[i]).length / 60
    expect(right).toBeLessThan(0.7)
  })

  it('is less sure than what was learned by heart', () => {
    const rightOf = (odds: readonly number[]) => odds.filter((value, i) => value > 0 === truth[i]).length / 60
    const trust = (odds: readonly number[]) => odds.reduce((sum, value) => sum + probability(Math.abs(value)), 0) / 60
    const held = heldOdds(data, 0.1, randomStream(1))
    const [raw, calibrated] = [fitLogistic({ features, truth }, 0.1), fitCalibrated(data, 0.1, randomStream(1))]
    const scale = calibrated.weights[0]! / raw.weights[0]!
    expect(trust(held)).toBeGreaterThan(rightOf(held) + 0.1)
    expect(trust(held.map((value) => value * scale))).toBeLessThan(rightOf(held) + 0.1)
    expect(scale).toBeLessThan(0.8)
  })

  it('takes the event of a clip that is most like what is looked for, and for silence says no', () => {
    const model = { mean: [0], deviation: [1], weights: [1], bias: 0 }
    const odds = clipOdds(model, { features: [[-1], [2], [1]], clip: [0, 0, 1], truth: [true, true, false] })
    expect(odds.slice(0, 2)).toEqual([2, 1])
    expect(odds[2]).toBeLessThan(-10)
  })
})

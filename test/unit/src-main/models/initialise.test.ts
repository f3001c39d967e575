import { describe, expect, it } from 'vitest'
import { initialParameters, parameterCount } from '#main/models/initialise'
import type { ParameterSpecs } from '#main/models/layers'
import { randomStream } from '#shared/random'

const specs: ParameterSpecs = {
  'a/kernel': { shape: [3, 3, 40, 60], initialiser: 'he' },
  'a/bias': { shape: [60], initialiser: 'zeros' },
  'b/kernel': { shape: [1, 1, 150, 250], initialiser: 'glorot' },
  'c/scale': { shape: [7], initialiser: 'ones' },
}
const deviation = (values: Float32Array) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length)

describe('initial parameters', () => {
  const parameters = initialParameters(specs, randomStream(1))

  it('have the variances of the papers', () => {
    expect(deviation(parameters['a/kernel']!) / Math.sqrt(2 / (9 * 40))).toBeCloseTo(1, 1)
    expect(deviation(parameters['b/kernel']!) / Math.sqrt(2 / (150 + 250))).toBeCloseTo(1, 1)
    expect([...parameters['a/bias']!, ...parameters['c/scale']!]).toEqual([...Array(60).fill(0), ...Array(7).fill(1)])
  })

  it('do not change when a layer is added before them', () => {
    const more = { first: { shape: [5, 5], initialiser: 'he' }, ...specs } as const
    expect(initialParameters(more, randomStream(1))['b/kernel']).toEqual(parameters['b/kernel'])
  })

  it('are counted', () => expect(parameterCount(specs)).toBe(9 * 40 * 60 + 60 + 150 * 250 + 7))
})

import { describe, expect, it } from 'vitest'
import { formatTick, formatValue, niceTicks, timeTicks, valueAxis, wholeTicks } from '#renderer/charts/axes'
import { formatDuration } from '#renderer/ui/formatting'

describe('the vertical axis', () => {
  it('is logarithmic for positive values, and puts a factor at the same distance everywhere', () => {
    const axis = valueAxis('log', [0.02, 0.5, 30])
    expect(axis.kind).toBe('log')
    expect(axis.forward(0.2) - axis.forward(0.02)).toBeCloseTo(axis.forward(20) - axis.forward(2), 12)
  })

  // Would catch: a chart that goes blank, or a line that falls out of it, once a loss reaches 0 or is negative.
  it.each([
    ['a zero', [0, 1e-3, 0.5]],
    ['negative values', [-0.4, 0.2, 3]],
    ['nothing but zeros', [0, 0]],
    ['no values', []],
    ['values that are no numbers', [Number.NaN, 1, Infinity]],
  ])('survives %s', (_, values) => {
    const axis = valueAxis('log', values)
    const finite = values.filter((value) => Number.isFinite(value))
    const heights = finite.map((value) => axis.forward(value))
    expect(heights.every((height) => Number.isFinite(height))).toBe(true)
    const [low, high] = axis.range(Math.min(0.1, ...finite), Math.max(0.2, ...finite))
    expect(Number.isFinite(low) && Number.isFinite(high) && low < high).toBe(true)
    const ticks = axis.ticks(low, high, 6)
    expect(ticks.length).toBeGreaterThan(1)
    expect(ticks.every((tick) => tick >= low && tick <= high)).toBe(true)
  })

  it('keeps the order of values on every axis, and finds its way back', () => {
    const values = [-2, -0.01, 0, 1e-4, 0.3, 7]
    const axis = valueAxis('log', values)
    const heights = values.map((value) => axis.forward(value))
    expect(heights).toEqual(heights.toSorted((a, b) => a - b))
    values.forEach((value) => expect(axis.backward(axis.forward(value))).toBeCloseTo(value, 9))
  })

  it.each([
    ['linear', [3, 3]],
    ['log', [0.25, 0.25]],
  ] as const)('has room about a constant on a %s axis', (scale, values) => {
    const [low, high] = valueAxis(scale, values).range(values[0], values[1])
    expect(low).toBeLessThan(values[0])
    expect(high).toBeGreaterThan(values[0])
  })

  it.each([
    [0.33, 0.95],
    [0.19, 1.1],
    [6.1, 14],
    [1e-6, 3],
    [0.002, 900],
  ])('has between two and ten ticks from %d to %d', (min, max) => {
    const ticks = valueAxis('log', [min, max]).ticks(min, max, 6)
    expect(ticks.length).toBeGreaterThanOrEqual(2)
    expect(ticks.length).toBeLessThanOrEqual(10)
  })
})

describe('ticks', () => {
  it('are round, and the same numbers whatever the rounding errors', () => {
    expect(niceTicks(0, 1, 4)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1])
    expect(niceTicks(-2.7, 7.2, 5)).toEqual([-2, 0, 2, 4, 6])
    expect(niceTicks(0.1, 0.35, 3)).toEqual([0.1, 0.2, 0.3])
  })

  it('of epochs are whole, also in a run of two', () => {
    expect(wholeTicks(0, 2, 8)).toEqual([0, 1, 2])
    expect(wholeTicks(0, 1, 8)).toEqual([0, 1])
    expect(wholeTicks(0, 300, 6)).toEqual([0, 50, 100, 150, 200, 250, 300])
  })

  it('of time are what clocks like', () => {
    expect(timeTicks(0, 90, 4)).toEqual([0, 30, 60, 90])
    expect(timeTicks(0, 5400, 4).map(formatDuration)).toEqual(['0 s', '30 min', '1 h', '1 h 30 min'])
    expect(timeTicks(0, 400_000, 5)).toEqual([0, 86_400, 172_800, 259_200, 345_600])
  })
})

describe('numbers', () => {
  it('have the digits that matter', () => {
    expect([0.41234567, 12.3456, 0, 0.001, 1.7e-5, 123_456, -3.2].map((value) => formatValue(value))).toEqual(['0.4123', '12.35', '0', '0.001', '1.7e-5', '123 456', '-3.2'])
    expect([0.1, 0.00025, 12_500, 1e-7, 0.30000000000000004].map(formatTick)).toEqual(['0.1', '0.00025', '12.5k', '1e-7', '0.3'])
    expect(formatValue(Number.NaN)).toBe('no number')
  })
})

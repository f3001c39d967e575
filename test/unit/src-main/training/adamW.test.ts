import { describe, expect, it } from 'vitest'
import { adamWStep, initialOptimizerState } from '#main/training/adamW'

const options = { beta1: 0.9, beta2: 0.98, epsilon: 1e-8, weightDecay: 0.1, maxGradientNorm: 1000, averageDecay: 0.5 }

describe('AdamW', () => {
  it('follows algorithm 2 of the paper, computed by hand for two steps', () => {
    const state = initialOptimizerState({ 'a/kernel': Float32Array.of(1) })
    let [value, m, v] = [1, 0, 0]
    for (const [i, g] of [0.5, -2].entries()) {
      adamWStep(state, { 'a/kernel': Float32Array.of(g) }, 0.01, options)
      m = 0.9 * m + 0.1 * g
      v = 0.98 * v + 0.02 * g * g
      value -= 0.01 * (m / (1 - 0.9 ** (i + 1)) / (Math.sqrt(v / (1 - 0.98 ** (i + 1))) + 1e-8) + 0.1 * value)
      expect(state.parameters['a/kernel']![0]).toBeCloseTo(value, 5)
    }
  })

  it('adds L2 to the gradient where it is to, of biases as well, as PyTorch does', () => {
    const state = initialOptimizerState({ 'a/bias': Float32Array.of(1) })
    const l2 = { ...options, decay: 'gradient', beta2: 0.999 } as const
    let [value, m, v] = [1, 0, 0]
    for (const [i, g] of [0.5, -2, 0].entries()) {
      adamWStep(state, { 'a/bias': Float32Array.of(g) }, 0.01, l2)
      const pulled = g + 0.1 * value
      m = 0.9 * m + 0.1 * pulled
      v = 0.999 * v + 0.001 * pulled * pulled
      value -= (0.01 * (m / (1 - 0.9 ** (i + 1)))) / (Math.sqrt(v / (1 - 0.999 ** (i + 1))) + 1e-8)
      expect(state.parameters['a/bias']![0]).toBeCloseTo(value, 5)
    }
  })

  it('does not decay biases, and clips by the norm of all gradients together', () => {
    const state = initialOptimizerState({ 'a/bias': Float32Array.of(1), 'b/kernel': Float32Array.of(1) })
    const norm = adamWStep(state, { 'a/bias': Float32Array.of(0), 'b/kernel': Float32Array.of(30) }, 0.01, { ...options, maxGradientNorm: 3 })
    expect(norm).toBe(30)
    expect(state.parameters['a/bias']![0]).toBe(1)
    expect(state.firstMoment['b/kernel']![0]).toBeCloseTo(0.3, 6)
  })

  it('averages quickly at first and slowly later', () => {
    const state = initialOptimizerState({ 'a/bias': Float32Array.of(0) })
    adamWStep(state, { 'a/bias': Float32Array.of(-1) }, 1, { ...options, averageDecay: 0.999 })
    expect(state.average['a/bias']![0]).toBeCloseTo(9 / 11, 4)
  })
})

import { describe, expect, it } from 'vitest'
import { averageParameters } from '#main/training/averaging'

describe('average of models', () => {
  it('is the mean of every value, and leaves the models alone', () => {
    const models = [{ a: Float32Array.of(1, 2) }, { a: Float32Array.of(3, -2) }]
    expect(averageParameters(models)).toEqual({ a: Float32Array.of(2, 0) })
    expect(models[0]!.a).toEqual(Float32Array.of(1, 2))
  })

  it('refuses models that differ in shape', () => {
    const models = [{ a: Float32Array.of(1, 2) }, { a: Float32Array.of(3) }]
    expect(() => averageParameters(models)).toThrow(expect.objectContaining({ code: 'MODEL_INCOMPATIBLE' }))
  })
})

import { describe, expect, it } from 'vitest'
import { nextName, runningNames, takeRunningState } from '#main/models/runningState'

const state = () => ({
  parameters: { 'norm/mean': Float32Array.of(1, 2), 'conv/kernel': Float32Array.of(3) },
  average: { 'norm/mean': Float32Array.of(0, 0), 'conv/kernel': Float32Array.of(4) },
})

describe('running state', () => {
  // Would catch statistics that are trained but validated and shipped as they were at the start.
  it('is taken over into the parameters and their average, and no other parameter is touched', () => {
    const held = state()
    const reported = takeRunningState(held, { loss: Float32Array.of(7), [nextName('norm/mean')]: Float32Array.of(5, 6) })
    expect(reported).toEqual({ loss: Float32Array.of(7) })
    expect(held.parameters).toEqual({ 'norm/mean': Float32Array.of(5, 6), 'conv/kernel': Float32Array.of(3) })
    expect(held.average).toEqual({ 'norm/mean': Float32Array.of(5, 6), 'conv/kernel': Float32Array.of(4) })
  })

  // Would catch a loss program that misnames what it updates, which would then silently never move.
  it('refuses a next value of what is no parameter, or has another size', () => {
    expect(() => takeRunningState(state(), { [nextName('norm/men')]: Float32Array.of(5, 6) })).toThrow(/norm\/men/)
    expect(() => takeRunningState(state(), { [nextName('norm/mean')]: Float32Array.of(5) })).toThrow(/norm\/mean/)
  })

  it('is known by its spec', () => {
    expect(runningNames({ a: { shape: [1], initialiser: 'ones', running: true }, b: { shape: [1], initialiser: 'ones' } })).toEqual(['a'])
  })
})

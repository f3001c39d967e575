import { describe, expect, it } from 'vitest'
import { dequantize, isOnGrid, quantize } from '#shared/audio/quantize'
import { randomStream } from '#shared/random'

describe('quantize', () => {
  it('rounds to nearest and limits to the range', () => {
    expect([...quantize(Float32Array.of(0.5, -1, 1, 1.5, -2, 0.6 / 32768, -0.6 / 32768), 16)]).toEqual([16384, -32768, 32767, 32767, -32768, 1, -1])
  })

  it('keeps every 16-bit value', () => {
    const all = Int32Array.from({ length: 65536 }, (_, i) => i - 32768)
    expect(quantize(dequantize(all, 16), 16)).toEqual(all)
    expect(isOnGrid(dequantize(all, 16), 16)).toBe(true)
    expect(isOnGrid(Float32Array.of(0.25, 1.5 / 32768), 16)).toBe(false)
  })

  // Would catch: rectangular dither (error power depends on the signal) or dither of the wrong width.
  it('dither makes the error independent of the value: mean 0, variance 1/4 step²', () => {
    const dither = randomStream(7)
    for (const value of [0, 0.25, 0.5, 0.9]) {
      const errors = [...quantize(new Float32Array(200_000).fill(value / 32768), 16, 1, dither)].map((integer) => integer - value)
      const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length
      const variance = errors.reduce((sum, error) => sum + error * error, 0) / errors.length
      expect(Math.abs(mean)).toBeLessThan(0.01)
      expect(Math.abs(variance - 0.25)).toBeLessThan(0.01)
    }
  })

  it('repeats with the same seed', () => {
    const samples = Float32Array.from({ length: 100 }, (_, i) => i / 1e6)
    expect(quantize(samples, 16, 1, randomStream(3))).toEqual(quantize(samples, 16, 1, randomStream(3)))
    expect(quantize(samples, 16, 1, randomStream(3))).not.toEqual(quantize(samples, 16, 1, randomStream(4)))
  })
})

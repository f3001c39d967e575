import { describe, expect, it } from 'vitest'
import { meanPsnr, meanSquaredError, psnr } from '#shared/metrics/psnr'
import { ssim } from '#shared/metrics/ssim'

const side = 28
const a = Float32Array.from({ length: side * side }, (_, i) => ((i * 7919) % 1009) / 1009)
const b = a.map((value, i) => 0.7 * value + (0.3 * ((i * 31) % 101)) / 101)
const image = (values: Float32Array) => ({ width: side, height: side, values })

describe('image metrics', () => {
  // numpy 2.4.6 and scipy 1.17.1 (convolve2d, mode 'valid') in double precision: catches another window, padding at the
  // edges or sample variances.
  it('agrees with the formulas', () => {
    expect(ssim(image(a), image(b))).toBeCloseTo(0.8854412584409322, 6)
    expect(psnr(a, b)).toBeCloseTo(18.249608364127724, 5)
  })

  it('rates equal images as best and scales with the range', () => {
    expect(ssim(image(a), image(a))).toBeCloseTo(1, 12)
    expect(psnr(a, a)).toBe(Infinity)
    const times = (values: Float32Array) => values.map((value) => value * 255)
    expect(psnr(times(a), times(b), 255)).toBeCloseTo(psnr(a, b), 4)
    expect(ssim(image(times(a)), image(times(b)), 255)).toBeCloseTo(ssim(image(a), image(b)), 5)
  })

  // Catches the mean of squared errors taken over the batch before the logarithm.
  it('averages decibels over images', () => {
    const reference = new Float32Array(8)
    const estimate = Float32Array.of(0.1, 0.1, 0.1, 0.1, 0.01, 0.01, 0.01, 0.01)
    expect(meanPsnr(reference, estimate, 4)).toBeCloseTo(30, 5)
  })

  it('refuses images that cannot be compared', () => {
    const small = { width: 10, height: 20, values: new Float32Array(200) }
    expect(() => ssim(small, small)).toThrow('11 × 11')
    expect(() => ssim(image(a), small)).toThrow('cannot be compared')
    expect(() => meanSquaredError(a, b.subarray(1))).toThrow('cannot be compared')
    expect(() => psnr(new Float32Array(0), new Float32Array(0))).toThrow('cannot be compared')
  })
})

import { describe, expect, it } from 'vitest'
import { logSpectralDistance } from '#shared/metrics/logSpectralDistance'

describe('log-spectral distance', () => {
  const reference = Float32Array.of(1, 0.5, 0.25, 1, 1, 1)

  it('is 0 for the same, and the level for what is louder or quieter all over', () => {
    expect(logSpectralDistance(reference, reference, 3)).toBe(0)
    for (const factor of [10, 0.1]) expect(logSpectralDistance(reference, reference.map((value) => value * factor), 3)).toBeCloseTo(20, 4)
  })

  // Would catch the mean over all of it at once, or of decibels that are not squared.
  it('is the root of the mean square over bins, then the mean over frames', () => {
    const estimate = Float32Array.of(1, 0.5, 2.5, 10, 10, 1)
    expect(logSpectralDistance(reference, estimate, 3)).toBeCloseTo((20 / Math.sqrt(3) + 20 * Math.sqrt(2 / 3)) / 2, 4)
  })

  // Would catch infinite distances wherever a network says silence.
  it('counts what is 80 dB below the loudest, silence too, as 80 dB below it', () => {
    expect(logSpectralDistance(Float32Array.of(1, 1), Float32Array.of(1, 0), 2)).toBeCloseTo(80 / Math.sqrt(2), 3)
    expect(logSpectralDistance(Float32Array.of(1, 0), Float32Array.of(1, -3), 2)).toBe(0)
  })

  it('refuses spectra that cannot be compared', () => {
    expect(() => logSpectralDistance(reference, reference.slice(1), 3)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }))
    expect(() => logSpectralDistance(reference, reference, 4)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }))
    expect(() => logSpectralDistance(new Float32Array(3), reference.slice(3), 3)).toThrow(expect.objectContaining({ code: 'AUDIO_SILENT' }))
  })
})

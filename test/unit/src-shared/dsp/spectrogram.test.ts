import { describe, expect, it } from 'vitest'
import {
  amplitudeToDecibels,
  decibelsToAmplitude,
  decibelsToPower,
  magnitude,
  power,
  powerToDecibels,
} from '#shared/dsp/spectrogram'

const near = (values: Float32Array, expected: number[]) => {
  expect(values.length).toBe(expected.length)
  values.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 4))
}

describe('spectrogram', () => {
  it('gives magnitudes and powers', () => {
    const spectrum = { re: Float32Array.of(3, 0, -1), im: Float32Array.of(-4, 2, 0), frames: 1, bins: 3 }
    expect(magnitude(spectrum)).toEqual(Float32Array.of(5, 2, 1))
    expect(power(spectrum)).toEqual(Float32Array.of(25, 4, 1))
  })

  // The expected values follow from the formulas in librosa's documentation of power_to_db and amplitude_to_db.
  it('gives decibels as librosa does', () => {
    const powers = Float32Array.of(1, 100, 1e-3, 1e-12, 0)
    near(powerToDecibels(powers), [0, 20, -30, -60, -60])
    near(powerToDecibels(powers, { range: Infinity }), [0, 20, -30, -100, -100])
    near(powerToDecibels(powers, { reference: 'max' }), [-20, 0, -50, -80, -80])
    near(powerToDecibels(powers, { reference: 10, range: 40 }), [-10, 10, -30, -30, -30])
    const amplitudes = Float32Array.of(1, 10, 0.1, 1e-7, 0)
    near(amplitudeToDecibels(amplitudes), [0, 20, -20, -60, -60])
    near(amplitudeToDecibels(amplitudes, { reference: 'max', range: 200 }), [-20, 0, -40, -120, -120])
    near(amplitudeToDecibels(amplitudes, { reference: 0.1 }), [20, 40, 0, -40, -40])
  })

  it('turns decibels back', () => {
    const values = Float32Array.of(0.5, 2, 1e-3)
    near(decibelsToPower(powerToDecibels(values, { reference: 2 }), 2), [...values])
    near(decibelsToAmplitude(amplitudeToDecibels(values, { reference: 2 }), 2), [...values])
  })
})

import { describe, expect, it } from 'vitest'
import { addInPlace, compressorGain, rms, saturateInPlace } from '#main/datasets/effects/dynamics'

const sine = (length: number, amplitude = 1) => Float32Array.from({ length }, (_, i) => amplitude * Math.sin(i * 0.05))

describe('levels', () => {
  it('are the root of the mean square over all channels, 0 for nothing', () => {
    expect(rms([Float32Array.of(3, 0), Float32Array.of(0, 4)])).toBeCloseTo(2.5, 6)
    expect(rms([])).toBe(0)
  })

  it('add with their gain, channel by channel', () => {
    const target = [Float32Array.of(1, 2), Float32Array.of(3, 4)]
    addInPlace(target, [Float32Array.of(10, 0), Float32Array.of(0, 10)], 0.5)
    expect(target.map((samples) => [...samples])).toEqual([[6, 2], [3, 9]])
  })
})

describe('saturation', () => {
  it('keeps the level and flattens the peaks', () => {
    const sound = [sine(4000, 0.3)]
    saturateInPlace(sound, 4)
    expect(rms(sound)).toBeCloseTo(0.3 / Math.SQRT2, 3)
    expect(Math.max(...sound[0]!)).toBeLessThan(0.25)
  })

  it('leaves silence silent', () => {
    const sound = [new Float32Array(10)]
    saturateInPlace(sound, 4)
    expect([...sound[0]!]).toEqual(Array(10).fill(0))
  })
})

describe('compressor', () => {
  const options = { threshold: 0, ratio: 4, attack: 0.001, release: 0.05, sampleRate: 1000 }

  it('turns a steady excess of 10 dB down by three quarters of it', () => {
    // A tenth is loud: the RMS is amplitude × √0.1, so the loud part lies 10 dB above the threshold.
    const sidechain = new Float32Array(10_000)
    sidechain.fill(1, 0, 1000)
    const gain = compressorGain([sidechain], options)
    expect(20 * Math.log10(gain[900]!)).toBeCloseTo(-10 * (1 - 1 / 4), 1)
  })

  it('is at rest below the threshold and comes back to rest after a peak', () => {
    const sidechain = new Float32Array(2000)
    sidechain.fill(1, 500, 600)
    const gain = compressorGain([sidechain], options)
    expect(gain[499]).toBe(1)
    expect(gain[599]).toBeLessThan(0.9)
    expect(gain[1500]).toBe(1)
  })
})

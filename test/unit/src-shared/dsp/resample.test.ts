import { describe, expect, it } from 'vitest'
import { createResampler, resample, resampledLength } from '#shared/dsp/resample'
import { randomStream } from '#shared/random'

function sine(length: number, frequency: number, rate: number): Float32Array {
  return Float32Array.from({ length }, (_, n) => 0.5 * Math.sin((2 * Math.PI * frequency * n) / rate + 0.3))
}

/** A smooth sound of many partials that fades in and out, so that it is band-limited also at its edges. */
function bandLimited(length: number, rate: number, highest: number): Float32Array {
  const random = randomStream(11)
  const partials = Array.from({ length: 40 }, () => ({ f: random.between(20, highest), phase: random.between(0, 6.28) }))
  return Float32Array.from({ length }, (_, n) => {
    const fade = Math.sin((Math.PI * (n + 0.5)) / length) ** 4
    return fade * partials.reduce((sum, { f, phase }) => sum + Math.sin((2 * Math.PI * f * n) / rate + phase) / 40, 0)
  })
}

/** Root mean square in decibels of a − b over [start, end), relative to that of b. */
function errorDecibels(a: Float32Array, b: Float32Array, start: number, end: number): number {
  let error = 0
  let power = 0
  for (let n = start; n < end; n++) {
    error += (a[n]! - b[n]!) ** 2
    power += b[n]! ** 2
  }
  return 10 * Math.log10(error / power)
}

/** The index of the first value that differs, or -1; a comparison of whole arrays would take minutes to print. */
function firstDifference(a: Float32Array, b: Float32Array): number {
  return a.length === b.length ? a.findIndex((value, i) => !Object.is(value, b[i])) : Math.min(a.length, b.length)
}

const ratePairs: [number, number][] = [
  [48000, 44100],
  [44100, 48000],
  [96000, 44100],
  [192000, 44100],
  [44100, 192000],
  [22050, 44100],
  [44100, 22050],
  [8000, 44100],
  [44100, 8000],
  [192000, 8000],
  [8000, 192000],
  [44101, 47999],
]

describe.each(ratePairs)('resampling %i to %i Hz', (from, to) => {
  const band = Math.min(from, to) / 2

  // Catches a delay, a wrong gain, and images or noise: they would all be in the difference.
  it.each([0.02, 0.5, 0.94])('keeps a sine at %f of the band pure, in time and at full height', async (part) => {
    const length = Math.round(from * 0.4)
    const out = await resample(sine(length, band * part, from), from, to)
    const expected = sine(out.length, band * part, to)
    const edge = Math.round(out.length * 0.25)
    expect(errorDecibels(out, expected, edge, out.length - edge)).toBeLessThan(-120)
  })

  // Catches aliasing: what lies above the narrower band must go.
  it('removes what the new rate cannot hold', async () => {
    if (to >= from) return
    const length = Math.round(from * 0.4)
    for (const frequency of [band * 1.001, band * 1.05, (band + from / 2) / 2, from / 2 - 20]) {
      const out = await resample(sine(length, frequency, from), from, to)
      const edge = Math.round(out.length * 0.25)
      let peak = 0
      for (let n = edge; n < out.length - edge; n++) peak = Math.max(peak, Math.abs(out[n]!))
      expect(20 * Math.log10(peak / 0.5)).toBeLessThan(-120)
    }
  })

  it('gives the exact number of samples and the same bits however the blocks are cut', async () => {
    const random = randomStream(3)
    const signal = Float32Array.from({ length: 9001 }, () => random.between(-1, 1))
    const whole = await resample(signal, from, to)
    expect(whole.length).toBe(Math.round((9001 * to) / from))
    for (const size of [1, 997, 5000]) {
      const resampler = await createResampler(from, to)
      const out = new Float32Array(whole.length)
      let at = 0
      const append = (part: Float32Array) => {
        out.set(part, at)
        at += part.length
      }
      for (let n = 0; n < signal.length; n += size) append(resampler.process(signal.subarray(n, n + size)))
      append(resampler.flush())
      resampler.dispose()
      expect(at).toBe(whole.length)
      expect(firstDifference(out, whole)).toBe(-1)
    }
  })

  it.each([0, 1, 2, 50])('handles %i samples', async (length) => {
    const out = await resample(new Float32Array(length).fill(0.1), from, to)
    expect(out.length).toBe(resampledLength(length, from, to))
    expect(out.every(Number.isFinite)).toBe(true)
  })
})

describe('resampling', () => {
  it.each([
    [44100, 48000],
    [44100, 96000],
    [44100, 44101],
  ])('returns from %i by way of %i Hz', async (from, to) => {
    const signal = bandLimited(30000, from, 20000)
    const back = await resample(await resample(signal, from, to), to, from)
    expect(Math.abs(back.length - signal.length)).toBeLessThanOrEqual(1)
    expect(errorDecibels(back, signal, 0, Math.min(back.length, signal.length))).toBeLessThan(-120)
  })

  // Catches a delay that a sine's test could mistake for a phase.
  it('keeps an impulse where it is, symmetrical', async () => {
    const signal = new Float32Array(9600)
    signal[4800] = 1
    const out = await resample(signal, 48000, 44100)
    expect(out.indexOf(Math.max(...out))).toBe(4410)
    for (let k = 1; k < 300; k++) expect(Math.abs(out[4410 + k]! - out[4410 - k]!)).toBeLessThan(1e-6)
    const first = new Float32Array(4800)
    first[0] = 1
    const start = await resample(first, 48000, 96000)
    expect(start.indexOf(Math.max(...start))).toBe(0)
  })

  it('leaves an equal rate untouched', async () => {
    const signal = bandLimited(1000, 44100, 20000)
    expect(firstDifference(await resample(signal, 44100, 44100), signal)).toBe(-1)
  })

  it.each([0, 7999, 192001, 44100.5, NaN])('refuses a rate of %d Hz', async (rate) => {
    await expect(createResampler(rate, 44100)).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    await expect(createResampler(44100, rate)).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  })
})

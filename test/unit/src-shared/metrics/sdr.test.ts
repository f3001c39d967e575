import { describe, expect, it } from 'vitest'
import { createSdrMeter, measureSdr, median, summarizeSdr } from '#shared/metrics/sdr'
import { randomStream } from '#shared/random'

/** 3.5 s of stereo at 100 Hz; the reference is silent in the second second. */
function goldenSong() {
  const length = 350
  const pattern = (factor: number, modulus: number) =>
    Float32Array.from({ length }, (_, n) => ((n * factor) % modulus) / (modulus / 2) - 1)
  const reference = [pattern(7919, 1009), pattern(104729, 997)]
  const noise = [(n: number) => ((n * 31) % 101) / 50.5 - 1, (n: number) => ((n * 17) % 89) / 44.5 - 1]
  const estimate = reference.map((channel, c) => channel.map((s, n) => 0.8 * s + 0.1 * noise[c]!(n) + 0.05))
  for (const channel of reference) channel.fill(0, 100, 200)
  return { reference, estimate }
}

describe('sdr', () => {
  // numpy 2.4.6 in double precision: catches a mean over channels, a frame of silence counted as 0 dB (the median would
  // move), the tail of 0.5 s counted as a frame, and a mean that was not removed.
  it('agrees with the formulas on a song with a silent second', () => {
    const { reference, estimate } = goldenSong()
    const scores = measureSdr({ sampleRate: 100, channels: reference }, { sampleRate: 100, channels: estimate })
    expect(scores.usdr).toBeCloseTo(4.965654330279554, 5)
    expect(scores.csdr).toBeCloseTo(11.901171727551134, 5)
    expect(scores.sisdr).toBeCloseTo(3.733737985879688, 5)
  })

  it.each([1, 7, 100, 333])('gives the same scores in blocks of %i samples', (size) => {
    const { reference, estimate } = goldenSong()
    const meter = createSdrMeter(100)
    for (let n = 0; n < 350; n += size) {
      meter.add(
        reference.map((channel) => channel.subarray(n, n + size)),
        estimate.map((channel) => channel.subarray(n, n + size)),
      )
    }
    const whole = measureSdr({ sampleRate: 100, channels: reference }, { sampleRate: 100, channels: estimate })
    const scores = meter.result()
    expect(scores.usdr).toBeCloseTo(whole.usdr, 9)
    expect(scores.csdr).toBeCloseTo(whole.csdr!, 9)
    expect(scores.sisdr).toBeCloseTo(whole.sisdr, 9)
  })

  it('stays finite for silence and for a perfect estimate', () => {
    const song = (...channels: Float32Array[]) => ({ sampleRate: 100, channels })
    const silence = song(new Float32Array(250))
    const random = randomStream(1)
    const sound = song(Float32Array.from({ length: 250 }, () => random.normal()))
    expect(measureSdr(silence, silence)).toEqual({ usdr: 0, csdr: undefined, sisdr: 0 })
    expect(measureSdr(silence, sound).usdr).toBeLessThan(-90)
    expect(measureSdr(sound, silence).usdr).toBeCloseTo(0, 6)
    const perfect = measureSdr(sound, sound)
    expect(perfect.usdr).toBeGreaterThan(90)
    expect(perfect.csdr).toBeGreaterThan(85)
    expect(perfect.sisdr).toBeGreaterThan(90)
    expect(createSdrMeter(100).result()).toEqual({ usdr: 0, csdr: undefined, sisdr: 0 })
  })

  it('ignores the scale of an estimate in SI-SDR only', () => {
    const { reference, estimate } = goldenSong()
    const clip = (channels: Float32Array[]) => ({ sampleRate: 100, channels })
    const half = estimate.map((channel) => channel.map((value) => value / 2))
    const a = measureSdr(clip(reference), clip(estimate))
    const b = measureSdr(clip(reference), clip(half))
    expect(b.sisdr).toBeCloseTo(a.sisdr, 4)
    expect(Math.abs(b.usdr - a.usdr)).toBeGreaterThan(0.5)
  })

  it('scores a song shorter than a second as one frame', () => {
    const { reference, estimate } = goldenSong()
    const scores = measureSdr({ sampleRate: 1000, channels: reference }, { sampleRate: 1000, channels: estimate })
    expect(scores.csdr).toBeCloseTo(scores.usdr, 9)
  })

  it('refuses what cannot be compared', () => {
    const clip = (sampleRate: number, ...lengths: number[]) => ({
      sampleRate,
      channels: lengths.map((length) => new Float32Array(length)),
    })
    expect(() => measureSdr(clip(100, 5), clip(200, 5))).toThrow('sample rate')
    expect(() => measureSdr(clip(100, 5, 5), clip(100, 5))).toThrow('channels')
    expect(() => measureSdr(clip(100, 5), clip(100, 6))).toThrow('length')
  })

  it('summarizes songs by the mean of uSDR and the median of cSDR', () => {
    expect(median([3, 1, 10, 2])).toBe(2.5)
    expect(median([])).toBeUndefined()
    const songs = [
      { usdr: 1, csdr: 1, sisdr: 3 },
      { usdr: 2, csdr: undefined, sisdr: 3 },
      { usdr: 6, csdr: 9, sisdr: 6 },
      { usdr: 3, csdr: 2, sisdr: 0 },
    ]
    expect(summarizeSdr(songs)).toEqual({ usdr: 3, csdr: 2, sisdr: 3 })
  })
})

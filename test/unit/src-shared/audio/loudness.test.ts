import { describe, expect, it } from 'vitest'
import { LoudnessMeter, measureLoudness } from '#shared/audio/loudness'
import { tones } from '#test/audioFixtures'

/** Stereo 1 kHz tones, one after the other: [dBFS, seconds]. */
function sequence(parts: readonly (readonly [number, number])[], sampleRate = 48000, frequency = 1000) {
  const frames = parts.reduce((sum, [, seconds]) => sum + Math.round(seconds * sampleRate), 0)
  const plane = new Float32Array(frames)
  let at = 0
  for (const [level, seconds] of parts) {
    const end = at + Math.round(seconds * sampleRate)
    for (; at < end; at++) plane[at] = 10 ** (level / 20) * Math.sin((2 * Math.PI * frequency * at) / sampleRate)
  }
  return { sampleRate, channels: [plane, plane] }
}

describe('integrated loudness', () => {
  // EBU Tech 3341, table 1: the expected value is -23.0 ± 0.1 LUFS (case 2: -33.0).
  it.each([
    ['case 1', [[-23, 20]], -23],
    ['case 2', [[-33, 20]], -33],
    ['case 3', [[-36, 10], [-23, 60], [-36, 10]], -23],
    ['case 4', [[-72, 10], [-36, 10], [-23, 60], [-36, 10], [-72, 10]], -23],
    ['case 5', [[-26, 20], [-20, 20.1], [-26, 20]], -23],
  ] as const)('EBU Tech 3341 %s', (_, parts, expected) => {
    expect(Math.abs(measureLoudness(sequence(parts)).integrated - expected)).toBeLessThan(0.1)
  })

  // BS.1770-4: a 997 Hz sine at full scale in one front channel reads -3.01 LKFS; in both, 3.01 more.
  it.each([8000, 44100, 96000, 192000])('997 Hz at full scale, %i Hz sample rate', (rate) => {
    const clip = sequence([[0, 5]], rate, 997)
    expect(measureLoudness({ ...clip, channels: [clip.channels[0]!] }).integrated).toBeCloseTo(-3.01, 1)
    expect(measureLoudness(clip).integrated).toBeCloseTo(0, 1)
  })

  it('silence and sound of 0.3 s have none', () => {
    expect(measureLoudness(sequence([[-200, 3]])).integrated).toBe(-Infinity)
    expect(measureLoudness(sequence([[-20, 0.3]])).integrated).toBe(-Infinity)
  })

  it('does not depend on how the sound is cut into blocks', () => {
    const [left, right] = tones(2, 100_000, 44100)
    const meter = new LoudnessMeter(44100, 2)
    for (let at = 0; at < 100_000; at += 777) meter.add([left!.subarray(at, at + 777), right!.subarray(at, at + 777)])
    const whole = measureLoudness({ sampleRate: 44100, channels: [left!, right!] })
    expect(meter.integrated()).toBeCloseTo(whole.integrated, 9)
    expect(meter.truePeak()).toBe(whole.truePeak)
  })

  // Reference figures: ffmpeg 5.1.9, `-af ebur128=peak=true`, on this very signal written as 32-bit float WAV.
  it.each([
    [44100, -4.6, -2.2],
    [96000, -4.6, -2.2],
  ])('tones and noise at %i Hz agree with FFmpeg', (rate, integrated, truePeak) => {
    const measured = measureLoudness({ sampleRate: rate, channels: tones(2, 10 * rate, rate, 0.8) })
    expect(Math.abs(measured.integrated - integrated)).toBeLessThan(0.1)
    // FFmpeg oversamples with another filter than the standard's; noise up to half the rate shows the difference.
    expect(Math.abs(measured.truePeak - truePeak)).toBeLessThan(0.3)
  })
})

describe('true peak', () => {
  // Would catch: a peak between the samples that is passed over because no sample near it is as high as one before.
  it('between samples is found after a higher sample', () => {
    const plane = new Float32Array(2000)
    plane[100] = 0.6
    for (let i = 0; i < 1000; i++) plane[1000 + i] = 0.65 * Math.sin((Math.PI / 2) * (i + 0.5))
    const { truePeak } = measureLoudness({ sampleRate: 48000, channels: [plane] })
    const without = plane.map((value, i) => (i === 100 ? 0 : value))
    expect(truePeak).toBe(measureLoudness({ sampleRate: 48000, channels: [without] }).truePeak)
    // The samples reach 0.65 × sin 45° only, 3 dB less.
    expect(truePeak).toBeLessThan(20 * Math.log10(0.65 * 1.1))
    expect(truePeak).toBeGreaterThan(20 * Math.log10(0.65) - 0.4)
  })

  // EBU Tech 3341, cases 15 to 18: a sine at a quarter of the rate whose samples miss its peaks; +0.2/-0.4 dB allowed.
  it.each([0, 45, 60, 67.5])('a sine at fs/4 and %f degrees peaks at -6 dBTP', (degrees) => {
    const plane = Float32Array.from({ length: 48000 }, (_, i) => 0.5 * Math.sin((Math.PI / 2) * i + (degrees * Math.PI) / 180))
    const faded = plane.map((value, i) => value * Math.min(1, i / 4800))
    const { truePeak } = measureLoudness({ sampleRate: 48000, channels: [faded] })
    expect(truePeak).toBeGreaterThan(-6 - 0.4)
    expect(truePeak).toBeLessThan(-6 + 0.2)
  })
})

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { amplitudeDeviation, longestSound, magnitudesOf, pictureVariance, polarDefaults, polarPicture, soundOfPolarPicture, withoutLengthOutliers } from '#main/datasets/clips/polarPicture'
import { decodeWav } from '#shared/audio/wavCodec'
import { createStft, type Stft } from '#shared/dsp/stft'
import { randomStream } from '#shared/random'
import { projectRoot } from '#test/projectFiles'

const config = polarDefaults
let stft: Stft
beforeAll(async () => {
  stft = await createStft(config)
})
afterAll(() => stft.dispose())

/** Tones below 3.5 kHz, so that the bin that is dropped holds nothing. */
function tones(length: number): Float32Array {
  const random = randomStream(1)
  const parts = Array.from({ length: 6 }, () => ({ step: random.between(0.1, 2.7), phase: random.between(0, 6) }))
  return Float32Array.from({ length }, (_, i) => parts.reduce((sum, { step, phase }) => sum + 0.05 * Math.sin(step * i + phase), 0) * Math.sin((Math.PI * i) / length))
}

const decibelsOfError = (truth: Float32Array, found: Float32Array) => {
  let [signal, error] = [0, 0]
  truth.forEach((value, i) => {
    signal += value * value
    error += (value - found[i]!) ** 2
  })
  return 10 * Math.log10(signal / error)
}

describe('magnitude and phase', () => {
  // Would catch a bin, frame or channel out of place, and a scale that is not undone.
  it.each(['linear', 'log'] as const)('are 128 × 128 × 2 numbers that lead back to the sound (%s magnitudes)', (magnitude) => {
    const sound = tones(4000)
    const picture = polarPicture(sound, 0.07, stft, { ...config, magnitude })
    expect(picture.length).toBe(128 * 128 * 2)
    const found = soundOfPolarPicture(picture, 0.07, stft, { ...config, magnitude })
    expect(found.length).toBe(longestSound(config))
    expect(decibelsOfError(sound, found)).toBeGreaterThan(60)
    expect(found.slice(4200).every((value) => Math.abs(value) < 1e-4)).toBe(true)
    expect(Math.max(...magnitudesOf(picture, { magnitude }))).toBeCloseTo(Math.max(...magnitudesOf(polarPicture(sound, 0.07, stft, config), config)), 3)
  })

  it('have a tone where its frequency is, and phases within ±π', () => {
    const tone = Float32Array.from({ length: longestSound(config) }, (_, i) => Math.sin((2 * Math.PI * 32 * i) / 256))
    const picture = polarPicture(tone, 1, stft, config)
    const frame = magnitudesOf(picture, config).slice(60 * 128, 61 * 128)
    expect(frame.indexOf(Math.max(...frame))).toBe(32)
    expect(picture.every((value, i) => i % 2 === 0 || Math.abs(value) <= Math.PI + 1e-6)).toBe(true)
  })
})

describe('sounds of a collection', () => {
  it('that are much longer or shorter than most are left out, and those that no picture holds', () => {
    const lengths = [3000, 3100, 3200, 3300, 3400, 3500, 6000, 100, 0]
    expect(withoutLengthOutliers(lengths, config)).toEqual([true, true, true, true, true, true, false, false, false])
    expect(withoutLengthOutliers([6000, 6096, 6097, 6200], config)).toEqual([true, true, false, false])
    expect(() => withoutLengthOutliers([9000, 9000], config)).toThrow(expect.objectContaining({ code: 'DATASET_EMPTY' }))
    expect(() => withoutLengthOutliers([], config)).toThrow(expect.objectContaining({ code: 'DATASET_EMPTY' }))
  })

  it('are measured with the silence that they are padded with', () => {
    const sound = Float32Array.from({ length: longestSound(config) / 2 }, (_, i) => (i % 2 ? 1 : -1))
    expect(amplitudeDeviation([sound, sound], config)).toBeCloseTo(Math.SQRT1_2, 6)
    expect(() => amplitudeDeviation([new Float32Array(10)], config)).toThrow(expect.objectContaining({ code: 'AUDIO_SILENT' }))
    expect(pictureVariance([Float32Array.of(1, 3), Float32Array.of(5, 7)])).toBeCloseTo(5, 6)
  })
})

const recordings = join(process.env['STEMWRIGHT_DATA'] ?? join(projectRoot, '..', 'shared', 'data'), 'fsdd', 'recordings')
const isThere = existsSync(recordings)

describe.skipIf(!isThere)(`the Free Spoken Digit Dataset${isThere ? '' : ' (skipped: the data are not there)'}`, () => {
  it('loses 76 outliers, and what is left sounds as it did after the way there and back', () => {
    const sounds = readdirSync(recordings).filter((name) => name.endsWith('.wav')).sort().map((name) => decodeWav(readFileSync(join(recordings, name))).channels[0]!)
    const kept = withoutLengthOutliers(sounds.map(({ length }) => length), config)
    expect(kept.filter((is) => !is).length).toBe(76)
    const used = sounds.filter((_, i) => kept[i])
    const deviation = amplitudeDeviation(used, config)
    for (let i = 0; i < used.length; i += 300) {
      const found = soundOfPolarPicture(polarPicture(used[i]!, deviation, stft, config), deviation, stft, config)
      expect(decibelsOfError(used[i]!, found)).toBeGreaterThan(40)
    }
  })
})

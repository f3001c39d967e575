import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decibelPicture, decibelPictureDefaults as config, magnitudesOfPicture, soundOfPicture, zeroPhaseSound, type DecibelPicture } from '#shared/dsp/decibelPicture'
import { createStft, type Stft } from '#shared/dsp/stft'
import { magnitude } from '#shared/dsp/spectrogram'
import { randomStream } from '#shared/random'
import { quietContext } from '#test/soundFiles'

let stft: Stft
beforeAll(async () => {
  stft = await createStft(config)
})
afterAll(() => stft.dispose())

/** A gliding tone over a little noise, half a second long. */
function tone(gain = 0.5): Float32Array {
  const random = randomStream(4)
  return Float32Array.from({ length: 11_025 }, (_, n) => gain * (Math.sin(2 * Math.PI * (300 + n / 40) * (n / 22_050)) + 0.01 * random.normal()))
}

function largest(values: Float32Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
}

describe('decibelPicture', () => {
  it('lies between 0 and 1, both of which occur, over at most 80 dB', () => {
    const { values, lowest, highest } = decibelPicture(tone(), stft, config)
    expect(values).toHaveLength(64 * 256)
    expect(Math.min(...values)).toBe(0)
    expect(Math.max(...values)).toBe(1)
    expect(highest - lowest).toBeCloseTo(80, 3)
  })

  it('keeps the level in its limits, not in its values', () => {
    const loud = decibelPicture(tone(0.5), stft, config)
    const quiet = decibelPicture(tone(0.05), stft, config)
    expect(loud.highest - quiet.highest).toBeCloseTo(20, 3)
    quiet.values.forEach((value, i) => expect(Math.abs(value - loud.values[i]!)).toBeLessThan(1e-3))
  })

  it('ends in silence where the sound is short, and is cut where it is long', () => {
    const { values } = decibelPicture(tone(), stft, config)
    expect(values.subarray(50 * 256).every((value) => value === 0)).toBe(true)
    const long = new Float32Array(40_000)
    long.set(tone())
    expect(decibelPicture(long, stft, config).values).toEqual(values)
  })

  it('has no other limits than silence where nothing is heard', () => {
    expect(decibelPicture(new Float32Array(100), stft, config)).toMatchObject({ lowest: -100, highest: -100 })
  })

  it('gives back the magnitudes that it was made of', () => {
    const padded = new Float32Array(config.samples)
    padded.set(tone())
    const expected = magnitude(stft.forward(padded, 0, 64))
    const found = magnitudesOfPicture(decibelPicture(tone(), stft, config), config)
    const floor = largest(expected) * 1e-4
    for (let i = 0; i < found.length; i++) {
      if (i % 257 === 256) expect(found[i]).toBe(0)
      else expect(found[i]! / Math.max(floor, expected[i]!)).toBeCloseTo(1, 3)
    }
  })
})

describe('the way back to sound', () => {
  /** Spectral convergence in decibels. */
  const distance = (picture: DecibelPicture, sound: Float32Array) => {
    const wanted = magnitudesOfPicture(picture, config)
    const found = magnitude(stft.forward(sound, 0, 64))
    // The sound is at a peak of its own.
    const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * b[i]!, 0)
    const gain = dot(wanted, found) / dot(found, found)
    const error = wanted.reduce((sum, value, i) => sum + (value - gain * found[i]!) ** 2, 0)
    return 10 * Math.log10(error / dot(wanted, wanted))
  }

  it('gives a sound whose spectrogram is the picture, at a peak of 0.9, the same for the same seed', async () => {
    const picture = decibelPicture(tone(), stft, config)
    const sound = await soundOfPicture(picture, stft, config, randomStream(1), quietContext())
    expect(sound).toHaveLength(63 * 256)
    expect(largest(sound)).toBeCloseTo(0.9, 5)
    expect(distance(picture, sound)).toBeLessThan(-20)
    expect(await soundOfPicture(picture, stft, config, randomStream(1), quietContext())).toEqual(sound)
    expect(await soundOfPicture(picture, stft, config, randomStream(2), quietContext())).not.toEqual(sound)
  })

  it('without phases, as the source has it, is much further off', async () => {
    const picture = decibelPicture(tone(), stft, config)
    const estimated = await soundOfPicture(picture, stft, config, randomStream(1), quietContext())
    const zero = zeroPhaseSound(picture, stft, config)
    expect(largest(zero)).toBeCloseTo(0.9, 5)
    expect(distance(picture, zero)).toBeGreaterThan(distance(picture, estimated) + 10)
  })
})

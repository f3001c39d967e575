import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { colourInPlace, randomEqualiser, roomTail } from '#main/datasets/effects/spectral'
import { createFft, type Fft } from '#shared/dsp/fft'
import { randomStream } from '#shared/random'

const sampleRate = 32_000
let fft: Fft
beforeAll(async () => {
  fft = await createFft(8192)
})
afterAll(() => fft.dispose())

/** A whole number of turns in the transform's length, faded in and out, so that its frequency is one bin's. */
function tone(frequency: number): Float32Array {
  return Float32Array.from({ length: 4096 }, (_, i) => Math.sin((2 * Math.PI * frequency * i) / sampleRate) * Math.sin((Math.PI * i) / 4096) ** 2)
}
const level = (samples: Float32Array) => Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0))

describe('equaliser', () => {
  it('changes a tone by its gain at the frequency of the tone', () => {
    const equaliser = randomEqualiser(randomStream(3), 4)
    for (const frequency of [250, 1000, 4000]) {
      const [before, after] = [tone(frequency), tone(frequency)]
      colourInPlace([after], { equaliser }, sampleRate, fft, randomStream(1))
      expect(level(after) / level(before), `${frequency} Hz`).toBeCloseTo(equaliser(frequency), 1)
    }
  })

  it('stays between -24 and 12 dB whatever is drawn', () => {
    for (let seed = 0; seed < 200; seed++) {
      const equaliser = randomEqualiser(randomStream(seed), 12)
      for (const frequency of [0, 30, 300, 3000, 16_000]) {
        const decibels = 20 * Math.log10(equaliser(frequency))
        expect(decibels).toBeGreaterThanOrEqual(-24.001)
        expect(decibels).toBeLessThanOrEqual(12.001)
      }
    }
  })
})

describe('room', () => {
  const room = { decay: 0.1, preDelay: 0.01, level: 0, damping: 0.3 }

  it('is silent before its tail, which has unit energy and has fallen by 60 dB at its end', () => {
    const tail = roomTail(room, sampleRate, randomStream(2))
    expect(tail.length).toBe(0.11 * sampleRate)
    expect(Math.max(...tail.subarray(0, 320))).toBe(0)
    expect(level(tail)).toBeCloseTo(1, 4)
    expect(20 * Math.log10(level(tail.subarray(-200)) / level(tail.subarray(320, 520)))).toBeLessThan(-45)
  })

  it('leaves a click where it was and adds what follows, in the same length', () => {
    const click = new Float32Array(3000)
    click[100] = 1
    colourInPlace([click], { room }, sampleRate, fft, randomStream(2))
    expect(click.length).toBe(3000)
    expect(click[100]).toBeCloseTo(1, 3)
    expect(Math.max(...click.subarray(0, 99).map(Math.abs))).toBeLessThan(1e-3)
    expect(level(click.subarray(420))).toBeGreaterThan(0.5)
  })
})

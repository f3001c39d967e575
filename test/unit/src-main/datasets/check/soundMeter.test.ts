import { describe, expect, it } from 'vitest'
import { SoundMeter } from '#main/datasets/check/soundMeter'
import { melody } from '#test/melodies'

const rate = 8000

function measured(channels: Float32Array[], blockSize = 1000) {
  const meter = new SoundMeter(rate, channels.length)
  for (let at = 0; at < channels[0]!.length; at += blockSize) meter.add(channels.map((samples) => samples.subarray(at, at + blockSize)))
  return meter.finish()
}

describe('sound meter', () => {
  it('counts cut-off peaks and not loud ones, also where a peak spans two blocks', () => {
    const loud = new Float32Array(8000)
    loud.set([1, -1], 100)
    loud.set([1], 200)
    expect(measured([loud]).clipped).toBe(0)
    const clipped = new Float32Array(8000)
    clipped.set([1, 1, 1, 1], 998)
    clipped.set([-1, -1, -1], 3000)
    expect(measured([clipped]).clipped).toBeCloseTo(7 / 8000, 9)
  })

  it('gives shares of time that are silent and that sound', () => {
    const half = new Float32Array(2 * rate).fill(0.1, rate)
    expect(measured([half])).toMatchObject({ silent: 0.5, active: 0.5, frames: 2 * rate, peak: Math.fround(0.1) })
    const hum = new Float32Array(rate).fill(0.002)
    expect(measured([hum])).toMatchObject({ silent: 0, active: 0 })
  })

  it.each([
    ['wide', 1, -0.5, true],
    ['same', 1, 1, false],
    ['oneSided', 1, 0, false],
    ['opposite', 1, -1, false],
  ])('tells a stereo sound that is %s', (kind, left, right, other) => {
    const tune = melody(1, 1, rate)
    const another = other ? melody(2, 1, rate) : tune
    expect(measured([tune.map((value) => value * left), another.map((value) => value * right)]).stereo).toBe(kind)
  })

  it('says nothing of the sides of a mono sound, and takes silence for the same on both', () => {
    expect(measured([new Float32Array(100)]).stereo).toBeUndefined()
    expect(measured([new Float32Array(100), new Float32Array(100)]).stereo).toBe('same')
  })
})

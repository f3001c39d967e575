import { describe, expect, it } from 'vitest'
import { echoInPlace, panInPlace, widenInPlace } from '#main/datasets/effects/stereo'
import { varispeed } from '#main/datasets/effects/varispeed'
import type { Stereo } from '#shared/audio/audioClip'

const sound = (): Stereo => [Float32Array.of(1, 0.5, -0.2, 0), Float32Array.of(0.2, -0.5, 0.4, 0)]

describe('stereo effects', () => {
  it('pan at constant power, and 0 leaves alone', () => {
    const power = ([left, right]: Stereo) => left[0]! ** 2 + right[0]! ** 2
    for (const position of [-1, -0.4, 0, 0.7, 1]) {
      const mono: Stereo = [Float32Array.of(1), Float32Array.of(1)]
      panInPlace(mono, position)
      expect(power(mono)).toBeCloseTo(2, 5)
    }
    const centre = sound()
    panInPlace(centre, 0)
    expect(centre).toEqual(sound())
  })

  it('widen: 0 is mono, 1 unchanged, the middle the same throughout', () => {
    const [mono, same, wide] = [sound(), sound(), sound()]
    widenInPlace(mono, 0)
    widenInPlace(same, 1)
    widenInPlace(wide, 2)
    expect(mono[0]).toEqual(mono[1])
    same.forEach((samples, side) => samples.forEach((value, i) => expect(value).toBeCloseTo(sound()[side]![i]!, 6)))
    expect(wide[0][0]! + wide[1][0]!).toBeCloseTo(1.2, 6)
    expect(wide[0][0]! - wide[1][0]!).toBeCloseTo(1.6, 6)
  })

  it('echo from side to side, each time quieter', () => {
    const out: Stereo = [new Float32Array(10), new Float32Array(10)]
    out[0][0] = 1
    echoInPlace(out, 3, 0.5)
    expect([...out[0]]).toEqual([1, 0, 0, 0, 0, 0, 0.25, 0, 0, 0])
    expect([...out[1]]).toEqual([0, 0, 0, 0.5, 0, 0, 0, 0, 0, 0.125])
  })
})

describe('varispeed', () => {
  const sine = Float32Array.from({ length: 2000 }, (_, i) => Math.sin(i * 0.05))

  it('is the sound itself at its own speed, and one of another pitch at another', () => {
    expect(varispeed(sine, 1, 1000)).toEqual(sine.slice(0, 1000))
    varispeed(sine, 1.5, 1000).forEach((value, i) => expect(value).toBeCloseTo(Math.sin(i * 0.075), 3))
  })

  it('has the length asked for, with silence where there is no sound', () => {
    const late = varispeed(sine, 1, 3000, -100)
    expect(late.length).toBe(3000)
    expect([...late.subarray(0, 100)].every((value) => value === 0)).toBe(true)
    expect(late[100]).toBe(sine[0])
    expect([...late.subarray(2100)].every((value) => value === 0)).toBe(true)
  })
})

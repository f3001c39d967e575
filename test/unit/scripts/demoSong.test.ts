import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { addsUp, readIntegers } from '#test/sound'
import { randomStream } from '#shared/random'
import { glottalPulse } from '../../../scripts/demo-song/glottis'
import { sing } from '../../../scripts/demo-song/singer'

const demo = join(import.meta.dirname, '../../../resources/demo')

describe('the demo song', () => {
  it('is the exact sum of its two true stems, and does not clip', async () => {
    const [mix, vocals, music] = await Promise.all(['mix', 'vocals', 'music'].map((name) => readIntegers(join(demo, `${name}.flac`))))
    expect(addsUp(mix!, vocals!, music!)).toBe(true)
    const peak = mix!.flat().reduce((high, plane) => plane.reduce((most, value) => Math.max(most, Math.abs(value)), high), 0)
    expect(peak / 2 ** 23).toBeGreaterThan(0.5)
    expect(peak / 2 ** 23).toBeLessThan(0.9)
    const power = (planes: Int32Array[]) => planes.reduce((sum, plane) => plane.reduce((total, value) => total + value * value, sum), 0)
    const decibels = 10 * Math.log10(power(vocals!) / power(music!))
    expect(decibels).toBeGreaterThan(-3)
    expect(decibels).toBeLessThan(0)
  })
})

describe('the singer', () => {
  it.each([0.5, 0.9, 1.4])('has folds that close again: a pulse of quality %s carries no direct current', (rd) => {
    const pulse = glottalPulse(rd)
    const samples = Array.from({ length: 4000 }, (_, i) => pulse(i / 4000))
    expect(Math.abs(samples.reduce((sum, value) => sum + value, 0)) / 4000).toBeLessThan(1e-3)
    expect(Math.min(...samples)).toBeCloseTo(-1, 1)
  })

  it('holds the pitch of the score', () => {
    const voice = { size: 1, vibratoDepth: 0, vibratoRate: 5, breath: 0.02, rd: 0.6 }
    const note = { start: 0.1, seconds: 0.8, pitch: 69, sounds: 'a', effort: 0.8 }
    const samples = sing([note], voice, 44100, 44100, randomStream(3)).subarray(22050, 30870)
    const similarity = (lag: number) => samples.subarray(200).reduce((sum, value, i) => sum + value * samples[i + 200 - lag]!, 0)
    const lags = Array.from({ length: 60 }, (_, i) => 70 + i)
    const best = lags.reduce((a, b) => (similarity(b) > similarity(a) ? b : a))
    expect(44100 / best).toBeGreaterThan(440 / 1.02)
    expect(44100 / best).toBeLessThan(440 * 1.02)
  })
})

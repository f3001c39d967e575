import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findFaders, moved } from '#main/generating/latentFaders'
import { soundMeasures } from '#main/generating/soundMeasures'
import { decibelPicture, decibelPictureDefaults as config } from '#shared/dsp/decibelPicture'
import { createStft, type Stft } from '#shared/dsp/stft'
import { randomStream } from '#shared/random'

let stft: Stft
beforeAll(async () => {
  stft = await createStft(config)
})
afterAll(() => stft.dispose())

const measured = (sample: (n: number) => number) => soundMeasures(decibelPicture(Float32Array.from({ length: config.samples }, (_, n) => sample(n)), stft, config), config)
const sine = (hertz: number) => (n: number) => 0.5 * Math.sin((2 * Math.PI * hertz * n) / config.sampleRate)

describe('soundMeasures', () => {
  it('hears where the energy lies', () => {
    expect(measured(sine(1000)).brightness).toBeCloseTo(Math.log2(1000), 1)
    expect(measured(sine(4000)).brightness - measured(sine(1000)).brightness).toBeCloseTo(2, 1)
  })

  it('hears noise as noise, a tone as none', () => {
    const random = randomStream(1)
    expect(measured(() => random.normal()).noisiness).toBeGreaterThan(0.4)
    expect(measured(sine(1000)).noisiness).toBeLessThan(0.01)
  })

  it('hears how much of the sound sounds, whatever its level', () => {
    const half = measured((n) => (n < config.samples / 2 ? sine(1000)(n) : 0))
    expect(measured(sine(1000)).loudness - half.loudness).toBeCloseTo(3, 0)
    expect(measured((n) => 0.1 * sine(1000)(n)).loudness).toBeCloseTo(measured(sine(1000)).loudness, 3)
  })

  it('says something of silence, too', () => {
    expect(Object.values(measured(() => 0)).every(Number.isFinite)).toBe(true)
  })
})

describe('faders', () => {
  /** Latents of which the second is brightness, and the first and third together loudness. */
  const sounds = (seed: number, count = 300) => {
    const random = randomStream(seed)
    const points = Array.from({ length: count }, () => Float32Array.from({ length: 4 }, () => 2 * random.normal()))
    const measures = points.map((p) => ({ brightness: 10 - 3 * p[1]! + 0.5 * random.normal(), loudness: p[0]! + p[2]! + 0.5 * random.normal(), noisiness: random.normal() }))
    return { points, measures }
  }
  const faders = findFaders(sounds(1), sounds(2))
  const fader = (id: string) => faders.find((each) => each.id === id)!

  it('find the latent that goes with a quality, and which way', () => {
    expect(fader('brightness-1')).toMatchObject({ latent: 1, quality: 'brightness' })
    expect(fader('brightness-1').correlation).toBeLessThan(-0.95)
  })

  it('find a mixture where no single latent does', () => {
    expect(fader('loudness').correlation).toBeGreaterThan(0.95)
    const single = faders.find(({ quality, latent }) => quality === 'loudness' && latent !== undefined)!
    expect(Math.abs(single.correlation)).toBeLessThan(0.8)
  })

  it('do not flatter themselves: what is chance in the sounds that they learned from is none in others', () => {
    expect(Math.abs(fader('noisiness').correlation)).toBeLessThan(0.25)
  })

  it('move latents so that the quality grows by its own deviations', () => {
    const zero = [0, 0, 0, 0]
    const [a, b, c, d] = moved(zero, [{ direction: fader('loudness').direction, by: 2 }])
    // Two deviations of the sum of two latents of deviation 2, shared by both.
    expect(a! + c!).toBeCloseTo(4 * Math.SQRT2, 0)
    expect(Math.abs(b!) + Math.abs(d!)).toBeLessThan(1)
    expect([...moved([1, 2, 3, 4], [])]).toEqual([1, 2, 3, 4])
  })
})

import { describe, expect, it } from 'vitest'
import { rankedFaders, spokenMove } from '#renderer/features/lab/generate/faderText'
import { envelopeOf, pictureRows, pixelsOf } from '#renderer/features/lab/generate/soundPictures'
import { bytesOfBase64, pcmOfSamples, samplesOfPcm } from '#renderer/playback/pcmText'
import { variedLatent } from '#renderer/stores/generatedVariations'
import { colourMap } from '#renderer/timeline/colourMaps'

const base64 = (bytes: readonly number[]) => btoa(String.fromCharCode(...bytes))

describe('the picture of a sound', () => {
  const [frames, bins] = [2, 64]
  const pixel = (pixels: Uint8ClampedArray, frame: number, row: number) => [...pixels.subarray(4 * (row * frames + frame), 4 * (row * frames + frame) + 4)]
  const loudest = [...colourMap('magma').subarray(4 * 255)]
  const darkest = [...colourMap('magma').subarray(0, 4)]

  // Would catch: low notes at the top, time and frequency exchanged, a peak that is not the brightest.
  it('has the lowest bin at the bottom, time to the right, and the peak brightest', () => {
    const bytes = Array.from({ length: frames * bins }, () => 0)
    bytes[1 * bins + 0] = 255
    const pixels = pixelsOf({ frames, bins, binHertz: 172, values: base64(bytes), floor: -92, peak: -12 }, { scale: 'linear', colourMap: 'magma' })
    expect(pixel(pixels, 1, pictureRows - 1)).toEqual(loudest)
    expect(pixel(pixels, 1, 0)).toEqual(darkest)
    expect(pixel(pixels, 0, pictureRows - 1)).toEqual(darkest)
  })

  it('shows every bin on every axis', () => {
    for (const scale of ['mel', 'linear', 'log'] as const) {
      for (const bin of [2, 20, 40, 63]) {
        const bytes = Array.from({ length: frames * bins }, () => 0)
        bytes[bin] = 255
        const pixels = pixelsOf({ frames, bins, binHertz: 172, values: base64(bytes), floor: -80, peak: 0 }, { scale, colourMap: 'magma' })
        const rows = Array.from({ length: pictureRows }, (_, row) => pixel(pixels, 0, row).join())
        expect(rows, `${scale} ${bin}`).toContain(loudest.join())
      }
    }
  })
})

describe('samples as text', () => {
  it('come back as they were, to a bit of 16, and are cut off at full scale', () => {
    const samples = Float32Array.of(0, 0.5, -1, 1 / 32_768, -0.25, 1.5, -2)
    expect([...samplesOfPcm(pcmOfSamples(samples))]).toEqual([0, 0.5, -1, 1 / 32_768, -0.25, 32_767 / 32_768, -1])
    expect([...bytesOfBase64(pcmOfSamples(Float32Array.of(1 / 32_768)))]).toEqual([1, 0])
  })

  // Would catch: a recording of some seconds that is too long for one call.
  it('may be long', () => {
    const samples = Float32Array.from({ length: 300_000 }, (_, at) => (at % 100) / 128)
    const back = samplesOfPcm(pcmOfSamples(samples))
    expect([back.length, back.every((value, at) => value === samples[at])]).toEqual([samples.length, true])
  })

  it('have an envelope that holds their peaks', () => {
    const samples = new Float32Array(1000)
    samples[501] = 0.75
    samples[502] = -0.5
    expect(envelopeOf(samples, 10)[5]).toEqual({ low: -0.5, high: 0.75 })
    expect(envelopeOf(new Float32Array(3), 10)).toHaveLength(10)
    // Would catch: a tone of a few samples that is drawn as dots.
    const columns = envelopeOf(Float32Array.from({ length: 40 }, (_, at) => Math.sin(at)), 40)
    expect(columns.slice(1).every(({ low }, at) => low <= columns[at]!.high)).toBe(true)
    expect(columns.slice(1).every(({ high }, at) => high >= columns[at]!.low)).toBe(true)
  })
})

it('a variation follows from its seed, and goes as far as it should', () => {
  const latent = Array.from({ length: 2000 }, () => 3)
  const varied = variedLatent(latent, 5, 0.4)
  expect(varied).toEqual(variedLatent(latent, 5, 0.4))
  expect(varied).not.toEqual(variedLatent(latent, 6, 0.4))
  const deviation = Math.sqrt(varied.reduce((sum, value) => sum + (value - 3) ** 2, 0) / varied.length)
  expect(deviation).toBeGreaterThan(0.37)
  expect(deviation).toBeLessThan(0.43)
})

it('each quality has the fader that goes with it best, whichever way that runs', () => {
  const fader = (id: string, quality: 'brightness' | 'loudness', correlation: number) => ({ id, quality, correlation })
  const all = [fader('a', 'loudness', 0.5), fader('b', 'brightness', 0.4), fader('c', 'brightness', -0.9)]
  const { main, more } = rankedFaders(all)
  expect([main.map(({ id }) => id), more.map(({ id }) => id)]).toEqual([['c', 'a'], ['b']])
  expect([spokenMove(all[1]!, 1.5), spokenMove(all[0]!, -1), spokenMove(all[0]!, 0)]).toEqual(['1.5 deviations brighter', '1.0 deviations quieter', 'as it was'])
})

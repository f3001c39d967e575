import { describe, expect, it } from 'vitest'
import type { Engine } from '#main/engine/engine'
import { separateVocals, type Separator } from '#main/separation/separator'
import { presets } from '#main/training/presets'
import type { Quality } from '#shared/contract/separation'
import { randomStream } from '#shared/random'
import { quietContext } from '#test/soundFiles'

const config = presets.tiny.model

/** A separator whose masks are what `mask` says of each value's place among all of a batch. */
function fakeSeparator(mask: (index: number) => number, batch = 3): Separator {
  return {
    config,
    engine: {} as Engine,
    batch,
    masks: {
      run: async ({ features }) => ({ vocalMask: Float32Array.from({ length: (features!.length / 5) * 2 }, (_, i) => mask(i)) }),
      dispose: () => {},
    },
    dispose: () => {},
  }
}

/** Two slow sines that beat, and hiss. */
function sound(length: number, channels: number, hiss = 0.2): Float32Array[] {
  const random = randomStream(9)
  return Array.from({ length: channels }, () => {
    let smooth = 0
    return Float32Array.from({ length }, (_, i) => {
      smooth = 0.9 * smooth + 0.1 * random.normal()
      return 0.3 * Math.sin(i * 0.031) + 0.2 * Math.sin(i * 0.0407) + hiss * smooth
    })
  })
}

async function separate(channels: Float32Array[], separator: Separator, options: { sampleRate?: number; block?: number; quality?: Quality } = {}) {
  const { sampleRate = 44100, block = 5000, quality = 'fast' } = options
  const blocks = (async function* () {
    for (let at = 0; at < channels[0]!.length; at += block) yield channels.map((samples) => samples.subarray(at, at + block))
  })()
  const pieces: Float32Array[][] = []
  for await (const piece of separateVocals({ sampleRate, channels: channels.length, blocks }, separator, { quality }, quietContext())) pieces.push(piece)
  return channels.map((_, c) => Float32Array.from(pieces.flatMap((piece) => [...piece[c]!])))
}

function worst(a: Float32Array, b: Float32Array, gain = 1): number {
  return a.reduce((largest, value, i) => Math.max(largest, Math.abs(value * gain - b[i]!)), 0)
}

describe('separator', () => {
  it('leans towards vocals as far as the model says, however the song arrives', async () => {
    const tone = [Float32Array.from({ length: 90_000 }, (_, i) => 0.3 * Math.sin(i * 0.3))]
    const leaning: Separator = { ...fakeSeparator(() => 0.25), config: { ...config, lean: { sung: Math.log(3), unsung: 0, presence: 0.2 } } }
    const vocals = await separate(tone, leaning)
    // Where the tone begins and ends there is bass as well, which does not lean.
    expect(worst(tone[0]!.slice(4000, 80_000), vocals[0]!.slice(4000, 80_000), 0.5)).toBeLessThan(1e-4)
    expect(await separate(tone, leaning, { block: 777 })).toEqual(vocals)
    const quiet = await separate(tone, { ...leaning, config: { ...leaning.config, lean: { sung: Math.log(3), unsung: 0, presence: 1 } } })
    const expected = (0.25 * 3 ** 0.25) / (1 + 0.25 * (3 ** 0.25 - 1))
    expect(worst(tone[0]!.slice(4000, 80_000), quiet[0]!.slice(4000, 80_000), expected)).toBeLessThan(1e-4)
  })

  it.each([[1, 4000, 'fast'], [2, 44_101, 'fast'], [2, 150_000, 'best']] as const)(
    'gives the song back, sample for sample, where all is vocals: %i channels, %i samples, %s',
    async (channels, length, quality) => {
      const song = sound(length, channels)
      const vocals = await separate(song, fakeSeparator(() => 1), { quality })
      expect(vocals.map((samples) => samples.length)).toEqual(song.map(() => length))
      song.forEach((samples, c) => expect(worst(samples, vocals[c]!)).toBeLessThan(2e-6))
    },
  )

  it('cross-fades segments to weights that sum to one', async () => {
    const song = sound(100_000, 2)
    const vocals = await separate(song, fakeSeparator(() => 0.25))
    expect(worst(song[0]!, vocals[0]!, 0.25)).toBeLessThan(1e-6)
  })

  it('does not depend on how the song arrives in blocks, nor on how many segments are computed at once', async () => {
    const song = sound(120_000, 2)
    const mask = (batch: number) => fakeSeparator((i) => ((i % 8192) / 8192) ** 2, batch)
    const reference = await separate(song, mask(3))
    expect(await separate(song, mask(3), { block: 777 })).toEqual(reference)
    expect(await separate(song, mask(1), { block: 120_000 })).toEqual(reference)
  })

  it.each([8000, 22_050, 48_000, 96_000, 192_000])('keeps length and time at %i Hz', async (sampleRate) => {
    const length = Math.round(sampleRate * 1.31) + 1
    const song = sound(length, 1, 0)
    const [vocals] = await separate(song, fakeSeparator(() => 1), { sampleRate })
    expect(vocals!.length).toBe(length)
    // Away from the ends, where half of a resampler's window is empty, the slow sines must come back in place.
    const at = Math.floor(length / 2)
    const error = worst(song[0]!.subarray(at, at + 500), vocals!.subarray(at, at + 500))
    expect(error).toBeLessThan(1e-5)
  })

  it('stops at once when cancelled', async () => {
    const stop = new AbortController()
    const endless = (async function* () {
      for (let i = 0; ; i++) {
        if (i === 20) stop.abort()
        yield [new Float32Array(10_000)]
      }
    })()
    const separation = separateVocals({ sampleRate: 44100, channels: 1, blocks: endless }, fakeSeparator(() => 1), { quality: 'fast' }, quietContext(stop.signal))
    await expect(async () => {
      for await (const _ of separation);
    }).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }))
  })
})

import { largestInteger, quantize } from '#shared/audio/quantize'
import type { StemBlock } from '#shared/audio/stemSum'
import type { RandomStream } from '#shared/random'

/** A planar block of both stems. */
export interface StemSamples {
  readonly vocals: readonly Float32Array[]
  readonly music: readonly Float32Array[]
}

/**
 * Returns both stems after `change` was added to vocals and taken from music, as a format holds them: integers of `bits`
 * bits, or floats. Where the change is 0 both stay to the bit; everywhere their sum stays as it was (exactly for integers, and
 * for floats that came from integers).
 * @param dither for 16-bit stems; undefined where there is none
 */
export function transferred(
  bits: 16 | 24 | undefined,
  stems: StemSamples,
  change: readonly Float32Array[],
  dither?: RandomStream,
): { vocals: StemBlock; music: StemBlock } {
  const pairs = stems.vocals.map((vocals, channel) => {
    const music = stems.music[channel]!
    return bits === undefined ? inFloats(vocals, music, change[channel]!) : inIntegers(bits, vocals, music, change[channel]!, dither)
  })
  return { vocals: pairs.map(([vocals]) => vocals) as StemBlock, music: pairs.map(([, music]) => music) as StemBlock }
}

function inIntegers(
  bits: 16 | 24,
  vocals: Float32Array,
  music: Float32Array,
  change: Float32Array,
  dither?: RandomStream,
): [Int32Array, Int32Array] {
  const voice = quantize(vocals, bits)
  const rest = quantize(music, bits)
  const wanted = quantize(vocals.map((sample, i) => sample + change[i]!), bits, 1, dither)
  const highest = largestInteger(bits)
  for (let i = 0; i < voice.length; i++) {
    if (change[i] === 0) continue
    const sum = voice[i]! + rest[i]!
    // No further than the music can follow: what would pass full scale stays in the other stem.
    voice[i] = Math.min(Math.max(wanted[i]!, sum - highest), sum + highest + 1)
    rest[i] = sum - voice[i]!
  }
  return [voice, rest]
}

function inFloats(vocals: Float32Array, music: Float32Array, change: Float32Array): [Float32Array, Float32Array] {
  const voice = vocals.slice()
  const rest = music.slice()
  for (let i = 0; i < voice.length; i++) {
    if (change[i] === 0) continue
    const sum = vocals[i]! + music[i]!
    const wanted = vocals[i]! + change[i]!
    // Both are multiples of the finest step that float32 has at the larger one, so that nothing of the sum is rounded away.
    const largest = Math.max(Math.abs(wanted), Math.abs(sum - wanted), Math.abs(vocals[i]!), Math.abs(music[i]!))
    const step = 2 ** (Math.ceil(Math.log2(largest)) - 24)
    voice[i] = Math.round(wanted / step) * step
    rest[i] = sum - voice[i]!
  }
  return [voice, rest]
}

/** Returns one stem after `change` × `factor` was added to it, as a format holds it; where the change is 0 it stays to the bit. */
export function altered(
  bits: 16 | 24 | undefined,
  stem: readonly Float32Array[],
  change: readonly Float32Array[],
  factor: number,
  dither?: RandomStream,
): StemBlock {
  const sum = stem.map((samples, channel) => samples.map((sample, i) => sample + factor * change[channel]![i]!))
  if (bits === undefined) return sum
  return sum.map((samples, channel) => {
    const integers = quantize(samples, bits, 1, dither)
    const before = quantize(stem[channel]!, bits)
    return integers.map((value, i) => (change[channel]![i] === 0 ? before[i]! : value))
  })
}

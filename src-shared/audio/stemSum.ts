import { largestInteger, quantize } from '#shared/audio/quantize'
import type { RandomStream } from '#shared/random'

/** Largest magnitudes, full scale 1, of a song and its two stems. */
export interface StemPeaks {
  readonly mixture: number
  readonly vocals: number
  readonly music: number
}

/** What the samples of a song and of its vocals are like, found by looking at all of them. */
export interface StemFacts {
  readonly peaks: StemPeaks
  /** Bits of the source's integers where it has them and they were not mixed down; undefined for float sound. */
  readonly sourceBits: number | undefined
  /** True when every sample is a 16-bit integer already. */
  readonly mixtureOn16: boolean
  readonly vocalsOn16: boolean
}

/** How the two files of a song are written so that they sum to it. */
export interface StemPlan {
  /** Bits of the integers that are written; undefined for floats. */
  readonly bits: 16 | 24 | undefined
  /** Factor on both stems, 1 or less. */
  readonly gain: number
  /** True when vocals are kept in a range that leaves both stems within full scale. */
  readonly limited: boolean
  /** Step of float vocals that makes the difference exact; undefined where there is none. */
  readonly grid: number | undefined
  readonly ditherMixture: boolean
  readonly ditherVocals: boolean
}

/**
 * A stem may pass full scale where the other one cancels it. Up to this much, the part that passes is handed to the
 * other stem: both get smaller, the sum stays exact, and nothing has to be turned down.
 */
export const largestSharedOvershootDb = 3

/** Returns how to write stems with the given samples; `target` says what the file format holds. */
export function planStems(facts: StemFacts, target: { bits: 16 | 24 | undefined; clips: boolean }): StemPlan {
  const { peaks } = facts
  const { bits } = target
  const fullScale = bits === undefined ? 1 : 1 - 2 ** (1 - bits)
  const stemPeak = Math.max(peaks.vocals, peaks.music)
  const mixtureClips = peaks.mixture > 1
  const stemClips = stemPeak > fullScale
  const shared = !mixtureClips && stemPeak <= 10 ** (largestSharedOvershootDb / 20)
  const turnedDown = target.clips && (mixtureClips || (stemClips && !shared))
  // Two steps of room for rounding and dither.
  const room = bits === undefined ? 1 : 1 - 3 * 2 ** (1 - bits)
  return {
    bits,
    gain: turnedDown ? room / Math.max(stemPeak, peaks.mixture) : 1,
    limited: target.clips && stemClips && !turnedDown,
    grid: target.clips || facts.sourceBits === undefined || facts.sourceBits > 24 ? undefined : exactGrid(peaks),
    ditherMixture: bits === 16 && (!facts.mixtureOn16 || turnedDown),
    ditherVocals: bits === 16 && (!facts.vocalsOn16 || turnedDown),
  }
}

/**
 * The finest step of which float32 holds every multiple up to the largest sample. A song of up to 24 bit lies on it as
 * long as no stem passes twice full scale; vocals rounded to it make mixture - vocals exact. Quiet songs get finer steps.
 */
function exactGrid(peaks: StemPeaks): number {
  const largest = Math.max(peaks.mixture, peaks.vocals, peaks.music)
  return 2 ** (Math.ceil(Math.log2(largest)) - 24)
}

/** Integers for integer formats, samples for float ones, planar. */
export type StemBlock = Int32Array[] | Float32Array[]

/** Returns both stems of a planar block as they are written; they sum to gain × mixture as exactly as the format can. */
export function splitStems(
  plan: StemPlan,
  mixture: readonly Float32Array[],
  vocals: readonly Float32Array[],
  dither: { mixture: RandomStream; vocals: RandomStream },
): { vocals: StemBlock; music: StemBlock } {
  const { bits } = plan
  if (bits === undefined) {
    const voice = vocals.map((samples, channel) => floatVocals(plan, mixture[channel]!, samples))
    const music = voice.map((samples, channel) => floatRest(plan, mixture[channel]!, samples))
    return { vocals: voice, music }
  }
  const whole = mixture.map((samples) => quantize(samples, bits, plan.gain, plan.ditherMixture ? dither.mixture : undefined))
  const voice = vocals.map((samples, channel) => {
    const integers = quantize(samples, bits, plan.gain, plan.ditherVocals ? dither.vocals : undefined)
    return withinReach(integers, whole[channel]!, bits)
  })
  const music = whole.map((integers, channel) => integers.map((value, i) => value - voice[channel]![i]!))
  return { vocals: voice, music }
}

/** Moves vocals no further than needed for mixture - vocals to be in range as well. Works in place. */
function withinReach(vocals: Int32Array, mixture: Int32Array, bits: number): Int32Array {
  const highest = largestInteger(bits)
  const lowest = -highest - 1
  for (let i = 0; i < vocals.length; i++) {
    const rest = mixture[i]! - vocals[i]!
    if (rest > highest) vocals[i] = mixture[i]! - highest
    else if (rest < lowest) vocals[i] = mixture[i]! - lowest
  }
  return vocals
}

function floatVocals(plan: StemPlan, mixture: Float32Array, vocals: Float32Array): Float32Array {
  const { grid, gain, limited } = plan
  return vocals.map((sample, i) => {
    const value = grid === undefined ? sample * gain : Math.round(sample / grid) * grid
    if (!limited) return value
    const whole = mixture[i]! * gain
    return Math.min(Math.max(value, -1, whole - 1), 1, whole + 1)
  })
}

function floatRest(plan: StemPlan, mixture: Float32Array, vocals: Float32Array): Float32Array {
  return mixture.map((sample, i) => sample * plan.gain - vocals[i]!)
}

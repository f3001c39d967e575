import { createFft } from '#shared/dsp/fft'
import { kaiser, kaiserBeta } from '#shared/dsp/window'

/** Decibels below which the filters push what they remove. */
const attenuation = 140
/** Part of the narrower band that passes untouched; the rest is the slope down to its edge. */
const passBand = 0.95
/** Taps of one phase: enough for the attenuation, as its slope may be as wide as the whole input band. */
export const phaseTaps = 20

/**
 * What it takes to change one rate into another. The signal is first doubled in rate and sharply band-limited, by
 * multiplying spectra of long blocks; then each output is interpolated by a short phase, since the doubling has moved
 * all images an octave away. One polyphase filter as sharp as this would need a few hundred taps an output.
 */
export interface ResampleFilter {
  /** Inputs a block. */
  readonly blockSize: number
  /** Inputs on either side of a block that its outputs depend on. */
  readonly margin: number
  /** blockSize + 2·margin, transformed at once. */
  readonly fftSize: number
  /** Real gain of the band limit at the fftSize / 2 + 1 frequencies of the input. */
  readonly gain: Float32Array
  /** Output m lies at m·step / phaseCount samples of the doubled rate. */
  readonly step: number
  readonly phaseCount: number
  /** Row-major [phase, tap]; tap t weighs the doubled sample t + 1 - phaseTaps / 2 after the one at or before. */
  readonly phases: Float32Array
}

const filters = new Map<string, Promise<ResampleFilter>>()
const keptFilters = 8

/** Returns the filter for these rates, from a small cache. */
export function resampleFilter(from: number, to: number): Promise<ResampleFilter> {
  const key = `${from}:${to}`
  let filter = filters.get(key)
  if (!filter) {
    const oldest = filters.keys().next()
    if (filters.size >= keptFilters && !oldest.done) filters.delete(oldest.value)
    filter = designFilter(from, to)
    filters.set(key, filter)
  }
  return filter
}

async function designFilter(from: number, to: number): Promise<ResampleFilter> {
  const band = Math.min(from, to) / 2
  const doubled = 2 * from
  const slope = (2 * Math.PI * band * (1 - passBand)) / doubled
  // Kaiser's formula for the length of a filter.
  const halfLength = Math.ceil((attenuation - 8) / (2.285 * slope) / 2)
  const margin = Math.ceil((halfLength + 1) / 2)
  const fftSize = 2 ** Math.max(11, Math.ceil(Math.log2(12 * margin)))
  const divisor = greatestCommonDivisor(to, doubled)
  const phaseCount = to / divisor
  return {
    blockSize: fftSize - 2 * margin,
    margin,
    fftSize,
    gain: await bandLimit((band * (1 + passBand)) / 2 / doubled, halfLength, 2 * fftSize),
    step: doubled / divisor,
    phaseCount,
    phases: interpolationPhases(phaseCount),
  }
}

/** Gain by frequency of a Kaiser-windowed sinc that cuts at `cutoff` (of the sample rate), doubled for the new rate. */
async function bandLimit(cutoff: number, halfLength: number, fftSize: number): Promise<Float32Array> {
  const response = new Float64Array(halfLength + 1)
  const beta = kaiserBeta(attenuation)
  let total = 0
  for (let n = 0; n <= halfLength; n++) {
    response[n] = 2 * cutoff * sinc(2 * cutoff * n) * kaiser(n / (halfLength + 1), beta)
    total += n === 0 ? response[n]! : 2 * response[n]!
  }
  const circular = new Float32Array(fftSize)
  for (let n = 0; n <= halfLength; n++) {
    const value = (2 * response[n]!) / total
    circular[n] = value
    if (n > 0) circular[fftSize - n] = value
  }
  const fft = await createFft(fftSize)
  const re = new Float32Array(fft.bins)
  fft.forward(circular, re, new Float32Array(fft.bins))
  fft.dispose()
  return re.slice(0, fftSize / 4 + 1)
}

function interpolationPhases(phaseCount: number): Float32Array {
  const phases = new Float32Array(phaseCount * phaseTaps)
  const beta = kaiserBeta(attenuation)
  const half = phaseTaps / 2
  for (let phase = 0; phase < phaseCount; phase++) {
    for (let tap = 0; tap < phaseTaps; tap++) {
      const distance = tap + 1 - half - phase / phaseCount
      phases[phase * phaseTaps + tap] = sinc(distance) * kaiser(distance / half, beta)
    }
  }
  return phases
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x)
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b)
}

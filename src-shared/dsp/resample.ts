import { concatenate } from '#shared/audio/concatenate'
import { AppError } from '#shared/errors'
import { createFft, type Fft } from '#shared/dsp/fft'
import { phaseTaps, resampleFilter, type ResampleFilter } from '#shared/dsp/resampleFilter'

/** Changes the sample rate of one channel that arrives in blocks. Call `dispose` when done. */
export interface Resampler {
  /** Takes the next samples and returns those that are ready, none at times; how they are cut does not change them. */
  process(block: Float32Array): Float32Array
  /** Says that no sample follows and returns the rest; in all, `resampledLength` samples have then come out. */
  flush(): Float32Array
  dispose(): void
}

/** Returns how many samples at rate `to` stand for `length` at rate `from`. */
export function resampledLength(length: number, from: number, to: number): number {
  return Math.round((length * to) / from)
}

/**
 * Returns a resampler without delay: output sample m is the signal at time m / to. Up to 95 % of the narrower band
 * passes untouched, what lies outside of it is 120 dB down or more.
 * @throws AppError INVALID_INPUT unless both rates are whole numbers of hertz from 8000 to 192000.
 */
export async function createResampler(from: number, to: number): Promise<Resampler> {
  for (const rate of [from, to]) {
    if (Number.isInteger(rate) && rate >= 8000 && rate <= 192000) continue
    throw new AppError(
      'INVALID_INPUT',
      `A sample rate of ${rate} Hz cannot be converted; nothing was. Use a whole number from 8000 to 192000.`,
    )
  }
  if (from === to) return { process: (block) => block.slice(), flush: () => new Float32Array(0), dispose: () => {} }
  const filter = await resampleFilter(from, to)
  return new BlockResampler(filter, await createFft(filter.fftSize), await createFft(2 * filter.fftSize), (length) =>
    resampledLength(length, from, to),
  )
}

/** Returns the whole of one channel at another rate. @see createResampler for quality, length and errors. */
export async function resample(signal: Float32Array, from: number, to: number): Promise<Float32Array> {
  const resampler = await createResampler(from, to)
  try {
    return concatenate([resampler.process(signal), resampler.flush()])
  } finally {
    resampler.dispose()
  }
}

/** Inputs before the signal whose doubled samples the first outputs need. */
const leadIn = phaseTaps / 2

class BlockResampler implements Resampler {
  private readonly block: Float32Array
  private filled: number
  private readonly re: Float32Array
  private readonly im: Float32Array
  private readonly doubledRe: Float32Array
  private readonly doubledIm: Float32Array
  private readonly doubledBlock: Float32Array
  /** Samples at the doubled rate that outputs still need, the first at position `origin`. */
  private readonly doubled: Float32Array
  private doubledCount = 0
  private origin = -2 * leadIn
  private received = 0
  private produced = 0
  /** Position at the doubled rate of the next output: whole part and phase. */
  private position = 0
  private phase = 0

  constructor(
    private readonly filter: ResampleFilter,
    private readonly forward: Fft,
    private readonly inverse: Fft,
    private readonly lengthAfter: (length: number) => number,
  ) {
    this.block = new Float32Array(filter.fftSize)
    this.filled = filter.margin + leadIn
    this.re = new Float32Array(forward.bins)
    this.im = new Float32Array(forward.bins)
    this.doubledRe = new Float32Array(inverse.bins)
    this.doubledIm = new Float32Array(inverse.bins)
    this.doubledBlock = new Float32Array(inverse.size)
    this.doubled = new Float32Array(phaseTaps + 2 * filter.blockSize)
  }

  process(block: Float32Array): Float32Array {
    this.received += block.length
    return this.take(block, this.lengthAfter(this.received))
  }

  flush(): Float32Array {
    const total = this.lengthAfter(this.received)
    const silence = new Float32Array(this.filter.fftSize)
    const parts: Float32Array[] = []
    while (this.produced < total) parts.push(this.take(silence, total))
    return concatenate(parts)
  }

  dispose(): void {
    this.forward.dispose()
    this.inverse.dispose()
  }

  /** Never gives more than `limit` outputs in all: a block may reach past the end that `flush` will set. */
  private take(samples: Float32Array, limit: number): Float32Array {
    const { blockSize, fftSize } = this.filter
    const blocks = Math.max(0, Math.floor((this.filled + samples.length - fftSize) / blockSize) + 1)
    const out = new Float32Array(this.readyAfter(blocks, limit) - this.produced)
    let written = 0
    let taken = 0
    while (taken < samples.length) {
      const count = Math.min(samples.length - taken, fftSize - this.filled)
      this.block.set(samples.subarray(taken, taken + count), this.filled)
      this.filled += count
      taken += count
      if (this.filled < fftSize) break
      this.doubleBlock()
      this.block.copyWithin(0, blockSize)
      this.filled = fftSize - blockSize
      written = this.interpolate(out, written)
      if (this.produced >= limit) break
    }
    return out
  }

  /** Outputs in all that the doubled samples of `blocks` more blocks suffice for. */
  private readyAfter(blocks: number, limit: number): number {
    const { step, phaseCount, blockSize } = this.filter
    const end = this.origin + this.doubledCount + 2 * blocks * blockSize - phaseTaps / 2
    return Math.max(this.produced, Math.min(limit, Math.ceil((Math.max(0, end) * phaseCount) / step)))
  }

  /** Appends the block at twice its rate, limited to the band that both rates have. */
  private doubleBlock(): void {
    const { re, im, doubledRe, doubledIm } = this
    const { gain, fftSize, margin, blockSize } = this.filter
    this.forward.forward(this.block, re, im)
    // The bins above, where the doubled rate mirrors the spectrum, stay 0: the gain there is below the attenuation.
    for (let k = 0; k <= fftSize / 2; k++) {
      doubledRe[k] = re[k]! * gain[k]!
      doubledIm[k] = im[k]! * gain[k]!
    }
    this.inverse.inverse(doubledRe, doubledIm, this.doubledBlock)
    this.doubled.set(this.doubledBlock.subarray(2 * margin, 2 * (margin + blockSize)), this.doubledCount)
    this.doubledCount += 2 * blockSize
  }

  /** Writes the outputs that are ready to `out` from `at` on, forgets what later ones do not need; returns the new end. */
  private interpolate(out: Float32Array, at: number): number {
    const { phases, phaseCount, step } = this.filter
    const { doubled } = this
    const wholeStep = Math.floor(step / phaseCount)
    const phaseStep = step % phaseCount
    let { phase } = this
    let first = this.position - this.origin + 1 - phaseTaps / 2
    const last = this.doubledCount - phaseTaps
    const start = at
    while (first <= last && at < out.length) {
      out[at++] = dotPhase(doubled, first, phases, phase * phaseTaps)
      first += wholeStep
      phase += phaseStep
      if (phase >= phaseCount) {
        phase -= phaseCount
        first++
      }
    }
    this.produced += at - start
    this.phase = phase
    this.position = first + this.origin - 1 + phaseTaps / 2
    const drop = Math.min(this.doubledCount, first)
    doubled.copyWithin(0, drop, this.doubledCount)
    this.origin += drop
    this.doubledCount -= drop
    return at
  }
}

/** Written out in four sums, which the processor can run side by side. */
function dotPhase(signal: Float32Array, at: number, weights: Float32Array, from: number): number {
  let a = 0
  let b = 0
  let c = 0
  let d = 0
  for (let t = 0; t < phaseTaps; t += 4) {
    a += signal[at + t]! * weights[from + t]!
    b += signal[at + t + 1]! * weights[from + t + 1]!
    c += signal[at + t + 2]! * weights[from + t + 2]!
    d += signal[at + t + 3]! * weights[from + t + 3]!
  }
  return a + b + (c + d)
}

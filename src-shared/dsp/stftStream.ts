import { AppError } from '#shared/errors'
import { createSpectrum, type Spectrum } from '#shared/dsp/spectrum'
import type { Stft } from '#shared/dsp/stft'

/**
 * Turns a signal that arrives in blocks of any size into frames. Holds only the samples that later frames need.
 * Push blocks, pull frames as they become available, `end`, pull the rest.
 */
export class ForwardStftStream {
  private samples: Float32Array
  /** Position in the signal of the first kept sample. */
  private origin: number
  private kept = 0
  private length = 0
  private nextFrame = 0
  private ended = false

  constructor(private readonly stft: Stft) {
    this.samples = new Float32Array(4 * stft.fftSize)
    this.origin = 0
  }

  /** Frames that can be pulled now. */
  get available(): number {
    const { fftSize, hopLength } = this.stft
    const complete = this.ended
      ? this.stft.frameCount(this.length)
      : Math.floor((this.length - fftSize / 2) / hopLength) + 1
    return Math.max(0, complete - this.nextFrame)
  }

  /** Takes the next samples; they are copied. */
  push(block: Float32Array): void {
    if (this.ended) throw new AppError('INTERNAL', 'Samples were pushed into a stream that had ended.')
    this.makeRoom(block.length)
    this.samples.set(block, this.kept)
    this.kept += block.length
    this.length += block.length
  }

  /** Says that no sample follows: the last frames, which reach past the end, become available. */
  end(): void {
    this.ended = true
  }

  /** Returns the next `frames` frames (by default all available), in `out` when given. */
  pull(frames = this.available, out: Spectrum = createSpectrum(frames, this.stft.bins)): Spectrum {
    if (frames > this.available) throw new AppError('INTERNAL', 'More frames were asked for than are available.')
    this.stft.requireShape(out, frames)
    for (let row = 0; row < frames; row++) {
      const start = this.nextFrame * this.stft.hopLength - this.stft.fftSize / 2
      this.stft.transformFrame(this.samples, start - this.origin, this.kept, out, row)
      this.nextFrame++
    }
    return out
  }

  private makeRoom(incoming: number): void {
    const needed = Math.max(0, this.nextFrame * this.stft.hopLength - this.stft.fftSize / 2)
    const drop = Math.min(this.kept, needed - this.origin)
    if (this.kept + incoming <= this.samples.length) return
    if (drop > 0) this.samples.copyWithin(0, drop, this.kept)
    this.origin += drop
    this.kept -= drop
    if (this.kept + incoming <= this.samples.length) return
    const larger = new Float32Array(Math.max(2 * this.samples.length, this.kept + incoming))
    larger.set(this.samples.subarray(0, this.kept))
    this.samples = larger
  }
}

/**
 * Turns frames that arrive in blocks into the signal, without delay. Push frames, pull samples as they become final,
 * `end` with the signal's length, pull the rest.
 */
export class InverseStftStream {
  /** Sums of windowed frames from signal position `origin` on, divided by Σw² up to position `final`. */
  private sum: Float32Array
  /** 1 / Σw² of one block of a hop, for the ages of the frames that cover it. */
  private readonly reciprocal: Float64Array
  private reciprocalOf = { youngest: -1, oldest: -1 }
  private origin: number
  private final: number
  private pulled = 0
  private frames = 0
  private length: number | undefined

  constructor(private readonly stft: Stft) {
    // The first frame starts half a window before the signal does.
    this.origin = this.final = -stft.fftSize / 2
    this.sum = new Float32Array(4 * stft.fftSize)
    this.reciprocal = new Float64Array(stft.hopLength)
  }

  /** Samples that can be pulled now. */
  get available(): number {
    // Until the end is known, the last frame may be the one that reaches past it: its hop is held back.
    const certain = this.length ?? (this.frames - 2) * this.stft.hopLength
    return Math.max(0, Math.min(this.final, certain) - this.pulled)
  }

  /** Takes the next `frames` frames, from row `firstRow` of `spectrum` on. */
  push(spectrum: Spectrum, frames = spectrum.frames, firstRow = 0): void {
    if (this.length !== undefined) throw new AppError('INTERNAL', 'Frames were pushed into a stream that had ended.')
    this.stft.requireShape(spectrum, firstRow + frames)
    const { fftSize, hopLength } = this.stft
    this.makeRoom(fftSize + frames * hopLength)
    for (let row = firstRow; row < firstRow + frames; row++) {
      this.stft.addFrame(spectrum, row, this.sum, this.final - this.origin)
      this.frames++
      this.finishBlock(0)
    }
  }

  /**
   * Says that no frame follows and that the signal has `length` samples.
   * @throws AppError INVALID_INPUT where that is more than the frames can tell, (frames - 1)·hop, or less than was pulled.
   */
  end(length: number): void {
    const { fftSize, hopLength } = this.stft
    if (!Number.isInteger(length) || length < this.pulled || length > Math.max(0, this.frames - 1) * hopLength) {
      throw new AppError(
        'INVALID_INPUT',
        `${this.frames} frames with a hop of ${hopLength} samples do not give a signal of ${length} samples.`,
      )
    }
    this.makeRoom(fftSize + hopLength)
    for (let missing = 1; this.final < length; missing++) this.finishBlock(missing)
    this.length = length
  }

  /** Returns the next `count` samples (by default all available). */
  pull(count = this.available): Float32Array {
    if (count > this.available) throw new AppError('INTERNAL', 'More samples were asked for than are available.')
    const start = this.pulled - this.origin
    this.pulled += count
    return this.sum.slice(start, start + count)
  }

  /** Writes the available samples to `out` from `at` on, as far as they fit, and returns how many. */
  pullInto(out: Float32Array, at = 0): number {
    const count = Math.min(this.available, out.length - at)
    const start = this.pulled - this.origin
    out.set(this.sum.subarray(start, start + count), at)
    this.pulled += count
    return count
  }

  /** Divides the next hop of samples by Σw² of the frames that cover it; the last `missing` of them do not exist. */
  private finishBlock(missing: number): void {
    const { fftSize, hopLength } = this.stft
    this.prepareReciprocal(missing, Math.min(this.frames - 1 + missing, Math.ceil(fftSize / hopLength) - 1))
    scale(this.sum, this.final - this.origin, this.reciprocal)
    this.final += hopLength
  }

  /** A frame of age i covers the block with the part of the window that starts at i·hop. */
  private prepareReciprocal(youngest: number, oldest: number): void {
    if (this.reciprocalOf.youngest === youngest && this.reciprocalOf.oldest === oldest) return
    this.reciprocalOf = { youngest, oldest }
    const { fftSize, hopLength, window } = this.stft
    for (let n = 0; n < hopLength; n++) {
      let power = 0
      for (let i = n + youngest * hopLength; i < Math.min(fftSize, n + (oldest + 1) * hopLength); i += hopLength) {
        power += window[i]! * window[i]!
      }
      this.reciprocal[n] = power > 0 ? 1 / power : 0
    }
  }

  /** Makes room for `count` samples from `final` on, forgetting those that were pulled. */
  private makeRoom(count: number): void {
    const end = this.final - this.origin + count
    if (end <= this.sum.length) return
    const drop = Math.min(this.pulled, this.final) - this.origin
    const fits = end - drop <= this.sum.length
    const target = fits ? this.sum : new Float32Array(Math.max(2 * this.sum.length, end - drop))
    const used = this.sum.length - drop
    target.set(this.sum.subarray(drop))
    if (fits) target.fill(0, used)
    this.sum = target
    this.origin += drop
  }
}

function scale(values: Float32Array, start: number, factors: Float64Array): void {
  for (let n = 0; n < factors.length; n++) values[start + n] = values[start + n]! * factors[n]!
}

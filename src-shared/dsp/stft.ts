import { AppError } from '#shared/errors'
import { createFft, requireFftSize, type Fft } from '#shared/dsp/fft'
import { createSpectrum, type Spectrum } from '#shared/dsp/spectrum'
import { ForwardStftStream, InverseStftStream } from '#shared/dsp/stftStream'
import { analysisWindow, type AnalysisWindow } from '#shared/dsp/window'

export interface StftConfig {
  /** Samples a frame; see `isFftSize`. */
  readonly fftSize: number
  /** Samples from one frame to the next; at most half of fftSize, so that the inverse is exact everywhere. */
  readonly hopLength: number
  /** Hann's where nothing is said. */
  readonly window?: AnalysisWindow
}

const framesAtOnce = 16

/**
 * Returns the app's short-time Fourier transform: frame f is centred at sample f·hopLength, weighted by a periodic
 * window, Hann's unless the config says otherwise; samples outside the signal count as 0. Call `dispose` when done.
 * @throws AppError INVALID_INPUT for a size that cannot be done or a hop above half of it.
 */
export async function createStft(config: StftConfig): Promise<Stft> {
  const { fftSize, hopLength, window = 'hann' } = config
  requireFftSize(fftSize)
  if (!Number.isInteger(hopLength) || hopLength < 1 || hopLength * 2 > fftSize) {
    throw new AppError(
      'INVALID_INPUT',
      `A hop of ${hopLength} samples does not go with frames of ${fftSize}; nothing was computed. ` +
        `Choose a whole number from 1 to ${fftSize / 2}.`,
    )
  }
  return new Stft(await createFft(fftSize), hopLength, analysisWindow(window, fftSize))
}

/** @see createStft for the convention. Streams opened from it share its memory and end with it. */
export class Stft {
  readonly fftSize: number
  readonly bins: number
  private readonly frame: Float32Array

  constructor(
    private readonly fft: Fft,
    readonly hopLength: number,
    readonly window: Float32Array,
  ) {
    this.fftSize = fft.size
    this.bins = fft.bins
    this.frame = new Float32Array(fft.size)
  }

  /**
   * Frames of a signal of `length` samples: 1 + ceil(length / hop), the fewest for which every sample lies between two
   * frame centres; there the squared windows add up to at least 1/2, so that the inverse is exact up to both edges.
   */
  frameCount(length: number): number {
    return 1 + Math.ceil(length / this.hopLength)
  }

  /**
   * Returns `frames` frames from `firstFrame` on (any integers; by default all of them). `out` is reused when given.
   * @throws AppError INVALID_INPUT where `out` has another shape.
   */
  forward(
    signal: Float32Array,
    firstFrame = 0,
    frames = this.frameCount(signal.length) - firstFrame,
    out: Spectrum = createSpectrum(frames, this.bins),
  ): Spectrum {
    this.requireShape(out, frames)
    for (let f = 0; f < frames; f++) {
      this.transformFrame(signal, (firstFrame + f) * this.hopLength - this.fftSize / 2, signal.length, out, f)
    }
    return out
  }

  /**
   * Returns `length` samples whose windowed frames best fit `spectrum` (least squares: windowed overlap-add divided by
   * Σw²), which is the signal itself where the spectrum is an unchanged one.
   * @see Griffin and Lim, "Signal estimation from modified short-time Fourier transform", 1984, equation 6.
   * @throws AppError INVALID_INPUT where the spectrum has too few frames or other bins.
   */
  inverse(spectrum: Spectrum, length = (spectrum.frames - 1) * this.hopLength): Float32Array {
    const stream = this.openInverse()
    const signal = new Float32Array(Math.max(0, length))
    let done = 0
    // A few frames at a time, so that the sums stay in the processor's cache.
    for (let row = 0; row < spectrum.frames; row += framesAtOnce) {
      stream.push(spectrum, Math.min(framesAtOnce, spectrum.frames - row), row)
      done += stream.pullInto(signal, done)
    }
    stream.end(length)
    stream.pullInto(signal, done)
    return signal
  }

  /** A transform of a signal that arrives in blocks; gives the very numbers of `forward`. */
  openForward(): ForwardStftStream {
    return new ForwardStftStream(this)
  }

  /** An inverse of frames that arrive in blocks; gives the very numbers of `inverse`. */
  openInverse(): InverseStftStream {
    return new InverseStftStream(this)
  }

  /** Transforms the windowed samples from `start` on of `signal`, of which `length` are valid, into row `row` of `out`. */
  transformFrame(signal: Float32Array, start: number, length: number, out: Spectrum, row: number): void {
    const { frame, window, fftSize } = this
    const first = Math.min(fftSize, Math.max(0, -start))
    const end = Math.max(first, Math.min(fftSize, length - start))
    if (first > 0) frame.fill(0, 0, first)
    weigh(signal, start, window, first, end, frame)
    if (end < fftSize) frame.fill(0, end)
    this.fft.forward(frame, out.re, out.im, row * this.bins)
  }

  /** Adds the windowed inverse of row `row` of `spectrum` to `sum` from `start` on; `sum` must reach far enough. */
  addFrame(spectrum: Spectrum, row: number, sum: Float32Array, start: number): void {
    this.fft.inverse(spectrum.re, spectrum.im, this.frame, row * this.bins)
    addWeighed(this.frame, this.window, sum, start)
  }

  /** @throws AppError INVALID_INPUT unless `spectrum` has this transform's bins and at least `frames` frames. */
  requireShape(spectrum: Spectrum, frames: number): void {
    const size = frames * this.bins
    if (spectrum.bins === this.bins && spectrum.re.length >= size && spectrum.im.length >= size) return
    throw new AppError(
      'INVALID_INPUT',
      `A spectrum of ${spectrum.frames} × ${spectrum.bins} numbers was given where ${frames} × ${this.bins} are needed.`,
    )
  }

  dispose(): void {
    this.fft.dispose()
  }
}

// After the transforms the two loops below take most of the time. V8 reads and checks the arrays' addresses anew in every
// turn, the more so where it inlines them into their callers; eight values a turn make them up to three times faster.

function weigh(signal: Float32Array, start: number, window: Float32Array, first: number, end: number, out: Float32Array) {
  let n = first
  for (; n < end - 7; n += 8) {
    out[n] = signal[start + n]! * window[n]!
    out[n + 1] = signal[start + n + 1]! * window[n + 1]!
    out[n + 2] = signal[start + n + 2]! * window[n + 2]!
    out[n + 3] = signal[start + n + 3]! * window[n + 3]!
    out[n + 4] = signal[start + n + 4]! * window[n + 4]!
    out[n + 5] = signal[start + n + 5]! * window[n + 5]!
    out[n + 6] = signal[start + n + 6]! * window[n + 6]!
    out[n + 7] = signal[start + n + 7]! * window[n + 7]!
  }
  for (; n < end; n++) out[n] = signal[start + n]! * window[n]!
}

function addWeighed(frame: Float32Array, window: Float32Array, sum: Float32Array, start: number) {
  for (let n = 0; n < frame.length; n += 8) {
    const at = start + n
    sum[at] = sum[at]! + frame[n]! * window[n]!
    sum[at + 1] = sum[at + 1]! + frame[n + 1]! * window[n + 1]!
    sum[at + 2] = sum[at + 2]! + frame[n + 2]! * window[n + 2]!
    sum[at + 3] = sum[at + 3]! + frame[n + 3]! * window[n + 3]!
    sum[at + 4] = sum[at + 4]! + frame[n + 4]! * window[n + 4]!
    sum[at + 5] = sum[at + 5]! + frame[n + 5]! * window[n + 5]!
    sum[at + 6] = sum[at + 6]! + frame[n + 6]! * window[n + 6]!
    sum[at + 7] = sum[at + 7]! + frame[n + 7]! * window[n + 7]!
  }
}

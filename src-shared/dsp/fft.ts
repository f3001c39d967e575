import createModule from '@echogarden/pffft-wasm/simd'
import type { PffftModule } from '@echogarden/pffft-wasm/simd'
import { AppError } from '#shared/errors'

const forwardDirection = 0
const inverseDirection = 1
const largestSize = 2 ** 21

/** A real Fourier transform of one size. Owns memory outside the garbage collector: call `dispose` when done. */
export interface Fft {
  /** Samples a transform. */
  readonly size: number
  /** size / 2 + 1, from 0 Hz to half the sample rate. */
  readonly bins: number
  /**
   * Transforms `size` samples of `signal` into `bins` numbers of `re` and `im`, both from `offset` on:
   * X[k] = Σ x[n]·exp(-2πi·kn/size), unscaled. Allocates nothing.
   */
  forward(signal: Float32Array, re: Float32Array, im: Float32Array, offset?: number): void
  /**
   * Undoes `forward` (scaled by 1/size): reads `bins` numbers of `re` and `im` from `offset` on and writes `size`
   * samples to the start of `signal`. The imaginary parts of the first and the last bin are taken as 0.
   */
  inverse(re: Float32Array, im: Float32Array, signal: Float32Array, offset?: number): void
  /** Frees the memory; the transform must not be used afterwards. Harmless when repeated. */
  dispose(): void
}

/** True for the sizes that pffft can do: multiples of 32 without prime factors above 5, up to 2^21. */
export function isFftSize(size: number): boolean {
  if (!Number.isInteger(size) || size < 32 || size > largestSize || size % 32 !== 0) return false
  let rest = size
  for (const factor of [2, 3, 5]) while (rest % factor === 0) rest /= factor
  return rest === 1
}

/** Returns the smallest size that pffft can do and that is not below `length`. */
export function fftSizeAtLeast(length: number): number {
  let size = Math.max(32, Math.ceil(length / 32) * 32)
  while (size <= largestSize && !isFftSize(size)) size += 32
  requireFftSize(size)
  return size
}

/** @throws AppError INVALID_INPUT for a size that pffft cannot do; it would end the whole WebAssembly module. */
export function requireFftSize(size: number): void {
  if (isFftSize(size)) return
  throw new AppError(
    'INVALID_INPUT',
    `A Fourier transform of ${size} samples is not possible; nothing was computed. ` +
      'Choose a multiple of 32 whose only prime factors are 2, 3 and 5, such as 512, 2048 or 4096.',
  )
}

let loading: Promise<PffftModule> | undefined

/**
 * Returns a transform of `size` samples, computed in single precision by pffft (WebAssembly SIMD).
 * @throws AppError INVALID_INPUT for a size that it cannot do.
 */
export async function createFft(size: number): Promise<Fft> {
  requireFftSize(size)
  // The module is kept: all transforms share its memory, and loading costs more than most of them.
  loading ??= createModule()
  return new PffftTransform(await loading, size)
}

class PffftTransform implements Fft {
  readonly bins: number
  private readonly setup: number
  private readonly time: number
  private readonly spectrum: number
  private readonly work: number
  private timeView: Float32Array = new Float32Array(0)
  private spectrumView: Float32Array = new Float32Array(0)
  private disposed = false

  constructor(
    private readonly module: PffftModule,
    readonly size: number,
  ) {
    this.bins = size / 2 + 1
    this.setup = module._pffft_new_setup(size, 0)
    // A work area of our own: the default lives on the module's stack of 64 KiB, which large sizes overrun unnoticed.
    this.time = module._pffft_aligned_malloc(size * 3 * Float32Array.BYTES_PER_ELEMENT)
    if (this.setup === 0 || this.time === 0) {
      throw new AppError('INTERNAL', `There is not enough memory for a Fourier transform of ${size} samples.`)
    }
    this.spectrum = this.time + size * Float32Array.BYTES_PER_ELEMENT
    this.work = this.spectrum + size * Float32Array.BYTES_PER_ELEMENT
  }

  forward(signal: Float32Array, re: Float32Array, im: Float32Array, offset = 0): void {
    this.refreshViews()
    const { size, spectrumView } = this
    const last = size / 2
    this.timeView.set(signal.length === size ? signal : signal.subarray(0, size))
    this.module._pffft_transform_ordered(this.setup, this.time, this.spectrum, this.work, forwardDirection)
    unpack(spectrumView, re, im, offset)
    // pffft packs the two purely real bins, the first and the last, into the first pair.
    re[offset] = spectrumView[0]!
    im[offset] = 0
    re[offset + last] = spectrumView[1]!
    im[offset + last] = 0
  }

  inverse(re: Float32Array, im: Float32Array, signal: Float32Array, offset = 0): void {
    this.refreshViews()
    const { size, spectrumView } = this
    const last = size / 2
    const scale = 1 / size
    pack(re, im, offset, scale, spectrumView)
    spectrumView[0] = re[offset]! * scale
    spectrumView[1] = re[offset + last]! * scale
    this.module._pffft_transform_ordered(this.setup, this.spectrum, this.time, this.work, inverseDirection)
    signal.set(this.timeView)
  }

  dispose(): void {
    if (this.disposed) return
    this.disposed = true
    this.module._pffft_destroy_setup(this.setup)
    this.module._pffft_aligned_free(this.time)
  }

  /** Another transform may have made the module's memory grow, which detaches every view of it. */
  private refreshViews(): void {
    if (this.disposed) throw new AppError('INTERNAL', 'A Fourier transform was used after it had been disposed.')
    if (this.timeView.length > 0) return
    this.timeView = new Float32Array(this.module.HEAPF32.buffer, this.time, this.size)
    this.spectrumView = new Float32Array(this.module.HEAPF32.buffer, this.spectrum, this.size)
  }
}

// The two loops below are functions of their own and do four bins a turn for speed: see the loops of the STFT.

function unpack(pairs: Float32Array, re: Float32Array, im: Float32Array, offset: number): void {
  for (let i = 0, k = offset; i < pairs.length; i += 8, k += 4) {
    re[k] = pairs[i]!
    im[k] = pairs[i + 1]!
    re[k + 1] = pairs[i + 2]!
    im[k + 1] = pairs[i + 3]!
    re[k + 2] = pairs[i + 4]!
    im[k + 2] = pairs[i + 5]!
    re[k + 3] = pairs[i + 6]!
    im[k + 3] = pairs[i + 7]!
  }
}

function pack(re: Float32Array, im: Float32Array, offset: number, scale: number, pairs: Float32Array): void {
  for (let i = 0, k = offset; i < pairs.length; i += 8, k += 4) {
    pairs[i] = re[k]! * scale
    pairs[i + 1] = im[k]! * scale
    pairs[i + 2] = re[k + 1]! * scale
    pairs[i + 3] = im[k + 1]! * scale
    pairs[i + 4] = re[k + 2]! * scale
    pairs[i + 5] = im[k + 2]! * scale
    pairs[i + 6] = re[k + 3]! * scale
    pairs[i + 7] = im[k + 3]! * scale
  }
}

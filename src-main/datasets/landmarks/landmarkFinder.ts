import { type Fft, createFft } from '#shared/dsp/fft'
import { hannWindow } from '#shared/dsp/window'

/** Hertz at which landmarks are looked for: what lies below 4 kHz survives every codec and every rate. */
export const landmarkRate = 8000

const fftSize = 1024
const hopLength = 256

/** Seconds from one frame of landmarks to the next. */
export const landmarkFrameSeconds = hopLength / landmarkRate

/** A peak is the loudest within so many frames and bins each way: about 25 peaks a second in dense music. */
const reachFrames = 9
/** One less than a power of two: see `loudestAround`. */
const reachBins = 15
/** Below it, hum and offsets of the recording. */
const lowestBin = 6
/** Power of a peak against the loudest around it, and at the least: codecs leave nothing of what is softer. */
const relativeFloor = 1e-5
const absoluteFloor = 1e-8 * (fftSize / 4) ** 2
/** A peak is paired with the first so many behind it, at most so far away. */
const fanOut = 4
const leastFramesApart = 2
const mostFramesApart = 63
const mostBinsApart = 63

/** Numbers of different landmarks. */
export const landmarkKinds = 2 ** 22

/**
 * What a recording is recognised by: pairs of spectral peaks, which stay where they are when it is coded, resampled or
 * made louder. Landmark `i` is of kind `kinds[i]` (two frequencies and the time between them) and begins in frame `frames[i]`.
 * @see Wang, "An industrial-strength audio search algorithm", ISMIR 2003
 */
export interface Landmarks {
  readonly kinds: Uint32Array
  readonly frames: Uint32Array
  /** Length of the recording in frames. */
  readonly length: number
}

interface Anchor {
  readonly frame: number
  readonly bin: number
  partners: number
}

/** Finds the landmarks of one recording, mono at `landmarkRate`, that arrives in blocks. Call `dispose` when done. */
export class LandmarkFinder {
  private readonly window = hannWindow(fftSize)
  private readonly windowed = new Float32Array(fftSize)
  private readonly re = new Float32Array(fftSize / 2 + 1)
  private readonly im = new Float32Array(fftSize / 2 + 1)
  private readonly samples = new Float32Array(fftSize)
  /** The first frame is centred at the first sample. */
  private filled = fftSize / 2
  private readonly rows: PeakRow[] = []
  private frame = 0
  private anchors: Anchor[] = []
  private readonly kinds = new GrowingNumbers()
  private readonly frames = new GrowingNumbers()

  private constructor(private readonly fft: Fft) {}

  static async create(): Promise<LandmarkFinder> {
    return new LandmarkFinder(await createFft(fftSize))
  }

  push(block: Float32Array): void {
    for (let at = 0; at < block.length; ) {
      const count = Math.min(block.length - at, fftSize - this.filled)
      this.samples.set(block.subarray(at, at + count), this.filled)
      this.filled += count
      at += count
      if (this.filled === fftSize) this.transform()
    }
  }

  /** Says that no sample follows. */
  finish(): Landmarks {
    const length = this.frame
    for (let i = 0; i < reachFrames; i++) this.addRow(emptyRow)
    return { kinds: this.kinds.all(), frames: this.frames.all(), length }
  }

  dispose(): void {
    this.fft.dispose()
  }

  private transform(): void {
    const { samples, window, windowed, re, im } = this
    for (let n = 0; n < fftSize; n++) windowed[n] = samples[n]! * window[n]!
    this.fft.forward(windowed, re, im)
    samples.copyWithin(0, hopLength)
    this.filled = fftSize - hopLength
    this.addRow(peakRow(re, im))
  }

  private addRow(row: PeakRow): void {
    this.rows.push(row)
    this.frame++
    if (this.rows.length > 2 * reachFrames + 1) this.rows.shift()
    const middle = this.rows.length - 1 - reachFrames
    if (middle >= 0) this.findPeaks(middle, this.frame - 1 - reachFrames)
  }

  private findPeaks(middle: number, frame: number): void {
    const row = this.rows[middle]!
    const floor = Math.max(absoluteFloor, relativeFloor * Math.max(...this.rows.map(({ loudest }) => loudest)))
    for (const bin of row.candidates) {
      const power = row.power[bin]!
      // Of equal ones the first counts.
      const isPeak = power > floor && this.rows.every(({ around }, at) => at === middle || (at < middle ? power > around[bin]! : power >= around[bin]!))
      if (isPeak) this.pair(frame, bin)
    }
  }

  private pair(frame: number, bin: number): void {
    this.anchors = this.anchors.filter((anchor) => frame - anchor.frame <= mostFramesApart && anchor.partners < fanOut)
    for (const anchor of this.anchors) {
      const apart = frame - anchor.frame
      const step = bin - anchor.bin
      if (apart < leastFramesApart || Math.abs(step) > mostBinsApart) continue
      anchor.partners++
      this.kinds.push((anchor.bin * 128 + step + 64) * 64 + apart)
      this.frames.push(anchor.frame)
    }
    this.anchors.push({ frame, bin, partners: 0 })
  }
}

/** One frame of a spectrum, and where peaks may be in it. */
interface PeakRow {
  readonly power: Float32Array
  /** The loudest of the bins within reach of each. */
  readonly around: Float32Array
  readonly candidates: readonly number[]
  readonly loudest: number
}

const bins = fftSize / 2
const silence = new Float32Array(bins)
const emptyRow: PeakRow = { power: silence, around: silence, candidates: [], loudest: 0 }

function peakRow(re: Float32Array, im: Float32Array): PeakRow {
  const power = new Float32Array(bins)
  for (let k = lowestBin; k < bins; k++) power[k] = re[k]! ** 2 + im[k]! ** 2
  const around = loudestAround(power)
  const candidates: number[] = []
  let loudest = 0
  for (let k = lowestBin; k < bins; k++) {
    if (power[k]! > loudest) loudest = power[k]!
    if (power[k] === around[k] && power[k]! > 0) candidates.push(k)
  }
  return { power, around, candidates, loudest }
}

/** The largest of the values within reach of each; that of 16 values at once is found in four doublings. */
function loudestAround(power: Float32Array): Float32Array {
  const padded = new Float32Array(bins + 2 * reachBins + 1)
  padded.set(power, reachBins)
  for (let width = 1; width <= reachBins; width *= 2) {
    for (let k = 0; k + width < padded.length; k++) if (padded[k + width]! > padded[k]!) padded[k] = padded[k + width]!
  }
  const around = new Float32Array(bins)
  for (let k = 0; k < bins; k++) around[k] = Math.max(padded[k]!, padded[k + reachBins]!)
  return around
}

/** Whole numbers that become more and more, in little memory. */
class GrowingNumbers {
  private numbers = new Uint32Array(1024)
  private count = 0

  push(value: number): void {
    if (this.count === this.numbers.length) {
      const grown = new Uint32Array(2 * this.count)
      grown.set(this.numbers)
      this.numbers = grown
    }
    this.numbers[this.count++] = value
  }

  all(): Uint32Array {
    return this.numbers.slice(0, this.count)
  }
}

import type { AudioClip } from '#shared/audio/audioClip'
import { AppError } from '#shared/errors'

/** How well an estimate of a stem agrees with the true one, all in decibels. Never compare one with another. */
export interface SdrScores {
  /** Signal to distortion over the whole song, channels pooled. @see Mitsufuji et al., "Music Demixing Challenge 2021", 2022. */
  readonly usdr: number
  /** Median of the same over frames of one second; undefined where every frame has a silent reference or estimate. */
  readonly csdr: number | undefined
  /** Scale-invariant, each channel's mean removed, channels pooled. @see Le Roux et al., "SDR: half-baked or well done?", 2019. */
  readonly sisdr: number
}

/** Takes a song in blocks of any size and gives its scores; memory grows by a number a second only. */
export interface SdrMeter {
  /** Takes the next samples, one array a channel. @throws AppError INVALID_INPUT where shapes differ. */
  add(reference: readonly Float32Array[], estimate: readonly Float32Array[]): void
  result(): SdrScores
}

/** Keeps silence finite, as in the challenges that this score comes from. */
const epsilon = 1e-7

/** Returns a meter for one stem of one song. */
export function createSdrMeter(sampleRate: number): SdrMeter {
  return new PooledSdrMeter(sampleRate)
}

/** Returns the scores of a whole estimate. @throws AppError INVALID_INPUT where rates or shapes differ. */
export function measureSdr(reference: AudioClip, estimate: AudioClip): SdrScores {
  if (reference.sampleRate !== estimate.sampleRate) throw shapeError()
  const meter = createSdrMeter(reference.sampleRate)
  meter.add(reference.channels, estimate.channels)
  return meter.result()
}

/** Returns the scores of a set of songs: means of uSDR and SI-SDR, the median of cSDR. */
export function summarizeSdr(songs: readonly SdrScores[]): SdrScores {
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  return {
    usdr: mean(songs.map((song) => song.usdr)),
    csdr: median(songs.flatMap((song) => song.csdr ?? [])),
    sisdr: mean(songs.map((song) => song.sisdr)),
  }
}

/** Returns the middle value, or the mean of the two in the middle; undefined for none. */
export function median(values: readonly number[]): number | undefined {
  const sorted = [...values].sort((a, b) => a - b)
  const upper = sorted[Math.floor(sorted.length / 2)]
  const lower = sorted[Math.floor((sorted.length - 1) / 2)]
  return upper === undefined || lower === undefined ? undefined : (lower + upper) / 2
}

/** Sums over products of the two signals, pooled over channels. */
interface Sums {
  reference: number
  estimate: number
  product: number
  error: number
}

const noSums = (): Sums => ({ reference: 0, estimate: 0, product: 0, error: 0 })

class PooledSdrMeter implements SdrMeter {
  private readonly whole = noSums()
  private frame = noSums()
  private frameFilled = 0
  private readonly frameScores: number[] = []
  private wholeFrames = 0
  private samples = 0
  /** By channel: the sum of the reference and that of the estimate. */
  private totals: { reference: number; estimate: number }[] | undefined

  constructor(private readonly sampleRate: number) {}

  add(reference: readonly Float32Array[], estimate: readonly Float32Array[]): void {
    const length = reference[0]?.length ?? 0
    this.totals ??= reference.map(() => ({ reference: 0, estimate: 0 }))
    const alike = reference.length === this.totals.length && estimate.length === this.totals.length
    if (!alike || [...reference, ...estimate].some((channel) => channel.length !== length)) throw shapeError()
    for (let start = 0; start < length; ) {
      const end = Math.min(length, start + this.sampleRate - this.frameFilled)
      reference.forEach((channel, c) => this.addChannel(channel, estimate[c]!, this.totals![c]!, start, end))
      this.frameFilled += end - start
      if (this.frameFilled === this.sampleRate) this.endFrame()
      start = end
    }
    this.samples += length
  }

  result(): SdrScores {
    const whole = addSums(this.whole, this.frame)
    // A rest shorter than a frame counts only where it is all there is, as in museval.
    const scores = this.wholeFrames > 0 ? this.frameScores : frameScore(this.frame)
    return { usdr: ratio(whole.reference, whole.error), csdr: median(scores), sisdr: this.scaleInvariant(whole) }
  }

  private addChannel(
    reference: Float32Array,
    estimate: Float32Array,
    totals: { reference: number; estimate: number },
    start: number,
    end: number,
  ): void {
    const sums = noSums()
    for (let n = start; n < end; n++) {
      const s = reference[n]!
      const e = estimate[n]!
      totals.reference += s
      totals.estimate += e
      sums.reference += s * s
      sums.estimate += e * e
      sums.product += s * e
      sums.error += (s - e) * (s - e)
    }
    this.frame = addSums(this.frame, sums)
  }

  private endFrame(): void {
    this.frameScores.push(...frameScore(this.frame))
    Object.assign(this.whole, addSums(this.whole, this.frame))
    this.frame = noSums()
    this.frameFilled = 0
    this.wholeFrames++
  }

  private scaleInvariant(sums: Sums): number {
    let { reference, estimate, product } = sums
    for (const total of this.samples > 0 ? (this.totals ?? []) : []) {
      reference -= (total.reference * total.reference) / this.samples
      estimate -= (total.estimate * total.estimate) / this.samples
      product -= (total.reference * total.estimate) / this.samples
    }
    const target = reference > 0 ? (product * product) / reference : 0
    return ratio(target, Math.max(0, estimate - target))
  }
}

/** The frame's score, or none where museval would skip it. */
function frameScore(frame: Sums): number[] {
  return frame.reference > 0 && frame.estimate > 0 ? [ratio(frame.reference, frame.error)] : []
}

function addSums(a: Sums, b: Sums): Sums {
  return {
    reference: a.reference + b.reference,
    estimate: a.estimate + b.estimate,
    product: a.product + b.product,
    error: a.error + b.error,
  }
}

function ratio(signal: number, distortion: number): number {
  return 10 * Math.log10((signal + epsilon) / (distortion + epsilon))
}

function shapeError(): AppError {
  return new AppError(
    'INVALID_INPUT',
    'A stem and its estimate differ in sample rate, channels or length; nothing was measured. Compare files of the same song.',
  )
}

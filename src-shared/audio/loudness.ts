import type { AudioClip } from '#shared/audio/audioClip'
import type { ChannelPosition } from '#shared/audio/channelLayout'

/** A measure step is 100 ms; a gating block is four of them, so blocks overlap by three quarters. */
const stepsPerSecond = 10
const stepsPerBlock = 4
const absoluteGate = -70
const relativeGate = -10

/**
 * Measures integrated loudness and true peak of sound that goes by in blocks.
 * @see ITU-R BS.1770-4, annexes 1 and 2
 */
export class LoudnessMeter {
  private readonly filters: ChannelFilter[]
  private readonly stepFrames: number
  private readonly steps: number[] = []
  private energy = 0
  private filled = 0
  private peak = 0

  /** @param layout positions of the channels; mono and stereo need none */
  constructor(sampleRate: number, channels: number, layout: readonly ChannelPosition[] = []) {
    this.stepFrames = Math.round(sampleRate / stepsPerSecond)
    this.filters = Array.from({ length: channels }, (_, channel) => new ChannelFilter(sampleRate, weightOf(layout[channel])))
  }

  /** Adds a planar block `[channel][frame]`. */
  add(block: readonly Float32Array[]): void {
    this.addLoudness(block)
    for (const [channel, filter] of this.filters.entries()) this.peak = filter.truePeakOf(block[channel]!, this.peak)
  }

  /** Adds a block to the loudness only, without the true peak, which is most of the work. */
  addLoudness(block: readonly Float32Array[]): void {
    const frames = block[0]?.length ?? 0
    for (let at = 0; at < frames; ) {
      const count = Math.min(frames - at, this.stepFrames - this.filled)
      for (const [channel, filter] of this.filters.entries()) this.energy += filter.energyOf(block[channel]!, at, at + count)
      this.filled += count
      at += count
      if (this.filled === this.stepFrames) this.closeStep()
    }
  }

  private closeStep(): void {
    this.steps.push(this.energy / this.stepFrames)
    this.energy = 0
    this.filled = 0
  }

  /** Integrated loudness in LUFS; -Infinity for silence and for sound shorter than 0.4 s. */
  integrated(): number {
    const blocks: number[] = []
    for (let i = 0; i + stepsPerBlock <= this.steps.length; i++) blocks.push(mean(this.steps.slice(i, i + stepsPerBlock)))
    const audible = blocks.filter((power) => loudnessOf(power) > absoluteGate)
    const threshold = loudnessOf(mean(audible)) + relativeGate
    return loudnessOf(mean(audible.filter((power) => loudnessOf(power) > threshold)))
  }

  /** Largest magnitude of the sound as it is between its samples, in dB of full scale (dBTP); -Infinity for silence. */
  truePeak(): number {
    return 20 * Math.log10(this.peak)
  }
}

/** Returns integrated loudness (LUFS) and true peak (dBTP) of a clip. */
export function measureLoudness(clip: AudioClip): { integrated: number; truePeak: number } {
  const meter = new LoudnessMeter(clip.sampleRate, clip.channels.length)
  meter.add(clip.channels)
  return { integrated: meter.integrated(), truePeak: meter.truePeak() }
}

function loudnessOf(power: number): number {
  return -0.691 + 10 * Math.log10(power)
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length
}

/** Surround channels count 1.5 dB more, the bass effects channel not at all. */
function weightOf(position: ChannelPosition | undefined): number {
  if (position === 'LFE') return 0
  return position === 'BL' || position === 'BR' || position === 'SL' || position === 'SR' ? 1.41 : 1
}

/** Four times oversampling in phases of twelve taps; the other two phases are these reversed (BS.1770-4, annex 2). */
const phases = [
  [
    0.001708984375, 0.010986328125, -0.0196533203125, 0.033203125, -0.0594482421875, 0.1373291015625, 0.97216796875,
    -0.102294921875, 0.047607421875, -0.026611328125, 0.014892578125, -0.00830078125,
  ],
  [
    -0.0291748046875, 0.029296875, -0.0517578125, 0.089111328125, -0.16650390625, 0.465087890625, 0.77978515625,
    -0.2003173828125, 0.1015625, -0.0582275390625, 0.0330810546875, -0.0189208984375,
  ],
] as const
const taps = 12

class ChannelFilter {
  private readonly shelf: Biquad
  private readonly highPass: Biquad
  private history = new Float32Array(taps - 1)

  constructor(
    sampleRate: number,
    private readonly weight: number,
  ) {
    this.shelf = shelfFilter(sampleRate)
    this.highPass = highPassFilter(sampleRate)
  }

  /** Weighted sum of squares of the K-weighted samples from..until. */
  energyOf(samples: Float32Array, from: number, until: number): number {
    let sum = 0
    for (let i = from; i < until; i++) {
      const value = this.highPass.next(this.shelf.next(samples[i]!))
      sum += value * value
    }
    return sum * this.weight
  }

  /** Returns the true peak of `samples`, or `peak` where that is higher. */
  truePeakOf(samples: Float32Array, peak: number): number {
    const line = new Float32Array(this.history.length + samples.length)
    line.set(this.history)
    line.set(samples, this.history.length)
    this.history = line.slice(line.length - this.history.length)
    for (let from = taps - 1; from < line.length; from += stretch) {
      const until = Math.min(line.length, from + stretch)
      // Most of any sound is so far below its peak that nothing between its samples can reach that.
      if (largestOf(line, from - taps + 1, until) * mostGain > peak) peak = interpolatedPeak(line, from, until, peak)
    }
    return peak
  }
}

/** Samples that are looked at together. */
const stretch = 64
/** How far the filter can lift the largest of its samples, in any phase; never less than a sample itself. */
const mostGain = Math.max(...phases.map((phase) => phase.reduce((sum, coefficient) => sum + Math.abs(coefficient), 0)))

function largestOf(samples: Float32Array, from: number, until: number): number {
  let largest = 0
  for (let i = from; i < until; i++) largest = Math.max(largest, Math.abs(samples[i]!))
  return largest
}

/** Returns the highest magnitude at and between the samples from..until, or `peak` where that is higher. */
function interpolatedPeak(line: Float32Array, from: number, until: number, peak: number): number {
  for (let end = from; end < until; end++) {
    for (const phase of phases) {
      let forward = 0
      let backward = 0
      for (let tap = 0; tap < taps; tap++) {
        const coefficient = phase[tap]!
        forward += coefficient * line[end - tap]!
        backward += coefficient * line[end - taps + 1 + tap]!
      }
      peak = Math.max(peak, Math.abs(forward), Math.abs(backward))
    }
    // The filter's own phases straddle the samples, and a sample may be the highest point.
    peak = Math.max(peak, Math.abs(line[end]!))
  }
  return peak
}

/** One second-order section, transposed direct form II. */
class Biquad {
  private s1 = 0
  private s2 = 0

  constructor(
    private readonly b0: number,
    private readonly b1: number,
    private readonly b2: number,
    private readonly a1: number,
    private readonly a2: number,
  ) {}

  next(x: number): number {
    const y = this.b0 * x + this.s1
    this.s1 = this.b1 * x - this.a1 * y + this.s2
    this.s2 = this.b2 * x - this.a2 * y
    return y
  }
}

/**
 * The standard gives coefficients for 48 kHz only; these are its analogue prototypes, transformed for any rate.
 * @see De Man, "Evaluation of implementations of the EBU R128 loudness measurement", AES 145, 2018
 */
function shelfFilter(sampleRate: number): Biquad {
  const k = Math.tan((Math.PI * 1681.974450955533) / sampleRate)
  const q = 0.7071752369554196
  const high = 10 ** (3.999843853973347 / 20)
  const middle = high ** 0.4996667741545416
  const a0 = 1 + k / q + k * k
  const b0 = (high + (middle * k) / q + k * k) / a0
  const b2 = (high - (middle * k) / q + k * k) / a0
  return new Biquad(b0, (2 * (k * k - high)) / a0, b2, (2 * (k * k - 1)) / a0, (1 - k / q + k * k) / a0)
}

function highPassFilter(sampleRate: number): Biquad {
  const k = Math.tan((Math.PI * 38.13547087602444) / sampleRate)
  const q = 0.5003270373238773
  const a0 = 1 + k / q + k * k
  return new Biquad(1, -2, 1, (2 * (k * k - 1)) / a0, (1 - k / q + k * k) / a0)
}

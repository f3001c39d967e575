import { clippedRun, fullScale, sameChannel, silentRms } from '#main/datasets/check/thresholds'
import { ActivityMeter } from '#main/datasets/recordings'

/** What can be said of one sound. */
export interface SoundFacts {
  /** Hertz. */
  readonly sampleRate: number
  readonly channels: number
  readonly frames: number
  readonly peak: number
  /** Mean square over all channels. */
  readonly power: number
  /** Share of samples in peaks that are cut off. */
  readonly clipped: number
  /** Shares of time that are silent, and in which something sounds. */
  readonly silent: number
  readonly active: number
  /** How its two channels go together; undefined for one. */
  readonly stereo: 'wide' | 'same' | 'oneSided' | 'opposite' | undefined
}

/** Measures one sound that arrives in blocks `[channel][frame]`, in memory that does not grow with it. */
export class SoundMeter {
  private readonly activity: ActivityMeter
  private readonly channels: ChannelMeter[]
  private frames = 0
  /** Largest magnitudes of left minus right, and of left plus right. */
  private apart = 0
  private together = 0

  constructor(
    private readonly sampleRate: number,
    channels: number,
  ) {
    this.activity = new ActivityMeter(sampleRate, undefined, silentRms)
    this.channels = Array.from({ length: channels }, () => new ChannelMeter())
  }

  add(block: readonly Float32Array[]): void {
    this.frames += block[0]!.length
    this.activity.add(block)
    for (const [channel, samples] of block.entries()) this.channels[channel]!.add(samples)
    if (block.length === 2) this.compare(block[0]!, block[1]!)
  }

  finish(): SoundFacts {
    const { sampleRate, frames, channels } = this
    const { stretches, silentFrames } = this.activity.finish()
    const samples = Math.max(1, frames * channels.length)
    const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
    return {
      sampleRate,
      channels: channels.length,
      frames,
      peak: Math.max(0, ...channels.map(({ peak }) => peak)),
      power: sum(channels.map(({ energy }) => energy)) / samples,
      clipped: sum(channels.map(({ clipped }) => clipped)) / samples,
      silent: silentFrames / Math.max(1, frames),
      active: sum(stretches.map(([start, end]) => end - start)) / Math.max(1, frames),
      stereo: this.stereo(),
    }
  }

  private compare(left: Float32Array, right: Float32Array): void {
    let { apart, together } = this
    for (let i = 0; i < left.length; i++) {
      const difference = Math.abs(left[i]! - right[i]!)
      const sum = Math.abs(left[i]! + right[i]!)
      if (difference > apart) apart = difference
      if (sum > together) together = sum
    }
    this.apart = apart
    this.together = together
  }

  private stereo(): SoundFacts['stereo'] {
    const [left, right] = this.channels
    if (!left || !right) return undefined
    if (Math.max(left.peak, right.peak) < sameChannel || this.apart < sameChannel) return 'same'
    if (Math.min(left.peak, right.peak) < sameChannel) return 'oneSided'
    return this.together < sameChannel ? 'opposite' : 'wide'
  }
}

class ChannelMeter {
  peak = 0
  energy = 0
  clipped = 0
  private run = 0

  add(samples: Float32Array): void {
    let { peak, energy, run } = this
    for (let i = 0; i < samples.length; i++) {
      const magnitude = Math.abs(samples[i]!)
      energy += magnitude * magnitude
      if (magnitude > peak) peak = magnitude
      if (magnitude < fullScale) run = 0
      else if (++run >= clippedRun) this.clipped += run === clippedRun ? clippedRun : 1
    }
    this.peak = peak
    this.energy = energy
    this.run = run
  }
}

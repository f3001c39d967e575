import type { Stereo } from '#shared/audio/audioClip'

/** What a recording may be used for. A song's stems are aligned and belong together; a mixture has no stems. */
export type RecordingKind = 'songVocals' | 'songMusic' | 'voice' | 'music' | 'mixture'

/** A sound that training draws excerpts from, at the model's sample rate. */
export interface Recording {
  /** Path in the dataset, with `/`. */
  readonly id: string
  readonly kind: RecordingKind
  /** Recordings of one group sound alike: a song, a folder of takes, an album. Drawn by group, not by minutes. */
  readonly group: string
  readonly frames: number
  /** Seconds of it in which something is heard, as `[start, end)` in frames. */
  readonly active: readonly (readonly [number, number])[]
  /** Samples from `start` on; silence past the end. */
  read(start: number, length: number): Stereo
}

/** Where sound is: stretches louder than `threshold` (linear RMS of 0.1 s), joined over gaps below half a second. */
export function activeStretches(sound: Stereo, sampleRate: number, threshold = activityThreshold): [number, number][] {
  const meter = new ActivityMeter(sampleRate, threshold)
  meter.add(sound)
  return meter.finish().stretches
}

const activityThreshold = 0.005

/** Finds the stretches of `activeStretches` in a sound that arrives in blocks. */
export class ActivityMeter {
  private readonly step: number
  private readonly stretches: [number, number][] = []
  private sum = 0
  private start = 0
  private end = 0
  private quietFrames = 0
  private channels = 1

  constructor(
    private readonly sampleRate: number,
    private readonly threshold = activityThreshold,
    /** RMS below which a tenth of a second counts as silent. */
    private readonly silence = 0,
  ) {
    this.step = Math.round(sampleRate / 10)
  }

  /** Adds a planar block `[channel][frame]`. */
  add(block: readonly Float32Array[]): void {
    const length = block[0]!.length
    this.channels = block.length
    for (let from = 0; from < length; ) {
      const to = Math.min(length, from + this.start + this.step - this.end)
      for (const samples of block) this.sum += energy(samples, from, to)
      this.end += to - from
      from = to
      if (this.end - this.start === this.step) this.close()
    }
  }

  /** Says that nothing follows. @returns the stretches in frames, and how many frames were silent */
  finish(): { stretches: [number, number][]; silentFrames: number } {
    if (this.end > this.start) this.close()
    return { stretches: this.stretches, silentFrames: this.quietFrames }
  }

  private close(): void {
    const { start, end, stretches } = this
    const rms = Math.sqrt(this.sum / (this.channels * (end - start)))
    this.sum = 0
    this.start = end
    if (rms < this.silence) this.quietFrames += end - start
    if (rms < this.threshold) return
    const last = stretches.at(-1)
    if (last && start - last[1] < this.sampleRate / 2) last[1] = end
    else stretches.push([start, end])
  }
}

function energy(samples: Float32Array, from: number, to: number): number {
  let sum = 0
  for (let i = from; i < to; i++) sum += samples[i]! ** 2
  return sum
}

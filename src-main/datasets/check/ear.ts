import type { OpenSound } from '#main/datasets/check/checkedSounds'
import { ContentKey } from '#main/datasets/check/contentKey'
import { SoundMeter } from '#main/datasets/check/soundMeter'
import { leastRate, mostRate } from '#main/datasets/check/thresholds'
import { LandmarkFinder, landmarkRate, type Landmarks } from '#main/datasets/landmarks/landmarkFinder'
import { createResampler, type Resampler } from '#shared/dsp/resample'

/** Measures one sound, and looks for its landmarks where its rate can be converted. Call `dispose` when done. */
export class Ear {
  readonly key: ContentKey

  private constructor(
    readonly meter: SoundMeter,
    sampleRate: number,
    private readonly resampler: Resampler | undefined,
    private readonly finder: LandmarkFinder | undefined,
  ) {
    this.key = new ContentKey(sampleRate)
  }

  static async create({ sampleRate, channels }: OpenSound): Promise<Ear> {
    const meter = new SoundMeter(sampleRate, channels)
    if (sampleRate < leastRate || sampleRate > mostRate) return new Ear(meter, sampleRate, undefined, undefined)
    return new Ear(meter, sampleRate, await createResampler(sampleRate, landmarkRate), await LandmarkFinder.create())
  }

  /** Takes the next block, silence of `length` where it has ended; returns it in mono at the rate of landmarks. */
  hear(block: readonly Float32Array[] | undefined, length: number): Float32Array {
    if (block) this.meter.add(block)
    const mono = block ? middle(block) : new Float32Array(length)
    if (block) this.key.add(mono)
    return this.pass(this.resampler?.process(mono))
  }

  /** Returns what was still missing of `hear`. */
  flush(): Float32Array {
    return this.pass(this.resampler?.flush())
  }

  /** Undefined where the rate cannot be converted. */
  landmarks(): Landmarks | undefined {
    return this.finder?.finish()
  }

  dispose(): void {
    this.finder?.dispose()
    this.resampler?.dispose()
  }

  private pass(low: Float32Array = new Float32Array(0)): Float32Array {
    this.finder?.push(low)
    return low
  }
}

function middle(block: readonly Float32Array[]): Float32Array {
  const [left, right] = block
  return right ? left!.map((value, i) => (value + right[i]!) / 2) : left!
}

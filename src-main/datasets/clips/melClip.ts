import { clipFrames, clipSamples, type MelClipConfig } from '#main/models/detect/melClipConfig'
import { applyMel, melFilterbank, type MelFilterbank } from '#shared/dsp/mel'
import { power, powerToDecibels } from '#shared/dsp/spectrogram'
import { createStft, type Stft } from '#shared/dsp/stft'

/** Makes mel spectrograms. Call `dispose` when done. */
export interface MelAnalysis {
  /** Powers `[frame, band]` of `frames` frames of a signal, the first of them centred at sample `firstFrame` · hop. */
  powers(signal: Float32Array, firstFrame: number, frames: number): Float32Array
  /** Decibels `[frame, band]` of a clip's samples, zero-padded at their end or cut: reference 1, at most 80 dB below the loudest. */
  decibels(samples: Float32Array): Float32Array
  dispose(): void
}

export async function createMelAnalysis(config: MelClipConfig): Promise<MelAnalysis> {
  const stft = await createStft(config)
  return new Analysis(config, stft, melFilterbank(config))
}

class Analysis implements MelAnalysis {
  constructor(
    private readonly config: MelClipConfig,
    private readonly stft: Stft,
    private readonly bank: MelFilterbank,
  ) {}

  powers(signal: Float32Array, firstFrame: number, frames: number): Float32Array {
    return applyMel(this.bank, power(this.stft.forward(signal, firstFrame, frames)))
  }

  decibels(samples: Float32Array): Float32Array {
    return powerToDecibels(this.powers(samples.subarray(0, clipSamples(this.config)), 0, clipFrames(this.config)))
  }

  dispose(): void {
    this.stft.dispose()
  }
}

/** A picture from 0 to 1, and what is needed to get back to decibels. */
export interface NormalisedClip {
  readonly values: Float32Array
  readonly min: number
  readonly max: number
}

/** Decibels brought to [0, 1] by their own extremes; undefined of silence, where all are the same. */
export function normaliseClip(decibels: Float32Array): NormalisedClip | undefined {
  let [min, max] = [Infinity, -Infinity]
  for (const value of decibels) {
    if (value < min) min = value
    if (value > max) max = value
  }
  if (!(max > min)) return undefined
  return { values: decibels.map((value) => (value - min) / (max - min)), min, max }
}

/** The decibels of a picture, given those that were its extremes. */
export function denormaliseClip(values: Float32Array, { min, max }: Pick<NormalisedClip, 'min' | 'max'>): Float32Array {
  return values.map((value) => min + value * (max - min))
}

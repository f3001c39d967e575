import { createSpectrum } from '#shared/dsp/spectrum'
import { griffinLim, griffinLimDefaults } from '#shared/dsp/griffinLim'
import { amplitudeToDecibels, decibelsToAmplitude, magnitude } from '#shared/dsp/spectrogram'
import type { Stft } from '#shared/dsp/stft'
import type { WorkContext } from '#shared/jobs/work'
import type { RandomStream } from '#shared/random'

/** A sound as decibels between its own lowest and highest; the input of source 001's networks. */
export interface DecibelPictureConfig {
  /** Hertz. */
  readonly sampleRate: number
  /** Twice as many samples as there are bins: the one at half the sample rate is dropped. */
  readonly fftSize: number
  readonly hopLength: number
  readonly frames: number
  readonly bins: number
  /** Samples of a sound: longer ones are cut, shorter ones end with silence. */
  readonly samples: number
}

/** 256 × 64: 0.74 s. */
export const decibelPictureDefaults: DecibelPictureConfig = { sampleRate: 22_050, fftSize: 512, hopLength: 256, frames: 64, bins: 256, samples: 16_317 }

export interface DecibelPicture {
  /** From 0 to 1, `[frame, bin]`. */
  readonly values: Float32Array
  /** Decibels that 0 and 1 stand for. */
  readonly lowest: number
  readonly highest: number
}

/** What lies further below the loudest counts as silence. */
export const decibelRange = 80
/** Of sounds that are made. */
const peak = 0.9

/** The picture of a sound of one channel. */
export function decibelPicture(sound: Float32Array, stft: Stft, config: DecibelPictureConfig): DecibelPicture {
  const padded = new Float32Array(config.samples)
  padded.set(sound.subarray(0, config.samples))
  const { frames, bins } = config
  const all = magnitude(stft.forward(padded, 0, frames))
  const kept = new Float32Array(frames * bins)
  for (let frame = 0; frame < frames; frame++) kept.set(all.subarray(frame * stft.bins, frame * stft.bins + bins), frame * bins)
  const decibels = amplitudeToDecibels(kept, { range: decibelRange })
  let [lowest, highest] = [Infinity, -Infinity]
  for (const value of decibels) {
    if (value < lowest) lowest = value
    if (value > highest) highest = value
  }
  const span = highest - lowest
  return { values: decibels.map((value) => (span > 0 ? (value - lowest) / span : 0)), lowest, highest }
}

/** Magnitudes `[frame, bin]` of a picture, with the bin that had been dropped. */
export function magnitudesOfPicture({ values, lowest, highest }: DecibelPicture, { frames, bins }: DecibelPictureConfig): Float32Array {
  const amplitudes = decibelsToAmplitude(values.map((value) => lowest + value * (highest - lowest)))
  const all = new Float32Array(frames * (bins + 1))
  for (let frame = 0; frame < frames; frame++) all.set(amplitudes.subarray(frame * bins, (frame + 1) * bins), frame * (bins + 1))
  return all
}

/**
 * The sound of a picture, at a peak of 0.9, (frames - 1)·hop samples; its phases are estimated, beginning at random.
 * @throws the signal's reason
 */
export async function soundOfPicture(picture: DecibelPicture, stft: Stft, config: DecibelPictureConfig, random: RandomStream, context: WorkContext): Promise<Float32Array> {
  return atPeak(await griffinLim(magnitudesOfPicture(picture, config), stft, griffinLimDefaults, random, context))
}

/** The same with all phases zero, as source 001 has it. */
export function zeroPhaseSound(picture: DecibelPicture, stft: Stft, config: DecibelPictureConfig): Float32Array {
  const spectrum = createSpectrum(config.frames, stft.bins)
  spectrum.re.set(magnitudesOfPicture(picture, config))
  return atPeak(stft.inverse(spectrum))
}

function atPeak(sound: Float32Array): Float32Array {
  const largest = sound.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  return largest > 0 ? sound.map((value) => (value * peak) / largest) : sound
}

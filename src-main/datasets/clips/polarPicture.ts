import type { PolarSound } from '#main/models/quantise/rvqVae'
import { createSpectrum, type Spectrum } from '#shared/dsp/spectrum'
import type { Stft } from '#shared/dsp/stft'
import { AppError } from '#shared/errors'
import { quantile } from '#main/datasets/clips/quantile'

/** A sound as magnitude and phase, so that there is a way back without guessing; the input of source 004's networks. */
export interface PolarConfig extends PolarSound {
  readonly frames: number
}

/** 128 × 128 × 2; the 0.76 s that it holds are just longer than all digits of FSDD but the outliers. */
export const polarDefaults: PolarConfig = { sampleRate: 8000, fftSize: 256, hopLength: 48, frames: 128, magnitude: 'linear' }

/** From where on a logarithmic magnitude is one; loud ones of a sound whose deviation is 1 are a few hundred. */
const quiet = 0.01
/** What a network that was hardly trained may give at most: beyond it there is only noise without end. */
const loudest = Math.log1p(1e4 / quiet)

/** How sounds become the pictures of a network. */
export function polarOf({ sound, frames }: { readonly sound: PolarSound; readonly frames: number }): PolarConfig {
  return { ...sound, frames }
}

/** Samples that a picture holds. */
export function longestSound({ frames, hopLength }: PolarConfig): number {
  return (frames - 1) * hopLength
}

/**
 * Which of sounds of these lengths, in samples, are no outliers: within one and a half times the interquartile range around
 * the quartiles, and no longer than a picture holds.
 * @throws AppError DATASET_EMPTY where none is left
 * @see Tukey, "Exploratory data analysis", 1977, for the fences
 */
export function withoutLengthOutliers(lengths: readonly number[], config: PolarConfig): boolean[] {
  const [lower, upper] = [0.25, 0.75].map((share) => quantile(lengths, share))
  const reach = 1.5 * (upper! - lower!)
  const longest = Math.min(upper! + reach, longestSound(config))
  const kept = lengths.map((length) => length > 0 && length >= lower! - reach && length <= longest)
  if (!kept.includes(true)) {
    const seconds = (longestSound(config) / config.sampleRate).toFixed(2)
    throw new AppError('DATASET_EMPTY', `None of ${lengths.length} sounds can be used: they must be no longer than ${seconds} s. Nothing was trained; cut them, or choose others.`)
  }
  return kept
}

/**
 * The standard deviation of all samples of zero-padded sounds, which each is divided by.
 * @throws AppError AUDIO_SILENT where nothing is heard in any
 */
export function amplitudeDeviation(sounds: readonly Float32Array[], config: PolarConfig): number {
  const count = sounds.length * longestSound(config)
  let sum = 0
  let squares = 0
  for (const sound of sounds) {
    for (const value of sound) {
      sum += value
      squares += value * value
    }
  }
  const deviation = Math.sqrt(Math.max(0, squares / count - (sum / count) ** 2))
  if (deviation > 0) return deviation
  throw new AppError('AUDIO_SILENT', `Nothing is heard in any of the ${sounds.length} sounds, so nothing can be learned from them. Choose others.`)
}

/** Magnitude and phase (-π to π) `[frame, bin, 2]` of `sound`, padded with silence or cut to what a picture holds, divided by `deviation`. */
export function polarPicture(sound: Float32Array, deviation: number, stft: Stft, config: PolarConfig): Float32Array {
  const length = longestSound(config)
  const padded = new Float32Array(length)
  const heard = Math.min(length, sound.length)
  for (let i = 0; i < heard; i++) padded[i] = sound[i]! / deviation
  const { re, im, bins } = stft.forward(padded, 0, config.frames)
  const kept = bins - 1
  const picture = new Float32Array(config.frames * kept * 2)
  for (let frame = 0; frame < config.frames; frame++) {
    for (let bin = 0; bin < kept; bin++) {
      const from = frame * bins + bin
      const to = 2 * (frame * kept + bin)
      const magnitude = Math.sqrt(re[from]! * re[from]! + im[from]! * im[from]!)
      picture[to] = config.magnitude === 'log' ? Math.log1p(magnitude / quiet) : magnitude
      picture[to + 1] = Math.atan2(im[from]!, re[from]!)
    }
  }
  return picture
}

/** The samples of a picture: those that it was made of, but for what lay at half the sample rate. */
export function soundOfPolarPicture(picture: Float32Array, deviation: number, stft: Stft, config: PolarConfig): Float32Array {
  const spectrum = spectrumOf(picture, stft.bins, config)
  return stft.inverse(spectrum, longestSound(config)).map((value) => value * deviation)
}

/** Magnitudes `[frame, bin]` of a picture, as the transform gives them. */
export function magnitudesOf(picture: Float32Array, { magnitude }: Pick<PolarConfig, 'magnitude'>): Float32Array {
  // A network may give less than silence.
  return Float32Array.from({ length: picture.length / 2 }, (_, i) => Math.max(0, magnitude === 'log' ? quiet * Math.expm1(Math.min(loudest, picture[2 * i]!)) : picture[2 * i]!))
}

function spectrumOf(picture: Float32Array, bins: number, config: PolarConfig): Spectrum {
  const spectrum = createSpectrum(config.frames, bins)
  const magnitudes = magnitudesOf(picture, config)
  const kept = bins - 1
  for (let i = 0; i < magnitudes.length; i++) {
    const to = Math.floor(i / kept) * bins + (i % kept)
    const phase = picture[2 * i + 1]!
    spectrum.re[to] = magnitudes[i]! * Math.cos(phase)
    spectrum.im[to] = magnitudes[i]! * Math.sin(phase)
  }
  return spectrum
}

/** The variance of all numbers of some pictures, in whose units their reconstruction is measured. */
export function pictureVariance(pictures: readonly Float32Array[]): number {
  let [sum, squares, count] = [0, 0, 0]
  for (const picture of pictures) {
    count += picture.length
    for (const value of picture) {
      sum += value
      squares += value * value
    }
  }
  return squares / count - (sum / count) ** 2
}

import { magnitudesOf, soundOfPolarPicture, type PolarConfig } from '#main/datasets/clips/polarPicture'
import type { Stft } from '#shared/dsp/stft'

/** A sound and its spectrogram in decibels, `[frame, bin]`. */
export interface PolarSoundView {
  readonly samples: Float32Array
  readonly decibels: Float32Array
  /** Of the loudest bin. */
  readonly peak: number
}

/** Decibels below the loudest that are shown. */
export const shownRange = 80
/** Of the loudest sample, so that quiet recordings are heard. */
const loudest = 0.9
const smallest = 1e-9

/** A picture as it is heard and seen. @param gain what samples are multiplied by; such that the loudest is at 0.9 where nothing is said */
export function viewOf(picture: Float32Array, deviation: number, stft: Stft, polar: PolarConfig, gain?: number): PolarSoundView & { gain: number } {
  const raw = soundOfPolarPicture(picture, deviation, stft, polar)
  const used = gain ?? loudest / Math.max(peakOf(raw), smallest)
  // Another sound at the same gain may be louder; it is turned down as a whole, not clipped.
  const most = peakOf(raw) * used
  const samples = raw.map((value) => (value * used) / Math.max(1, most))
  const decibels = magnitudesOf(picture, polar).map((value) => 20 * Math.log10(Math.max(value, smallest)))
  return { samples, decibels, peak: decibels.reduce((top, value) => Math.max(top, value), -Infinity), gain: used }
}

/** Decibels as bytes, of which 0 lies `shownRange` below `peak`. */
export function bytesOf(decibels: Float32Array, peak: number): Uint8Array {
  return Uint8Array.from(decibels, (value) => Math.round(255 * Math.min(1, Math.max(0, (value - peak + shownRange) / shownRange))))
}

function peakOf(samples: Float32Array): number {
  return samples.reduce((top, value) => Math.max(top, Math.abs(value)), 0)
}

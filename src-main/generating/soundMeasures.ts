import type { SoundQuality } from '#shared/contract/generating'
import { magnitudesOfPicture, type DecibelPicture, type DecibelPictureConfig } from '#shared/dsp/decibelPicture'

/** What a sound is like; higher is more. */
export type SoundMeasures = Readonly<Record<SoundQuality, number>>

/**
 * Measures a picture: `brightness` is the spectral centroid in octaves above 1 Hz, `loudness` the mean power over the whole
 * sound in decibels, its loudest bin at 0 (a picture knows no other level), `noisiness` the spectral flatness from 0 (a tone)
 * to 1 (white noise). Frames count by their power, so that silence says nothing.
 */
export function soundMeasures(picture: DecibelPicture, config: DecibelPictureConfig): SoundMeasures {
  const magnitudes = magnitudesOfPicture(picture, config)
  const width = config.bins + 1
  const hertz = config.sampleRate / config.fftSize
  const all = { power: 0, centroid: 0, flatness: 0, loudest: 0 }
  for (let frame = 0; frame < config.frames; frame++) {
    const { power, weighted, logarithms, loudest } = sumsOf(magnitudes.subarray(frame * width, frame * width + config.bins))
    if (power === 0) continue
    all.power += power
    all.centroid += weighted
    all.flatness += power * (Math.exp(logarithms / (config.bins - 1)) / (power / (config.bins - 1)))
    all.loudest = Math.max(all.loudest, loudest)
  }
  if (all.power === 0) return { brightness: 0, loudness: -100, noisiness: 0 }
  return {
    brightness: Math.log2((hertz * all.centroid) / all.power),
    loudness: 10 * Math.log10(all.power / (config.frames * config.bins * all.loudest)),
    noisiness: Math.min(1, all.flatness / all.power),
  }
}

/** Sums over a frame without its constant part: power, power times bin, logarithms of power, and the largest power. */
function sumsOf(frame: Float32Array) {
  let [power, weighted, logarithms, loudest] = [0, 0, 0, 0]
  for (let bin = 1; bin < frame.length; bin++) {
    const value = frame[bin]! ** 2
    power += value
    weighted += bin * value
    logarithms += Math.log(Math.max(value, 1e-20))
    if (value > loudest) loudest = value
  }
  return { power, weighted, logarithms, loudest }
}

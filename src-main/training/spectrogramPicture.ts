import type { Picture } from '#main/training/picture'
import type { AudioClip } from '#shared/audio/audioClip'
import { frameCount } from '#shared/audio/audioClip'
import { applyMel, melFilterbank } from '#shared/dsp/mel'
import { power } from '#shared/dsp/spectrogram'
import { createStft } from '#shared/dsp/stft'

/** Rows of the picture; the lowest band is at the bottom. */
const bands = 128
const lowestHertz = 40
const highestHertz = 16_000
const windowSeconds = 0.046
/** More columns than a screen shows of it would only make the file larger. */
const mostColumns = 640
/** Decibels from black to white. */
const range = 80

/** The spectrogram of a clip, drawn so that sounds which belong together can be compared by eye. */
export interface SpectrogramPicture {
  readonly picture: Picture
  /** Power of a mel band that is white. */
  readonly top: number
}

/**
 * Returns a spectrogram in grey: mel bands from 40 Hz to 16 kHz, low ones at the bottom, 80 dB below `top`, the mean of the
 * channels' powers.
 * @param top what is white; the loudest of this clip without it
 */
export async function spectrogramPicture(clip: AudioClip, top?: number): Promise<SpectrogramPicture> {
  const { sampleRate } = clip
  const fftSize = 2 ** Math.max(7, Math.round(Math.log2(sampleRate * windowSeconds)))
  const hopLength = Math.min(fftSize / 2, Math.max(1, fftSize / 8, Math.ceil(frameCount(clip) / mostColumns)))
  const stft = await createStft({ fftSize, hopLength: Math.round(hopLength) })
  const mel = melFilterbank({
    sampleRate,
    fftSize,
    bands,
    lowest: lowestHertz,
    highest: Math.min(highestHertz, sampleRate / 2),
    equalArea: false,
  })
  try {
    const energies = clip.channels.map((samples) => applyMel(mel, power(stft.forward(samples))))
    const mean = energies[0]!.map((_, i) => energies.reduce((sum, channel) => sum + channel[i]!, 0) / energies.length)
    const white = top ?? largest(mean)
    return { picture: drawn(mean, white), top: white }
  } finally {
    stft.dispose()
  }
}

/** `energies` are `[column, band]`. */
function drawn(energies: Float32Array, white: number): Picture {
  const width = energies.length / bands
  const pixels = new Uint8Array(energies.length)
  for (let column = 0; column < width; column++) {
    for (let band = 0; band < bands; band++) {
      const decibels = 10 * Math.log10(Math.max(1e-20, energies[column * bands + band]!) / Math.max(1e-20, white))
      const share = Math.min(1, Math.max(0, 1 + decibels / range))
      pixels[(bands - 1 - band) * width + column] = Math.round(255 * share)
    }
  }
  return { width, height: bands, channels: 1, pixels }
}

function largest(values: Float32Array): number {
  let top = 0
  for (let i = 0; i < values.length; i++) if (values[i]! > top) top = values[i]!
  return top
}

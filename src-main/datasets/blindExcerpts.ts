import type { Recording } from '#main/datasets/recordings'
import type { NamedArrays } from '#main/engine/engine'
import type { BlindNetworkConfig } from '#main/models/blindNetwork'
import { decibelPatch } from '#main/models/decibelPatch'
import type { Stft } from '#shared/dsp/stft'
import { randomStream } from '#shared/random'

/** Batches of mixtures for blind training: `mixture` `[batch, frame, bin, 1]`. A function of the step alone. */
export interface ExcerptSource {
  batch(step: number, size: number): NamedArrays
}

/** Draws excerpts of songs (the sum of their stems) and of mixtures, as normalised spectrograms in decibels. */
export function excerptSource(recordings: readonly Recording[], model: BlindNetworkConfig, stft: Stft, seed: number): ExcerptSource {
  const root = randomStream(seed)
  const groups = mixtureGroups(recordings)
  const patch = model.frames * model.bins
  return {
    batch(step, size) {
      const mixture = new Float32Array(size * patch)
      for (let item = 0; item < size; item++) {
        const random = root.fork(`excerpt ${step * size + item}`)
        const parts = random.pick(groups)
        const length = model.frames * model.stft.hopLength
        const start = Math.floor(random.between(0, Math.max(0, parts[0]!.frames - length)))
        mixture.set(spectrogramOf(mono(parts, start, length), model, stft), item * patch)
      }
      return { mixture }
    },
  }
}

/** Recordings that sound together: both stems of a song, or a mixture by itself. */
function mixtureGroups(recordings: readonly Recording[]): Recording[][] {
  const songs = new Map<string, Recording[]>()
  for (const recording of recordings) {
    if (recording.kind === 'mixture') songs.set(recording.id, [recording])
    if (recording.kind === 'songVocals' || recording.kind === 'songMusic') {
      songs.set(recording.group, [...(songs.get(recording.group) ?? []), recording])
    }
  }
  return [...songs.values()]
}

function mono(parts: readonly Recording[], start: number, length: number): Float32Array {
  const sum = new Float32Array(length)
  for (const part of parts) {
    const [left, right] = part.read(start, length)
    for (let i = 0; i < length; i++) sum[i]! += (left[i]! + right[i]!) / 2
  }
  return sum
}

/** See `decibelPatch`; `[frame, bin]`. */
function spectrogramOf(signal: Float32Array, { frames, bins }: BlindNetworkConfig, stft: Stft): Float32Array {
  const spectrum = stft.forward(signal, 0, frames)
  const power = new Float32Array(frames * bins)
  for (let f = 0; f < frames; f++) {
    for (let k = 0; k < bins; k++) {
      const at = f * spectrum.bins + k
      power[f * bins + k] = spectrum.re[at]! ** 2 + spectrum.im[at]! ** 2
    }
  }
  return decibelPatch(power).values
}

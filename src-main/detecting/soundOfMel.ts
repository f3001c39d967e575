import type { MelClipConfig } from '#main/models/detect/melClipConfig'
import { griffinLim, griffinLimDefaults } from '#shared/dsp/griffinLim'
import { melFilterbank } from '#shared/dsp/mel'
import { decibelsToPower } from '#shared/dsp/spectrogram'
import { createStft } from '#shared/dsp/stft'
import type { WorkContext } from '#shared/jobs/work'
import type { RandomStream } from '#shared/random'

const peak = 0.9

/** A sound with a mel spectrogram `[frame, band]` close to these decibels; what bands do not tell is guessed, and so are phases. */
export async function soundOfMel(decibels: Float32Array, config: MelClipConfig, random: RandomStream, context: WorkContext): Promise<Float32Array> {
  const stft = await createStft(config)
  try {
    const magnitudes = magnitudesOfBands(decibelsToPower(decibels), config)
    const sound = await griffinLim(magnitudes, stft, griffinLimDefaults, random, { ...context, onProgress: () => {} })
    const loudest = sound.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
    return loudest > 0 ? sound.map((value) => (value * peak) / loudest) : sound
  } finally {
    stft.dispose()
  }
}

/** Each bin gets the power of the bands that it lies in, by their weights: what sums to the bands where neighbours are alike. */
function magnitudesOfBands(powers: Float32Array, config: MelClipConfig): Float32Array {
  const { bands, bins, weights, firstBin, endBin } = melFilterbank(config)
  const sums = Float32Array.from({ length: bands }, (_, band) => weights.subarray(band * bins, (band + 1) * bins).reduce((sum, weight) => sum + weight, 0))
  const frames = powers.length / bands
  const result = new Float32Array(frames * bins)
  const shares = new Float32Array(bins)
  for (let band = 0; band < bands; band++) for (let bin = firstBin[band]!; bin < endBin[band]!; bin++) shares[bin]! += weights[band * bins + bin]!
  for (let frame = 0; frame < frames; frame++) {
    for (let band = 0; band < bands; band++) {
      if (sums[band] === 0) continue
      const level = powers[frame * bands + band]! / sums[band]!
      for (let bin = firstBin[band]!; bin < endBin[band]!; bin++) result[frame * bins + bin]! += (level * weights[band * bins + bin]!) / shares[bin]!
    }
  }
  return result.map(Math.sqrt)
}

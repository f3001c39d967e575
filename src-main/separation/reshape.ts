import { inStep, type Blocks } from '#main/separation/blocks'
import { throughSpectrum, type Stretch } from '#main/separation/spectralStream'
import { createSpectrum, type Spectrum } from '#shared/dsp/spectrum'
import type { SpectralGrid } from '#shared/dsp/spectralRegions'
import type { WorkContext } from '#shared/jobs/work'

/** Two stems of one stretch of a song, in blocks of any sizes. */
export interface StemBlocks {
  readonly vocals: Blocks
  readonly accompaniment: Blocks
}

/**
 * Yields what must be added to the vocals, and taken from the music, for a mask exponent: above 1 every point of the
 * spectrum goes more to the stem that has most of it (cleaner, less leaks), below 1 less (fuller, fewer holes). The network
 * is not asked again: how the stems share a point tells its mask. Exponent 1 yields zeros.
 * @throws the signal's reason when cancelled
 */
export function reshapeDifference(
  stems: StemBlocks,
  stretch: Stretch,
  exponent: number,
  grid: SpectralGrid,
  context: WorkContext,
): AsyncGenerator<Float32Array[]> {
  return throughSpectrum(
    sideBySide(stems),
    stretch,
    grid,
    (spectra) => {
      const channels = spectra.length / 2
      return Array.from({ length: channels }, (_, i) => sharedAnew(spectra[i]!, spectra[channels + i]!, exponent))
    },
    context,
  )
}

async function* sideBySide({ vocals, accompaniment }: StemBlocks): AsyncGenerator<Float32Array[]> {
  for await (const [voice, music] of inStep(vocals, accompaniment)) yield [...voice, ...music]
}

/** (new share - old share) × mixture, point by point: a difference, so that whatever the stems are beside their shares stays. */
function sharedAnew(vocals: Spectrum, music: Spectrum, exponent: number): Spectrum {
  const out = createSpectrum(vocals.frames, vocals.bins)
  const size = vocals.frames * vocals.bins
  for (let i = 0; i < size; i++) {
    const vRe = vocals.re[i]!
    const vIm = vocals.im[i]!
    const mRe = music.re[i]!
    const mIm = music.im[i]!
    const power = vRe * vRe + vIm * vIm
    // Shares of nothing, or of what only the music has, stay what they are.
    if (power === 0) continue
    const ratio = Math.sqrt((mRe * mRe + mIm * mIm) / power)
    const change = 1 / (1 + (exponent === 1 ? ratio : ratio ** exponent)) - 1 / (1 + ratio)
    out.re[i] = change * (vRe + mRe)
    out.im[i] = change * (vIm + mIm)
  }
  return out
}

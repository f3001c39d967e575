import type { Blocks } from '#main/separation/blocks'
import { stretchAround, throughSpectrum, type Stretch } from '#main/separation/spectralStream'
import { applyMask } from '#shared/dsp/masks'
import type { RegionMask } from '#shared/dsp/spectralRegions'
import type { WorkContext } from '#shared/jobs/work'

/** Returns the part of a sound of `length` samples that `selectedPart` needs. */
export function selectedStretch({ start, end, grid }: RegionMask, length: number): Stretch {
  return stretchAround(start, end, length, grid)
}

/**
 * Yields what `mask` selects of a sound whose samples of `selectedStretch` are `blocks`, in as many samples; those that no
 * selected frame reaches are exactly 0. Sound minus its selected part is the sound without it.
 * @throws the signal's reason when cancelled
 */
export function selectedPart(blocks: Blocks, stretch: Stretch, mask: RegionMask, context: WorkContext): AsyncGenerator<Float32Array[]> {
  return throughSpectrum(
    blocks,
    stretch,
    mask.grid,
    (spectra, firstFrame) => {
      const weights = mask.rows(firstFrame, spectra[0]!.frames)
      return spectra.map((spectrum) => applyMask(spectrum, weights, spectrum))
    },
    context,
  )
}

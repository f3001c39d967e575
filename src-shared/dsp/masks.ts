import { AppError } from '#shared/errors'
import { createSpectrum, type Spectrum } from '#shared/dsp/spectrum'
import { magnitude } from '#shared/dsp/spectrogram'

/**
 * Masks are one array a stem, of equal shape, each value the share of the mixture's bin that belongs to the stem: from 0
 * to 1, adding up to 1 over the stems, so that the masked stems add up to the mixture.
 */
export type Masks = readonly Float32Array[]

/** Returns the softmax over stems of `logits`, as new arrays. */
export function softmaxMasks(logits: readonly Float32Array[]): Float32Array[] {
  const masks = logits.map((stem) => new Float32Array(stem.length))
  for (let i = 0; i < shapeOf(logits); i++) {
    let highest = -Infinity
    for (let s = 0; s < logits.length; s++) highest = Math.max(highest, logits[s]![i]!)
    let total = 0
    for (let s = 0; s < logits.length; s++) total += masks[s]![i] = Math.exp(logits[s]![i]! - highest)
    for (let s = 0; s < logits.length; s++) masks[s]![i] = masks[s]![i]! / total
  }
  return masks
}

/**
 * Returns magnitude^exponent as a share of the sum over stems: exponent 1 is the ratio mask, 2 the one of Wiener, more is
 * sharper. Where all stems are 0 they share equally.
 */
export function ratioMasks(magnitudes: readonly Float32Array[], exponent = 1): Float32Array[] {
  const masks = magnitudes.map((stem) => new Float32Array(stem.length))
  const stems = magnitudes.length
  for (let i = 0; i < shapeOf(magnitudes); i++) {
    let largest = 0
    for (let s = 0; s < stems; s++) largest = Math.max(largest, magnitudes[s]![i]!)
    let total = 0
    for (let s = 0; s < stems; s++) {
      // Relative to the largest: powers of small magnitudes would vanish.
      const share = largest > 0 ? magnitudes[s]![i]! / largest : 1
      total += masks[s]![i] = exponent === 1 ? share : share ** exponent
    }
    for (let s = 0; s < stems; s++) masks[s]![i] = masks[s]![i]! / total
  }
  return masks
}

/** Returns `masks` raised to `exponent` and made to add up to 1 again: above 1 less leaks, below 1 fewer artefacts. */
export function sharpenMasks(masks: Masks, exponent: number): Float32Array[] {
  return ratioMasks(masks, exponent)
}

/** Returns the masks that the true stems would give: what no separation by magnitudes alone can beat by much. */
export function oracleMasks(stems: readonly Spectrum[], exponent = 1): Float32Array[] {
  return ratioMasks(
    stems.map((stem) => magnitude(stem)),
    exponent,
  )
}

/** Returns `spectrum` with every bin multiplied by its mask, in `out` when given (which may be `spectrum`). */
export function applyMask(
  spectrum: Spectrum,
  mask: Float32Array,
  out: Spectrum = createSpectrum(spectrum.frames, spectrum.bins),
): Spectrum {
  const size = spectrum.frames * spectrum.bins
  if (mask.length < size || out.re.length < size) throw shapeError(mask.length, size)
  for (let i = 0; i < size; i++) {
    out.re[i] = spectrum.re[i]! * mask[i]!
    out.im[i] = spectrum.im[i]! * mask[i]!
  }
  return out
}

function shapeOf(stems: readonly Float32Array[]): number {
  const size = stems[0]?.length ?? 0
  for (const stem of stems) if (stem.length !== size) throw shapeError(stem.length, size)
  return size
}

function shapeError(given: number, expected: number): AppError {
  return new AppError('INVALID_INPUT', `A mask of ${given} values was given where ${expected} are needed.`)
}

import { AppError } from '#shared/errors'

/** What lies further below the loudest of the reference counts as if it lay there, in decibels. */
const range = 80

/**
 * Returns how far the magnitudes of `estimate` lie from those of `reference`, both `[frame, bin]`, in decibels: the root of the
 * mean square over bins, then the mean over frames.
 * @throws AppError INVALID_INPUT where shapes differ or are no whole frames; AUDIO_SILENT where the reference is silent
 * @see Gray and Markel, "Distance measures for speech processing", 1976
 */
export function logSpectralDistance(reference: Float32Array, estimate: Float32Array, bins: number): number {
  if (reference.length !== estimate.length || reference.length === 0 || reference.length % bins !== 0) {
    throw new AppError('INVALID_INPUT', `Spectra of ${reference.length} and ${estimate.length} numbers cannot be compared with ${bins} bins; nothing was measured.`)
  }
  const loudest = reference.reduce((top, value) => Math.max(top, value), 0)
  if (loudest === 0) throw new AppError('AUDIO_SILENT', 'A spectrum cannot be compared with silence; nothing was measured.')
  const floor = loudest * 10 ** (-range / 20)
  let total = 0
  for (let start = 0; start < reference.length; start += bins) {
    let squares = 0
    for (let i = start; i < start + bins; i++) {
      const decibels = 20 * Math.log10(Math.max(floor, reference[i]!) / Math.max(floor, estimate[i]!))
      squares += decibels * decibels
    }
    total += Math.sqrt(squares / bins)
  }
  return total / (reference.length / bins)
}

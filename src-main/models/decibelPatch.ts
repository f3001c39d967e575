import { decibelsToPower, powerToDecibels } from '#shared/dsp/spectrogram'

/** Decibels that the values 0 and 1 of a patch are apart. */
export const decibelRange = 80

/** A spectrogram as the blind networks see it, and what leads back from it. */
export interface DecibelPatch {
  /** From 0 (80 dB below the loudest, or less) to 1 (the loudest), so that every loss can be applied; as long as the powers. */
  readonly values: Float32Array
  /** Power that is 1. */
  readonly loudest: number
}

/** Powers that count as none. */
const silence = 1e-10

/** Powers in decibels below the loudest, normalised; silence, which has no loudest, is 0 all over. */
export function decibelPatch(powers: Float32Array): DecibelPatch {
  const loudest = powers.reduce((top, value) => Math.max(top, value), silence)
  if (loudest === silence) return { values: new Float32Array(powers.length), loudest }
  const decibels = powerToDecibels(powers, { reference: 'max', smallest: silence, range: decibelRange })
  return { values: decibels.map((value) => Math.max(0, 1 + value / decibelRange)), loudest }
}

/** Returns the powers that `values` stand for, on the scale of a patch. */
export function powersOfPatch(values: Float32Array, { loudest }: Omit<DecibelPatch, 'values'>): Float32Array {
  return decibelsToPower(values.map((value) => (value - 1) * decibelRange), loudest)
}

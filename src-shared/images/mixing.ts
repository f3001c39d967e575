/** Width and height of all pictures that are mixed; smaller ones lie in the middle of black. */
export const pictureSide = 32
export const pictureSize = pictureSide * pictureSide

/**
 * How two pictures become one, pixel by pixel: (a + b)/2, min(a + b, 1), max(a, b), or level·a + (1 - level)·b.
 */
export const mixingRules = ['average', 'sum', 'max', 'alpha'] as const
export type MixingRule = (typeof mixingRules)[number]

/** A rule, and the share of the first picture, from 0 to 1, which only `alpha` asks for. */
export interface Mixing {
  readonly rule: MixingRule
  readonly level: number
}

/** Returns the mixture of two pictures of grey values from 0 to 1, of the same range. */
export function mixPictures(first: Float32Array, second: Float32Array, { rule, level }: Mixing): Float32Array {
  const mix = pixelMixers[rule]
  return first.map((value, at) => mix(value, second[at]!, level))
}

const pixelMixers: Record<MixingRule, (a: number, b: number, level: number) => number> = {
  average: (a, b) => (a + b) / 2,
  sum: (a, b) => Math.min(a + b, 1),
  max: (a, b) => Math.max(a, b),
  alpha: (a, b, level) => level * a + (1 - level) * b,
}

import { meanSquaredError } from '#shared/metrics/psnr'

/** Two pictures of grey values from 0 to 1, by the part that they are. */
export interface PicturePair {
  readonly first: Float32Array
  readonly second: Float32Array
}

/** A pair that was mixed, and what a network made of the mixture. */
export interface JudgedPair {
  readonly truth: PicturePair
  readonly output: PicturePair
}

/** Which decoder took what. */
export interface PermutationCheck {
  readonly count: number
  /** Mean squared errors over all pairs: [decoder][true picture], the first part before the second. */
  readonly errors: readonly [readonly [number, number], readonly [number, number]]
  /** How many pairs are closer to the truth as they came than with the two outputs swapped. */
  readonly right: number
}

/** Returns which decoder took which picture over `pairs`, of which there is at least one. */
export function checkPermutation(pairs: readonly JudgedPair[]): PermutationCheck {
  const sums: [[number, number], [number, number]] = [[0, 0], [0, 0]]
  let right = 0
  for (const { truth, output } of pairs) {
    const own = [meanSquaredError(output.first, truth.first), meanSquaredError(output.second, truth.second)] as const
    const crossed = [meanSquaredError(output.first, truth.second), meanSquaredError(output.second, truth.first)] as const
    sums[0][0] += own[0]
    sums[0][1] += crossed[0]
    sums[1][0] += crossed[1]
    sums[1][1] += own[1]
    // Two equal pictures cannot be swapped.
    if (own[0] + own[1] <= crossed[0] + crossed[1]) right++
  }
  const mean = ([toFirst, toSecond]: [number, number]) => [toFirst / pairs.length, toSecond / pairs.length] as const
  return { count: pairs.length, errors: [mean(sums[0]), mean(sums[1])], right }
}

/** Says it in a sentence. */
export function permutationSentence({ count, right }: PermutationCheck): string {
  if (right === count) return `Each decoder gave its own picture in all ${count} pairs.`
  if (right === 0) return `The decoders changed places in all ${count} pairs: the first gives the garment, the second the digit.`
  const share = `${right} of ${count} pairs (${((100 * right) / count).toFixed(1)} %)`
  return right > count / 2
    ? `Each decoder gave its own picture in ${share}; in the others the two changed places.`
    : `Each decoder gave its own picture in only ${share}; mostly the two changed places.`
}

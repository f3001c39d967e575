import type { PictureLatents } from '#shared/contract/playground'
import { randomStream } from '#shared/random'

/** How many elements the latents of each part have. */
export interface LatentSizes {
  readonly first: number
  readonly second: number
}

/**
 * Returns latents drawn from the prior, a standard normal, times `spread`; a function of the seed. A sample does not
 * depend on how many are drawn beside it, nor the second part on the size of the first.
 */
export function priorLatents(seed: number, count: number, sizes: LatentSizes, spread: number): PictureLatents[] {
  const stream = randomStream(seed)
  const draw = (name: string, size: number) => {
    const own = stream.fork(name)
    return Array.from({ length: size }, () => spread * own.normal())
  }
  return Array.from({ length: count }, (_, index) => ({
    first: draw(`first ${index}`, sizes.first),
    second: draw(`second ${index}`, sizes.second),
  }))
}

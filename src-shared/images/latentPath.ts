import type { PictureLatents } from '#shared/contract/playground'

/** What pictures are decoded from: latents, and the mixture that a network with skips also looks at. */
export interface Decodable {
  readonly latents: PictureLatents
  readonly mixture: number[]
}

/** Returns what lies at `share` of the way, from 0 to 1, on the straight line between two lists of one length. */
export function between(from: readonly number[], to: readonly number[], share: number): number[] {
  return from.map((value, at) => (1 - share) * value + share * to[at]!)
}

/** Returns `count` (2 or more) places at equal distances from one to the other, both included; latents and mixtures go together. */
export function pathBetween(from: Decodable, to: Decodable, count: number): Decodable[] {
  return Array.from({ length: count }, (_, step) => {
    const share = step / (count - 1)
    return {
      latents: {
        first: between(from.latents.first, to.latents.first, share),
        second: between(from.latents.second, to.latents.second, share),
      },
      mixture: between(from.mixture, to.mixture, share),
    }
  })
}

/** Returns where a playhead is after `seconds`, from 0 to 1, when it goes there and back with `period` seconds a way. */
export function swing(seconds: number, period: number): number {
  const ways = seconds / period
  const along = ways - 2 * Math.floor(ways / 2)
  return along <= 1 ? along : 2 - along
}

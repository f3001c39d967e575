import type { AppClient } from '#renderer/api/host'
import type { EncodedLatents, Unmixed } from '#shared/contract/playground'
import type { Decodable } from '#shared/images/latentPath'
import type { Mixing } from '#shared/images/mixing'

/** What a model made of a mixture, or of latents. */
export interface UnmixedPictures {
  readonly first: Float32Array
  readonly second: Float32Array
  /** Its two pictures, mixed again. */
  readonly mixture: Float32Array
}

/** Such pictures, with the latents that they come from; without of a network that has none. */
export interface EncodedPictures {
  readonly pictures: UnmixedPictures
  readonly latents: EncodedLatents | undefined
}

/** Which model, and how its pictures are mixed. */
export interface ByModel {
  readonly modelId: string
  readonly mixing: Mixing
}

/** So many at once are computed and sent without being felt while something moves. */
const portion = 16

export const picturesOf = ({ first, second, mixture }: Unmixed): UnmixedPictures => ({
  first: Float32Array.from(first),
  second: Float32Array.from(second),
  mixture: Float32Array.from(mixture),
})

/** Has mixtures taken apart, some at a time; stops where the outcome is no longer wanted, which then is undefined. @throws AppError */
export function unmixMany(client: AppClient, { modelId, mixing }: ByModel, mixtures: readonly Float32Array[], isWanted: () => boolean): Promise<EncodedPictures[] | undefined> {
  return inPortions(mixtures, isWanted, async (some) => {
    const found = await client.playground.unmix({ modelId, ...mixing, mixtures: some.map((mixture) => [...mixture]) })
    return found.map((each) => ({ pictures: picturesOf(each), latents: each.latents }))
  })
}

/** Decodes latents, some at a time; stops where the outcome is no longer wanted, which then is undefined. @throws AppError */
export function decodeMany(client: AppClient, { modelId, mixing }: ByModel, items: readonly Decodable[], isWanted: () => boolean): Promise<UnmixedPictures[] | undefined> {
  return inPortions(items, isWanted, async (some) => (await client.playground.decode({ modelId, ...mixing, items: [...some] })).map(picturesOf))
}

async function inPortions<Item, Result>(items: readonly Item[], isWanted: () => boolean, work: (some: readonly Item[]) => Promise<Result[]>): Promise<Result[] | undefined> {
  const results: Result[] = []
  for (let start = 0; start < items.length; start += portion) {
    results.push(...(await work(items.slice(start, start + portion))))
    if (!isWanted()) return undefined
  }
  return results
}

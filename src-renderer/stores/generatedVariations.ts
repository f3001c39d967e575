import { randomStream } from '#shared/random'

/**
 * Returns a point near another one in latent space, a function of the seed: each latent moves by a normal draw times `distance`, in
 * which 1 is the deviation of the prior.
 */
export function variedLatent(latent: readonly number[], seed: number, distance: number): number[] {
  const random = randomStream(seed).fork('variation')
  return latent.map((value) => value + distance * random.normal())
}

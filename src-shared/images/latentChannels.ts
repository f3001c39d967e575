/** A Gaussian a latent element, row by row, channels last. */
export interface Posterior {
  readonly mean: readonly number[]
  readonly logVariance: readonly number[]
}

/** One channel of the latents of a part: a map over the picture, or a single number in a network of dense layers. */
export interface LatentChannel {
  readonly channel: number
  /** What it says of a mixture: the KL divergence of its posterior from the prior in nats, summed over its places. */
  readonly kl: number
  /** Standard deviation of its values over mixtures and places: what one step of a slider moves it by. */
  readonly deviation: number
}

/**
 * Returns the channels that say most of a mixture first, measured over the posteriors of one part of several mixtures.
 * @see Kingma and Welling, "Auto-Encoding Variational Bayes", 2014, appendix B (the KL divergence).
 */
export function rankChannels(posteriors: readonly Posterior[], channels: number): LatentChannel[] {
  return Array.from({ length: channels }, (_, channel) => measureChannel(posteriors, channels, channel)).sort((a, b) => b.kl - a.kl)
}

function measureChannel(posteriors: readonly Posterior[], channels: number, channel: number): LatentChannel {
  let [kl, sum, squares, values] = [0, 0, 0, 0]
  for (const { mean, logVariance } of posteriors) {
    for (let at = channel; at < mean.length; at += channels) {
      const variance = Math.exp(logVariance[at]!)
      kl += 0.5 * (mean[at]! ** 2 + variance - logVariance[at]! - 1)
      sum += mean[at]!
      squares += mean[at]! ** 2 + variance
      values++
    }
  }
  return { channel, kl: kl / posteriors.length, deviation: Math.sqrt(Math.max(0, squares / values - (sum / values) ** 2)) }
}

/** Returns the means with each channel moved as a whole, by `offsets` (by channel) in its own standard deviations. */
export function moveChannels(
  mean: readonly number[],
  ranked: readonly LatentChannel[],
  offsets: ReadonlyMap<number, number>,
): number[] {
  const moves = Array.from(ranked, () => 0)
  for (const { channel, deviation } of ranked) moves[channel] = deviation * (offsets.get(channel) ?? 0)
  return mean.map((value, at) => value + moves[at % moves.length]!)
}

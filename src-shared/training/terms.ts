import type { HistoryLine } from '#shared/training/history'

/** What a validation holds besides scores by song. */
const lossTerms = new Set(['loss', 'reconstruction', 'kl', 'decibels', 'mse'])

/**
 * The loss of an epoch's steps without the part of the KL divergence, which grows with beta and says nothing of how well the network
 * does. Taken from the loss where the network does not tell it apart. Undefined where there is no loss.
 */
export function reconstructionOf({ train, beta }: HistoryLine): number | undefined {
  const { loss, kl = 0 } = train
  return train['reconstruction'] ?? (loss === undefined ? undefined : loss - beta * kl)
}

/** Scores of a validation by song, or by whatever the validation goes through. */
export function scoresBySong({ validation }: HistoryLine): Record<string, number> {
  return Object.fromEntries(Object.entries(validation).filter(([name]) => !lossTerms.has(name)))
}

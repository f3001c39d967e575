import type { DetectorQuality, ScoredClip } from '#shared/contract/detecting'

type Score = DetectorQuality['scores'][number]

/** What a threshold finds of the clips that nothing has learned from. */
export interface ThresholdOutcome {
  readonly found: number
  readonly positives: number
  readonly missed: readonly Score[]
  /** Others that are taken for the sound, the surest first. */
  readonly falseAlarms: readonly Score[]
  readonly negatives: number
}

/** Clips alike from elsewhere count as neither: nobody has said whether they are meant. */
export function outcomeAt(scores: readonly Score[], threshold: number): ThresholdOutcome {
  const positives = scores.filter((clip) => clip.class === 'this')
  const negatives = scores.filter((clip) => clip.class === 'other')
  const missed = positives.filter(({ score }) => score < threshold).toSorted((a, b) => b.score - a.score)
  const falseAlarms = negatives.filter(({ score }) => score >= threshold).toSorted((a, b) => b.score - a.score)
  return { found: positives.length - missed.length, positives: positives.length, missed, falseAlarms, negatives: negatives.length }
}

/** How clips of each class lie, for those who do not see where: medians of RL and KL. */
export function mediansOf(points: readonly ScoredClip[], of: ScoredClip['class']): { count: number; rl: number; kl: number } | undefined {
  const own = points.filter((point) => point.class === of)
  const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
  return own.length === 0 ? undefined : { count: own.length, rl: median(own.map(({ rl }) => rl)), kl: median(own.map(({ kl }) => kl)) }
}

import type { TrainingConfig } from '#shared/training/config'

/** Linear warm-up over `warmUp` of the run, then half a cosine down to `floor` × the rate. `progress` is in [0, 1]. */
export function learningRateAt(progress: number, rate: number, warmUp = 0.02, floor = 0.02): number {
  if (progress < warmUp) return rate * Math.max(progress / warmUp, 0.01)
  const along = Math.min(1, (progress - warmUp) / (1 - warmUp))
  return rate * (floor + (1 - floor) * 0.5 * (1 + Math.cos(Math.PI * along)))
}

/** What the weight of the KL divergence follows from. */
export type BetaPlan = Pick<TrainingConfig, 'beta' | 'klSchedule' | 'betaWarmUp' | 'klCycles'>

/** Share of a cycle over which beta rises. @see Fu et al. 2019, "Cyclical Annealing Schedule", R of equation 6 */
const risingShare = 0.5

/**
 * The weight of the KL divergence at `progress`, in [0, 1], of a run: `beta` throughout (`constant`); from 0 up to it over the first
 * `betaWarmUp` of the run (`warmUp`); or from 0 up to it over the first half of each of `klCycles` (`cyclical`).
 */
export function betaAt(progress: number, { beta, klSchedule, betaWarmUp, klCycles }: BetaPlan): number {
  switch (klSchedule) {
    case 'constant':
      return beta
    case 'warmUp':
      return betaWarmUp === 0 ? beta : beta * Math.min(1, progress / betaWarmUp)
    case 'cyclical':
      // The end belongs to the last cycle: a run ends with its whole beta, and not at the start of another cycle.
      return progress >= 1 ? beta : beta * Math.min(1, ((progress * klCycles) % 1) / risingShare)
  }
}

/** The learning rate at `progress`, in [0, 1], of a run that is configured so. */
export function plannedLearningRate(progress: number, { learningRate, learningRateSchedule }: Pick<TrainingConfig, 'learningRate' | 'learningRateSchedule'>): number {
  return learningRateSchedule === 'constant' ? learningRate : learningRateAt(progress, learningRate)
}

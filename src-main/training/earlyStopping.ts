/** What Prechelt's rule has seen of a run; part of its checkpoints. */
export interface StoppingState {
  /** Test loss of the untrained network. */
  readonly untrained: number
  /** The lowest test loss so far, with that of the untrained network. */
  readonly lowest: number
  /** Training losses of the last epochs, the newest last. */
  readonly train: readonly number[]
  /** Generalisation loss in per cent and training progress in per mille, after the newest epoch. */
  readonly generalisation: number
  readonly progress: number
  /** Why it is to end, where it is. */
  readonly stop?: 'generalisation' | 'progress'
}

/** Per cent by which the test loss may lie above its lowest. */
const alpha = 30
/** Epochs over which the progress of training is measured. */
const kappa = 5
/** Per mille below which there is none. */
const leastProgress = 100
/** What the mean of the last training losses is to exceed their minimum by. */
const leastExcess = 1.1

/** @param test loss of the untrained network */
export function beforeTraining(test: number): StoppingState {
  return { untrained: test, lowest: test, train: [], generalisation: 0, progress: 1000 }
}

/**
 * The state after one more epoch of these losses. A run ends where the test loss has risen by `alpha` and training makes little
 * progress, or where the mean of the last training losses is less than a tenth above their minimum. The second is the same
 * bound on the progress as in the first, as source 003 writes it, so that it alone decides; both are kept as they stand there.
 * @see Prechelt, "Early stopping - but when?", 1998, GL and P_k; source 003, `train_test_VAE`
 */
export function afterEpoch(state: StoppingState, train: number, test: number): StoppingState {
  const lowest = Math.min(state.lowest, test)
  const last = [...state.train, train].slice(-kappa)
  const generalisation = 100 * (test / lowest - 1)
  const next = { untrained: state.untrained, lowest, train: last, generalisation }
  // As in the source, nothing is decided before the window is full.
  if (last.length < kappa) return { ...next, progress: state.progress }
  const mean = last.reduce((sum, loss) => sum + loss, 0) / kappa
  const least = Math.min(...last)
  const progress = 1000 * (mean / least - 1)
  if (generalisation > alpha && progress < leastProgress) return { ...next, progress, stop: 'generalisation' }
  return mean < leastExcess * least ? { ...next, progress, stop: 'progress' } : { ...next, progress }
}

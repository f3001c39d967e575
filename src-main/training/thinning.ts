/** What decides which results are kept. */
export interface KeptResult {
  readonly step: number
  /** Higher is better. */
  readonly score: number
  readonly bytes: number
}

export interface ResultBudget {
  readonly bytes: number
  readonly count: number
}

/**
 * Returns the results that fit the budget, in order: the first, the best and the newest always, and between them those that
 * lie most evenly over the run's steps.
 */
export function thinned<Result extends KeptResult>(results: readonly Result[], budget: ResultBudget): Result[] {
  const kept = results.toSorted((a, b) => a.step - b.step)
  while (kept.length > budget.count || kept.reduce((sum, { bytes }) => sum + bytes, 0) > budget.bytes) {
    const best = bestOf(kept)
    let least: { at: number; gap: number } | undefined
    for (let at = 1; at < kept.length - 1; at++) {
      const gap = kept[at + 1]!.step - kept[at - 1]!.step
      if (kept[at] !== best && (!least || gap < least.gap)) least = { at, gap }
    }
    if (!least) break
    kept.splice(least.at, 1)
  }
  return kept
}

/** Returns the result of the highest score, the earliest of equals; undefined of none. */
export function bestOf<Result extends Pick<KeptResult, 'score'>>(results: readonly Result[]): Result | undefined {
  return results.reduce<Result | undefined>((best, result) => (best && best.score >= result.score ? best : result), undefined)
}

/** What decides which results are kept. */
export interface KeptResult {
  readonly step: number
  /** Higher is better. */
  readonly score: number
  readonly bytes: number
  /** It was the best epoch of the run when it was made. */
  readonly best?: boolean | undefined
  /** It was made for that alone, and goes when another epoch is better. */
  readonly onlyAsBest?: boolean | undefined
}

export interface ResultBudget {
  readonly bytes: number
  readonly count: number
}

/**
 * Returns the results that fit the budget, in order: the first, those of the epoch that the run keeps as its best and the newest
 * always, and between them those that lie most evenly over the run's steps.
 */
export function thinned<Result extends KeptResult>(results: readonly Result[], budget: ResultBudget): Result[] {
  const best = keptAsBest(results)
  const kept = results.filter((result) => !result.onlyAsBest || result === best).toSorted((a, b) => a.step - b.step)
  while (kept.length > budget.count || kept.reduce((sum, { bytes }) => sum + bytes, 0) > budget.bytes) {
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

/** Returns the newest result that was the best, else that of the highest score, the earliest of equals; undefined of none. */
export function keptAsBest<Result extends KeptResult>(results: readonly Result[]): Result | undefined {
  const marked = results.filter(({ best }) => best).toSorted((a, b) => b.step - a.step)[0]
  return marked ?? results.reduce<Result | undefined>((best, result) => (best && best.score >= result.score ? best : result), undefined)
}

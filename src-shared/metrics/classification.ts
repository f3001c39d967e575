/** A threshold, and what it does: shares of false alarms among what is not looked for, and of hits among what is. */
export interface RocPoint {
  readonly threshold: number
  readonly falseAlarms: number
  readonly hits: number
}

/** Scores of things, and which of them are what is looked for. Both kinds have to be there for a figure to be a number. */
export interface ScoredThings {
  readonly scores: readonly number[]
  readonly truth: readonly boolean[]
}

/**
 * The receiver operating characteristic: one point a score that occurs, from a threshold that nothing reaches to one that everything
 * does. What scores a threshold or more is found, so that things of one score come together.
 */
export function rocCurve({ scores, truth }: ScoredThings): RocPoint[] {
  const order = scores.map((_, i) => i).toSorted((a, b) => scores[b]! - scores[a]!)
  const positives = truth.filter(Boolean).length
  const negatives = truth.length - positives
  const points: RocPoint[] = [{ threshold: (scores[order[0]!] ?? 0) + 1, falseAlarms: 0, hits: 0 }]
  let [found, wrong] = [0, 0]
  for (const [rank, index] of order.entries()) {
    if (truth[index]) found++
    else wrong++
    const threshold = scores[index]!
    if (scores[order[rank + 1]!] !== threshold) points.push({ threshold, falseAlarms: wrong / negatives, hits: found / positives })
  }
  return points
}

/** The area under a curve: how often what is looked for scores above what is not, ties counting half. */
export function areaUnder(roc: readonly RocPoint[]): number {
  return roc.slice(1).reduce((sum, point, i) => {
    const before = roc[i]!
    return sum + ((point.falseAlarms - before.falseAlarms) * (point.hits + before.hits)) / 2
  }, 0)
}

/** The share of misses where it is that of false alarms, on the line between the two points around it. */
export function equalErrorRate(roc: readonly RocPoint[]): number {
  for (const [i, point] of roc.entries()) {
    const gap = 1 - point.hits - point.falseAlarms
    if (gap > 0) continue
    const before = roc[i - 1] ?? point
    const gapBefore = 1 - before.hits - before.falseAlarms
    const share = gapBefore === gap ? 0 : gapBefore / (gapBefore - gap)
    return before.falseAlarms + share * (point.falseAlarms - before.falseAlarms)
  }
  return NaN
}

/** The largest share of hits at no more than that share of false alarms. */
export function hitsAt(roc: readonly RocPoint[], falseAlarms: number): number {
  return roc.reduce((most, point) => (point.falseAlarms <= falseAlarms ? Math.max(most, point.hits) : most), 0)
}

/** Share of right answers at a threshold, where both kinds count alike however many of each there are. */
export function balancedAccuracy({ scores, truth }: ScoredThings, threshold: number): number {
  const right = [0, 0]
  const all = [0, 0]
  for (const [i, score] of scores.entries()) {
    const kind = truth[i] ? 1 : 0
    all[kind]!++
    if (score >= threshold === truth[i]) right[kind]!++
  }
  return (right[0]! / all[0]! + right[1]! / all[1]!) / 2
}

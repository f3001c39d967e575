/** Something that may be what is looked for, or was found, in seconds; the score is the highest in it. */
export interface DetectedEvent {
  readonly start: number
  readonly end: number
  readonly score: number
}

export interface EventRules {
  /** Score from which something is found. */
  readonly threshold: number
  /** Share of the threshold that a find goes on with, where it is followed at once; four fifths where nothing is said. */
  readonly release?: number
  /** Seconds by which finds are apart at least; nearer ones become one. */
  readonly gap?: number
}

/**
 * What is found among `candidates`, which are in the order of their starts: those that reach the threshold, and with them those
 * that reach at least the release and follow within the gap, or come that shortly before. What is nearer than the gap is one find.
 */
export function findEvents(candidates: readonly DetectedEvent[], { threshold, release = 0.8, gap = 0.1 }: EventRules): DetectedEvent[] {
  const chains: DetectedEvent[] = []
  for (const { start, end, score } of candidates) {
    if (score < release * threshold) continue
    const last = chains.at(-1)
    if (last && start - last.end < gap) chains[chains.length - 1] = { start: last.start, end: Math.max(last.end, end), score: Math.max(last.score, score) }
    else chains.push({ start, end, score })
  }
  return chains.filter(({ score }) => score >= threshold)
}

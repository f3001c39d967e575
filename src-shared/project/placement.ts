import { clipEnd, type Clip } from '#shared/project/project'

/** Returns the clips in the order of their starts. */
export function sortedByStart(clips: readonly Clip[]): Clip[] {
  return clips.toSorted((a, b) => a.start - b.start)
}

/**
 * Returns the frame nearest to `wanted` at which `length` frames overlap none of `clips`, which lie in order. There always is
 * one: behind the last. Of two as near, the earlier.
 */
export function freeStart(clips: readonly Clip[], length: number, wanted: number): number {
  const ideal = Math.max(0, Math.round(wanted))
  let best = Infinity
  let gapStart = 0
  const consider = (gapEnd: number) => {
    if (gapEnd - gapStart < length) return
    const candidate = Math.min(Math.max(ideal, gapStart), gapEnd - length)
    if (Math.abs(candidate - ideal) < Math.abs(best - ideal)) best = candidate
  }
  for (const clip of clips) {
    consider(clip.start)
    gapStart = clipEnd(clip)
  }
  consider(Infinity)
  return best
}

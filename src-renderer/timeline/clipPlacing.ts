import type { Clip, Track } from '#shared/project/project'
import type { FrameRange } from '#renderer/timeline/viewport'

/** Shortest clip that dragging an edge leaves, in frames. */
const shortest = 64

/** Returns the start nearest to `start` at which `length` frames fit on a track beside its other clips; `exceptId` does not count. */
export function nearestFreeStart({ clips }: Track, start: number, length: number, exceptId: string): number {
  const others = clips.filter(({ id }) => id !== exceptId)
  let best: number | undefined
  for (let i = 0; i <= others.length; i++) {
    const from = i === 0 ? 0 : others[i - 1]!.start + others[i - 1]!.length
    const to = others[i]?.start ?? Infinity
    if (to - from < length) continue
    const candidate = Math.min(to - length, Math.max(from, start))
    if (best === undefined || Math.abs(candidate - start) < Math.abs(best - start)) best = candidate
  }
  return best ?? start
}

/** Returns a clip's new edges when one of them is dragged to `frame`: within its source, its neighbours, and not shorter than can be seen. */
export function trimmedRange({ clips }: Track, clip: Clip, edge: 'start' | 'end', frame: number, sourceFrames: number): FrameRange {
  const end = clip.start + clip.length
  const at = clips.findIndex(({ id }) => id === clip.id)
  if (edge === 'start') {
    const before = clips[at - 1]
    const lowest = Math.max(0, clip.start - clip.offset, before ? before.start + before.length : 0)
    return { start: Math.min(end - Math.min(shortest, clip.length), Math.max(lowest, frame)), end }
  }
  const highest = Math.min(clip.start - clip.offset + sourceFrames, clips[at + 1]?.start ?? Infinity)
  return { start: clip.start, end: Math.max(clip.start + Math.min(shortest, clip.length), Math.min(highest, frame)) }
}

import { clipParts, type ReadSource } from '#shared/audio/mixing'
import type { Project } from '#shared/project/project'

/** What stands for exactly 0, which has no logarithm. */
export const exactNull = -200

/** Frames that one value of the meter stands for. */
export const nullWindow = 2048

/** A stretch of the timeline on which stems play whose mixture is known. */
interface StemPart {
  readonly mixtureId: string
  readonly mixtureFirst: number
  readonly stemIds: readonly [string, string]
  readonly stemFirst: number
  /** Frame of the block, and number of frames. */
  readonly at: number
  readonly count: number
}

/**
 * Returns the highest magnitude of mixture minus the sum of its stems, one value for every `nullWindow` frames from frame
 * `start` of the timeline on; undefined where no stem plays. It looks at the sources' samples, before any gain: at the mixture
 * and at both stems, also when only one of them is on a track.
 */
export async function nullPeaks(project: Project, start: number, frames: number, read: ReadSource): Promise<(number | undefined)[]> {
  const peaks: (number | undefined)[] = Array.from({ length: Math.ceil(frames / nullWindow) }, () => undefined)
  for (const part of stemParts(project, start, frames)) {
    const [mixture, first, second] = await Promise.all([
      read(part.mixtureId, part.mixtureFirst, part.count),
      read(part.stemIds[0], part.stemFirst, part.count),
      read(part.stemIds[1], part.stemFirst, part.count),
    ])
    addPeaks(peaks, part.at, mixture, first, second)
  }
  return peaks
}

function stemParts({ sources, tracks }: Project, start: number, frames: number): StemPart[] {
  const known = new Map(sources.map((source) => [source.id, source]))
  const parts = new Map<string, StemPart>()
  for (const { clip, from, at, count } of tracks.flatMap(({ clips }) => clipParts(clips, start, frames))) {
    const stem = known.get(clip.sourceId)?.stem
    if (!stem || !known.has(stem.otherId) || !known.has(stem.mixtureId)) continue
    const stemFirst = clip.offset + from
    const stemIds = [clip.sourceId, stem.otherId].sort() as [string, string]
    const part = { mixtureId: stem.mixtureId, mixtureFirst: stemFirst + stem.offset, stemIds, stemFirst, at, count }
    // Both stems of a pair usually play at once; they are one part.
    parts.set([...stemIds, stemFirst, at, count].join('/'), part)
  }
  return [...parts.values()]
}

type Planes = readonly Float32Array[]

function addPeaks(peaks: (number | undefined)[], at: number, mixture: Planes, first: Planes, second: Planes): void {
  for (const [channel, whole] of mixture.entries()) {
    const [a, b] = [first[channel], second[channel]]
    if (!a || !b) return
    const frames = Math.min(whole.length, a.length, b.length)
    for (let i = 0; i < frames; i++) {
      const window = Math.floor((at + i) / nullWindow)
      peaks[window] = Math.max(peaks[window] ?? 0, Math.abs(whole[i]! - (a[i]! + b[i]!)))
    }
  }
}

/** Returns a peak in dBFS; `exactNull` for 0. */
export function nullDecibels(peak: number): number {
  return peak === 0 ? exactNull : Math.max(exactNull, 20 * Math.log10(peak))
}

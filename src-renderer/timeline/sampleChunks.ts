import { createExtremes, type ColumnSpan, type Extremes, traceSamples } from '#renderer/timeline/extremes'
import type { LaneSource } from '#renderer/timeline/laneSource'

const chunkFrames = 1 << 16
/** Chunks that are kept (half a megabyte each in stereo), and how many are asked for at a time. */
const mostChunks = 96
const mostRequests = 6

type Chunk = readonly Float32Array[] | 'requested'

/** Samples for waveforms closer than the finest peaks, fetched piece by piece as they come into sight. */
export class SampleChunks {
  private readonly chunks = new Map<string, Chunk>()
  private requests = 0

  /** @param onArrival told when samples have come, so that lanes are to be drawn anew */
  constructor(private readonly onArrival: () => void) {}

  /** Returns the extremes of a span, or undefined (and asks for what is missing) while not all of its samples are here. */
  extremes(source: LaneSource, span: ColumnSpan): Extremes | undefined {
    const first = Math.max(0, Math.floor(span.frame / chunkFrames))
    const end = Math.min(source.frames, span.frame + span.count * span.framesPerColumn)
    const found: (readonly Float32Array[])[] = []
    let missing = false
    for (let index = first; index * chunkFrames < end; index++) {
      const chunk = this.chunk(source, index)
      if (chunk) found.push(chunk)
      else missing = true
    }
    if (missing) return undefined
    const extremes = createExtremes(span.count)
    for (const [i, chunk] of found.entries()) traceSamples(chunk, (first + i) * chunkFrames, span, extremes)
    return extremes
  }

  private chunk(source: LaneSource, index: number): readonly Float32Array[] | undefined {
    const key = `${source.soundId}:${index}`
    const known = this.chunks.get(key)
    if (known === 'requested') return undefined
    if (known) {
      this.chunks.delete(key)
      this.chunks.set(key, known)
      return known
    }
    if (this.requests < mostRequests) this.request(source, index, key)
    return undefined
  }

  private request(source: LaneSource, index: number, key: string): void {
    this.requests++
    this.chunks.set(key, 'requested')
    // One sample more than a chunk, so that the line reaches the next one.
    source.samples(index * chunkFrames, chunkFrames + 1).then(
      (samples) => this.arrive(key, samples),
      // The picture stays as coarse as the peaks; the next time it is drawn it asks again.
      () => this.arrive(key, undefined),
    )
  }

  private arrive(key: string, samples: readonly Float32Array[] | undefined): void {
    this.requests--
    this.chunks.delete(key)
    if (!samples) return
    this.chunks.set(key, samples)
    for (const oldest of this.chunks.keys()) {
      if (this.chunks.size <= mostChunks) break
      this.chunks.delete(oldest)
    }
    this.onArrival()
  }
}

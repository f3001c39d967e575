import { landmarkKinds, type Landmarks } from '#main/datasets/landmarks/landmarkFinder'

/** A stretch of one recording that another holds as well. */
export interface LandmarkMatch {
  /** Which of the recordings. */
  readonly other: number
  /** Landmarks that both have at the same distance from each other, and share of those that the query has in the stretch. */
  readonly count: number
  readonly share: number
  /** First and last frame of the stretch in the query, and frames by which it comes later there than in the other. */
  readonly first: number
  readonly last: number
  readonly offset: number
}

/** Peaks may fall into the next frame of another sampling of the same sound. */
const jitter = [-1, 0, 1] as const

/** A kind that occurs more often is noise or a hum, and says nothing. */
const mostOfKind = 2000

/** Share of the hits on each side that may be chance. */
const outlierShare = 0.05

/** Cells that pairs of recordings and offsets are counted in before it is looked closer. */
const cells = 2 ** 20

/** Recordings by their landmarks. Memory: about 16 bytes a landmark, and 16 MB. */
export class LandmarkIndex {
  private readonly starts = new Uint32Array(landmarkKinds + 1)
  private readonly recordings: Uint32Array
  private readonly frames: Uint32Array
  private readonly counts = new Uint16Array(cells)

  constructor(private readonly all: readonly Landmarks[]) {
    const total = all.reduce((sum, { kinds }) => sum + kinds.length, 0)
    this.recordings = new Uint32Array(total)
    this.frames = new Uint32Array(total)
    this.fill()
  }

  private fill(): void {
    const { starts } = this
    for (const { kinds } of this.all) for (const kind of kinds) starts[kind + 1]!++
    for (let kind = 0; kind < landmarkKinds; kind++) starts[kind + 1]! += starts[kind]!
    const next = starts.slice()
    for (const [recording, { kinds, frames }] of this.all.entries()) {
      for (let i = 0; i < kinds.length; i++) {
        const place = next[kinds[i]!]!++
        this.recordings[place] = recording
        this.frames[place] = frames[i]!
      }
    }
  }

  /** The best stretch that recording `query` shares with each that comes after it, where at least `least` landmarks agree. */
  matches(query: number, least: number): LandmarkMatch[] {
    const cellOf = (recording: number, offset: number) => ((Math.imul(recording, 0x9e3779b1) >>> 8) + offset) & (cells - 1)
    this.counts.fill(0)
    this.each(query, (recording, offset) => {
      const cell = cellOf(recording, offset)
      if (this.counts[cell]! < 65535) this.counts[cell]!++
    })
    // Hits may be spread over two neighbouring offsets.
    const likely = Math.max(2, Math.floor(least / 3))
    const votes = new Map<number, Map<number, number[]>>()
    this.each(query, (recording, offset, frame) => {
      if (this.counts[cellOf(recording, offset)]! < likely) return
      const offsets = votes.get(recording) ?? new Map<number, number[]>()
      votes.set(recording, offsets)
      const hits = offsets.get(offset)
      if (hits) hits.push(frame)
      else offsets.set(offset, [frame])
    })
    return [...votes].flatMap(([other, offsets]) => this.best(query, other, offsets)).filter(({ count }) => count >= least)
  }

  private best(query: number, other: number, offsets: ReadonlyMap<number, number[]>): LandmarkMatch[] {
    let best: { offset: number; hits: number[] } = { offset: 0, hits: [] }
    for (const offset of offsets.keys()) {
      const hits = jitter.flatMap((step) => offsets.get(offset + step) ?? [])
      if (hits.length > best.hits.length) best = { offset, hits }
    }
    if (best.hits.length === 0) return []
    const frames = Uint32Array.from(best.hits).sort()
    // A chance hit far away must not stretch what both have in common.
    const outliers = Math.floor(frames.length * outlierShare)
    const first = frames[outliers]!
    const last = frames.at(-1 - outliers)!
    const inside = (list: Uint32Array) => list.reduce((sum, frame) => sum + (frame >= first && frame <= last ? 1 : 0), 0)
    const share = inside(frames) / inside(this.all[query]!.frames)
    return [{ other, count: frames.length, share, first, last, offset: best.offset }]
  }

  private each(query: number, hit: (recording: number, offset: number, frame: number) => void): void {
    const { kinds, frames } = this.all[query]!
    const { starts } = this
    for (let i = 0; i < kinds.length; i++) {
      for (const step of jitter) {
        const kind = kinds[i]! + step
        const from = starts[kind]!
        const to = starts[kind + 1]!
        if (to - from > mostOfKind) continue
        for (let place = from; place < to; place++) {
          const recording = this.recordings[place]!
          if (recording > query) hit(recording, frames[i]! - this.frames[place]!, frames[i]!)
        }
      }
    }
  }
}

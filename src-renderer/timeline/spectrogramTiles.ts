import { type Bands, BandGathering } from '#renderer/timeline/bands'
import type { FrequencyAxis } from '#renderer/timeline/frequencyAxis'
import type { LaneSource } from '#renderer/timeline/laneSource'

/** How tiles are to be drawn: heights of lanes and frequency scales ask for bands of their own. */
export interface BandShape {
  readonly axis: FrequencyAxis
  readonly rows: number
}

interface Tile {
  /** Undefined while it is fetched. */
  bytes: Uint8Array | undefined
  /** Time after which a tile that could not be fetched may be asked for again. */
  retryAt: number
}

interface Wish {
  readonly key: string
  readonly gathering: BandGathering
}

/** Bytes of bands that are kept; those that were not drawn for longest go first. */
const capacity = 128 << 20
const stripColumns = 128
/** Wishes, and tiles fetched for them, that are kept; older ones are of places that were scrolled past. */
const mostWishes = 48
const retryDelay = 3000

/** The tiles that lanes draw from, as bands. Fetches what is asked for, and gathers it in small pieces between pictures. */
export class SpectrogramTiles {
  private readonly fetched = new Map<string, Tile>()
  private readonly ready = new Map<string, Bands>()
  private readonly stale = new Map<string, Bands>()
  private wishes: Wish[] = []
  private bytes = 0

  /**
   * @param onArrival told when there is something to gather: `work` is to be called soon
   * @param now a clock in milliseconds
   */
  constructor(
    private readonly onArrival: () => void,
    private readonly now: () => number,
  ) {}

  /** Returns a tile's bands; where they are not ready asks for them, and gives those of another height meanwhile, if any. */
  find(source: LaneSource, level: number, index: number, shape: BandShape): Bands | undefined {
    const place = `${source.soundId}:${level}:${index}:${shape.axis.scale}`
    const key = `${place}:${shape.rows}`
    const bands = this.ready.get(key)
    if (bands) {
      this.ready.delete(key)
      this.ready.set(key, bands)
      return bands
    }
    const bytes = this.bytesOf(source, level, index)
    if (bytes) this.wish(key, bytes, source, shape)
    return this.stale.get(place)
  }

  private wish(key: string, bytes: Uint8Array, source: LaneSource, { axis, rows }: BandShape): void {
    if (this.wishes.some((wish) => wish.key === key)) return
    this.wishes.push({ key, gathering: new BandGathering(bytes, source.spectrogram!, source.sampleRate, axis, rows) })
    if (this.wishes.length > mostWishes) this.wishes.shift()
    this.onArrival()
  }

  private bytesOf(source: LaneSource, level: number, index: number): Uint8Array | undefined {
    const key = `${source.soundId}:${level}:${index}`
    const known = this.fetched.get(key)
    if (known && (known.bytes !== undefined || known.retryAt > this.now())) return known.bytes
    const answer = source.tile(level, index)
    if (answer instanceof Uint8Array) return answer
    const tile: Tile = { bytes: undefined, retryAt: Infinity }
    this.fetched.set(key, tile)
    for (const [oldest, { bytes }] of this.fetched) {
      if (this.fetched.size <= mostWishes) break
      if (bytes) this.fetched.delete(oldest)
    }
    answer.then(
      (bytes) => {
        tile.bytes = bytes
        this.onArrival()
      },
      // The picture is an extra: it stays coarse, and asks again a little later.
      () => (tile.retryAt = this.now() + retryDelay),
    )
    return undefined
  }

  /** Gathers for about `milliseconds`; returns whether some bands became ready, so that lanes are to be drawn anew. */
  work(milliseconds: number): boolean {
    const end = this.now() + milliseconds
    let finished = false
    while (this.wishes.length > 0 && this.now() < end) {
      // The newest wish is for what is looked at now.
      const { key, gathering } = this.wishes.at(-1)!
      gathering.advance(stripColumns)
      if (!gathering.finished) continue
      this.wishes.pop()
      this.keep(key, gathering.bands)
      finished = true
    }
    return finished
  }

  get busy(): boolean {
    return this.wishes.length > 0
  }

  private keep(key: string, bands: Bands): void {
    this.ready.set(key, bands)
    this.stale.set(key.slice(0, key.lastIndexOf(':')), bands)
    this.fetched.delete(key.split(':', 3).join(':'))
    this.bytes += bands.values.length
    for (const [oldest, { values }] of this.ready) {
      if (this.bytes <= capacity || oldest === key) break
      this.ready.delete(oldest)
      this.stale.delete(oldest.slice(0, oldest.lastIndexOf(':')))
      this.bytes -= values.length
    }
  }
}

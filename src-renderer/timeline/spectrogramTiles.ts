import { type Bands, BandGathering } from '#renderer/timeline/bands'
import type { FrequencyAxis } from '#renderer/timeline/frequencyAxis'
import type { LaneSource } from '#renderer/timeline/laneSource'

/** How tiles are to be drawn: heights of lanes and frequency scales ask for bands of their own. */
export interface BandShape {
  readonly axis: FrequencyAxis
  readonly rows: number
}

/** A tile that is being fetched, or could not be. */
interface Request {
  /** How the tile was asked for last. */
  shape: BandShape
  /** Milliseconds of the clock after which it may be asked for again. */
  retryAt: number
}

/** Bytes of bands that are kept; those that were not drawn for longest go first. */
const capacity = 128 << 20
const stripColumns = 64
/** Tiles that wait to be gathered; older wishes are of places that were scrolled past. */
const mostWishes = 256
/** Milliseconds. */
export const retryDelay = 1000

export interface TileSurroundings {
  /** Told when there is something to gather: `work` is to be called soon. */
  onArrival(): void
  /** Told when a tile could not be fetched; it is asked for again when it is looked for after `retryDelay`. */
  onFailure(): void
  /** A clock in milliseconds. */
  now(): number
}

/** The tiles that lanes draw from, as bands. Fetches what is asked for, and gathers it in small pieces between pictures. */
export class SpectrogramTiles {
  private readonly requests = new Map<string, Request>()
  private readonly wishes = new Map<string, BandGathering>()
  private readonly ready = new Map<string, Bands>()
  /** The newest bands of a tile, whatever their height. */
  private readonly newest = new Map<string, Bands>()
  private bytes = 0

  constructor(private readonly around: TileSurroundings) {}

  /** Returns a tile's bands; where they are not ready asks for them, and gives those of another height meanwhile, if any. */
  find(source: LaneSource, level: number, index: number, shape: BandShape): Bands | undefined {
    const key = keyOf(source, level, index, shape)
    const bands = this.ready.get(key)
    if (bands) {
      this.ready.delete(key)
      this.ready.set(key, bands)
      return bands
    }
    if (!this.wishes.has(key)) this.fetch(source, level, index, shape)
    return this.newest.get(placeOf(key))
  }

  private fetch(source: LaneSource, level: number, index: number, shape: BandShape): void {
    const name = `${source.soundId}:${level}:${index}`
    const known = this.requests.get(name)
    if (known) known.shape = shape
    if (known && known.retryAt > this.around.now()) return
    const answer = source.tile(level, index)
    if (answer instanceof Uint8Array) {
      this.wish(source, level, index, shape, answer)
      return
    }
    const request: Request = { shape, retryAt: Infinity }
    this.requests.set(name, request)
    answer.then(
      (bytes) => {
        this.requests.delete(name)
        this.wish(source, level, index, request.shape, bytes)
      },
      // The picture is an extra: it stays coarse, and asks again a little later.
      () => {
        request.retryAt = this.around.now() + retryDelay / 2
        this.around.onFailure()
      },
    )
  }

  private wish(source: LaneSource, level: number, index: number, shape: BandShape, bytes: Uint8Array): void {
    const gathering = new BandGathering(bytes, source.spectrogram!, source.sampleRate, shape.axis, shape.rows)
    this.wishes.set(keyOf(source, level, index, shape), gathering)
    const [oldest] = this.wishes.keys()
    if (this.wishes.size > mostWishes) this.wishes.delete(oldest!)
    this.around.onArrival()
  }

  /** Gathers for about `milliseconds`; returns whether some bands became ready, so that lanes are to be drawn anew. */
  work(milliseconds: number): boolean {
    const end = this.around.now() + milliseconds
    let finished = false
    for (const [key, gathering] of this.wishes) {
      while (!gathering.finished && this.around.now() < end) gathering.advance(stripColumns)
      if (!gathering.finished) break
      this.wishes.delete(key)
      this.keep(key, gathering.bands)
      finished = true
    }
    return finished
  }

  /** True while there is something to gather. */
  get busy(): boolean {
    return this.wishes.size > 0
  }

  private keep(key: string, bands: Bands): void {
    this.ready.set(key, bands)
    this.newest.set(placeOf(key), bands)
    this.bytes += bands.values.length
    for (const [oldest, old] of this.ready) {
      if (this.bytes <= capacity || oldest === key) break
      this.ready.delete(oldest)
      if (this.newest.get(placeOf(oldest)) === old) this.newest.delete(placeOf(oldest))
      this.bytes -= old.values.length
    }
  }
}

function keyOf({ soundId }: LaneSource, level: number, index: number, { axis, rows }: BandShape): string {
  return `${soundId}:${level}:${index}:${axis.scale}:${rows}`
}

/** Returns the part of a key that does not tell the height. */
function placeOf(key: string): string {
  return key.slice(0, key.lastIndexOf(':'))
}

import type { SpectrogramFacts } from '#shared/contract/sounds'
import { type FrequencyAxis, hertzOfShare } from '#renderer/timeline/frequencyAxis'

/** A tile of a spectrogram as it is drawn: its bins gathered into the rows of a picture. */
export interface Bands {
  readonly rows: number
  readonly columns: number
  /** Row-major [row][column], the highest frequency first; the tile's bytes. */
  readonly values: Uint8Array
}

/** Which bins make a row: the loudest of `first` to `end`, or where that is empty the mixture of `first` and the next by `share`. */
interface Row {
  readonly first: number
  readonly end: number
  readonly share: number
}

function planRows(axis: FrequencyAxis, rows: number, binWidth: number, bins: number): Row[] {
  return Array.from({ length: rows }, (_, row) => {
    const low = hertzOfShare(axis, 1 - (row + 1) / rows) / binWidth
    const high = hertzOfShare(axis, 1 - row / rows) / binWidth
    const first = Math.ceil(low)
    const end = Math.min(bins, Math.ceil(high))
    if (high - low >= 1 && end > first) return { first, end, share: 0 }
    const middle = Math.min(bins - 1, (low + high) / 2)
    const below = Math.min(bins - 2, Math.floor(middle))
    return { first: below, end: below, share: middle - below }
  })
}

/** Gathers a tile strip by strip, so that no picture waits for a whole one. */
export class BandGathering {
  readonly bands: Bands
  private readonly plan: readonly Row[]
  private readonly bins: number
  private done = 0

  /** @param tile bytes of a tile, column after column, the lowest bin first */
  constructor(
    private readonly tile: Uint8Array,
    { fftSize }: SpectrogramFacts,
    sampleRate: number,
    axis: FrequencyAxis,
    rows: number,
  ) {
    this.bins = fftSize / 2 + 1
    const columns = Math.floor(tile.length / this.bins)
    this.plan = planRows(axis, rows, sampleRate / fftSize, this.bins)
    this.bands = { rows, columns, values: new Uint8Array(rows * columns) }
  }

  get finished(): boolean {
    return this.done >= this.bands.columns
  }

  /** Gathers `columns` more. */
  advance(columns: number): void {
    const end = Math.min(this.bands.columns, this.done + columns)
    for (let column = this.done; column < end; column++) this.gather(column)
    this.done = end
  }

  private gather(column: number): void {
    const { tile, bands, plan } = this
    const base = column * this.bins
    for (let row = 0; row < plan.length; row++) {
      const { first, end, share } = plan[row]!
      let value = tile[base + first]!
      if (end === first) value += (tile[base + first + 1]! - value) * share
      for (let bin = first + 1; bin < end; bin++) {
        const candidate = tile[base + bin]!
        if (candidate > value) value = candidate
      }
      bands.values[row * bands.columns + column] = value + 0.5
    }
  }
}

/** Returns a whole tile at once. */
export function gatherBands(tile: Uint8Array, facts: SpectrogramFacts, sampleRate: number, axis: FrequencyAxis, rows: number): Bands {
  const gathering = new BandGathering(tile, facts, sampleRate, axis, rows)
  gathering.advance(gathering.bands.columns)
  return gathering.bands
}

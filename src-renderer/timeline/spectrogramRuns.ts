import type { SpectrogramFacts } from '#shared/contract/sounds'
import type { Bands } from '#renderer/timeline/bands'
import type { ColumnSpan } from '#renderer/timeline/extremes'

/** Columns of a picture that are drawn from one tile. */
export interface SpectrogramRun {
  /** First column of the picture, counted from the span's first, and how many. */
  readonly start: number
  readonly count: number
  readonly bands: Bands
  /** Where in the tile the run's left edge lies, in columns of the tile; and how many of them one column of the picture takes. */
  readonly place: number
  readonly step: number
}

/** Returns the level whose columns are nearest to a picture's in width; they are at most twice as narrow, or wide. */
export function chooseSpectrogramLevel({ hop, levels }: SpectrogramFacts, framesPerColumn: number): number {
  return Math.min(levels - 1, Math.max(0, Math.round(Math.log(framesPerColumn / hop) / Math.log(4))))
}

/** Frames between columns of a level. */
export function columnFrames({ hop }: SpectrogramFacts, level: number): number {
  return hop * 4 ** level
}

/** Returns how many tiles a level of a sound has. */
export function tileCount(facts: SpectrogramFacts, level: number, frames: number): number {
  return Math.max(1, Math.ceil((frames + facts.hop / 2) / (columnFrames(facts, level) * facts.columns)))
}

/** Returns where `frame` of a sound lies on a level, in columns; a column of level 0 is about the frame that it was taken at. */
export function placeOnLevel(facts: SpectrogramFacts, level: number, frame: number): number {
  return (frame + facts.hop / 2) / columnFrames(facts, level)
}

/** Gives the bands of a tile where they are ready; being asked is the wish for them. */
export type FindBands = (level: number, index: number) => Bands | undefined

/**
 * Returns what to draw a span of columns from: tiles of the level that suits it, where these are missing those of the next coarser
 * level that has them, and nothing where there is none at all.
 */
export function spectrogramRuns(facts: SpectrogramFacts, span: ColumnSpan, find: FindBands): SpectrogramRun[] {
  const runs: SpectrogramRun[] = []
  gatherRuns(facts, span, chooseSpectrogramLevel(facts, span.framesPerColumn), 0, span.count, find, runs)
  return runs
}

function gatherRuns(
  facts: SpectrogramFacts,
  span: ColumnSpan,
  level: number,
  from: number,
  to: number,
  find: FindBands,
  runs: SpectrogramRun[],
): void {
  if (level >= facts.levels) return
  const origin = placeOnLevel(facts, level, span.frame)
  const step = span.framesPerColumn / columnFrames(facts, level)
  // A column of the picture is drawn from the tile that its middle lies in.
  const columnAt = (place: number) => Math.ceil((place - origin) / step - 0.5)
  for (let start = from; start < to; ) {
    const index = Math.max(0, Math.floor((origin + (start + 0.5) * step) / facts.columns))
    const end = Math.min(to, Math.max(start + 1, columnAt((index + 1) * facts.columns)))
    const bands = find(level, index)
    if (bands) runs.push({ start, count: end - start, bands, place: origin + start * step - index * facts.columns, step })
    else gatherRuns(facts, span, level + 1, start, end, find, runs)
    start = end
  }
}

/** Columns of the tile that are looked at for one column of the picture; the loudest counts. */
export function tapsOf(step: number): number {
  return Math.min(4, Math.max(1, Math.ceil(step)))
}

/** Returns the column of the tile for tap `tap` of column `column` of a run. */
export function tapColumn({ place, step, bands }: SpectrogramRun, column: number, tap: number, taps: number): number {
  return Math.min(bands.columns - 1, Math.max(0, Math.floor(place + (column + (tap + 0.5) / taps) * step)))
}

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
  return Math.max(1, Math.ceil(frames / (columnFrames(facts, level) * facts.columns)))
}

/** Gives the bands of a tile where they are ready; being asked is the wish for them. */
export type FindBands = (level: number, index: number) => Bands | undefined

/** A spectrogram and the length of its sound in frames. */
export interface SpectrogramExtent {
  readonly facts: SpectrogramFacts
  readonly frames: number
}

/**
 * Returns what to draw a span of columns from: tiles of the level that suits it, where these are missing those of the next coarser
 * level that has them, and nothing where there is none at all.
 */
export function spectrogramRuns(extent: SpectrogramExtent, span: ColumnSpan, find: FindBands): SpectrogramRun[] {
  const level = chooseSpectrogramLevel(extent.facts, span.framesPerColumn)
  return runsBetween({ extent, span, find }, level, 0, span.count)
}

interface Drawing {
  readonly extent: SpectrogramExtent
  readonly span: ColumnSpan
  readonly find: FindBands
}

/** Returns the runs of the columns `from` up to `to`. */
function runsBetween(drawing: Drawing, level: number, from: number, to: number): SpectrogramRun[] {
  const { extent: { facts, frames }, span, find } = drawing
  if (level >= facts.levels) return []
  const runs: SpectrogramRun[] = []
  const origin = span.frame / columnFrames(facts, level)
  const step = span.framesPerColumn / columnFrames(facts, level)
  const last = tileCount(facts, level, frames) - 1
  for (let start = from; start < to; ) {
    // A column of the picture is drawn from the tile that its middle lies in.
    const index = Math.min(last, Math.max(0, Math.floor((origin + (start + 0.5) * step) / facts.columns)))
    const next = Math.ceil(((index + 1) * facts.columns - origin) / step - 0.5)
    const end = index === last ? to : Math.min(to, Math.max(start + 1, next))
    const bands = find(level, index)
    if (bands) runs.push({ start, count: end - start, bands, place: origin + start * step - index * facts.columns, step })
    else runs.push(...runsBetween(drawing, level + 1, start, end))
    start = end
  }
  return runs
}

/** Columns of the tile that are looked at for one column of the picture; the loudest counts. */
export function tapsOf(step: number): number {
  return Math.min(4, Math.max(1, Math.ceil(step)))
}

/** Returns the column of the tile for tap `tap` of column `column` of a run. */
export function tapColumn({ place, step, bands }: SpectrogramRun, column: number, tap: number, taps: number): number {
  return Math.min(bands.columns - 1, Math.max(0, Math.floor(place + (column + (tap + 0.5) / taps) * step)))
}

import type { PeakLevel, PeakPyramid } from '#shared/audio/peaks'

/** Lowest and highest value of each column of a picture, all channels merged; a column without sound has low above high. */
export interface Extremes {
  readonly low: Float32Array
  readonly high: Float32Array
}

export function createExtremes(columns: number): Extremes {
  return { low: new Float32Array(columns).fill(1), high: new Float32Array(columns).fill(-1) }
}

/** Columns next to one another, and where they lie in a sound. */
export interface ColumnSpan {
  /** Frame of the sound at the left edge of the first column; may be outside of the sound, and need not be whole. */
  readonly frame: number
  readonly framesPerColumn: number
  readonly count: number
}

/** Returns the coarsest level that has a peak for every column, or undefined where even the finest is too coarse. */
export function choosePeakLevel({ levels }: PeakPyramid, framesPerColumn: number): PeakLevel | undefined {
  return levels.findLast(({ framesPerPeak }) => framesPerPeak <= framesPerColumn)
}

/** Returns extremes from peaks. A peak belongs to the column that its middle lies in, so that a click is one column wide. */
export function extremesOfPeaks({ framesPerPeak, channels }: PeakLevel, { frame, framesPerColumn, count }: ColumnSpan): Extremes {
  const extremes = createExtremes(count)
  const peaks = (channels[0]?.length ?? 0) / 2
  for (let column = 0; column < count; column++) {
    const left = (frame + column * framesPerColumn) / framesPerPeak - 0.5
    const first = Math.ceil(left)
    const end = Math.max(Math.ceil(left + framesPerColumn / framesPerPeak), first + 1)
    widen(extremes, column, channels, Math.max(0, first), Math.min(peaks, end))
  }
  return extremes
}

function widen({ low, high }: Extremes, column: number, channels: readonly Float32Array[], first: number, end: number): void {
  for (const pairs of channels) {
    for (let i = first; i < end; i++) {
      if (pairs[2 * i]! < low[column]!) low[column] = pairs[2 * i]!
      if (pairs[2 * i + 1]! > high[column]!) high[column] = pairs[2 * i + 1]!
    }
  }
}

/**
 * Widens `extremes` by the line through some samples; columns that touch share the value between them, so that the line has no gaps.
 * @param samples one array a channel, the first of them at frame `firstFrame` of the sound
 */
export function traceSamples(samples: readonly Float32Array[], firstFrame: number, span: ColumnSpan, extremes: Extremes): void {
  const { frame, framesPerColumn, count } = span
  const frames = samples[0]?.length ?? 0
  const from = Math.max(0, Math.floor((firstFrame - frame) / framesPerColumn))
  const to = Math.min(count, Math.ceil((firstFrame + frames - frame) / framesPerColumn))
  for (const channel of samples) {
    for (let column = from; column < to; column++) {
      const left = frame + column * framesPerColumn - firstFrame
      traceLine(extremes, column, channel, left, left + framesPerColumn)
    }
  }
}

function traceLine({ low, high }: Extremes, column: number, channel: Float32Array, left: number, right: number): void {
  const last = channel.length - 1
  if (right < 0 || left > last) return
  const atLeft = valueAt(channel, Math.max(0, left))
  const atRight = valueAt(channel, Math.min(last, right))
  let lowest = Math.min(low[column]!, atLeft, atRight)
  let highest = Math.max(high[column]!, atLeft, atRight)
  for (let i = Math.max(0, Math.ceil(left)); i <= Math.min(last, Math.floor(right)); i++) {
    const value = channel[i]!
    if (value < lowest) lowest = value
    if (value > highest) highest = value
  }
  low[column] = lowest
  high[column] = highest
}

function valueAt(channel: Float32Array, place: number): number {
  const below = Math.floor(place)
  const above = Math.min(channel.length - 1, below + 1)
  return channel[below]! + (channel[above]! - channel[below]!) * (place - below)
}

/** Returns the greatest distance of any peak from zero. */
export function highestPeak({ levels }: PeakPyramid): number {
  let highest = 0
  for (const pairs of levels.at(-1)?.channels ?? []) {
    for (const value of pairs) highest = Math.max(highest, Math.abs(value))
  }
  return highest
}

import type { WavSource } from '#renderer/playback/wavSource'

/** The lowest and the highest sample of each column of a waveform, over all channels. */
export interface Peaks {
  low: Float32Array
  high: Float32Array
}

const blockFrames = 1 << 19

/**
 * Reads a whole file, block by block, for the picture of its waveform.
 * @param onColumns is told after each block how many columns are final, so that the picture may grow
 */
export async function readPeaks(
  source: WavSource,
  columns: number,
  signal: AbortSignal,
  onColumns: (peaks: Peaks, done: number) => void,
): Promise<Peaks> {
  const peaks = { low: new Float32Array(columns), high: new Float32Array(columns) }
  for (let first = 0; first < source.frames; first += blockFrames) {
    const channels = await source.read(first, blockFrames)
    signal.throwIfAborted()
    for (const channel of channels) addPeaks(peaks, channel, first, source.frames)
    onColumns(peaks, Math.floor((Math.min(first + blockFrames, source.frames) / source.frames) * columns))
  }
  return peaks
}

/** Widens the columns that `samples`, beginning at frame `first` of `total`, fall into. */
export function addPeaks({ low, high }: Peaks, samples: Float32Array, first: number, total: number): void {
  const columns = low.length
  for (let i = 0; i < samples.length; i++) {
    const column = Math.floor(((first + i) / total) * columns)
    const value = samples[i]!
    if (value < low[column]!) low[column] = value
    if (value > high[column]!) high[column] = value
  }
}

/** The greatest distance of any sample from zero. */
export function highestOf({ low, high }: Peaks): number {
  let highest = 0
  for (let i = 0; i < low.length; i++) highest = Math.max(highest, high[i]!, -low[i]!)
  return highest
}

import { createSpectrum } from '#shared/dsp/spectrum'
import { createStft, type Stft } from '#shared/dsp/stft'
import { checkpointCancel, type WorkContext } from '#shared/jobs/work'

/**
 * How a sound's spectrogram is cut into tiles of bytes. Level k has one column for every `hop * 4^k` frames; column c
 * covers the frames from `c * hop * 4^k` on.
 */
export interface TileGrid {
  /** Samples of one window; a column has `fftSize / 2 + 1` bins, the lowest first. */
  readonly fftSize: number
  /** Frames between columns of level 0. */
  readonly hop: number
  /** Columns of a tile; the last one of a level has fewer. */
  readonly columns: number
  readonly levels: number
  /** Decibels that the byte 0 stands for; 255 stands for 0 dBFS, a sine at full scale. */
  readonly floor: number
}

/** Where samples come from: planar, `count` frames from `first` on, all inside the sound. */
export interface SampleRange {
  readonly frames: number
  readonly channels: number
  read(first: number, count: number): Promise<readonly Float32Array[]>
}

/** Columns of each level that one column of the next covers. */
export const tileStep = 4
const windowSeconds = 0.046
const columnsOfTile = 256
const floor = -120

/** Returns the grid for a sound: windows of about 46 ms, and as many levels as make all of it fit into one tile. */
export function tileGrid(sampleRate: number, frames: number): TileGrid {
  const fftSize = 2 ** Math.min(14, Math.max(7, Math.round(Math.log2(sampleRate * windowSeconds))))
  const hop = fftSize / 4
  let levels = 1
  while (columnsOfLevel(hop, levels - 1, frames) > columnsOfTile) levels++
  return { fftSize, hop, columns: columnsOfTile, levels, floor }
}

/** Returns the bins of a column. */
export function tileBins({ fftSize }: TileGrid): number {
  return fftSize / 2 + 1
}

/** Returns how many columns tile `index` of a level has; 0 where there is no such tile. */
export function tileColumns(grid: TileGrid, frames: number, level: number, index: number): number {
  if (level < 0 || level >= grid.levels || index < 0) return 0
  return Math.max(0, Math.min(grid.columns, columnsOfLevel(grid.hop, level, frames) - index * grid.columns))
}

function columnsOfLevel(hop: number, level: number, frames: number): number {
  return Math.max(1, Math.ceil(frames / (hop * tileStep ** level)))
}

/**
 * Returns tile `index` of a level as bytes, column after column. A column of a coarse level holds, for each bin, the
 * loudest of all windows that it covers, of the louder channel: a drum hit is seen at every zoom.
 */
export async function drawTile(sound: SampleRange, grid: TileGrid, level: number, index: number, context: WorkContext): Promise<Uint8Array> {
  const stft = await createStft({ fftSize: grid.fftSize, hopLength: grid.hop })
  try {
    const columns = tileColumns(grid, sound.frames, level, index)
    const powers = new Float32Array(columns * stft.bins)
    const span = tileStep ** level
    const first = index * grid.columns * span
    const last = Math.min(first + columns * span, columnsOfLevel(grid.hop, 0, sound.frames))
    for (let at = first; at < last; at += windowsAtOnce) {
      const count = Math.min(windowsAtOnce, last - at)
      await addWindows(sound, stft, { at, count, first, span }, powers)
      await checkpointCancel(context)
    }
    return toBytes(powers, grid)
  } finally {
    stft.dispose()
  }
}

const windowsAtOnce = 128

/** Windows `at` to `at + count` of level 0, in a tile that begins at window `first` and has one column for every `span`. */
interface Windows {
  readonly at: number
  readonly count: number
  readonly first: number
  readonly span: number
}

/** Raises the columns of `powers` to the power of each window, which is centred on the frames that it stands for. */
async function addWindows(sound: SampleRange, stft: Stft, { at, count, first, span }: Windows, powers: Float32Array): Promise<void> {
  const { fftSize, hopLength, bins } = stft
  const lead = (fftSize - hopLength) / 2
  const from = Math.max(0, at * hopLength - lead)
  const until = Math.min(sound.frames, (at + count) * hopLength + lead)
  const planes = await sound.read(from, until - from)
  const row = createSpectrum(1, bins)
  for (const plane of planes) {
    for (let window = at; window < at + count; window++) {
      stft.transformFrame(plane, window * hopLength - lead - from, plane.length, row, 0)
      raise(powers, Math.floor((window - first) / span) * bins, row.re, row.im)
    }
  }
}

function raise(powers: Float32Array, offset: number, re: Float32Array, im: Float32Array): void {
  for (let bin = 0; bin < re.length; bin++) {
    const power = re[bin]! * re[bin]! + im[bin]! * im[bin]!
    if (power > powers[offset + bin]!) powers[offset + bin] = power
  }
}

function toBytes(powers: Float32Array, { fftSize, floor: lowest }: TileGrid): Uint8Array {
  // A sine at full scale has the magnitude fftSize / 4 under a Hann window.
  const fullScale = 10 * Math.log10((fftSize / 4) ** 2)
  const scale = 255 / -lowest
  const bytes = new Uint8Array(powers.length)
  for (let i = 0; i < powers.length; i++) {
    const decibels = 10 * Math.log10(powers[i]!) - fullScale
    bytes[i] = Math.max(0, Math.min(255, Math.round((decibels - lowest) * scale)))
  }
  return bytes
}

/**
 * Returns a tile made of up to four neighbouring tiles of the level below, in their order: the very bytes that `drawTile`
 * gives.
 */
export function mergeTiles(parts: readonly Uint8Array[], bins: number): Uint8Array {
  const columns = parts.reduce((sum, part) => sum + part.length / bins, 0)
  const merged = new Uint8Array(Math.ceil(columns / tileStep) * bins)
  let column = 0
  for (const part of parts) {
    for (let at = 0; at < part.length; at += bins, column++) {
      const offset = Math.floor(column / tileStep) * bins
      for (let bin = 0; bin < bins; bin++) {
        if (part[at + bin]! > merged[offset + bin]!) merged[offset + bin] = part[at + bin]!
      }
    }
  }
  return merged
}

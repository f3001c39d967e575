import type { SpectralRegion } from '#shared/contract/repair'
import { regionShape, type Band, type RegionShape } from '#shared/dsp/regionSlices'
import { AppError } from '#shared/errors'

/** The points of a short-time spectrum: frame f lies at sample f·hopLength, bin b at b·sampleRate/fftSize. */
export interface SpectralGrid {
  /** Hertz. */
  readonly sampleRate: number
  readonly fftSize: number
  readonly hopLength: number
}

/** What is selected, as a mask over a grid. */
export interface RegionMask {
  readonly grid: SpectralGrid
  /** Frames that may have weights other than 0: the first, and the one after the last. */
  readonly firstFrame: number
  readonly endFrame: number
  /** Samples that change when these frames do, within the sound: the first, and the one after the last. */
  readonly start: number
  readonly end: number
  /**
   * Weights `[frame, bin]` from 0 to 1 of `frames` frames from `first` on. Half a weight lies where the drawn edge is; it is
   * soft over one hop and one bin to either side. What several regions cover counts once.
   */
  rows(first: number, frames: number): Float32Array
}

/** Moments at which a region is looked at, per hop. */
const momentsPerHop = 16
/** Weights below this are rounding. */
const negligible = 1e-9

/**
 * Returns the mask of `regions` for a sound of `length` samples. Parts outside of the sound are left out, corners may come in
 * any order.
 * @throws AppError INVALID_INPUT where nothing of the sound is selected
 */
export function regionMask(regions: readonly SpectralRegion[], length: number, grid: SpectralGrid): RegionMask {
  const shapes = regions.flatMap((region) => {
    const shape = regionShape(region)
    return shape === undefined || shape.end <= 0 || shape.start >= length ? [] : [shape]
  })
  if (shapes.length === 0) throw nothingSelected()
  const { hopLength, fftSize } = grid
  const first = Math.max(0, Math.min(...shapes.map(({ start }) => start)))
  const last = Math.min(length, Math.max(...shapes.map(({ end }) => end)))
  // Frames whose weights reach, over a hop to either side, into what is selected.
  const firstFrame = Math.floor(first / hopLength)
  const endFrame = Math.min(1 + Math.ceil(length / hopLength), Math.ceil(last / hopLength + 1))
  return {
    grid,
    firstFrame,
    endFrame,
    start: Math.max(0, firstFrame * hopLength - fftSize / 2),
    end: Math.min(length, (endFrame - 1) * hopLength + fftSize / 2),
    rows: (from, frames) => rasterised(shapes, length, grid, from, frames),
  }
}

function nothingSelected(): AppError {
  return new AppError(
    'INVALID_INPUT',
    'Nothing of the sound is selected, so nothing was changed. Draw the selection on the spectrogram, with some width and height.',
  )
}

function rasterised(shapes: readonly RegionShape[], length: number, grid: SpectralGrid, first: number, frames: number): Float32Array {
  const bins = grid.fftSize / 2 + 1
  const out = new Float32Array(frames * bins)
  // A row is written as its differences from bin to bin: an edge touches a few of them, however high its region is.
  const differences = new Float64Array(bins)
  const bandsAt = rememberedBands(shapes, length, grid)
  for (let f = 0; f < frames; f++) {
    differences.fill(0)
    let empty = true
    for (let m = -momentsPerHop; m < momentsPerHop; m++) {
      const bands = bandsAt((first + f) * momentsPerHop + m)
      if (bands.length === 0) continue
      empty = false
      const weight = momentWeight(m)
      for (const [low, high] of bands) {
        addEdge(differences, low, weight)
        addEdge(differences, high, -weight)
      }
    }
    if (!empty) accumulate(differences, out, f * bins)
  }
  return out
}

/** Weights of the moments around a frame: a raised cosine over a hop to either side that sums to 1. */
function momentWeight(moment: number): number {
  return (1 + Math.cos((Math.PI * (moment + 0.5)) / momentsPerHop)) / (2 * momentsPerHop)
}

/** Merged bands at moments, in bins; neighbouring frames share them, so the last two hops are kept. */
function rememberedBands(shapes: readonly RegionShape[], length: number, { hopLength, sampleRate, fftSize }: SpectralGrid) {
  const kept = new Map<number, Band[]>()
  return (moment: number): Band[] => {
    const known = kept.get(moment)
    if (known !== undefined) return known
    const time = ((moment + 0.5) * hopLength) / momentsPerHop
    // Frames at either end of the sound see its first and last sample for what lies beyond.
    const inside = Math.min(Math.max(time, 0), length - 1)
    const bands = merged(shapes.flatMap((shape) => (inside >= shape.start && inside < shape.end ? shape.bandsAt(inside) : [])))
    const scaled = bands.map(([low, high]) => inBins(low, high, sampleRate / fftSize, fftSize / 2))
    kept.set(moment, scaled)
    kept.delete(moment - 2 * momentsPerHop)
    return scaled
  }
}

/** A band that reaches an end of the spectrum has no edge there. */
function inBins(low: number, high: number, binWidth: number, lastBin: number): Band {
  const [from, to] = [low / binWidth, high / binWidth]
  return [from < 0.5 ? -Infinity : from, to > lastBin - 0.5 ? Infinity : to]
}

function merged(bands: Band[]): Band[] {
  if (bands.length < 2) return bands
  const ordered = bands.toSorted((a, b) => a[0] - b[0])
  const out: [number, number][] = []
  for (const [low, high] of ordered) {
    const last = out.at(-1)
    if (last !== undefined && low <= last[1]) last[1] = Math.max(last[1], high)
    else out.push([low, high])
  }
  return out
}

/** Adds to `differences` a rise of `weight` at `position` (in bins), as a raised cosine over one bin to either side. */
function addEdge(differences: Float64Array, position: number, weight: number): void {
  if (position === Infinity) return
  const from = Math.max(0, Math.ceil(position - 1))
  let before = 0
  for (let bin = from; bin < differences.length; bin++) {
    const share = risen(bin - position)
    differences[bin]! += weight * (share - before)
    before = share
    if (share === 1) return
  }
}

/** The integral of a raised cosine: 0 up to -1, 1 from 1 on. */
function risen(distance: number): number {
  if (distance <= -1) return 0
  if (distance >= 1) return 1
  return (1 + distance + Math.sin(Math.PI * distance) / Math.PI) / 2
}

function accumulate(differences: Float64Array, out: Float32Array, offset: number): void {
  let sum = 0
  for (let bin = 0; bin < differences.length; bin++) {
    sum += differences[bin]!
    out[offset + bin] = sum < negligible ? 0 : Math.min(1, sum)
  }
}

import { fieldOffsets, fieldSize, rowCount, rowEdges, type BandLayout } from '#main/models/bandLayout'
import type { Spectrum } from '#shared/dsp/spectrum'

/** Left and right; a mono sound has the same spectrum twice. */
export type StereoSpectrum = readonly [Spectrum, Spectrum]

/** Makes the spectrum of each side, 0 being left. */
export function bothSides(make: (side: 0 | 1) => Spectrum): StereoSpectrum {
  return [make(0), make(1)]
}

/**
 * Features a row: |·|^½ of left, right, mid (L + R)/√2 and side (L - R)/√2, which say how loud a sound is and where it
 * stands, not its phase; and the share of it that repeats elsewhere.
 */
export const featureKinds = 5

/** Mean powers of the rows of some frames, each `[frame, row]`. */
export interface RowPowers {
  readonly left: Float32Array
  readonly right: Float32Array
  /** Re(L·R*), the common part of both. */
  readonly cross: Float32Array
}

/** Pools the frames `firstFrame` to `firstFrame + frames` into rows; frames outside the spectrum are silence. */
export function rowPowers([left, right]: StereoSpectrum, layout: BandLayout, firstFrame: number, frames: number): RowPowers {
  const edges = rowEdges(layout)
  const rows = edges.length
  const pooled = {
    left: new Float32Array(frames * rows),
    right: new Float32Array(frames * rows),
    cross: new Float32Array(frames * rows),
  }
  for (let frame = Math.max(0, -firstFrame); frame < Math.min(frames, left.frames - firstFrame); frame++) {
    const base = (firstFrame + frame) * left.bins
    for (let row = 0; row < rows; row++) {
      const { start, end } = edges[row]!
      let l = 0
      let r = 0
      let c = 0
      for (let i = base + start; i < base + end; i++) {
        const lr = left.re[i]!
        const li = left.im[i]!
        const rr = right.re[i]!
        const ri = right.im[i]!
        l += lr * lr + li * li
        r += rr * rr + ri * ri
        c += lr * rr + li * ri
      }
      const at = frame * rows + row
      pooled.left[at] = l / (end - start)
      pooled.right[at] = r / (end - start)
      pooled.cross[at] = c / (end - start)
    }
  }
  return pooled
}

/** Mean power of a patch over rows and both channels: what its features and targets are divided by. */
function patchPower(powers: RowPowers): number {
  let sum = 0
  for (let i = 0; i < powers.left.length; i++) sum += powers.left[i]! + powers.right[i]!
  return sum / (2 * powers.left.length)
}

/** A silent patch is divided by this instead of by nothing. */
const quietest = 1e-10

/** What the powers of a patch are multiplied with, so that its mean power is 1. */
export function powerScale(powers: RowPowers): number {
  return 1 / Math.max(patchPower(powers), quietest)
}

/**
 * Writes the features of a patch into `out` at `offset`: `[time, position, kind × field]` (see `fieldOffsets`), kinds in the
 * order left, right, mid, side, repetition, stretched so that music lies about evenly around 0.
 * @param repeated See `Repetition.share`, for the same frames.
 */
export function writeFeatures(powers: RowPowers, repeated: Float32Array, layout: BandLayout, out: Float32Array, offset: number): void {
  const scale = powerScale(powers)
  const field = fieldSize(layout)
  const offsets = fieldOffsets(layout, featureKinds, powers.left.length / rowCount(layout))
  for (let i = 0; i < offsets.length; i++) {
    const l = powers.left[i]! * scale
    const r = powers.right[i]! * scale
    const c = powers.cross[i]! * scale * 2
    const to = offset + offsets[i]!
    out[to] = centred(l)
    out[to + field] = centred(r)
    out[to + 2 * field] = centred((l + r + c) / 2)
    out[to + 3 * field] = centred((l + r - c) / 2)
    out[to + 4 * field] = 2 * repeated[i]! - 1
  }
}

/** The powers of some of the frames, without copying. */
export function slicePowers({ left, right, cross }: RowPowers, rows: number, first: number, frames: number): RowPowers {
  const part = (values: Float32Array) => values.subarray(first * rows, (first + frames) * rows)
  return { left: part(left), right: part(right), cross: part(cross) }
}

/** Writes scaled powers into `out` at `offset` as masks are laid out: `[time, position, side × field]`. */
export function writePowers(powers: RowPowers, scale: number, layout: BandLayout, out: Float32Array, offset: number): void {
  const field = fieldSize(layout)
  const offsets = fieldOffsets(layout, 2, powers.left.length / rowCount(layout))
  for (let i = 0; i < offsets.length; i++) {
    out[offset + offsets[i]!] = powers.left[i]! * scale
    out[offset + offsets[i]! + field] = powers.right[i]! * scale
  }
}

function centred(power: number): number {
  return 1.5 * fourthRoot(power) - 0.8
}

// Rounding can leave a tiny negative power where left and right cancel.
function fourthRoot(power: number): number {
  return power > 0 ? Math.sqrt(Math.sqrt(power)) : 0
}

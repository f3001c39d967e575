import { AppError } from '#shared/errors'
import { createSpectrum, type Spectrum } from '#shared/dsp/spectrum'

/** By bin: how a stem's power lies between left and right, a Hermitian matrix of 2 × 2. */
interface SpatialCovariance {
  left: Float64Array
  right: Float64Array
  crossRe: Float64Array
  crossIm: Float64Array
}

/**
 * Returns estimates of the stems, again as [stem][channel], that follow from the given ones by one step of a stereo Wiener
 * filter: each stem keeps its power by time and frequency and gets one position between left and right a bin. The results
 * add up to `mixture`. Mono falls to shares of power.
 * @see Nugraha, Liutkus and Vincent, "Multichannel audio source separation with deep neural networks", 2016, section II.
 * @throws AppError INVALID_INPUT for other than one or two channels, or shapes that differ.
 */
export function wienerFilter(
  mixture: readonly Spectrum[],
  estimates: readonly (readonly Spectrum[])[],
): Spectrum[][] {
  requireShapes(mixture, estimates)
  // A mono song is a stereo one with a silent side: the same formulas hold.
  const stereo = (channels: readonly Spectrum[]): [Spectrum, Spectrum] => {
    const left = channels[0]!
    return [left, channels[1] ?? createSpectrum(left.frames, left.bins)]
  }
  const input = stereo(mixture)
  const stems = estimates.map(stereo)
  const powers = stems.map(stemPower)
  const spaces = stems.map((stem, s) => spatialCovariance(stem, powers[s]!))
  const out = stems.map(() => stereo([createSpectrum(input[0].frames, input[0].bins)]))
  for (let i = 0; i < powers[0]!.length; i++) filterBin(input, powers, spaces, i, out)
  return out.map((stem) => stem.slice(0, mixture.length))
}

/** Mean over channels of |Y|², [frame, bin]. */
function stemPower([left, right]: [Spectrum, Spectrum]): Float64Array {
  return Float64Array.from({ length: left.frames * left.bins }, (_, i) => {
    const leftPower = left.re[i]! * left.re[i]! + left.im[i]! * left.im[i]!
    return (leftPower + right.re[i]! * right.re[i]! + right.im[i]! * right.im[i]!) / 2
  })
}

function spatialCovariance([left, right]: [Spectrum, Spectrum], power: Float64Array): SpatialCovariance {
  const { bins, frames } = left
  const zeros = () => new Float64Array(bins)
  const total = zeros()
  const space: SpatialCovariance = { left: zeros(), right: zeros(), crossRe: zeros(), crossIm: zeros() }
  for (let i = 0; i < frames * bins; i++) {
    const bin = i % bins
    total[bin] = total[bin]! + power[i]!
    space.left[bin] = space.left[bin]! + left.re[i]! ** 2 + left.im[i]! ** 2
    space.right[bin] = space.right[bin]! + right.re[i]! ** 2 + right.im[i]! ** 2
    space.crossRe[bin] = space.crossRe[bin]! + left.re[i]! * right.re[i]! + left.im[i]! * right.im[i]!
    space.crossIm[bin] = space.crossIm[bin]! + left.im[i]! * right.re[i]! - left.re[i]! * right.im[i]!
  }
  for (const part of Object.values(space) as Float64Array[]) {
    for (let bin = 0; bin < bins; bin++) part[bin] = total[bin]! > 0 ? part[bin]! / total[bin]! : 0
  }
  return space
}

/** y = v·R·(Σ v·R + small)⁻¹·x for every stem of bin `i`; what is left of x is shared equally. */
function filterBin(
  mixture: readonly [Spectrum, Spectrum],
  powers: readonly Float64Array[],
  spaces: readonly SpatialCovariance[],
  i: number,
  out: readonly [Spectrum, Spectrum][],
): void {
  const bin = i % mixture[0].bins
  let left = 0
  let right = 0
  let crossRe = 0
  let crossIm = 0
  for (let s = 0; s < powers.length; s++) {
    const v = powers[s]![i]!
    left += v * spaces[s]!.left[bin]!
    right += v * spaces[s]!.right[bin]!
    crossRe += v * spaces[s]!.crossRe[bin]!
    crossIm += v * spaces[s]!.crossIm[bin]!
  }
  // Relative, so that quiet bins are treated like loud ones; the constant only keeps silence from dividing by 0.
  const small = 1e-6 * (left + right) + 1e-30
  const u = whiten(mixture, i, left + small, right + small, crossRe, crossIm)
  for (let s = 0; s < powers.length; s++) {
    const v = powers[s]![i]!
    const space = spaces[s]!
    const a = v * space.left[bin]! + small / powers.length
    const d = v * space.right[bin]! + small / powers.length
    const bRe = v * space.crossRe[bin]!
    const bIm = v * space.crossIm[bin]!
    const [outLeft, outRight] = out[s]!
    outLeft.re[i] = a * u.leftRe + bRe * u.rightRe - bIm * u.rightIm
    outLeft.im[i] = a * u.leftIm + bRe * u.rightIm + bIm * u.rightRe
    outRight.re[i] = bRe * u.leftRe + bIm * u.leftIm + d * u.rightRe
    outRight.im[i] = bRe * u.leftIm - bIm * u.leftRe + d * u.rightIm
  }
}

/** Returns C⁻¹·x with C = [[a, b], [b*, d]]. */
function whiten([left, right]: readonly [Spectrum, Spectrum], i: number, a: number, d: number, bRe: number, bIm: number) {
  const scale = 1 / (a * d - bRe * bRe - bIm * bIm)
  const lRe = left.re[i]!
  const lIm = left.im[i]!
  const rRe = right.re[i]!
  const rIm = right.im[i]!
  return {
    leftRe: (d * lRe - bRe * rRe + bIm * rIm) * scale,
    leftIm: (d * lIm - bRe * rIm - bIm * rRe) * scale,
    rightRe: (a * rRe - bRe * lRe - bIm * lIm) * scale,
    rightIm: (a * rIm - bRe * lIm + bIm * lRe) * scale,
  }
}

function requireShapes(mixture: readonly Spectrum[], estimates: readonly (readonly Spectrum[])[]): void {
  const first = mixture[0]
  const alike = (channel: Spectrum) => channel.frames === first?.frames && channel.bins === first.bins
  const channels = mixture.length
  const good =
    (channels === 1 || channels === 2) &&
    estimates.length > 0 &&
    [mixture, ...estimates].every((stem) => stem.length === channels && stem.every(alike))
  if (good) return
  throw new AppError(
    'INVALID_INPUT',
    'A Wiener filter needs a mixture of one or two channels and estimates of its shape; nothing was computed.',
  )
}

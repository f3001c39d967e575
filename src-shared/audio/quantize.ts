import type { RandomStream } from '#shared/random'

/** Largest integer of a signed format of `bits` bits; the smallest is one further from zero. */
export function largestInteger(bits: number): number {
  return 2 ** (bits - 1) - 1
}

/** True when every sample is an integer multiple of the format's step, so that rounding (and dither) has nothing to do. */
export function isOnGrid(samples: Float32Array, bits: number): boolean {
  const scale = 2 ** (bits - 1)
  for (let i = 0; i < samples.length; i++) {
    const scaled = samples[i]! * scale
    if (scaled !== Math.round(scaled)) return false
  }
  return true
}

/**
 * Returns samples × `gain` as integers of `bits` bits, rounded to nearest and limited to their range. With `dither`,
 * triangular noise of ±1 step is added first, which makes the rounding error a steady hiss instead of distortion.
 * With `opposite`, noise of the same stream is taken away instead, and halves are rounded down: what sums to whole steps before
 * sums to the same when one part is rounded so and the other one plainly.
 * @see Lipshitz, Wannamaker and Vanderkooy, "Quantization and dither: a theoretical survey", 1992
 */
export function quantize(samples: Float32Array, bits: number, gain = 1, dither?: RandomStream, opposite = false): Int32Array {
  const scale = 2 ** (bits - 1) * gain
  const highest = largestInteger(bits)
  const integers = new Int32Array(samples.length)
  for (let i = 0; i < samples.length; i++) {
    const noise = dither === undefined ? 0 : dither.uniform() - dither.uniform()
    const value = opposite ? -Math.round(noise - samples[i]! * scale) : Math.round(samples[i]! * scale + noise)
    integers[i] = value > highest ? highest : value < -highest - 1 ? -highest - 1 : value
  }
  return integers
}

/** Returns the samples that integers of `bits` bits stand for; exact up to 24 bits. */
export function dequantize(integers: Int32Array, bits: number): Float32Array {
  const step = 2 ** (1 - bits)
  return Float32Array.from(integers, (value) => value * step)
}

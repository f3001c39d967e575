/** The sum of squares of a sound, step by step. */
export interface Envelope {
  readonly energies: readonly number[]
  /** Steps in a second. */
  readonly rate: number
}

/** Decibels by which a stretch may be softer than the loudest one. */
const softest = 25

/**
 * First steps of up to `most` stretches of `seconds` in which most is heard, in the order of time; none overlaps another, and none is far
 * softer than the loudest. A sound that is no longer than a stretch is one; silence has none.
 */
export function loudStretches({ energies, rate }: Envelope, seconds: number, most: number): number[] {
  const length = Math.round(seconds * rate)
  const sums = stretchSums(energies, length)
  const loudest = sums.reduce((top, sum) => Math.max(top, sum), 0)
  const found: number[] = []
  if (loudest === 0) return found
  while (found.length < most) {
    let best = -1
    for (const [start, sum] of sums.entries()) {
      const isFree = found.every((other) => Math.abs(other - start) >= length)
      if (isFree && (best < 0 || sum > sums[best]!)) best = start
    }
    if (best < 0 || sums[best]! < loudest * 10 ** (-softest / 10)) break
    found.push(best)
  }
  return found.toSorted((a, b) => a - b)
}

/** The energy of each stretch of `length` steps; of all there are where there are fewer. */
function stretchSums(energies: readonly number[], length: number): number[] {
  let sum = 0
  const sums: number[] = []
  for (const [i, energy] of energies.entries()) {
    sum += energy
    if (i >= length) sum -= energies[i - length]!
    // Rounding may leave less than nothing.
    if (i >= length - 1 || i === energies.length - 1) sums.push(Math.max(0, sum))
  }
  return energies.length < length ? [sums.at(-1) ?? 0] : sums
}

/** The envelope of samples, `rate` steps a second. */
export function envelopeOf(samples: Float32Array, sampleRate: number, rate: number): Envelope {
  const step = Math.round(sampleRate / rate)
  const energies = Array.from({ length: Math.ceil(samples.length / step) }, (_, i) => {
    let sum = 0
    for (let n = i * step; n < Math.min(samples.length, (i + 1) * step); n++) sum += samples[n]! ** 2
    return sum
  })
  return { energies, rate: sampleRate / step }
}

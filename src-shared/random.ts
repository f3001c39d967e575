/** A seeded stream of random numbers. Streams are split by name so that adding a consumer does not move the others. */
export interface RandomStream {
  /** Uniform in [0, 1). */
  uniform(): number
  /** Uniform in [low, high). */
  between(low: number, high: number): number
  /** Standard normal (Marsaglia's polar method). */
  normal(): number
  /** Integer in [0, count). */
  integer(count: number): number
  /** True with the given probability. */
  chance(probability: number): boolean
  /** One element of a non-empty list. */
  pick<T>(list: readonly T[]): T
  /** An independent stream, determined by this stream's seed and `key`, not by what was drawn before. */
  fork(key: string | number): RandomStream
}

function hash(seed: number, key: string): number {
  let h = seed ^ 0x9e3779b9
  for (let i = 0; i < key.length; i++) h = Math.imul(h ^ key.charCodeAt(i), 0x01000193)
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

/**
 * Returns the stream of `seed` (an unsigned 32-bit integer), reproducible on every platform.
 * @see Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2021 (xoshiro128**); seeded by splitmix32.
 */
export function randomStream(seed: number): RandomStream {
  let mix = seed >>> 0
  const splitmix = () => {
    mix = (mix + 0x9e3779b9) >>> 0
    let z = mix
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b)
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35)
    return (z ^ (z >>> 16)) >>> 0
  }
  let a = splitmix()
  let b = splitmix()
  let c = splitmix()
  let d = splitmix() | 1
  let spare: number | undefined

  const next = () => {
    const rotated = Math.imul(b, 5)
    const result = Math.imul((rotated << 7) | (rotated >>> 25), 9) >>> 0
    const t = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= t
    d = (d << 11) | (d >>> 21)
    return result
  }
  // 53 bits, so that every multiple of 2^-53 can occur, as Math.random's users expect.
  const uniform = () => ((next() >>> 5) * 67108864 + (next() >>> 6)) / 9007199254740992

  return {
    uniform,
    between: (low, high) => low + (high - low) * uniform(),
    normal() {
      if (spare !== undefined) {
        const value = spare
        spare = undefined
        return value
      }
      for (;;) {
        const u = 2 * uniform() - 1
        const v = 2 * uniform() - 1
        const s = u * u + v * v
        if (s > 0 && s < 1) {
          const scale = Math.sqrt((-2 * Math.log(s)) / s)
          spare = v * scale
          return u * scale
        }
      }
    },
    integer: (count) => Math.floor(uniform() * count),
    chance: (probability) => uniform() < probability,
    pick: (list) => list[Math.floor(uniform() * list.length)]!,
    fork: (key) => randomStream(hash(seed >>> 0, String(key))),
  }
}

import type { Stereo } from '#shared/audio/audioClip'

/** Silence of so many samples a side. */
export function silence(length: number): Stereo {
  return [new Float32Array(length), new Float32Array(length)]
}

/** Adds feedback echoes that swap sides. `delay` is in samples, `gain` the feedback, 0 to 1. */
export function echoInPlace([left, right]: Stereo, delay: number, gain: number): void {
  for (let i = delay; i < left.length; i++) {
    const l = left[i]! + gain * right[i - delay]!
    right[i] = right[i]! + gain * left[i - delay]!
    left[i] = l
  }
}

/** Scales the side signal: 0 is mono, 1 unchanged, above 1 wider. */
export function widenInPlace([left, right]: Stereo, width: number): void {
  for (let i = 0; i < left.length; i++) {
    const mid = (left[i]! + right[i]!) / 2
    const side = ((left[i]! - right[i]!) / 2) * width
    left[i] = mid + side
    right[i] = mid - side
  }
}

/** Balances a sound between the sides at constant power; -1 is left, 0 leaves it alone, 1 right. */
export function panInPlace([left, right]: Stereo, position: number): void {
  const l = Math.sqrt(1 - position)
  const r = Math.sqrt(1 + position)
  for (let i = 0; i < left.length; i++) {
    left[i]! *= l
    right[i]! *= r
  }
}

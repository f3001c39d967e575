import type { Track } from './band'
import { emptyTrack } from './band'
import { highPass, lowPass } from './filters'

/** Adds `source` to `target`, sample by sample. */
export function mixInto(target: Track, source: Track, gain: number): void {
  for (let i = 0; i < target.left.length; i++) {
    target.left[i]! += gain * source.left[i]!
    target.right[i]! += gain * source.right[i]!
  }
}

/** Places one channel in the stereo field with constant power, `delay` seconds late. */
export function place(target: Track, mono: Float32Array, gain: number, pan: number, delay = 0): void {
  const shift = Math.round(delay * target.sampleRate)
  const angle = ((pan + 1) * Math.PI) / 4
  for (let i = shift; i < target.left.length; i++) {
    target.left[i]! += gain * Math.cos(angle) * mono[i - shift]!
    target.right[i]! += gain * Math.sin(angle) * mono[i - shift]!
  }
}

/**
 * The sound of a room around `dry`, without `dry` itself: eight delays that feed one another through a Hadamard matrix.
 * @see Jot and Chaigne, "Digital delay networks for designing artificial reverberators", 1991.
 */
export function reverberate(dry: Track, seconds: number, preDelay: number): Track {
  const { sampleRate } = dry
  const wet = emptyTrack(sampleRate, dry.left.length)
  const lengths = [1031, 1327, 1523, 1801, 2053, 2311, 2617, 2903].map((n) => Math.round((n * sampleRate) / 44100))
  const lines = lengths.map((length) => new Float64Array(length))
  const gains = lengths.map((length) => 10 ** ((-3 * length) / (seconds * sampleRate)))
  const damping = lengths.map(() => lowPass(sampleRate, 5200))
  const cut = highPass(sampleRate, 220)
  const shift = Math.round(preDelay * sampleRate)
  const state = new Float64Array(8)
  for (let i = shift; i < dry.left.length; i++) {
    lines.forEach((line, n) => (state[n] = damping[n]!(line[i % line.length]! * gains[n]!)))
    wet.left[i] = state[0]! - state[2]! + state[4]! - state[6]!
    wet.right[i] = state[1]! - state[3]! + state[5]! - state[7]!
    hadamard(state)
    const input = cut(0.5 * (dry.left[i - shift]! + dry.right[i - shift]!))
    lines.forEach((line, n) => (line[i % line.length] = state[n]! + input * (n % 2 === 0 ? 0.35 : -0.35)))
  }
  return wet
}

/** Replaces eight values by their Hadamard transform, which keeps their energy. */
function hadamard(values: Float64Array): void {
  for (let half = 1; half < 8; half *= 2) {
    for (let i = 0; i < 8; i++) {
      if (i & half) continue
      const a = values[i]!
      const b = values[i + half]!
      values[i] = (a + b) * Math.SQRT1_2
      values[i + half] = (a - b) * Math.SQRT1_2
    }
  }
}

/** Evens out loudness in place: above `threshold` (full scale 1) the level is divided by `ratio`. */
export function compress(track: Track, threshold: number, ratio: number): void {
  const attack = 1 - Math.exp(-1 / (0.006 * track.sampleRate))
  const release = 1 - Math.exp(-1 / (0.16 * track.sampleRate))
  let level = 0
  for (let i = 0; i < track.left.length; i++) {
    const now = Math.max(Math.abs(track.left[i]!), Math.abs(track.right[i]!))
    level += (now > level ? attack : release) * (now - level)
    const gain = level > threshold ? (level / threshold) ** (1 / ratio - 1) : 1
    track.left[i]! *= gain
    track.right[i]! *= gain
  }
}

/** Root mean square of both channels. */
export function loudnessOf(track: Track): number {
  let sum = 0
  for (let i = 0; i < track.left.length; i++) sum += track.left[i]! ** 2 + track.right[i]! ** 2
  return Math.sqrt(sum / (2 * track.left.length))
}

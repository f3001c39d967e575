import { randomStream } from '#shared/random'

/** Plucked notes at random, in mono; the same tune for the same seed, at any rate. */
export function melody(seed: number, seconds: number, sampleRate: number): Float32Array {
  const random = randomStream(seed)
  const out = new Float32Array(Math.round(seconds * sampleRate))
  for (let at = 0; at < seconds; at += random.between(0.08, 0.35)) {
    const pitch = 110 * 2 ** (random.integer(36) / 12)
    const level = random.between(0.05, 0.2)
    const length = random.between(0.2, 0.9)
    for (let harmonic = 1; harmonic <= 5; harmonic++) addNote(out, sampleRate, at, length, pitch * harmonic, level / harmonic)
  }
  return out
}

function addNote(out: Float32Array, sampleRate: number, at: number, length: number, frequency: number, level: number): void {
  const start = Math.round(at * sampleRate)
  const end = Math.min(out.length, Math.round((at + length) * sampleRate))
  for (let i = start; i < end; i++) {
    const time = i / sampleRate - at
    out[i]! += level * Math.exp(-4 * time) * Math.sin(2 * Math.PI * frequency * time)
  }
}

/** Noise of even strength, alike for the same seed. */
export function hiss(seed: number, frames: number, level: number): Float32Array {
  const random = randomStream(seed)
  return Float32Array.from({ length: frames }, () => random.between(-level, level))
}

import type { Fft } from '#shared/dsp/fft'
import type { RandomStream } from '#shared/random'

/** Gain, linear, at a frequency in hertz. */
export type GainCurve = (frequency: number) => number

/**
 * A random equaliser as mixing engineers leave it: a tilt around 1 kHz, one to three broad bells, sometimes a low or high
 * cut; within -24 and +12 dB. @param deviation of the bells, decibels.
 */
export function randomEqualiser(random: RandomStream, deviation: number): GainCurve {
  const tilt = 1.2 * random.normal()
  const bells = Array.from({ length: 1 + random.integer(3) }, () => ({
    height: deviation * random.normal(),
    octave: random.between(-4, 4),
    width: random.between(0.4, 1.5),
  }))
  const lowCut = random.chance(0.3) ? random.between(80, 250) : 0
  const highCut = random.chance(0.2) ? random.between(3000, 12000) : Infinity
  return (frequency) => {
    const f = Math.max(20, frequency)
    const octave = Math.log2(f / 1000)
    let gain = tilt * octave
    for (const bell of bells) gain += bell.height * Math.exp(-0.5 * ((octave - bell.octave) / bell.width) ** 2)
    gain -= 10 * Math.log10(1 + (lowCut / f) ** 4) + 10 * Math.log10(1 + (f / highCut) ** 4)
    return 10 ** (Math.min(12, Math.max(-24, gain)) / 20)
  }
}

export interface Room {
  /** Seconds until the tail has fallen by 60 dB. */
  decay: number
  /** Seconds before the tail. */
  preDelay: number
  /** Energy of the tail against the direct sound, decibels. */
  level: number
  /** One-pole damping of the tail, 0 bright to 1 dark. */
  damping: number
}

/** Exponentially decaying noise of unit energy: one ear of a diffuse room. */
export function roomTail(room: Room, sampleRate: number, random: RandomStream): Float32Array {
  const start = Math.round(room.preDelay * sampleRate)
  const samples = new Float32Array(start + Math.round(room.decay * sampleRate))
  const fall = Math.exp(-Math.log(1000) / (room.decay * sampleRate))
  let envelope = 1
  let dark = 0
  let energy = 0
  for (let i = start; i < samples.length; i++) {
    dark = room.damping * dark + (1 - room.damping) * (2 * random.uniform() - 1)
    samples[i] = dark * envelope
    envelope *= fall
    energy += samples[i]! ** 2
  }
  const norm = 1 / Math.sqrt(energy || 1)
  for (let i = start; i < samples.length; i++) samples[i]! *= norm
  return samples
}

/**
 * Equalises a sound and puts it into a room, in place, in one pass through the frequency domain. What rings past the end
 * is cut. @param fft Of at least as many samples as sound and tail have together, or what is cut comes in at the start.
 */
export function colourInPlace(
  channels: readonly Float32Array[],
  { equaliser, room }: { equaliser?: GainCurve; room?: Room },
  sampleRate: number,
  fft: Fft,
  random: RandomStream,
): void {
  const bins = fft.size / 2 + 1
  const curve = equaliser && sampleCurve(equaliser, bins, sampleRate)
  const padded = new Float32Array(fft.size)
  const re = new Float32Array(bins)
  const im = new Float32Array(bins)
  const tailRe = new Float32Array(bins)
  const tailIm = new Float32Array(bins)
  for (const samples of channels) {
    padded.fill(0).set(samples)
    fft.forward(padded, re, im)
    if (room) {
      padded.fill(0).set(roomTail(room, sampleRate, random))
      fft.forward(padded, tailRe, tailIm)
      const wet = 10 ** (room.level / 20)
      for (let k = 0; k < bins; k++) {
        const a = 1 + wet * tailRe[k]!
        const b = wet * tailIm[k]!
        const x = re[k]!
        re[k] = x * a - im[k]! * b
        im[k] = x * b + im[k]! * a
      }
    }
    if (curve) {
      for (let k = 0; k < bins; k++) {
        re[k]! *= curve[k]!
        im[k]! *= curve[k]!
      }
    }
    fft.inverse(re, im, padded)
    samples.set(padded.subarray(0, samples.length))
  }
}

/** The curve at every bin, linear between points a few bins apart: it is smooth, and exact evaluation costs more than the transform. */
function sampleCurve(curve: GainCurve, bins: number, sampleRate: number): Float32Array {
  const step = 64
  const out = new Float32Array(bins)
  const at = (k: number) => curve((k / (bins - 1)) * (sampleRate / 2))
  let from = at(0)
  for (let start = 0; start < bins; start += step) {
    const to = at(start + step)
    for (let k = start; k < Math.min(start + step, bins); k++) out[k] = from + ((to - from) * (k - start)) / step
    from = to
  }
  return out
}

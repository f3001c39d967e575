import type { Fft } from '#shared/dsp/fft'
import type { RandomStream } from '#shared/random'

export interface ReverbOptions {
  sampleRate: number
  /** Seconds until the tail has fallen by 60 dB. */
  decay: number
  /** Seconds before the tail. */
  preDelay: number
  /** Decibels of the tail against the direct sound. */
  level: number
  /** One-pole damping of the tail, 0 bright to 1 dark. */
  damping: number
}

/** A stereo room: exponentially decaying noise, independent in both ears, after a pre-delay. Unit energy. */
export function reverbTail(options: ReverbOptions, random: RandomStream): [Float32Array, Float32Array] {
  const { sampleRate, decay, preDelay, damping } = options
  const start = Math.round(preDelay * sampleRate)
  const length = start + Math.round(decay * sampleRate)
  const fall = Math.log(1000) / (decay * sampleRate)
  const tail = () => {
    const samples = new Float32Array(length)
    let low = 0
    let energy = 0
    for (let i = start; i < length; i++) {
      low = damping * low + (1 - damping) * (2 * random.uniform() - 1)
      samples[i] = low * Math.exp(-fall * (i - start))
      energy += samples[i]! ** 2
    }
    const norm = 1 / Math.sqrt(energy || 1)
    for (let i = start; i < length; i++) samples[i]! *= norm
    return samples
  }
  return [tail(), tail()]
}

/**
 * Adds the room to a stereo sound, in place; what rings past the end is cut.
 * @param fft Of at least as many samples as sound and tail have together.
 */
export function reverbInPlace(channels: readonly Float32Array[], options: ReverbOptions, random: RandomStream, fft: Fft): void {
  const tails = reverbTail(options, random)
  const gain = 10 ** (options.level / 20)
  channels.forEach((samples, channel) => {
    const wet = convolve(samples, tails[channel]!, fft)
    for (let i = 0; i < samples.length; i++) samples[i]! += gain * wet[i]!
  })
}

/** The first `signal.length` samples of the linear convolution, by a transform at least as long as both together. */
export function convolve(signal: Float32Array, impulse: Float32Array, fft: Fft): Float32Array {
  const spectrum = (values: Float32Array) => {
    const padded = new Float32Array(fft.size)
    padded.set(values)
    const re = new Float32Array(fft.size / 2 + 1)
    const im = new Float32Array(fft.size / 2 + 1)
    fft.forward(padded, re, im)
    return { re, im }
  }
  const a = spectrum(signal)
  const b = spectrum(impulse)
  for (let k = 0; k <= fft.size / 2; k++) {
    const re = a.re[k]! * b.re[k]! - a.im[k]! * b.im[k]!
    a.im[k] = a.re[k]! * b.im[k]! + a.im[k]! * b.re[k]!
    a.re[k] = re
  }
  const out = new Float32Array(fft.size)
  fft.inverse(a.re, a.im, out)
  return out.subarray(0, signal.length)
}

/** Adds feedback echoes that swap sides, in place. `delay` is in samples, `gain` the feedback, 0 to 1. */
export function echoInPlace([left, right]: readonly Float32Array[], delay: number, gain: number): void {
  if (!left || !right) return
  for (let i = delay; i < left.length; i++) {
    const l = left[i]! + gain * right[i - delay]!
    right[i] = right[i]! + gain * left[i - delay]!
    left[i] = l
  }
}

/** Scales the side signal: 0 is mono, 1 unchanged, above 1 wider. */
export function widenInPlace([left, right]: readonly Float32Array[], width: number): void {
  if (!left || !right) return
  for (let i = 0; i < left.length; i++) {
    const mid = (left[i]! + right[i]!) / 2
    const side = ((left[i]! - right[i]!) / 2) * width
    left[i] = mid + side
    right[i] = mid - side
  }
}

/** Constant-power panning of a mono sound; -1 is left, 0 the middle (each side at 1), 1 right. */
export function panned(mono: Float32Array, position: number): [Float32Array, Float32Array] {
  const angle = ((position + 1) * Math.PI) / 4
  const place = (gain: number) => mono.map((value) => value * gain * Math.SQRT2)
  return [place(Math.cos(angle)), place(Math.sin(angle))]
}

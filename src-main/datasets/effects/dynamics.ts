/** Square root of the mean square over all channels. */
export function rms(channels: readonly Float32Array[]): number {
  let sum = 0
  let count = 0
  for (const samples of channels) {
    for (let i = 0; i < samples.length; i++) sum += samples[i]! * samples[i]!
    count += samples.length
  }
  return Math.sqrt(sum / Math.max(1, count))
}

/** Multiplies every sample by `gain`. */
export function scaleInPlace(channels: readonly Float32Array[], gain: number): void {
  for (const samples of channels) for (let i = 0; i < samples.length; i++) samples[i]! *= gain
}

/** Adds `gain` × `source` to `target`, channel by channel. */
export function addInPlace(target: readonly Float32Array[], source: readonly Float32Array[], gain = 1): void {
  target.forEach((samples, channel) => {
    const other = source[channel]!
    for (let i = 0; i < samples.length; i++) samples[i]! += gain * other[i]!
  })
}

/** Soft clipping by tanh at a drive relative to the signal's own RMS, which is kept. */
export function saturateInPlace(channels: readonly Float32Array[], drive: number): void {
  const level = rms(channels)
  if (level === 0) return
  const gain = drive / level
  for (const samples of channels) for (let i = 0; i < samples.length; i++) samples[i] = Math.tanh(samples[i]! * gain)
  scaleInPlace(channels, level / rms(channels))
}

export interface CompressorOptions {
  /** Decibels above the programme's RMS at which gain reduction begins. */
  threshold: number
  ratio: number
  /** Seconds. */
  attack: number
  release: number
  sampleRate: number
}

/** Gain of a feed-forward compressor for every sample of the sidechain (peak over channels), 1 where it is at rest. */
export function compressorGain(sidechain: readonly Float32Array[], options: CompressorOptions): Float32Array {
  const { threshold, ratio, attack, release, sampleRate } = options
  const length = sidechain[0]?.length ?? 0
  const gain = new Float32Array(length)
  const knee = rms(sidechain) * 10 ** (threshold / 20)
  const rise = Math.exp(-1 / (attack * sampleRate))
  const fall = Math.exp(-1 / (release * sampleRate))
  const exponent = 1 / ratio - 1
  let envelope = 0
  for (let i = 0; i < length; i++) {
    let peak = 0
    for (const samples of sidechain) peak = Math.max(peak, Math.abs(samples[i]!))
    const smoothing = peak > envelope ? rise : fall
    envelope = smoothing * envelope + (1 - smoothing) * peak
    gain[i] = envelope > knee ? (envelope / knee) ** exponent : 1
  }
  return gain
}

/** Multiplies every channel by a gain that changes from sample to sample. */
export function applyGainInPlace(channels: readonly Float32Array[], gain: Float32Array): void {
  for (const samples of channels) for (let i = 0; i < samples.length; i++) samples[i]! *= gain[i]!
}

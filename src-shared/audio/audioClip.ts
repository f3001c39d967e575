/** Sound in memory: one Float32Array a channel, all of one length, full scale ±1. */
export interface AudioClip {
  /** Hertz. */
  readonly sampleRate: number
  readonly channels: readonly Float32Array[]
}

/** Number of samples a channel. */
export function frameCount(clip: AudioClip): number {
  return clip.channels[0]?.length ?? 0
}

/** Length in seconds. */
export function duration(clip: AudioClip): number {
  return frameCount(clip) / clip.sampleRate
}

/** Left and right, of one length. */
export type Stereo = [left: Float32Array, right: Float32Array]

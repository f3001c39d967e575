/** A stretch of sound as a mel spectrogram; the input of source 003's network. */
export interface MelClipConfig {
  /** Hertz. */
  readonly sampleRate: number
  readonly fftSize: number
  readonly hopLength: number
  readonly bands: number
  /** 1, 2 or 3. */
  readonly seconds: number
}

/** 128 bands; three seconds are 130 frames. */
export function melClipOf(seconds: number): MelClipConfig {
  return { sampleRate: 22_050, fftSize: 2048, hopLength: 512, bands: 128, seconds }
}

export function clipSamples({ seconds, sampleRate }: MelClipConfig): number {
  return Math.round(seconds * sampleRate)
}

/** Centred frames of a clip, as librosa counts them. */
export function clipFrames(config: MelClipConfig): number {
  return 1 + Math.floor(clipSamples(config) / config.hopLength)
}

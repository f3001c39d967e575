/** One channel's short-time spectrum; both arrays are row-major [frame, bin]. */
export interface Spectrum {
  readonly re: Float32Array
  readonly im: Float32Array
  readonly frames: number
  /** fftSize / 2 + 1. */
  readonly bins: number
}

/** Returns a spectrum of zeros. */
export function createSpectrum(frames: number, bins: number): Spectrum {
  return { re: new Float32Array(frames * bins), im: new Float32Array(frames * bins), frames, bins }
}

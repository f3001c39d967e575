import { AppError } from '#shared/errors'

/** `slaney` is linear up to 1 kHz and logarithmic above (librosa's default), `htk` is 2595·log10(1 + f/700). */
export type MelScale = 'slaney' | 'htk'

export interface MelConfig {
  readonly sampleRate: number
  readonly fftSize: number
  readonly bands: number
  /** Hertz; by default from 0 to half the sample rate. */
  readonly lowest?: number
  readonly highest?: number
  readonly scale?: MelScale
  /** True (librosa's default) gives every triangle the same area, false the same height, 1. */
  readonly equalArea?: boolean
}

/** Overlapping triangles over the bins of a transform. */
export interface MelFilterbank {
  readonly bands: number
  /** fftSize / 2 + 1. */
  readonly bins: number
  /** Row-major [band, bin]. */
  readonly weights: Float32Array
  /** By band: its first bin with a weight, and the one after its last. */
  readonly firstBin: Int32Array
  readonly endBin: Int32Array
}

/** Returns hertz on the mel scale. */
export function hertzToMel(hertz: number, scale: MelScale = 'slaney'): number {
  if (scale === 'htk') return 2595 * Math.log10(1 + hertz / 700)
  return hertz < 1000 ? (hertz * 3) / 200 : 15 + Math.log(hertz / 1000) / slaneyStep
}

/** Returns mels in hertz. */
export function melToHertz(mel: number, scale: MelScale = 'slaney'): number {
  if (scale === 'htk') return 700 * (10 ** (mel / 2595) - 1)
  return mel < 15 ? (mel * 200) / 3 : 1000 * Math.exp(slaneyStep * (mel - 15))
}

/** 27 steps lead from 1 kHz to 6.4 kHz. @see Slaney, "Auditory Toolbox", 1998. */
const slaneyStep = Math.log(6.4) / 27

/**
 * Returns the filters of librosa.filters.mel.
 * @throws AppError INVALID_INPUT for frequencies out of order or above half the sample rate.
 */
export function melFilterbank(config: MelConfig): MelFilterbank {
  const { sampleRate, fftSize, bands, lowest = 0, highest = sampleRate / 2, scale = 'slaney', equalArea = true } = config
  if (!(bands >= 1 && lowest >= 0 && lowest < highest && highest <= sampleRate / 2)) {
    throw new AppError(
      'INVALID_INPUT',
      `${bands} mel bands from ${lowest} to ${highest} Hz are not possible at ${sampleRate} Hz; nothing was computed. ` +
        `Choose a range within 0 and ${sampleRate / 2} Hz.`,
    )
  }
  const bins = fftSize / 2 + 1
  const low = hertzToMel(lowest, scale)
  const high = hertzToMel(highest, scale)
  const corner = (i: number) => melToHertz(low + ((high - low) * i) / (bands + 1), scale)
  const bank: MelFilterbank = {
    bands,
    bins,
    weights: new Float32Array(bands * bins),
    firstBin: new Int32Array(bands),
    endBin: new Int32Array(bands),
  }
  for (let band = 0; band < bands; band++) {
    fillTriangle(bank, band, [corner(band), corner(band + 1), corner(band + 2)], sampleRate / fftSize, equalArea)
  }
  return bank
}

function fillTriangle(
  bank: MelFilterbank,
  band: number,
  [left, centre, right]: [number, number, number],
  binWidth: number,
  equalArea: boolean,
): void {
  const height = equalArea ? 2 / (right - left) : 1
  for (let bin = 0; bin < bank.bins; bin++) {
    const frequency = bin * binWidth
    const share = Math.min((frequency - left) / (centre - left), (right - frequency) / (right - centre))
    if (share <= 0) continue
    bank.weights[band * bank.bins + bin] = share * height
    if (bank.endBin[band] === 0) bank.firstBin[band] = bin
    bank.endBin[band] = bin + 1
  }
}

/** Returns [frame, band] from `values` [frame, bin] (powers, as a rule), in `out` when given. */
export function applyMel(
  bank: MelFilterbank,
  values: Float32Array,
  out = new Float32Array((values.length / bank.bins) * bank.bands),
): Float32Array {
  const { bands, bins, weights, firstBin, endBin } = bank
  const frames = Math.floor(values.length / bins)
  for (let frame = 0; frame < frames; frame++) {
    for (let band = 0; band < bands; band++) {
      let sum = 0
      const row = band * bins
      const column = frame * bins
      for (let bin = firstBin[band]!; bin < endBin[band]!; bin++) sum += weights[row + bin]! * values[column + bin]!
      out[frame * bands + band] = sum
    }
  }
  return out
}

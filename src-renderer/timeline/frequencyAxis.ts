import { hertzToMel, melToHertz } from '#shared/dsp/mel'

export const frequencyScales = ['mel', 'linear', 'log'] as const
export type FrequencyScale = (typeof frequencyScales)[number]

/** The vertical axis of a spectrogram. */
export interface FrequencyAxis {
  readonly scale: FrequencyScale
  /** Hertz at the bottom and at the top. */
  readonly lowest: number
  readonly highest: number
}

/** Lowest frequency of the logarithmic axis, which has no zero. */
const lowestLog = 32

export function frequencyAxis(scale: FrequencyScale, sampleRate: number): FrequencyAxis {
  return { scale, lowest: scale === 'log' ? lowestLog : 0, highest: sampleRate / 2 }
}

function warp(scale: FrequencyScale, hertz: number): number {
  if (scale === 'mel') return hertzToMel(hertz)
  return scale === 'log' ? Math.log2(Math.max(1, hertz)) : hertz
}

function unwarp(scale: FrequencyScale, value: number): number {
  if (scale === 'mel') return melToHertz(value)
  return scale === 'log' ? 2 ** value : value
}

/** Returns how high `hertz` lies: 0 at the bottom of the axis, 1 at its top. */
export function shareOfHertz({ scale, lowest, highest }: FrequencyAxis, hertz: number): number {
  const bottom = warp(scale, lowest)
  return (warp(scale, hertz) - bottom) / (warp(scale, highest) - bottom)
}

/** Returns the frequency at a height from 0 to 1; what `shareOfHertz` undoes. */
export function hertzOfShare({ scale, lowest, highest }: FrequencyAxis, share: number): number {
  const bottom = warp(scale, lowest)
  return unwarp(scale, bottom + share * (warp(scale, highest) - bottom))
}

const labelled: Record<FrequencyScale, readonly number[]> = {
  mel: [250, 500, 1000, 2000, 4000, 8000, 16000],
  linear: [2000, 4000, 6000, 8000, 10000, 12000, 14000, 16000, 18000, 20000],
  log: [50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000],
}

/** Returns frequencies worth a label on an axis `height` pixels high, at least `distance` pixels apart and from its ends. */
export function frequencyLabels(axis: FrequencyAxis, height: number, distance = 14): number[] {
  const kept: number[] = []
  for (const hertz of labelled[axis.scale]) {
    const y = shareOfHertz(axis, hertz) * height
    const below = kept.length > 0 ? shareOfHertz(axis, kept.at(-1)!) * height : 0
    if (hertz > axis.lowest && y - below >= distance && y <= height - distance / 2) kept.push(hertz)
  }
  return kept
}

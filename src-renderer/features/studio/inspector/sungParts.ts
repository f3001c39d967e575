import type { PeakLevel, PeakPyramid } from '#shared/audio/peaks'

/** A stretch of a sound, in its frames; `end` is the first frame after it. */
export interface Stretch {
  start: number
  end: number
}

/** What is this much quieter than the loudest moments, or quieter than -50 dBFS, is taken for what the other stem left behind. */
const shareOfLoudest = 0.2
const quietest = 0.003
/** Peaks that are averaged, so that a drum that was left behind is no singer: an eighth of a second. */
const averaged = 5
/** Seconds of quiet that do not end a part, and seconds that a part lasts at least. */
const longestPause = 0.6
const shortestPart = 0.35

/** Returns where somebody sings in a stem of vocals, exact to a 15th of a second, in order. */
export function sungParts({ levels, frames, sampleRate }: PeakPyramid): Stretch[] {
  const level = levels.findLast(({ framesPerPeak }) => framesPerPeak <= sampleRate / 40) ?? levels[0]
  if (!level) return []
  const peaks = smoothed(highestOf(level))
  const loudest = peaks.toSorted()[Math.floor(peaks.length * 0.95)] ?? 0
  const threshold = Math.max(quietest, shareOfLoudest * loudest)
  const found: Stretch[] = []
  peaks.forEach((peak, index) => {
    if (peak < threshold) return
    const start = index * level.framesPerPeak
    const end = Math.min(frames, start + level.framesPerPeak)
    const last = found.at(-1)
    if (last && start - last.end <= longestPause * sampleRate) last.end = end
    else found.push({ start, end })
  })
  return found.filter(({ start, end }) => end - start >= shortestPart * sampleRate)
}

function smoothed(peaks: Float32Array): Float32Array {
  const reach = (averaged - 1) / 2
  return peaks.map((_, index) => {
    const near = peaks.subarray(Math.max(0, index - reach), index + reach + 1)
    return near.reduce((sum, peak) => sum + peak, 0) / near.length
  })
}

/** Highest magnitude over all channels, one a peak. */
function highestOf({ channels }: PeakLevel): Float32Array {
  const highest = new Float32Array((channels[0]?.length ?? 0) / 2)
  for (const pairs of channels) {
    for (let i = 0; i < highest.length; i++) highest[i] = Math.max(highest[i]!, -pairs[2 * i]!, pairs[2 * i + 1]!)
  }
  return highest
}

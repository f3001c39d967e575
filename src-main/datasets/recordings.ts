import type { Stereo } from '#shared/audio/audioClip'

/** What a recording may be used for. A song's stems are aligned and belong together; a mixture has no stems. */
export type RecordingKind = 'songVocals' | 'songMusic' | 'voice' | 'music' | 'mixture'

/** A sound that training draws excerpts from, at the model's sample rate. */
export interface Recording {
  /** Path in the dataset, with `/`. */
  readonly id: string
  readonly kind: RecordingKind
  /** Recordings of one group sound alike: a song, a folder of takes, an album. Drawn by group, not by minutes. */
  readonly group: string
  readonly frames: number
  /** Seconds of it in which something is heard, as `[start, end)` in frames. */
  readonly active: readonly (readonly [number, number])[]
  /** Samples from `start` on; silence past the end. */
  read(start: number, length: number): Stereo
}

/** Where sound is: stretches louder than `threshold` (linear RMS of 0.1 s), joined over gaps below half a second. */
export function activeStretches([left, right]: Stereo, sampleRate: number, threshold = 0.005): [number, number][] {
  const step = Math.round(sampleRate / 10)
  const stretches: [number, number][] = []
  for (let start = 0; start < left.length; start += step) {
    const end = Math.min(left.length, start + step)
    let sum = 0
    for (let i = start; i < end; i++) sum += left[i]! ** 2 + right[i]! ** 2
    if (Math.sqrt(sum / (2 * (end - start))) < threshold) continue
    const last = stretches.at(-1)
    if (last && start - last[1] < sampleRate / 2) last[1] = end
    else stretches.push([start, end])
  }
  return stretches
}

import type { ManifestClip, Split } from '#main/datasets/manifest'

/** A short sound in memory. */
export interface ClipRecording extends ManifestClip {
  /** One channel. */
  readonly samples: Float32Array
  /** Whether the file goes on where these end. */
  readonly isCut: boolean
}

/** What is learned from, and what that is measured on while it goes on. */
export interface ClipSplit {
  readonly train: readonly ClipRecording[]
  readonly held: readonly ClipRecording[]
  /** In a sentence, where `held` is learned from as well. */
  readonly note?: string
}

/**
 * Sounds by what they are for. Those for the test are in neither. Where files that could not be read leave nothing to learn
 * from, the sounds that were held out are learned from; where nothing is held out, what is learned from is what it is measured on.
 */
export function splitClips(clips: readonly ClipRecording[]): ClipSplit {
  const of = (wanted: Split) => clips.filter(({ split }) => split === wanted)
  const [train, held] = [of('train'), of('validation')]
  if (train.length > 0 && held.length > 0) return { train, held }
  const all = train.length > 0 ? train : held.length > 0 ? held : clips
  return { train: all, held: all, note: 'No sound is kept for validation, so the run is measured on sounds that it learns from.' }
}

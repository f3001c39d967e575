import type { NamedArrays } from '#main/engine/engine'
import type { PictureGrid } from '#main/training/picture'
import type { Split } from '#main/datasets/manifest'
import type { AudioClip } from '#shared/audio/audioClip'
import type { WorkContext } from '#shared/jobs/work'

/** Frames of a sound, `[start, end)`. */
export interface FrameSpan {
  readonly start: number
  readonly end: number
}

/** A few seconds that every checkpoint of a run is heard on. */
export interface PinnedClip {
  readonly name: string
  /** Where it is from: what a network does with its own training material says little. */
  readonly split: Split
  /** The mixture, with what lies around the clip, which a network may look at. */
  readonly mixture: AudioClip
  /** The clip in `mixture`. */
  readonly span: FrameSpan
  /** The true parts of the clip alone, as long as `span`; empty where they are not known. They add up to the mixture. */
  readonly targets: Readonly<Record<string, AudioClip>>
}

/** What parameters make of a clip, each part as long as the clip. */
export interface HeardClip {
  readonly parts: Readonly<Record<string, AudioClip>>
  /** Decibels by part, where there is something to measure against. */
  readonly sdr: Readonly<Record<string, number>>
}

/** Results to hear: the clips are pinned once a run, and heard at every checkpoint. */
export interface ClipSource {
  readonly kind: 'clips'
  /** Chooses the clips; a function of the data and the run's seed. Empty where the data hold nothing to be heard. */
  pin(context: WorkContext): Promise<PinnedClip[]>
  /** Gives what `parameters` make of each clip, in their order. */
  hear(parameters: NamedArrays, clips: readonly PinnedClip[], context: WorkContext): Promise<HeardClip[]>
}

/** Results to see. */
export interface GallerySource {
  readonly kind: 'gallery'
  /** Gives pictures of what `parameters` make of the same few examples each time. */
  see(parameters: NamedArrays, context: WorkContext): Promise<PictureGrid>
}

/** What a family shows of a checkpoint. */
export type ResultSource = ClipSource | GallerySource

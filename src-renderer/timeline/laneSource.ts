import type { SpectrogramFacts } from '#shared/contract/sounds'
import type { PeakPyramid } from '#shared/audio/peaks'

/**
 * All that the timeline asks of a sound to draw it. Objects are compared by identity: what changes (peaks that have arrived, for
 * example) comes as a new object with the same `soundId`.
 */
export interface LaneSource {
  /** Equal ids mean equal sound, so that what was drawn for one is reused for the other. */
  readonly soundId: string
  /** Hertz. */
  readonly sampleRate: number
  readonly frames: number
  /** Undefined while they are fetched; the clip is drawn without a waveform. */
  readonly peaks: PeakPyramid | undefined
  /** Undefined where there is no spectrogram (yet). */
  readonly spectrogram: SpectrogramFacts | undefined
  /** A tile as `sounds.tile` of the contract describes it: at once where it is in memory, else as a promise. */
  tile(level: number, index: number): Uint8Array | Promise<Uint8Array>
  /** Samples from frame `first` on, one array a channel; fewer at the end of the sound. */
  samples(first: number, count: number): Promise<readonly Float32Array[]>
}

/** Sources of a project by their ids; a clip whose source is missing is drawn empty. */
export type LaneSources = ReadonlyMap<string, LaneSource>

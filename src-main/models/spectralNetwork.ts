import { fieldSize, positionCount, type BandLayout } from '#main/models/bandLayout'
import type { RepetitionConfig } from '#main/models/repetition'
import { featureKinds } from '#main/models/spectralFeatures'

/** What the networks that give masks share: what they see, and the sizes of their encoders and decoders. */
export interface SpectralNetworkConfig {
  readonly stft: { readonly sampleRate: number; readonly fftSize: number; readonly hopLength: number }
  /** STFT frames in a patch; a multiple of the layout's framePack. */
  readonly frames: number
  readonly layout: BandLayout
  readonly repetition: RepetitionConfig
  /** Channels at each resolution, from the patch's own down to the coarsest. */
  readonly encoderChannels: readonly number[]
  /** Channels of each decoder at all resolutions but the coarsest. */
  readonly decoderChannels: readonly number[]
  /** The frequency-dense layers narrow to a this-th of their positions. */
  readonly frequencyReduction: number
  /** Networks of this shape whose masks are averaged; 1 where not given. See `members`. */
  readonly members?: number | undefined
  /** How far the masks lean towards the vocals once they are computed; not at all where not given. */
  readonly lean?: LeanConfig | undefined
}

/** How far masks lean towards the vocals, and where; `src-main/separation/lean` does it and says why. */
export interface LeanConfig {
  /** Added to the logits of the vocals' masks where somebody sings. */
  readonly sung: number
  /** Added to them where nobody does. */
  readonly unsung: number
  /** Share of a moment's power that is sung from which on somebody sings for certain; below it the lean lies between the two. */
  readonly presence: number
}

export type Shape4D = [number, number, number, number]

/** Size of a batch of features. */
export function featureShape({ frames, layout }: SpectralNetworkConfig, batch: number): Shape4D {
  return [batch, frames / layout.framePack, positionCount(layout), featureKinds * fieldSize(layout)]
}

/** Size of a batch of masks, and of the powers that they are held against. */
export function maskShape({ frames, layout }: SpectralNetworkConfig, batch: number): Shape4D {
  return [batch, frames / layout.framePack, positionCount(layout), 2 * fieldSize(layout)]
}

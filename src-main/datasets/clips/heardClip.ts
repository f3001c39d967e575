import { eventFeatures } from '#main/datasets/clips/eventFeatures'
import { normaliseClip, type MelAnalysis, type NormalisedClip } from '#main/datasets/clips/melClip'
import { eventFrames, eventSpan, framePowers, type MelPowers } from '#main/datasets/clips/soundEvents'
import { clipFrames, type MelClipConfig } from '#main/models/detect/melClipConfig'
import { powerToDecibels } from '#shared/dsp/spectrogram'
import { AppError } from '#shared/errors'
import type { RandomStream } from '#shared/random'

/** A clip as networks and classifiers see it. */
export interface HeardClip {
  /** The stretch that begins shortly before its loudest event, as the network of source 003 sees it: of sounds that lie anywhere it would learn a blur. */
  readonly picture: NormalisedClip
  /** All of it. */
  readonly sound: MelPowers
  /** What each of its events sounds like. */
  readonly events: readonly (readonly number[])[]
}

/** Seconds of a clip that are looked at. */
export const longestHeard = 10
/** Frames that are seen before the loudest event begins. */
const framesBeforeEvent = 8

/** @throws AppError AUDIO_SILENT where nothing is heard in it */
export function hearClip(samples: Float32Array, mel: MelAnalysis, config: MelClipConfig): HeardClip {
  const { sampleRate, hopLength, bands } = config
  const heard = samples.subarray(0, longestHeard * sampleRate)
  const frames = 1 + Math.floor(heard.length / hopLength)
  const sound = { powers: mel.powers(heard, 0, frames), frames, bands }
  const picture = normaliseClip(powerToDecibels(stretchFrom(sound, loudestBeginning(sound) - framesBeforeEvent, clipFrames(config))))
  if (!picture) throw new AppError('AUDIO_SILENT', 'Nothing is heard in a clip. It was left out; record it again.')
  return { picture, sound, events: eventsOf(sound) }
}

function loudestBeginning(sound: MelPowers): number {
  const loudness = framePowers(sound)
  const loudest = loudness.indexOf(loudness.reduce((most, power) => Math.max(most, power), 0))
  return eventSpan(loudness, Math.max(0, loudest)).first
}

/** Powers of `frames` frames from `first` on; there is silence where the sound has none. */
function stretchFrom(sound: MelPowers, first: number, frames: number): Float32Array {
  const stretch = new Float32Array(frames * sound.bands)
  const from = Math.max(0, first)
  stretch.set(sound.powers.subarray(from * sound.bands, Math.max(from, first + frames) * sound.bands), (from - first) * sound.bands)
  return stretch
}

/** Decibels by which the sound that is mixed in is softer. */
const softness = { from: -30, to: -10 } as const

/** The events of a clip with another sound under it, as recordings have them that are no collection of clips. */
export function eventsUnderNoise(clip: MelPowers, noise: MelPowers, random: RandomStream): number[][] {
  const gain = (loudest(clip) / Math.max(1e-20, loudest(noise))) * 10 ** (random.between(softness.from, softness.to) / 10)
  // Powers add up where sounds have nothing to do with one another.
  return eventsOf({ ...clip, powers: clip.powers.map((power, i) => power + gain * (noise.powers[i] ?? 0)) })
}

function eventsOf(sound: MelPowers): number[][] {
  return eventFrames(sound).map((frame) => eventFeatures(sound, frame))
}

function loudest({ powers }: MelPowers): number {
  return powers.reduce((most, power) => Math.max(most, power), 0)
}

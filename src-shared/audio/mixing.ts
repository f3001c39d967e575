import type { Stereo } from '#shared/audio/audioClip'
import type { Clip, Track } from '#shared/project/project'

/*
 * What a project sounds like. The player and the renderer to files both mix by these functions, or by a graph that computes the
 * same: every gain is one float32, every product and every sum is rounded to float32, and tracks are summed in their order.
 * So a sample that is heard is the sample that is written, and a project at unity gives its sources back to the bit.
 */

/** Returns the factor that decibels stand for, as a float32; exactly 1 at 0 dB, and 0 at -Infinity. */
export function gainOf(decibels: number): number {
  return Math.fround(10 ** (decibels / 20))
}

/**
 * Returns the factors of the left and the right channel at a pan from -1 to 1: constant power, and exactly 1 in the middle, so
 * that a track that is not panned is not touched. At either end that side gains 3 dB and the other is silent.
 */
export function panGains(pan: number): [left: number, right: number] {
  if (pan === 0) return [1, 1]
  if (Math.abs(pan) === 1) return pan < 0 ? [Math.SQRT2, 0] : [0, Math.SQRT2]
  const angle = ((pan + 1) * Math.PI) / 4
  return [Math.SQRT2 * Math.cos(angle), Math.SQRT2 * Math.sin(angle)]
}

/** Returns the tracks that are heard, in their order: a solo silences all that have none, and mute wins over solo. */
export function audibleTracks<T extends Pick<Track, 'muted' | 'soloed'>>(tracks: readonly T[]): T[] {
  const unmuted = tracks.filter(({ muted }) => !muted)
  const soloed = unmuted.filter((track) => track.soloed)
  return soloed.length > 0 ? soloed : unmuted
}

/** Returns the factors, as float32, by which the two channels of a track that is heard reach the sum: its gain and its pan. */
export function trackGains({ gain, pan }: Pick<Track, 'gain' | 'pan'>): [left: number, right: number] {
  const [left, right] = panGains(pan)
  const level = 10 ** (gain / 20)
  return [Math.fround(level * left), Math.fround(level * right)]
}

/** Returns the factor of frame `at` of a clip, as a float32: its gain, and where it fades, with equal power. */
export function clipGainAt({ gain, fadeIn, fadeOut, length }: Pick<Clip, 'gain' | 'fadeIn' | 'fadeOut' | 'length'>, at: number): number {
  return Math.fround(10 ** (gain / 20) * fadeGain(at, fadeIn) * fadeGain(length - 1 - at, fadeOut))
}

/** Half a frame lies before the first and after the last one, so that a fade out is the mirror image of a fade in. */
function fadeGain(at: number, frames: number): number {
  return at >= frames ? 1 : Math.sin(((at + 0.5) / frames) * (Math.PI / 2))
}

/** The part of a clip that lies in a block of the timeline. */
export interface ClipPart {
  readonly clip: Clip
  /** Frame of the clip that is heard first. */
  readonly from: number
  /** Frame of the block at which that is. */
  readonly at: number
  readonly count: number
}

/** Returns the parts of clips that lie within `frames` of the timeline from `start` on. */
export function clipParts(clips: readonly Clip[], start: number, frames: number): ClipPart[] {
  return clips.flatMap((clip) => {
    const first = Math.max(start, clip.start)
    const count = Math.min(start + frames, clip.start + clip.length) - first
    return count > 0 ? [{ clip, from: first - clip.start, at: first - start, count }] : []
  })
}

/**
 * Adds a part of a clip to a block, with the clip's gain and fades.
 * @param samples the source's frames from `clip.offset + from` on, one array a channel; one channel is heard on both sides, and
 * what is missing at the end is silence
 */
export function addClipPart(block: Stereo, { clip, from, at, count }: ClipPart, samples: readonly Float32Array[]): void {
  const level = gainOf(clip.gain)
  const fadedOut = clip.length - clip.fadeOut
  for (const [channel, target] of block.entries()) {
    const source = samples[Math.min(channel, samples.length - 1)]
    if (!source) return
    const frames = Math.min(count, source.length)
    for (let i = 0; i < frames; i++) {
      const place = from + i
      const gain = place < clip.fadeIn || place >= fadedOut ? clipGainAt(clip, place) : level
      target[at + i]! += Math.fround(source[i]! * gain)
    }
  }
}

/** Adds a track's block to a sum, by the factors of `trackGains`. */
export function addTrackBlock(sum: Stereo, block: Stereo, gains: readonly [left: number, right: number]): void {
  for (const [channel, target] of sum.entries()) {
    const samples = block[channel]!
    const gain = gains[channel]!
    if (gain === 0) continue
    for (let i = 0; i < samples.length; i++) target[i]! += Math.fround(samples[i]! * gain)
  }
}

/** Gives samples of a source, one array a channel, from frame `first` on; fewer than `count` at its end. */
export type ReadSource = (sourceId: string, first: number, count: number) => Promise<readonly Float32Array[]>

/** Returns a silent block. */
export function silentBlock(frames: number): Stereo {
  return [new Float32Array(frames), new Float32Array(frames)]
}

/** Returns `frames` of a track from frame `start` of the timeline on: its clips with their gains and fades, nothing of its own. */
export async function mixTrack(track: Pick<Track, 'clips'>, start: number, frames: number, read: ReadSource): Promise<Stereo> {
  const block = silentBlock(frames)
  const parts = clipParts(track.clips, start, frames)
  const samples = await Promise.all(parts.map(({ clip, from, count }) => read(clip.sourceId, clip.offset + from, count)))
  parts.forEach((part, index) => addClipPart(block, part, samples[index]!))
  return block
}

/** Returns `frames` of what is heard of tracks from frame `start` of the timeline on: gains, pans, mutes and solos. */
export async function mixTracks(tracks: readonly Track[], start: number, frames: number, read: ReadSource): Promise<Stereo> {
  const sum = silentBlock(frames)
  for (const track of audibleTracks(tracks)) addTrackBlock(sum, await mixTrack(track, start, frames, read), trackGains(track))
  return sum
}

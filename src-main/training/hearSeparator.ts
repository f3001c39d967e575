import type { SeparationInput } from '#main/separation/separator'
import type { HeardClip, PinnedClip } from '#main/training/resultSource'
import { concatenate } from '#shared/audio/concatenate'
import type { AudioClip } from '#shared/audio/audioClip'
import type { WorkContext } from '#shared/jobs/work'
import { measureSdr } from '#shared/metrics/sdr'

/** Gives the vocals of a sound; such as `separateVocals` with a model. */
type VocalsOf = (input: SeparationInput, context: WorkContext) => AsyncIterable<Float32Array[]>

/**
 * Separates a pinned clip as the Studio separates a song, with what lies around it; music is what the vocals leave of the
 * mixture.
 */
export async function hearSeparator(clip: PinnedClip, vocalsOf: VocalsOf, context: WorkContext): Promise<HeardClip> {
  const { mixture, span, targets } = clip
  const { sampleRate, channels } = mixture
  const input = { sampleRate, channels: channels.length, blocks: oneBlock(channels) }
  const pieces: Float32Array[][] = []
  // What the user sees is how far the run is, not how far a clip.
  const silent = { ...context, onProgress: () => {} }
  for await (const block of vocalsOf(input, silent)) pieces.push(block)
  const whole = channels.map((_, side) => concatenate(pieces.map((piece) => piece[side]!)))
  const vocals = { sampleRate, channels: whole.map((samples) => samples.slice(span.start, span.end)) }
  const accompaniment = remainder(mixture, span.start, vocals)
  const parts: Record<string, AudioClip> = { vocals, accompaniment }
  return { parts, sdr: scores(parts, targets) }
}

/** SDR of each part that has a true one. */
export function scores(parts: Readonly<Record<string, AudioClip>>, targets: Readonly<Record<string, AudioClip>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(parts).flatMap(([name, part]) => (targets[name] ? [[name, measureSdr(targets[name], part).usdr]] : [])),
  )
}

function remainder(mixture: AudioClip, start: number, part: AudioClip): AudioClip {
  const channels = part.channels.map((samples, side) => samples.map((value, i) => mixture.channels[side]![start + i]! - value))
  return { sampleRate: mixture.sampleRate, channels }
}

async function* oneBlock(channels: readonly Float32Array[]): AsyncGenerator<readonly Float32Array[]> {
  yield channels
}

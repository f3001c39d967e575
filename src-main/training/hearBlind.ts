import type { Executable } from '#main/engine/engine'
import type { BlindConfig } from '#main/models/componentProgram'
import { hearComponents, monoOf } from '#main/separation/components'
import type { HeardClip, PinnedClip } from '#main/training/resultSource'
import type { AudioClip } from '#shared/audio/audioClip'
import type { WorkContext } from '#shared/jobs/work'
import { measureSdr } from '#shared/metrics/sdr'

/**
 * Gives the components and the reconstruction that a blind network makes of a clip. The reconstruction is measured against the
 * mixture in mono. A component is measured against a true part where those are known; nothing told the network which is which,
 * so they are paired in the way that fits better.
 */
export async function hearBlind(clip: PinnedClip, config: BlindConfig, network: Executable, context: WorkContext): Promise<HeardClip> {
  const { first, second, reconstruction } = await hearComponents(clip.mixture, config, network, context)
  const { start, end } = clip.span
  const cut = ({ sampleRate, channels }: AudioClip) => ({ sampleRate, channels: channels.map((samples) => samples.slice(start, end)) })
  const parts = { first: cut(first), second: cut(second), reconstruction: cut(reconstruction) }
  const mixture = monoOf(cut(clip.mixture))
  return { parts, sdr: { reconstruction: measureSdr(mixture, parts.reconstruction).usdr, ...pairedScores(parts, clip.targets) } }
}

function pairedScores(parts: { first: AudioClip; second: AudioClip }, targets: PinnedClip['targets']): Record<string, number> {
  const [a, b] = Object.values(targets)
  if (!a || !b) return {}
  const straight = { first: measureSdr(a, parts.first).usdr, second: measureSdr(b, parts.second).usdr }
  const crossed = { first: measureSdr(b, parts.first).usdr, second: measureSdr(a, parts.second).usdr }
  return crossed.first + crossed.second > straight.first + straight.second ? crossed : straight
}

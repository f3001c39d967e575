import type { AudioClip } from '#shared/audio/audioClip'
import { LoudnessMeter } from '#shared/audio/loudness'

/** A sound that is nearly silent is not made louder than this: its noise would be all that is heard. */
const mostGain = 10 ** (12 / 20)

/** Loudness (LUFS) and highest sample of a sound. */
export interface ClipLevel {
  readonly loudness: number
  readonly peak: number
}

/** Returns how loud a clip is, once a mono one comes out of both loudspeakers. */
export function levelOf({ sampleRate, channels }: AudioClip): ClipLevel {
  const meter = new LoudnessMeter(sampleRate, 2)
  meter.addLoudness([channels[0]!, channels.at(-1)!])
  const peak = channels.reduce((most, samples) => samples.reduce((high, value) => Math.max(high, Math.abs(value)), most), 0)
  return { loudness: meter.integrated(), peak }
}

/**
 * Returns the gains, by key, at which all sounds are as loud as `reference`; all are turned down together where one would be cut
 * off at full scale otherwise. Silent ones keep their level.
 */
export function matchedClipGains(levels: ReadonlyMap<string, ClipLevel>, reference: string): Map<string, number> {
  const wanted = levels.get(reference)?.loudness ?? -Infinity
  const gains = new Map<string, number>()
  let loudest = 1
  for (const [key, { loudness, peak }] of levels) {
    const known = Number.isFinite(wanted) && Number.isFinite(loudness)
    const gain = known ? Math.min(mostGain, 10 ** ((wanted - loudness) / 20)) : 1
    gains.set(key, gain)
    loudest = Math.max(loudest, gain * peak)
  }
  for (const [key, gain] of gains) gains.set(key, gain / loudest)
  return gains
}

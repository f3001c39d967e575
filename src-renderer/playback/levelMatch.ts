import type { Programme } from '#renderer/playback/piece'
import type { SoundReader } from '#renderer/playback/sounds'
import { mixTracks } from '#shared/audio/mixing'
import { LoudnessMeter } from '#shared/audio/loudness'
import type { Project } from '#shared/project/project'

const blockSeconds = 0.25

/**
 * Returns the gains at which all versions are equally loud over a stretch of the timeline, by their integrated loudness. The
 * quietest one keeps its level and the others are turned down to it, so that comparing never clips. Versions that are silent
 * there are left out.
 * @see ITU-R BS.1770-4
 */
export async function matchedGains(programme: Programme, range: { start: number; end: number }, sounds: SoundReader): Promise<number[]> {
  if (programme.length < 2) return [1]
  const levels: number[] = []
  for (const project of programme) levels.push(await loudness(project, range, sounds))
  const quietest = Math.min(...levels.filter(Number.isFinite))
  return levels.map((level) => (Number.isFinite(level) ? 10 ** ((quietest - level) / 20) : 1))
}

async function loudness(project: Project, { start, end }: { start: number; end: number }, sounds: SoundReader): Promise<number> {
  const sampleRate = project.sampleRate ?? 44100
  const meter = new LoudnessMeter(sampleRate, 2)
  const read = sounds.readerOf(project)
  const blockFrames = Math.round(blockSeconds * sampleRate)
  for (let at = start; at < end; at += blockFrames) {
    meter.addLoudness(await mixTracks(project.tracks, at, Math.min(blockFrames, end - at), read))
    await turn()
  }
  return meter.integrated()
}

/** Lets the page draw and react in between. */
function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve))
}

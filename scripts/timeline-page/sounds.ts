import { type PeakPyramid, PeakCollector } from '#shared/audio/peaks'
import { drawTile, tileGrid } from '#shared/dsp/spectrogramTile'
import type { LaneSource } from '#renderer/timeline/laneSource'

/** Returns a sound in memory as the timeline takes it; its tiles are computed as they are asked for. */
export function soundSource(soundId: string, sampleRate: number, channels: readonly Float32Array[]): LaneSource {
  const frames = channels[0]!.length
  const read = (first: number, count: number) => Promise.resolve(channels.map((channel) => channel.subarray(first, first + count)))
  const sound = { frames, channels: channels.length, read }
  const spectrogram = tileGrid(sampleRate, frames)
  return {
    soundId,
    sampleRate,
    frames,
    peaks: peaksOf(sampleRate, channels),
    spectrogram,
    tile: (level, index) => drawTile(sound, spectrogram, level, index, context),
    samples: read,
  }
}

const context = { signal: new AbortController().signal, onProgress: () => {}, yieldTurn: () => Promise.resolve() }

export function peaksOf(sampleRate: number, channels: readonly Float32Array[]): PeakPyramid {
  const collector = new PeakCollector(sampleRate, channels.length)
  collector.add(channels)
  return collector.finish()
}

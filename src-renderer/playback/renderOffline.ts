import { PlaybackGraph, toneContext, type VersionGains } from '#renderer/playback/graph'
import { cutPiece, type Programme } from '#renderer/playback/piece'
import type { Route } from '#renderer/playback/route'
import { SoundReader, type OpenSound } from '#renderer/playback/sounds'
import type { Stereo } from '#shared/audio/audioClip'

export interface OfflineRequest {
  readonly programme: Programme
  readonly versionGains?: VersionGains
  readonly sounds: OpenSound
  /** Hertz. */
  readonly sampleRate: number
  readonly route: Route
  /** Frame of the timeline to begin at, and number of frames to render. */
  readonly from: number
  readonly frames: number
  readonly pieceFrames?: number
}

/** Returns what the player would play, through the same graph and from the same pieces, sample by sample. */
export async function renderOffline({ programme, versionGains = [1], sounds, sampleRate, route, from, frames, pieceFrames = 22050 }: OfflineRequest): Promise<Stereo> {
  const context = new OfflineAudioContext(2, frames, sampleRate)
  const graph = new PlaybackGraph(toneContext(context), sampleRate, programme, versionGains)
  graph.output.connect(context.destination)
  const reader = new SoundReader(sounds)
  let next: number | undefined = from
  for (let at = 0; at < frames && next !== undefined; ) {
    const piece = await cutPiece(programme, route, next, Math.min(pieceFrames, frames - at), reader)
    graph.play(piece.lanes, at, 0)
    at += piece.frames
    next = piece.next
  }
  const rendered = await context.startRendering()
  return [rendered.getChannelData(0), rendered.getChannelData(1)]
}

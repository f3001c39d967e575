import { PlaybackGraph, toneContext, type VersionGains } from '#renderer/playback/graph'
import type { Piece, Programme } from '#renderer/playback/piece'
import type { PieceOutput } from '#renderer/playback/scheduler'

/** Milliseconds after which a graph that was replaced plays nothing any more, and the device is let go of when nothing plays. */
const retirement = 1000
const idleTime = 10_000

/** Returns a context at a rate, or at the device's own where the browser refuses it and resamples. */
export function contextAt(sampleRate: number): AudioContext {
  try {
    return new AudioContext({ sampleRate })
  } catch {
    return new AudioContext()
  }
}

/** The loudspeaker: a context, and the graph of what plays. Frames of its clock are at the programme's rate. */
export class LiveOutput implements PieceOutput {
  private readonly tone
  private graph: PlaybackGraph | undefined
  private versionGains: VersionGains = [1]
  private idle: ReturnType<typeof setTimeout> | undefined

  constructor(
    private readonly context: AudioContext,
    readonly sampleRate: number,
  ) {
    this.tone = toneContext(context)
  }

  now(): number {
    return this.context.currentTime * this.sampleRate
  }

  /** Frames between a sound's being computed and its being heard. */
  get latency(): number {
    return (this.context.outputLatency || 0) * this.sampleRate
  }

  /** True where sound reaches the device's mixer without being resampled. */
  get exact(): boolean {
    return this.context.sampleRate === this.sampleRate
  }

  async resume(): Promise<void> {
    clearTimeout(this.idle)
    if (this.context.state !== 'running') await this.context.resume()
  }

  replace(piece: Piece, at: number, skip: number): void {
    this.graph?.stop(at)
    const graph = this.graphFor(piece.programme)
    graph.open(at)
    graph.play(piece.lanes, at, skip)
  }

  add(piece: Piece, at: number): void {
    if (this.graph?.fits(piece.programme)) this.graph.play(piece.lanes, at, 0)
    else this.replace(piece, at, 0)
  }

  /** Changes what needs no other samples, while it plays: gains, pans, mutes, solos, and which version is heard. */
  setGains(programme: Programme, versionGains: VersionGains): void {
    this.versionGains = versionGains
    if (this.graph?.fits(programme)) this.graph.setGains(programme, versionGains)
  }

  /** Ends all sound within some milliseconds, without a click. */
  silence(): void {
    this.graph?.fadeOut(Math.ceil(this.now()))
    clearTimeout(this.idle)
    this.idle = setTimeout(() => void this.context.suspend(), idleTime)
  }

  /** Highest magnitudes of the last moments, left and right: of each lane and of what is heard. */
  peaks(): ReturnType<PlaybackGraph['peaks']> | undefined {
    return this.graph?.peaks()
  }

  async dispose(): Promise<void> {
    clearTimeout(this.idle)
    this.graph?.dispose()
    await this.context.close()
    this.tone.dispose()
  }

  private graphFor(programme: Programme): PlaybackGraph {
    if (this.graph?.fits(programme)) {
      this.graph.setGains(programme, this.versionGains)
      return this.graph
    }
    const old = this.graph
    if (old) setTimeout(() => old.dispose(), retirement)
    this.graph = new PlaybackGraph(this.tone, this.sampleRate, programme, this.versionGains)
    this.graph.output.connect(this.context.destination)
    return this.graph
  }
}

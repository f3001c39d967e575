import type { WavSource } from '#renderer/playback/wavSource'

/** One stem's place in the sound that is heard. */
export interface LaneSettings {
  solo: boolean
  mute: boolean
  /** Decibels. */
  gain: number
}

/** Seconds of sound in one scheduled piece, and how far ahead pieces are fetched. */
const pieceSeconds = 1
const aheadSeconds = 4
/** The first piece starts a moment after it was fetched, so that all stems make it. */
const leadSeconds = 0.08
const rampSeconds = 0.015

/** Which lanes are heard, and how loud: a solo silences all lanes that have none; mute wins over solo. */
export function laneGains(lanes: readonly LaneSettings[]): number[] {
  const soloed = lanes.some(({ solo, mute }) => solo && !mute)
  return lanes.map(({ solo, mute, gain }) => (mute || (soloed && !solo) ? 0 : 10 ** (gain / 20)))
}

/** Plays several files of one length and rate in step, sample by sample, from the one clock of an AudioContext. */
export class StemPlayer {
  /** Is called when the end is reached by playing. */
  onEnd = () => {}
  private context: AudioContext | undefined
  private gains: GainNode[] = []
  private levels: number[]
  private scheduled: AudioBufferSourceNode[] = []
  private isPlaying = false
  /** Frame that is heard at `startedAt` of the context's clock. */
  private startFrame = 0
  private startedAt: number | undefined
  /** Raised by every start and stop, so that a fetch of an earlier playing schedules nothing. */
  private generation = 0
  private timer: ReturnType<typeof setTimeout> | undefined
  private readonly sampleRate: number
  private readonly frames: number

  /** Plays `sources`, at their own rate where the browser can, so that nothing is resampled. */
  constructor(
    private readonly sources: readonly WavSource[],
    private readonly createContext: (sampleRate: number) => AudioContext = contextAt,
  ) {
    this.sampleRate = sources[0]!.sampleRate
    this.frames = sources[0]!.frames
    this.levels = sources.map(() => 1)
  }

  get playing(): boolean {
    return this.isPlaying
  }

  /** Plays from the present position, or from the beginning when that is the end; returns when playing stops. */
  async play(): Promise<void> {
    if (this.isPlaying) return
    const mine = ++this.generation
    if (this.startFrame >= this.frames) this.startFrame = 0
    this.isPlaying = true
    await this.open().resume()
    if (mine === this.generation) await this.run(mine)
  }

  pause(): void {
    this.startFrame = this.frameNow()
    this.stop()
  }

  /** Goes to `seconds`, playing on if it played. */
  seek(seconds: number): Promise<void> {
    const wasPlaying = this.isPlaying
    this.stop()
    this.startFrame = Math.min(this.frames, Math.max(0, Math.round(seconds * this.sampleRate)))
    return wasPlaying ? this.play() : Promise.resolve()
  }

  /** Seconds from the beginning. */
  position(): number {
    return this.frameNow() / this.sampleRate
  }

  applySettings(lanes: readonly LaneSettings[]): void {
    this.levels = laneGains(lanes)
    const { context } = this
    if (!context) return
    this.gains.forEach((node, lane) => node.gain.setTargetAtTime(this.levels[lane]!, context.currentTime, rampSeconds))
  }

  async dispose(): Promise<void> {
    this.stop()
    await this.context?.close()
  }

  private open(): AudioContext {
    if (this.context) return this.context
    const context = this.createContext(this.sampleRate)
    this.gains = this.levels.map((level) => {
      const node = context.createGain()
      node.gain.value = level
      node.connect(context.destination)
      return node
    })
    this.context = context
    return context
  }

  private stop(): void {
    this.generation++
    clearTimeout(this.timer)
    this.isPlaying = false
    this.startedAt = undefined
    for (const node of this.scheduled.splice(0)) node.stop()
  }

  private frameNow(): number {
    if (!this.context || this.startedAt === undefined) return this.startFrame
    const passed = Math.max(0, this.context.currentTime - this.startedAt)
    return Math.min(this.frames, this.startFrame + Math.round(passed * this.sampleRate))
  }

  /** Fetches and schedules pieces until the end, staying a few seconds ahead of what is heard. */
  private async run(mine: number): Promise<void> {
    const context = this.open()
    const pieceFrames = Math.round(pieceSeconds * this.sampleRate)
    const first = this.startFrame
    for (let frame = first; frame < this.frames; frame += pieceFrames) {
      const pieces = await Promise.all(this.sources.map((source) => source.read(frame, pieceFrames)))
      if (mine !== this.generation) return
      this.startedAt ??= context.currentTime + leadSeconds
      this.schedule(context, pieces, this.startedAt + (frame - first) / this.sampleRate)
      await this.wait(this.startedAt + (frame + pieceFrames - first) / this.sampleRate - context.currentTime - aheadSeconds)
      if (mine !== this.generation) return
    }
    await this.wait((this.startedAt ?? 0) + (this.frames - first) / this.sampleRate - context.currentTime)
    if (mine !== this.generation) return
    this.stop()
    this.startFrame = 0
    this.onEnd()
  }

  private wait(seconds: number): Promise<void> {
    return new Promise((resolve) => {
      this.timer = setTimeout(resolve, Math.max(0, seconds * 1000))
    })
  }

  private schedule(context: AudioContext, pieces: Float32Array<ArrayBuffer>[][], at: number): void {
    pieces.forEach((channels, lane) => {
      const buffer = context.createBuffer(channels.length, channels[0]!.length, this.sampleRate)
      channels.forEach((samples, channel) => buffer.copyToChannel(samples, channel))
      const node = context.createBufferSource()
      node.buffer = buffer
      node.connect(this.gains[lane]!)
      node.onended = () => (this.scheduled = this.scheduled.filter((other) => other !== node))
      node.start(at)
      this.scheduled.push(node)
    })
  }
}

function contextAt(sampleRate: number): AudioContext {
  try {
    return new AudioContext({ sampleRate })
  } catch {
    return new AudioContext()
  }
}

/** Seconds over which one sound gives way to another, so that it is not heard as a click. */
const rampSeconds = 0.01
/** Seconds before anything begins, in which the browser gets it ready. */
const leadSeconds = 0.05
/** See `graph`: a time that is meant to be on a frame must not be rounded up to the next one. */
const pastFrame = 1e-5

interface Voice {
  readonly buffer: AudioBuffer
  readonly level: GainNode
  /** How much of it is heard when it is. */
  gain: number
  source: AudioBufferSourceNode | undefined
}

/**
 * Sounds of one length that run in step, round and round or once, from one clock; one of them is heard. Whichever that is, it is heard
 * at the frame where the other one was: nothing is started or looked for when they are switched.
 */
export class ClipPlayer {
  private readonly voices = new Map<string, Voice>()
  private readonly gate: GainNode
  private heard: string | undefined
  /** Frame of the clip that was, or is, at a frame of the context's clock. */
  private anchor: { clock: number; frame: number } | undefined
  private rest = 0

  /**
   * @param sampleRate hertz, of the sounds; the context's own may differ where the browser refused it
   * @param isLooped whether they begin anew at their end
   */
  constructor(
    private readonly context: BaseAudioContext,
    readonly sampleRate: number,
    readonly frames: number,
    private readonly isLooped = true,
  ) {
    this.gate = context.createGain()
    this.gate.connect(context.destination)
  }

  get playing(): boolean {
    return this.anchor !== undefined
  }

  /** Whether what was played once is over, and has left the loudspeaker, `latency` seconds after it was computed. */
  hasEnded(latency = 0): boolean {
    return !this.isLooped && this.anchor !== undefined && this.framesSince(this.anchor, latency) >= this.frames
  }

  has(key: string): boolean {
    return this.voices.has(key)
  }

  /** Adds a sound; one that comes while others play runs in step with them at once. */
  add(key: string, channels: readonly Float32Array[], gain = 1): void {
    if (this.voices.has(key)) return
    const buffer = this.context.createBuffer(channels.length, this.frames, this.sampleRate)
    for (const [channel, samples] of channels.entries()) buffer.copyToChannel(samples.subarray(0, this.frames) as Float32Array<ArrayBuffer>, channel)
    const level = this.context.createGain()
    level.gain.value = key === this.heard ? gain : 0
    level.connect(this.gate)
    const voice: Voice = { buffer, level, gain, source: undefined }
    this.voices.set(key, voice)
    if (this.anchor) this.start(voice, this.soon())
  }

  /** Removes the sounds that are not among `keys`. */
  keep(keys: ReadonlySet<string>): void {
    for (const [key, voice] of this.voices) {
      if (keys.has(key)) continue
      voice.source?.stop()
      voice.level.disconnect()
      this.voices.delete(key)
    }
  }

  setGain(key: string, gain: number): void {
    const voice = this.voices.get(key)
    if (!voice || voice.gain === gain) return
    voice.gain = gain
    if (key === this.heard) this.ramp(voice, gain)
  }

  /** Lets another sound be heard from now on; one that is not there yet is silence until it comes. */
  hear(key: string): void {
    if (key === this.heard) return
    const before = this.heard === undefined ? undefined : this.voices.get(this.heard)
    this.heard = key
    const next = this.voices.get(key)
    if (before) this.ramp(before, 0)
    if (next) this.ramp(next, next.gain)
  }

  /** Plays on from frame `from`, by default from where it was stopped. */
  play(from = this.position()): void {
    this.stop()
    const clock = this.soon()
    const frame = Math.round(from)
    this.anchor = { clock, frame: ((frame % this.frames) + this.frames) % this.frames }
    this.gate.gain.cancelScheduledValues(this.context.currentTime)
    this.gate.gain.setValueAtTime(1, this.timeOf(clock - 8))
    for (const voice of this.voices.values()) this.start(voice, clock)
  }

  /** Fades out and stays where it is. */
  stop(): void {
    if (!this.anchor) return
    this.rest = this.position()
    this.anchor = undefined
    const end = this.context.currentTime + rampSeconds
    this.gate.gain.setValueAtTime(1, this.context.currentTime)
    this.gate.gain.linearRampToValueAtTime(0, end)
    for (const voice of this.voices.values()) {
      voice.source?.stop(end)
      voice.source = undefined
    }
  }

  /** Goes to a frame, whether it plays or not. */
  seek(frame: number): void {
    if (this.playing) this.play(frame)
    else this.rest = Math.min(this.frames, Math.max(0, frame))
  }

  /** The frame that is heard now, `latency` seconds after it was computed. */
  position(latency = 0): number {
    if (!this.anchor) return this.rest
    const frame = this.framesSince(this.anchor, latency)
    return this.isLooped ? frame % this.frames : Math.min(this.frames, frame)
  }

  dispose(): void {
    this.keep(new Set())
    this.gate.disconnect()
  }

  /** Frames from the beginning of the clip, as if it went on for ever. */
  private framesSince({ clock, frame }: { clock: number; frame: number }, latency: number): number {
    return frame + Math.max(0, (this.context.currentTime - latency) * this.sampleRate - clock)
  }

  /** The frame of the context's clock at which something can begin. */
  private soon(): number {
    return Math.ceil((this.context.currentTime + leadSeconds) * this.sampleRate - pastFrame)
  }

  private start(voice: Voice, clock: number): void {
    const { anchor, frames, context } = this
    if (!anchor) return
    const source = context.createBufferSource()
    source.buffer = voice.buffer
    source.loop = this.isLooped
    source.connect(voice.level)
    const frame = anchor.frame + clock - anchor.clock
    source.start(this.timeOf(clock), (this.isLooped ? frame % frames : Math.min(frames, frame)) / this.sampleRate)
    voice.source = source
  }

  private timeOf(frame: number): number {
    return (frame + pastFrame) / this.sampleRate
  }

  private ramp({ level }: Voice, target: number): void {
    const { currentTime } = this.context
    level.gain.cancelScheduledValues(currentTime)
    level.gain.setValueAtTime(level.gain.value, currentTime)
    level.gain.linearRampToValueAtTime(target, currentTime + rampSeconds)
  }
}

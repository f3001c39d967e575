import { matchedGains } from '#renderer/playback/levelMatch'
import { contextAt, LiveOutput } from '#renderer/playback/liveOutput'
import { mixReference } from '#renderer/playback/mixReference'
import { nullDecibels } from '#renderer/playback/nullMeter'
import { cutPiece, laneTracks, type Programme } from '#renderer/playback/piece'
import type { Route } from '#renderer/playback/route'
import { Scheduler } from '#renderer/playback/scheduler'
import { SoundReader, type OpenSound } from '#renderer/playback/sounds'
import { projectFrames, type Project, type Source } from '#shared/project/project'

/** What is heard: the tracks as they are; or, at one loudness, the tracks or the mix that they come from. */
export type AbMode = 'off' | 'tracks' | 'mix'

export interface Meters {
  /** Highest magnitudes of the last moments, left and right, full scale 1. */
  readonly master: readonly [number, number]
  /** The same by track id, after gain, pan, mute and solo. */
  readonly tracks: ReadonlyMap<string, readonly [number, number]>
  /** Peak of mixture minus the sum of its stems in what is heard, before any gain, dBFS; -200 stands for exactly 0. */
  readonly nullDbfs: number | undefined
}

export interface TransportOptions {
  readonly project: Project
  readonly sounds: OpenSound
  readonly createContext?: (sampleRate: number) => AudioContext
}

/** Seconds of sound that levels are matched over, and that the null meter looks back. */
const matchSeconds = 20
const nullSeconds = 0.3

/** Returns a player of a project. It makes no sound and holds no device before it plays for the first time. */
export function createTransport(options: TransportOptions): Transport {
  return new Transport(options)
}

/**
 * Plays a project, and plays on through edits, seeks and loops. Frames are of the timeline. Buffers are scheduled some seconds
 * ahead on the context's own clock, at whole frames: so the page may be busy for that long without a gap, nothing is resampled
 * or interpolated, and a render offline by the same graph gives the same samples. (A worklet would have to be fed by the page all
 * the same, or read files itself, and its samples could not be compared with any other way to play.)
 */
export class Transport {
  /** Is called when playing starts or stops. */
  onChange = () => {}
  /** Is called when the end is reached by playing. */
  onEnd = () => {}
  /** Is called when playing had to stop. */
  onError: (error: unknown) => void = () => {}
  private project: Project
  private readonly sounds: SoundReader
  private output: LiveOutput | undefined
  private scheduler: Scheduler | undefined
  private place = 0
  private wantsSound = false
  private loop: Route['loop']
  /** Where playing once stops and returns to; also while a sound is heard alone. */
  private once: { readonly end: number; readonly back: number } | undefined
  private alone: Project | undefined
  private compared: Programme | undefined
  private heard = 0
  private gains: readonly number[] | undefined
  private mode: AbMode = 'off'

  constructor(private readonly options: TransportOptions) {
    this.project = options.project
    this.loop = enabledLoop(options.project)
    this.sounds = new SoundReader(options.sounds)
  }

  get playing(): boolean {
    return this.wantsSound
  }

  get abMode(): AbMode {
    return this.mode
  }

  /** False where the browser resamples, because it refused the project's rate; undefined before anything was played. */
  get exact(): boolean | undefined {
    return this.output?.exact
  }

  /** Frame of the timeline that is heard now. */
  position(): number {
    if (!this.wantsSound || !this.output || !this.scheduler) return this.place
    return this.scheduler.pending ?? this.scheduler.placeAt(this.output.now() - this.output.latency) ?? this.place
  }

  /** Plays from the present position, or from the beginning when that is the end. */
  async play(): Promise<void> {
    if (this.wantsSound) return
    const { end, loop } = this.route()
    if (this.place >= end && !(loop && this.place < loop.end)) this.place = 0
    if (this.project.sampleRate === undefined || end === 0) return
    const output = this.open(this.project.sampleRate)
    this.wantsSound = true
    this.onChange()
    await output.resume()
    if (this.wantsSound && !this.scheduler?.active) this.scheduler?.start(this.place)
  }

  pause(): void {
    this.place = this.once?.back ?? this.position()
    this.halt()
  }

  /** Goes to a frame, playing on if it played. */
  seek(frame: number): void {
    this.endOnce()
    this.place = Math.max(0, Math.round(frame))
    if (this.wantsSound) this.scheduler?.start(this.place)
  }

  /** Plays a part of the timeline once, without its loop, and returns to where it was. */
  playRange(start: number, end: number): Promise<void> {
    return this.playOnce(undefined, start, end)
  }

  /** Plays one sound alone, once, from frame `at` of the timeline on, instead of the project. */
  audition(source: Source, at: number): Promise<void> {
    const clip = { id: 'alone', sourceId: source.id, start: at, offset: 0, length: source.frames, gain: 0, fadeIn: 0, fadeOut: 0 }
    const track = { id: 'alone', name: source.name, role: 'other' as const, gain: 0, pan: 0, muted: false, soloed: false, view: 'waveform' as const }
    return this.playOnce({ ...this.project, sources: [source], tracks: [{ ...track, clips: [clip] }] }, at, at + source.frames)
  }

  /** Takes on an edited project, or another one. What plays goes on; edits are heard within a fifth of a second. */
  setProject(project: Project): void {
    const before = this.project
    this.project = project
    if (project.sampleRate !== before.sampleRate) this.close()
    const loopChanged = this.adoptLoop(before)
    const changed = !sameSamples(before, project)
    if (changed || before.tracks !== project.tracks) this.gains = this.compared ? this.gains : undefined
    this.output?.setGains(this.programme(), this.versionGains())
    if (changed || loopChanged) this.scheduler?.refresh()
  }

  /** Sets the loop until the project brings another, for a loop that is being dragged. */
  setLoop(loop: Route['loop']): void {
    this.loop = loop
    this.scheduler?.refresh()
  }

  /** Is to be called when a sound that is still being written has grown. */
  soundGrew(): void {
    this.scheduler?.grew()
  }

  /** Changes between the tracks and the mix that they come from, at the same place and loudness; resolves once it is heard. */
  async setAbMode(mode: AbMode): Promise<void> {
    this.compared = undefined
    const wasOff = this.mode === 'off'
    this.mode = mode
    if (mode !== 'off') await this.match()
    if (this.mode !== mode) return
    this.hear(mode === 'mix' ? 1 : 0)
    if (wasOff !== (mode === 'off')) this.scheduler?.refresh()
  }

  /** Plays several versions of the project in its stead, all at one loudness, of which the first is heard. */
  async compare(versions: readonly Project[]): Promise<void> {
    this.mode = 'off'
    this.compared = versions
    this.gains = undefined
    this.heard = 0
    await this.match()
    this.scheduler?.refresh()
  }

  /** Lets be heard one of the versions that are compared. */
  hear(version: number): void {
    this.heard = version
    this.output?.setGains(this.programme(), this.versionGains())
  }

  /** Goes back to the project. */
  endCompare(): void {
    this.compared = undefined
    this.gains = undefined
    this.heard = 0
    this.scheduler?.refresh()
  }

  meters(): Meters {
    const peaks = this.output?.peaks()
    const tracks = new Map<string, readonly [number, number]>()
    laneTracks(this.programme()).forEach(({ id }, lane) => tracks.set(id, peaks?.lanes[lane] ?? [0, 0]))
    return { master: peaks?.master ?? [0, 0], tracks, nullDbfs: this.nullNow() }
  }

  async dispose(): Promise<void> {
    this.halt()
    this.scheduler = undefined
    const { output } = this
    this.output = undefined
    await output?.dispose()
  }

  private nullNow(): number | undefined {
    if (!this.wantsSound || !this.output) return undefined
    const now = this.output.now()
    const peak = this.scheduler?.nullPeak(now - nullSeconds * this.output.sampleRate, now)
    return peak === undefined ? undefined : nullDecibels(peak)
  }

  private async playOnce(alone: Project | undefined, start: number, end: number): Promise<void> {
    const back = this.once?.back ?? this.position()
    this.halt()
    this.once = { end, back }
    this.alone = alone
    this.place = start
    await this.play()
  }

  private endOnce(): void {
    this.once = undefined
    this.alone = undefined
  }

  private halt(): void {
    this.endOnce()
    this.scheduler?.stop()
    this.output?.silence()
    if (!this.wantsSound) return
    this.wantsSound = false
    this.onChange()
  }

  private ended(): void {
    this.place = this.once?.back ?? 0
    this.halt()
    this.onEnd()
  }

  private programme(): Programme {
    if (this.alone) return [this.alone]
    if (this.compared) return this.compared
    return this.mode === 'off' ? [this.project] : [this.project, mixReference(this.project)]
  }

  private versionGains(): number[] {
    const programme = this.programme()
    if (programme.length === 1) return [1]
    return programme.map((_, version) => (version === this.heard ? (this.gains?.[version] ?? 1) : 0))
  }

  private route(): Route {
    const end = Math.max(...this.programme().map(projectFrames))
    return this.once ? { end: Math.min(end, this.once.end) } : { end, loop: this.loop }
  }

  /** Measures the versions around the present position, or in the loop, unless that was done. */
  private async match(): Promise<void> {
    if (this.gains) return
    const programme = this.programme()
    const length = Math.round(matchSeconds * (this.project.sampleRate ?? 0))
    const middle = this.loop ? (this.loop.start + this.loop.end) / 2 : this.position()
    const start = Math.max(0, Math.round(Math.min(middle - length / 2, this.route().end - length)))
    const gains = await matchedGains(programme, { start, end: start + length }, this.sounds)
    this.gains ??= gains
  }

  private adoptLoop(before: Project): boolean {
    const [old, loop] = [enabledLoop(before), enabledLoop(this.project)]
    if (old?.start === loop?.start && old?.end === loop?.end) return false
    this.loop = loop
    return true
  }

  private open(sampleRate: number): LiveOutput {
    if (this.output) return this.output
    const context = (this.options.createContext ?? contextAt)(sampleRate)
    const output = new LiveOutput(context, sampleRate)
    output.setGains(this.programme(), this.versionGains())
    this.output = output
    this.scheduler = new Scheduler({
      output,
      sampleRate,
      cut: (from, frames) => cutPiece(this.programme(), this.route(), from, frames, this.sounds),
      onEnd: () => this.ended(),
      onError: (error) => {
        this.pause()
        this.onError(error)
      },
    })
    return output
  }

  private close(): void {
    void this.dispose()
  }
}

function enabledLoop({ loop }: Project): Route['loop'] {
  return loop?.enabled ? { start: loop.start, end: loop.end } : undefined
}

/** Edits share what they leave alone, so the same array is the same clips. */
function sameSamples(a: Project, b: Project): boolean {
  return a.tracks.length === b.tracks.length && a.tracks.every(({ id, clips }, index) => id === b.tracks[index]!.id && clips === b.tracks[index]!.clips)
}

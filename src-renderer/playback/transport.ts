import { contextAt, LiveOutput } from '#renderer/playback/liveOutput'
import { nullDecibels } from '#renderer/playback/nullMeter'
import { cutPiece, laneTracks, sameSamples } from '#renderer/playback/piece'
import type { Route } from '#renderer/playback/route'
import { Scheduler } from '#renderer/playback/scheduler'
import { SoundReader, type OpenSound } from '#renderer/playback/sounds'
import { aloneProject, Versions, type AbMode, type FrameRange } from '#renderer/playback/versions'
import { projectFrames, type Project, type Source } from '#shared/project/project'

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
 * the same, and would add a thread, a buffer between threads and a module to load, for nothing that is heard.)
 */
export class Transport {
  /** Is called when playing starts or stops. */
  onChange = () => {}
  /** Is called when the end is reached by playing. */
  onEnd = () => {}
  /** Is called when playing had to stop. */
  onError: (error: unknown) => void = () => {}
  private project: Project
  private loop: Route['loop']
  private readonly sounds: SoundReader
  private readonly versions: Versions
  private output: LiveOutput | undefined
  private scheduler: Scheduler | undefined
  private place = 0
  private isPlaying = false
  /** Where playing once ends, and where it returns to. */
  private once: { readonly end: number; readonly back: number } | undefined

  constructor(private readonly options: TransportOptions) {
    this.project = options.project
    this.loop = enabledLoop(options.project)
    this.sounds = new SoundReader(options.sounds)
    this.versions = new Versions(options.project, this.sounds)
  }

  get playing(): boolean {
    return this.isPlaying
  }

  get abMode(): AbMode {
    return this.versions.abMode
  }

  /** False where the browser resamples, because it refused the project's rate; undefined before anything was played. */
  get exact(): boolean | undefined {
    return this.output?.exact
  }

  /** Times that there was a gap, because samples came too late. */
  get gaps(): number {
    return this.scheduler?.gaps ?? 0
  }

  /** Frame of the timeline that is heard now. */
  position(): number {
    if (!this.isPlaying || !this.output || !this.scheduler) return this.place
    return this.scheduler.pending ?? this.scheduler.placeAt(this.output.now() - this.output.latency) ?? this.place
  }

  /** Plays from the present position, or from the beginning when that is the end. */
  async play(): Promise<void> {
    const { end, loop } = this.route()
    if (this.isPlaying || this.project.sampleRate === undefined || end <= 0) return
    if (this.place >= end && !(loop && this.place < loop.end)) this.place = 0
    const output = this.open(this.project.sampleRate)
    this.isPlaying = true
    this.onChange()
    try {
      await output.resume()
    } catch (error) {
      this.halt()
      throw error
    }
    if (this.isPlaying && !this.scheduler?.active) this.scheduler?.start(this.place)
  }

  pause(): void {
    this.place = this.once?.back ?? this.position()
    this.halt()
  }

  /** Goes to a frame, playing on if it played. */
  seek(frame: number): void {
    this.endOnce()
    this.place = Math.max(0, Math.round(frame))
    if (this.isPlaying) this.scheduler?.start(this.place)
  }

  /** Plays a part of the timeline once, without its loop, and returns to where it was. */
  playRange(start: number, end: number): Promise<void> {
    return this.playOnce(undefined, { start, end })
  }

  /** Plays one sound alone, once, from frame `at` of the timeline on, instead of the project. */
  audition(source: Source, at: number): Promise<void> {
    return this.playOnce(aloneProject(this.project, source, at), { start: at, end: at + source.frames })
  }

  /** Takes on an edited project: what plays goes on, and the edit is heard as soon as it is read. Another project begins anew. */
  setProject(project: Project): void {
    const before = this.project
    if (project.id !== before.id) this.rewind()
    const { programme } = this.versions
    this.project = project
    this.versions.setProject(project)
    if (project.sampleRate !== before.sampleRate) return void this.dispose()
    this.applyGains()
    const loopChanged = this.adoptLoop(before)
    if (loopChanged || !sameSamples(programme, this.versions.programme)) this.scheduler?.refresh()
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

  /** Changes between the tracks and the mix that they come from, at the same place and loudness. */
  async setAbMode(mode: AbMode): Promise<void> {
    if (await this.versions.setAbMode(mode, this.matchRange())) this.versionsChanged()
  }

  /** Plays several versions of the project in its stead, all at one loudness, of which the first is heard. */
  async compare(versions: readonly Project[]): Promise<void> {
    if (await this.versions.compare(versions, this.matchRange())) this.versionsChanged()
  }

  /** Lets be heard one of the versions that are compared. */
  hear(version: number): void {
    this.versions.hear(version)
    this.applyGains()
  }

  /** Goes back to the project. */
  endCompare(): void {
    this.versions.endCompare()
    this.versionsChanged()
  }

  meters(): Meters {
    const peaks = this.output?.peaks()
    const tracks = new Map<string, readonly [number, number]>()
    laneTracks(this.versions.programme).forEach(({ id }, lane) => tracks.set(id, peaks?.lanes[lane] ?? [0, 0]))
    return { master: peaks?.master ?? [0, 0], tracks, nullDbfs: this.nullNow() }
  }

  /** Frees the device. Playing again opens it again. */
  async dispose(): Promise<void> {
    this.place = this.position()
    this.halt()
    const { output } = this
    this.scheduler = undefined
    this.output = undefined
    await output?.dispose()
  }

  private async playOnce(alone: Project | undefined, { start, end }: FrameRange): Promise<void> {
    const back = this.once?.back ?? this.position()
    this.halt()
    this.once = { end, back }
    this.versions.setAlone(alone)
    this.place = start
    await this.play()
  }

  private endOnce(): void {
    this.once = undefined
    this.versions.setAlone(undefined)
  }

  private halt(): void {
    this.endOnce()
    this.scheduler?.stop()
    this.output?.silence()
    if (!this.isPlaying) return
    this.isPlaying = false
    this.onChange()
  }

  private rewind(): void {
    this.halt()
    this.versions.reset()
    this.place = 0
  }

  private ended(): void {
    this.place = this.once?.back ?? 0
    this.halt()
    this.onEnd()
  }

  private applyGains(): void {
    this.output?.setGains(this.versions.programme, this.versions.levels)
  }

  private versionsChanged(): void {
    this.applyGains()
    this.scheduler?.refresh()
  }

  private route(): Route {
    const end = Math.max(...this.versions.programme.map(projectFrames))
    return this.once ? { end: this.once.end } : { end, loop: this.loop }
  }

  /** Where levels are matched: in the middle of the loop, or around what is heard. */
  private matchRange(): FrameRange {
    const length = Math.round(matchSeconds * (this.project.sampleRate ?? 0))
    const middle = this.loop ? (this.loop.start + this.loop.end) / 2 : this.position()
    const start = Math.max(0, Math.round(Math.min(middle - length / 2, projectFrames(this.project) - length)))
    return { start, end: start + length }
  }

  private nullNow(): number | undefined {
    if (!this.isPlaying || !this.output) return undefined
    const now = this.output.now()
    const peak = this.scheduler?.nullPeak(now - nullSeconds * this.output.sampleRate, now)
    return peak === undefined ? undefined : nullDecibels(peak)
  }

  private adoptLoop(before: Project): boolean {
    const [old, loop] = [enabledLoop(before), enabledLoop(this.project)]
    if (old?.start === loop?.start && old?.end === loop?.end) return false
    this.loop = loop
    return true
  }

  private open(sampleRate: number): LiveOutput {
    if (this.output) return this.output
    const output = new LiveOutput((this.options.createContext ?? contextAt)(sampleRate), sampleRate)
    this.output = output
    this.applyGains()
    this.scheduler = new Scheduler({
      output,
      sampleRate,
      cut: (from, frames) => cutPiece(this.versions.programme, this.route(), from, frames, this.sounds),
      onEnd: () => this.ended(),
      onError: (error) => {
        this.pause()
        this.onError(error)
      },
    })
    return output
  }
}

function enabledLoop({ loop }: Project): Route['loop'] {
  return loop?.enabled ? { start: loop.start, end: loop.end } : undefined
}

import type { Piece } from '#renderer/playback/piece'

/** What pieces are given to. Its clock counts frames, and runs by itself. */
export interface PieceOutput {
  /** Frame of the clock that is being computed. */
  now(): number
  /** Ends at frame `at` of the clock what was given before, and plays a piece from there on, without its first `skip` frames. */
  replace(piece: Piece, at: number, skip: number): void
  /** Plays a piece from frame `at` of the clock on. */
  add(piece: Piece, at: number): void
}

/** A frame of the timeline to go to; undefined for going on. */
interface Want {
  readonly from: number | undefined
}

/** Where frames of the clock come from: `frames` of the timeline from `from` on. */
interface Slot {
  readonly at: number
  readonly from: number
  readonly frames: number
}

export interface SchedulerOptions {
  readonly output: PieceOutput
  /** Reads and mixes what comes from a frame of the timeline on, as things are now. */
  readonly cut: (from: number, frames: number) => Promise<Piece>
  /** Hertz. */
  readonly sampleRate: number
  readonly onEnd: () => void
  readonly onError: (error: unknown) => void
}

/** Seconds: of a piece, of the first one, how far ahead pieces are given, and the time that giving one takes at most. */
const pieceSeconds = 0.5
const firstSeconds = 0.25
const aheadSeconds = 2
const leadSeconds = 0.03
/** Reading and mixing the first piece of an edit mostly takes less than this; else part of it is skipped. */
const marginSeconds = 0.05
const pauseSeconds = 0.1

/**
 * Keeps an output supplied with pieces that follow one another without a gap, some seconds ahead of what is heard. One task does
 * one thing after the other: a seek or an edit waits for what is being read, and then replaces what was given, at a frame of
 * the clock that is still to come, so that there is no gap either.
 */
export class Scheduler {
  private slots: Slot[] = []
  private nulls: { at: number; peak: number }[] = []
  private next: number | undefined
  private until = 0
  /** What is to be done next: going to a frame, or on from where it is; and what is being done. */
  private wanted: Want | undefined
  private handled: Want | undefined
  private running: object | undefined
  private wake = () => {}
  private whole = true
  /** Times that a piece came too late, so that there was a gap. */
  gaps = 0

  constructor(private readonly options: SchedulerOptions) {}

  get active(): boolean {
    return this.running !== undefined
  }

  /** Plays from a frame of the timeline on, as soon as it is read. What plays goes on until then. */
  start(from: number): void {
    this.wanted = { from }
    this.wake()
    if (this.running) return
    const mine = (this.running = {})
    this.slots = []
    this.nulls = []
    void this.run(mine).catch((error: unknown) => {
      if (this.running !== mine) return
      this.stop()
      this.options.onError(error)
    })
  }

  /** Reads anew what was given but not yet heard, because it has changed, and goes on where it is. */
  refresh(): void {
    if (!this.running) return
    this.wanted ??= { from: undefined }
    this.wake()
  }

  /** Is to be called when samples that were not there have come. */
  grew(): void {
    if (!this.whole) this.refresh()
  }

  stop(): void {
    this.running = undefined
    this.wanted = undefined
    this.handled = undefined
    this.wake()
  }

  /** Frame of the timeline that is at frame `at` of the clock; undefined before anything is given. */
  placeAt(at: number): number | undefined {
    const slot = this.slots.findLast((candidate) => candidate.at <= at) ?? this.slots[0]
    return slot && slot.from + Math.min(slot.frames, Math.max(0, Math.floor(at - slot.at)))
  }

  /** Frame that a seek asked for which is not heard yet. */
  get pending(): number | undefined {
    return this.wanted?.from ?? this.handled?.from
  }

  /** Highest null peak between two frames of the clock; undefined where no stems play. */
  nullPeak(from: number, until: number): number | undefined {
    const heard = this.nulls.filter(({ at }) => at >= from && at < until)
    return heard.length > 0 ? Math.max(...heard.map(({ peak }) => peak)) : undefined
  }

  private async run(mine: object): Promise<void> {
    while (this.running === mine) {
      if (this.wanted) await this.handle(mine, this.wanted)
      else if (this.next === undefined && this.now() >= this.until) return this.end()
      else if (this.next !== undefined && this.until - this.now() < aheadSeconds * this.options.sampleRate) await this.extend(mine, this.next)
      else await this.rest()
    }
  }

  private async handle(mine: object, wanted: Want): Promise<void> {
    this.handled = wanted
    this.wanted = undefined
    await this.begin(mine, wanted)
    if (this.handled === wanted) this.handled = undefined
  }

  private async begin(mine: object, wanted: Want): Promise<void> {
    const { sampleRate, output } = this.options
    const lead = Math.round(leadSeconds * sampleRate)
    const guess = Math.ceil(this.now()) + lead + Math.round(marginSeconds * sampleRate)
    const from = wanted.from ?? (guess < this.until ? this.placeAt(guess) : this.next)
    if (from === undefined) return
    const piece = await this.options.cut(from, Math.round(firstSeconds * sampleRate))
    if (this.running !== mine) return
    const soon = Math.ceil(this.now()) + lead
    const at = wanted.from === undefined ? Math.max(guess, soon) : soon
    const skip = wanted.from === undefined ? at - guess : 0
    // Too late even for its end: once more from where it is now.
    if (skip > 0 && skip >= piece.frames && piece.next !== undefined) return void (this.wanted ??= wanted)
    this.slots = this.slots.flatMap((slot) => (slot.at < at ? [{ ...slot, frames: Math.min(slot.frames, at - slot.at) }] : []))
    this.nulls = this.nulls.filter((level) => level.at < at)
    this.whole = true
    output.replace(piece, at, skip)
    this.book(piece, at - skip)
  }

  private async extend(mine: object, from: number): Promise<void> {
    const piece = await this.options.cut(from, Math.round(pieceSeconds * this.options.sampleRate))
    if (this.running !== mine || this.wanted) return
    const soonest = Math.ceil(this.now()) + Math.round((leadSeconds / 2) * this.options.sampleRate)
    if (this.until < soonest) this.gaps++
    const at = Math.max(this.until, soonest)
    this.options.output.add(piece, at)
    this.book(piece, at)
  }

  private book(piece: Piece, at: number): void {
    let place = at
    for (const { from, frames } of piece.stretches) {
      this.slots.push({ at: place, from, frames })
      place += frames
    }
    for (const level of piece.nulls) this.nulls.push({ ...level, at: at + level.at })
    this.until = place
    this.next = piece.next
    this.whole &&= piece.whole
    this.forget()
  }

  /** What was heard seconds ago is asked for no more. */
  private forget(): void {
    const past = this.now() - this.options.sampleRate * aheadSeconds
    this.slots = this.slots.filter(({ at, frames }, index) => at + frames > past || index === this.slots.length - 1)
    this.nulls = this.nulls.filter(({ at }) => at > past)
  }

  private end(): void {
    this.running = undefined
    this.options.onEnd()
  }

  private now(): number {
    return this.options.output.now()
  }

  /** Waits a moment, or until something is wanted. */
  private rest(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, pauseSeconds * 1000)
      this.wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}

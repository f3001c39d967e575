import type { LeanConfig } from '#main/models/spectralNetwork'

/** Frames on either side that a moment lasts. */
export const leanReach = 10

/** Hertz below which no voice is expected, and above which one is as likely as anywhere. */
const voiced = { from: 108, to: 323 } as const

/**
 * Makes masks lean towards the vocals. Networks that meet voices unlike those of their training take a part of them for music,
 * and little music for vocals; what squares their error least is then a mask that gives vocals more than they believe. It
 * would cost where nobody sings and where no voice reaches, so the lean follows how much is sung around a frame, the other way where
 * nothing is, and begins above the bass. docs/experiments.md has the measurements.
 */
export class MaskLean {
  /** Share of the lean that a row gets. */
  private readonly byRow: Float32Array
  /** Power that is sung, and all power, of the frames from `first` on. */
  private sung: number[] = []
  private heard: number[] = []
  private first = 0

  /** @param rowHertz middle of every row of the masks */
  constructor(
    private readonly config: LeanConfig,
    rowHertz: readonly number[],
  ) {
    this.byRow = Float32Array.from(rowHertz, (hertz) => Math.min(1, Math.max(0, (hertz - voiced.from) / (voiced.to - voiced.from))))
  }

  /** Frames that were added so far. */
  get added(): number {
    return this.first + this.sung.length
  }

  /** Takes how much of the next frame's power its masks give to the vocals, and all of it. */
  add(sung: number, heard: number): void {
    this.sung.push(sung)
    this.heard.push(heard)
  }

  /**
   * Changes one frame's masks in place: as many values a side as there are rows, side after side from `at` on. Frames come in order,
   * each once the `leanReach` frames after it were added, as far as there are any.
   */
  apply(masks: Float32Array, at: number, sides: number, frame: number): void {
    const { sung, unsung } = this.config
    const lean = unsung + (sung - unsung) * this.presence(frame)
    this.forget(frame - leanReach)
    const rows = this.byRow.length
    for (let row = 0; row < rows; row++) {
      if (this.byRow[row] === 0) continue
      // Logits that rise by x make the odds e^x times as high.
      const odds = Math.exp(this.byRow[row]! * lean)
      for (let i = at + row; i < at + sides * rows; i += rows) masks[i] = (masks[i]! * odds) / (1 + masks[i]! * (odds - 1))
    }
  }

  /** From 0, where nobody sings around a frame, to 1. */
  private presence(frame: number): number {
    let sung = 0
    let heard = 0
    for (let i = Math.max(0, frame - leanReach - this.first); i <= Math.min(this.sung.length - 1, frame + leanReach - this.first); i++) {
      sung += this.sung[i]!
      heard += this.heard[i]!
    }
    return heard === 0 ? 0 : Math.min(1, sung / heard / this.config.presence)
  }

  /** Drops frames that no later one is told by; seldom, since it moves all others. */
  private forget(frame: number): void {
    const count = frame - this.first
    if (count < 1024) return
    this.sung.splice(0, count)
    this.heard.splice(0, count)
    this.first += count
  }
}

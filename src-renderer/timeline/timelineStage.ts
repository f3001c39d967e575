import { clipGainAt } from '#shared/audio/mixing'
import { choosePeakLevel, type Extremes, extremesOfPeaks } from '#renderer/timeline/extremes'
import type { LaneContents } from '#renderer/timeline/lanePixels'
import { type LanePicture, spanInSource, type VisibleClip, visibleClips } from '#renderer/timeline/lanePicture'
import { shareOfHertz } from '#renderer/timeline/frequencyAxis'
import { SampleChunks } from '#renderer/timeline/sampleChunks'
import { decibelsOfByte } from '#renderer/timeline/spectrogramColours'
import { type SpectrogramRun, spectrogramRuns, tapColumn } from '#renderer/timeline/spectrogramRuns'
import { retryDelay, SpectrogramTiles } from '#renderer/timeline/spectrogramTiles'
import { columnOf } from '#renderer/timeline/viewport'

/** A lane as the stage sees it. */
export interface StagedLane {
  /** Draws the lane. `stale` says that its sound is to be drawn anew although its picture is the same, because more of it is known. */
  draw(stale: boolean): void
}

/** Below this many frames a column, waveforms are drawn from samples. */
const closest = 128
/** Milliseconds of a picture's time that gathering tiles may take. */
const gatheringTime = 4

/** Draws lanes once a picture, those that need it, and keeps what all of them draw from. */
export class TimelineStage implements LaneContents {
  private readonly tiles = new SpectrogramTiles({
    onArrival: () => this.request(),
    onFailure: () => this.refreshLater(),
    now: () => performance.now(),
  })
  private readonly samples = new SampleChunks(() => this.refresh())
  private readonly lanes = new Set<StagedLane>()
  private readonly due = new Map<StagedLane, boolean>()
  private frame = 0
  private retry: ReturnType<typeof setTimeout> | undefined

  /** @param afterLanes is called after lanes were drawn, for what lies behind or over them */
  constructor(private readonly afterLanes: () => void = () => {}) {}

  add(lane: StagedLane): void {
    this.lanes.add(lane)
  }

  remove(lane: StagedLane): void {
    this.lanes.delete(lane)
    this.due.delete(lane)
  }

  /** Has a lane drawn with the next picture. */
  schedule(lane: StagedLane, stale = false): void {
    this.due.set(lane, stale || (this.due.get(lane) ?? false))
    this.request()
  }

  /** Has all lanes drawn anew. */
  refresh(): void {
    for (const lane of this.lanes) this.schedule(lane, true)
  }

  /** What could not be fetched is asked for again when lanes that need it are drawn. */
  private refreshLater(): void {
    this.retry ??= setTimeout(() => {
      this.retry = undefined
      this.refresh()
    }, retryDelay)
  }

  private request(): void {
    if (this.frame === 0) this.frame = requestAnimationFrame(() => this.draw())
  }

  private draw(): void {
    this.frame = 0
    const due = [...this.due]
    this.due.clear()
    for (const [lane, stale] of due) lane.draw(stale)
    if (due.length > 0) this.afterLanes()
    if (this.tiles.work(gatheringTime)) this.refresh()
    if (this.tiles.busy) this.request()
  }

  extremes(clip: VisibleClip, { grid }: LanePicture): Extremes | undefined {
    const { source } = clip
    if (!source) return undefined
    const span = spanInSource(clip, grid)
    const closeUp = grid.framesPerColumn < closest ? this.samples.extremes(source, span) : undefined
    if (closeUp || !source.peaks) return closeUp
    const level = choosePeakLevel(source.peaks, grid.framesPerColumn) ?? source.peaks.levels[0]
    return level && extremesOfPeaks(level, span)
  }

  runs(clip: VisibleClip, { grid, axis, layout }: LanePicture): readonly SpectrogramRun[] {
    const { source } = clip
    if (!source?.spectrogram || !layout.spectrogram) return []
    const shape = { axis, rows: layout.spectrogram.height }
    const extent = { facts: source.spectrogram, frames: source.frames }
    return spectrogramRuns(extent, spanInSource(clip, grid), (level, index) => this.tiles.find(source, level, index, shape))
  }

  /** Returns the level at a frame of the timeline in dBFS: at a frequency of the spectrogram, else the peak; undefined where unknown. */
  decibelsAt(picture: LanePicture, frame: number, hertz: number | undefined): number | undefined {
    const place = columnOf(picture.grid, frame)
    const [clip] = visibleClips(picture, place, place + 1)
    if (!clip) return undefined
    if (hertz === undefined) {
      const extremes = this.extremes(clip, picture)
      const peak = extremes && Math.max(extremes.high[0]!, -extremes.low[0]!)
      return peak === undefined || peak < 0 ? undefined : 20 * Math.log10(peak * clipGainAt(clip.clip, frame - clip.clip.start))
    }
    const [run] = this.runs(clip, picture)
    if (!run) return undefined
    const { bands } = run
    const column = tapColumn(run, 0, 0, 1)
    const row = Math.floor((1 - shareOfHertz(picture.axis, hertz)) * bands.rows)
    // The rows beside it count too: nobody points at a line of one pixel.
    const values = [row - 1, row, row + 1].map((near) => bands.values[Math.min(bands.rows - 1, Math.max(0, near)) * bands.columns + column]!)
    return decibelsOfByte(Math.max(...values), clip.source!.spectrogram!.floor)
  }

  dispose(): void {
    cancelAnimationFrame(this.frame)
    clearTimeout(this.retry)
    this.lanes.clear()
    this.due.clear()
  }
}

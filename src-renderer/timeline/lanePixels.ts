import { clipGainAt } from '#shared/audio/mixing'
import { createExtremes, type Extremes } from '#renderer/timeline/extremes'
import type { Strip } from '#renderer/timeline/laneLayout'
import { type LanePicture, type VisibleClip, visibleClips } from '#renderer/timeline/lanePicture'
import { mix, type Palette, pixel, type Rgb } from '#renderer/timeline/palette'
import { type SpectrogramRun, tapColumn, tapsOf } from '#renderer/timeline/spectrogramRuns'
import { frameOfColumn } from '#renderer/timeline/viewport'

/** Where the painter gets what clips look like from. */
export interface LaneContents {
  /** Extremes of the seen columns of a clip; undefined while nothing is known about them. */
  extremes(clip: VisibleClip, picture: LanePicture): Extremes | undefined
  runs(clip: VisibleClip, picture: LanePicture): readonly SpectrogramRun[]
}

/** How spectrograms get into the picture: from a table of 256 pixels, or not at all, because another canvas behind shows them. */
export type SpectrogramColours = Uint32Array | undefined

const edgeSteps = 16

interface LaneColours {
  readonly background: number
  readonly title: number
  readonly body: number
  readonly axis: number
  /** From body to waveform. */
  readonly edges: Uint32Array
}

/** Colours of a lane's clips: tinted with the lane's own colour, and dim where the lane is not heard. */
export function clipTints({ surface, roles }: Palette, role: keyof Palette['roles'], audible: boolean): { title: Rgb; body: Rgb; wave: Rgb } {
  const colour = roles[role]
  const body = mix(surface, colour, audible ? 0.09 : 0.04)
  return { title: mix(surface, colour, audible ? 0.3 : 0.14), body, wave: audible ? colour : mix(body, colour, 0.38) }
}

function laneColours(palette: Palette, { track, audible }: LanePicture): LaneColours {
  const { title, body, wave } = clipTints(palette, track.role, audible)
  return {
    background: pixel(palette.background),
    title: pixel(title),
    body: pixel(body),
    axis: pixel(mix(body, wave, 0.45)),
    edges: Uint32Array.from({ length: edgeSteps + 1 }, (_, step) => pixel(mix(body, wave, step / edgeSteps))),
  }
}

/** The pixels of a lane: its clips' grounds, waveforms and, on machines without a GPU, spectrograms. */
export class LanePixels {
  private pixels: Uint32Array

  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.pixels = new Uint32Array(width * height)
  }

  /** The picture; a view of the pixels that stays valid. */
  get bytes(): Uint8ClampedArray<ArrayBuffer> {
    return new Uint8ClampedArray(this.pixels.buffer as ArrayBuffer)
  }

  /** Moves the picture by whole columns, to the left when negative; the columns that come in are to be painted. */
  shift(columns: number): void {
    // Rows follow one another, so that one move moves all; what wraps into the next row lies in columns that come in.
    if (columns > 0) this.pixels.copyWithin(columns, 0)
    else this.pixels.copyWithin(0, -columns)
  }

  /** Paints the columns `from` up to `to`. */
  paint(picture: LanePicture, contents: LaneContents, palette: Palette, colours: SpectrogramColours, from = 0, to = this.width): void {
    const lane = laneColours(palette, picture)
    this.fill(from, to, 0, this.height, lane.background)
    for (const clip of visibleClips(picture, from, to)) {
      const { title, body, waveform, spectrogram } = picture.layout
      this.fill(clip.from, clip.to, title.top, title.top + title.height, lane.title)
      this.fill(clip.from, clip.to, body.top, body.top + body.height, lane.body)
      if (waveform) this.paintWaveform(clip, picture, contents.extremes(clip, picture), waveform, lane)
      if (spectrogram) this.paintSpectrogram(clip, contents.runs(clip, picture), spectrogram, colours)
    }
  }

  private fill(from: number, to: number, top: number, bottom: number, colour: number): void {
    for (let y = top; y < bottom; y++) this.pixels.fill(colour, y * this.width + from, y * this.width + to)
  }

  private paintWaveform(clip: VisibleClip, picture: LanePicture, extremes: Extremes | undefined, strip: Strip, colours: LaneColours): void {
    const { low, high } = extremes ?? createExtremes(0)
    const { grid, verticalScale } = picture
    const half = strip.height / 2
    const centre = strip.top + half
    const plain = clip.clip.gain === 0 && clip.clip.fadeIn === 0 && clip.clip.fadeOut === 0
    this.fill(clip.from, clip.to, Math.floor(centre), Math.floor(centre) + 1, colours.axis)
    for (let i = 0; i < low.length; i++) {
      if (low[i]! > high[i]!) continue
      const envelope = plain ? 1 : clipGainAt(clip.clip, frameOfColumn(grid, clip.from + i + 0.5) - clip.clip.start)
      const scale = half * verticalScale * envelope
      const top = Math.max(strip.top, centre - high[i]! * scale - 0.5)
      const bottom = Math.min(strip.top + strip.height, centre - low[i]! * scale + 0.5)
      this.paintColumn(clip.from + i, top, bottom, colours.edges)
    }
  }

  /** Paints one column between two heights, whose fractions become shades. */
  private paintColumn(x: number, top: number, bottom: number, edges: Uint32Array): void {
    const { pixels, width } = this
    const first = Math.floor(top)
    const last = Math.ceil(bottom) - 1
    if (last < first) return
    const full = edges[edgeSteps]!
    const above = Math.round((1 - (top - first)) * edgeSteps)
    const below = Math.round((1 - (last + 1 - bottom)) * edgeSteps)
    pixels[first * width + x] = edges[first === last ? Math.max(0, above + below - edgeSteps) : above]!
    for (let y = first + 1; y < last; y++) pixels[y * width + x] = full
    if (last > first) pixels[last * width + x] = edges[below]!
  }

  private paintSpectrogram(clip: VisibleClip, runs: readonly SpectrogramRun[], strip: Strip, colours: SpectrogramColours): void {
    if (!colours) {
      this.fill(clip.from, clip.to, strip.top, strip.top + strip.height, 0)
      return
    }
    this.fill(clip.from, clip.to, strip.top, strip.top + strip.height, colours[0]!)
    for (const run of runs) this.paintRun(run, clip.from + run.start, strip, colours)
  }

  private paintRun(run: SpectrogramRun, left: number, strip: Strip, colours: Uint32Array): void {
    const { pixels, width } = this
    const { count, bands } = run
    const taps = tapsOf(run.step)
    const columns = new Int32Array(count * taps)
    for (let i = 0; i < count; i++) {
      for (let tap = 0; tap < taps; tap++) columns[i * taps + tap] = tapColumn(run, i, tap, taps)
    }
    for (let y = 0; y < strip.height; y++) {
      const row = Math.floor((y * bands.rows) / strip.height) * bands.columns
      const out = (strip.top + y) * width + left
      if (taps === 1) for (let i = 0; i < count; i++) pixels[out + i] = colours[bands.values[row + columns[i]!]!]!
      else for (let i = 0; i < count; i++) pixels[out + i] = colours[loudest(bands.values, row, columns, i * taps, taps)]!
    }
  }
}

function loudest(values: Uint8Array, row: number, columns: Int32Array, first: number, taps: number): number {
  let value = values[row + columns[first]!]!
  for (let tap = 1; tap < taps; tap++) value = Math.max(value, values[row + columns[first + tap]!]!)
  return value
}

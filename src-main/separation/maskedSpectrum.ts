import { fieldOffsets, fieldSize, rowCount, rowEdges, rowOfBin } from '#main/models/bandLayout'
import { Repetition } from '#main/models/repetition'
import { featureKinds, rowPowers, writeFeatures, type StereoSpectrum } from '#main/models/spectralFeatures'
import { leanReach, MaskLean } from '#main/separation/lean'
import type { SeparationOptions, Separator } from '#main/separation/separator'
import type { Quality } from '#shared/contract/separation'
import { createSegmentPlan, type SegmentPlan } from '#shared/dsp/segments'
import { createSpectrum, type Spectrum } from '#shared/dsp/spectrum'

const overlaps: Readonly<Record<Quality, number>> = { fast: 0.25, best: 0.75 }

/** Frames kept beyond what is needed, so that buffers are moved seldom. */
const slack = 256

/**
 * Turns the spectrum of a mixture that arrives frame by frame into that of its vocals: cuts it into overlapping segments,
 * asks the model for their masks, cross-fades these, applies them. Holds a few segments, whatever the length.
 */
export class MaskedSpectrum {
  private readonly plan: SegmentPlan
  private readonly rows: number
  private readonly binRows: Uint16Array
  private readonly maskOffsets: Uint32Array
  private readonly repetition: Repetition
  private readonly lean: MaskLean | undefined
  private channels: Spectrum[]
  /** Sum of weighted masks, `[frame, side, row]`. */
  private masks: Float32Array
  /** Frame that stands in row 0 of the buffers. */
  private origin = 0
  private received = 0
  private segments = 0
  private segmentCount = Infinity
  private pulled = 0

  constructor(
    private readonly separator: Separator,
    options: SeparationOptions,
    private readonly bins: number,
    channels: number,
  ) {
    const { layout, frames, lean, stft } = separator.config
    this.plan = createSegmentPlan({ size: frames, overlap: overlaps[options.quality] })
    this.rows = rowCount(layout)
    this.binRows = rowOfBin(layout, bins)
    this.maskOffsets = fieldOffsets(layout, 2, frames)
    this.repetition = new Repetition(separator.config.repetition, this.rows)
    const binHertz = stft.sampleRate / stft.fftSize
    this.lean = lean && new MaskLean(lean, rowEdges(layout).map(({ start, end }) => ((start + end - 1) / 2) * binHertz))
    this.masks = new Float32Array(0)
    this.channels = Array.from({ length: channels }, () => createSpectrum(0, bins))
  }

  /** True when the masks of all frames are known and pulled. */
  get finished(): boolean {
    return this.segments >= this.segmentCount && this.pulled === this.received
  }

  /** Takes the next frames of one or two channels. */
  push(spectra: readonly Spectrum[]): void {
    const frames = spectra[0]!.frames
    this.makeRoom(frames)
    spectra.forEach((spectrum, i) => {
      const at = (this.received - this.origin) * this.bins
      this.channels[i]!.re.set(spectrum.re.subarray(0, frames * this.bins), at)
      this.channels[i]!.im.set(spectrum.im.subarray(0, frames * this.bins), at)
    })
    const from = this.received - this.origin
    this.received += frames
    this.repetition.push(rowPowers(this.stereo(), this.separator.config.layout, from, frames))
  }

  /** Says that no frame follows. */
  end(): void {
    this.segmentCount = this.plan.count(this.received)
  }

  /** Computes one batch of segments if their frames are there; says whether it did. */
  async step(): Promise<boolean> {
    const { batch, masks } = this.separator
    // A segment waits for the frames in which its repetitions are looked for; these say, too, which segments follow it.
    const seen = this.received - this.separator.config.repetition.reach
    const ready = Math.floor((seen - this.plan.size) / this.plan.step) + 1
    const count = Math.min(batch, this.segmentCount - this.segments)
    if (count <= 0 || (this.segmentCount === Infinity && ready - this.segments < batch)) return false
    const { frames, layout } = this.separator.config
    const size = frames * this.rows * featureKinds
    const features = new Float32Array(batch * size)
    for (let i = 0; i < count; i++) {
      const start = (this.segments + i) * this.plan.step
      const powers = rowPowers(this.stereo(), layout, start - this.origin, frames)
      writeFeatures(powers, this.repetition.share(start, frames), layout, features, i * size)
    }
    this.repetition.forget(this.segments * this.plan.step)
    const { vocalMask } = await masks.run({ features })
    for (let i = 0; i < count; i++) this.addMask(vocalMask!, i)
    this.segments += count
    return true
  }

  /** The vocals' spectrum of the frames whose masks are known and not yet pulled. */
  pull(): Spectrum[] {
    const all = this.segments >= this.segmentCount
    const known = all ? this.received : Math.min(this.received, this.segments * this.plan.step)
    const ready = this.lean && !all ? Math.max(this.pulled, known - leanReach) : known
    if (this.lean) this.leanMasks(this.lean, known, ready)
    const out = this.channels.map((channel, side) => this.masked(channel, side, ready - this.pulled))
    this.pulled = ready
    return out
  }

  /** Lets the masks of the frames that are pulled next lean, where those before `known` are measured. */
  private leanMasks(lean: MaskLean, known: number, ready: number): void {
    while (lean.added < known) lean.add(...this.sungPower(lean.added))
    for (let frame = this.pulled; frame < ready; frame++) lean.apply(this.masks, (frame - this.origin) * 2 * this.rows, 2, frame)
  }

  /** How much of a frame's power its masks give to the vocals, and all of it. */
  private sungPower(frame: number): [number, number] {
    const row = frame - this.origin
    let sung = 0
    let heard = 0
    this.channels.forEach(({ re, im }, side) => {
      const mask = (row * 2 + side) * this.rows
      for (let bin = 0, i = row * this.bins; bin < this.bins; bin++, i++) {
        const power = re[i]! * re[i]! + im[i]! * im[i]!
        sung += power * this.masks[mask + this.binRows[bin]!]!
        heard += power
      }
    })
    return [sung, heard]
  }

  private stereo(): StereoSpectrum {
    const [left, right = left] = this.channels.map((channel) => ({ ...channel, frames: this.received - this.origin }))
    return [left!, right!]
  }

  private addMask(masks: Float32Array, item: number): void {
    const { frames, layout } = this.separator.config
    const field = fieldSize(layout)
    const index = this.segments + item
    const weights = this.plan.weights(index, this.segmentCount)
    const first = index * this.plan.step
    for (let f = 0; f < frames && first + f < this.received; f++) {
      const weight = weights[f]!
      const to = (first + f - this.origin) * 2 * this.rows
      for (let row = 0; row < this.rows; row++) {
        const from = item * frames * this.rows * 2 + this.maskOffsets[f * this.rows + row]!
        this.masks[to + row]! += weight * masks[from]!
        this.masks[to + this.rows + row]! += weight * masks[from + field]!
      }
    }
  }

  private masked(channel: Spectrum, side: number, frames: number): Spectrum {
    const out = createSpectrum(frames, this.bins)
    const mono = this.channels.length === 1
    for (let f = 0; f < frames; f++) {
      const row = this.pulled + f - this.origin
      const mask = row * 2 * this.rows
      for (let bin = 0; bin < this.bins; bin++) {
        const at = mask + this.binRows[bin]!
        const value = mono ? (this.masks[at]! + this.masks[at + this.rows]!) / 2 : this.masks[at + side * this.rows]!
        out.re[f * this.bins + bin] = channel.re[row * this.bins + bin]! * value
        out.im[f * this.bins + bin] = channel.im[row * this.bins + bin]! * value
      }
    }
    return out
  }

  /** Drops frames that neither a coming segment nor a pull needs, and grows the buffers where that is not enough. */
  private makeRoom(frames: number): void {
    const capacity = this.channels[0]!.frames
    const kept = this.received - this.origin
    if (kept + frames <= capacity) return
    const drop = Math.min(this.segments * this.plan.step, this.pulled) - this.origin
    const size = Math.max(capacity, kept - drop + frames + slack)
    const move = (values: Float32Array, width: number) => {
      if (size === capacity) return values.copyWithin(0, drop * width, kept * width).fill(0, (kept - drop) * width)
      const out = new Float32Array(size * width)
      out.set(values.subarray(drop * width, kept * width))
      return out
    }
    this.channels = this.channels.map(({ re, im, bins }) => ({ re: move(re, bins), im: move(im, bins), frames: size, bins }))
    this.masks = move(this.masks, 2 * this.rows)
    this.origin += drop
  }
}

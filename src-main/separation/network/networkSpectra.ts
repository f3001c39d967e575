import type { FittedNetwork } from '#main/separation/network/contract'
import { callNetwork, type ChannelWiring, type NetworkItem, wireChannels } from '#main/separation/network/networkCall'
import { SegmentWalk } from '#main/separation/network/segmentWalk'
import type { VocalSpectra } from '#main/separation/vocalStream'
import type { Quality } from '#shared/contract/separation'
import { createSpectrum, type Spectrum } from '#shared/dsp/spectrum'

/** One frame of one channel. */
interface Frame {
  readonly re: Float32Array
  readonly im: Float32Array
}

/** A frame of the mixture, and what the network has said of the stem in it so far. */
interface HeardFrame {
  readonly mixture: readonly Frame[]
  readonly stem: readonly Frame[]
}

/** Lets a network that sees spectra find the vocals in frames that arrive one after the other. Holds a few segments. */
export class NetworkSpectra implements VocalSpectra {
  private readonly walk: SegmentWalk
  private readonly wiring: ChannelWiring
  private frames: HeardFrame[] = []
  /** Position of the first frame that is held. */
  private origin = 0
  private received = 0
  private pulled = 0

  /** @param allBins of the transform; the network sees the lowest of them */
  constructor(
    private readonly fitted: FittedNetwork,
    quality: Quality,
    private readonly channels: number,
    private readonly allBins: number,
  ) {
    this.walk = new SegmentWalk(fitted.adapter.segment, quality)
    this.wiring = wireChannels(channels, fitted.adapter.channels)
  }

  get finished(): boolean {
    return this.walk.finished && this.pulled === this.received
  }

  push(spectra: readonly Spectrum[]): void {
    const { frames } = spectra[0]!
    const { allBins } = this
    for (let f = 0; f < frames; f++) {
      const cut = (values: Float32Array) => values.slice(f * allBins, (f + 1) * allBins)
      this.frames.push({
        mixture: spectra.map(({ re, im }) => ({ re: cut(re), im: cut(im) })),
        stem: spectra.map(() => ({ re: new Float32Array(allBins), im: new Float32Array(allBins) })),
      })
    }
    this.received += frames
    this.walk.push(frames)
  }

  end(): void {
    this.walk.end()
  }

  async step(): Promise<boolean> {
    const segments = this.walk.next(Math.max(1, Math.floor(this.fitted.batch / this.wiring.runs.length)))
    await callNetwork(this.fitted, segments.flatMap(({ start, weights }) => this.wiring.runs.map((heard, run) => this.item(start, weights, heard, run))))
    return segments.length > 0
  }

  pull(): Spectrum[] {
    const known = this.frames.slice(this.pulled - this.origin, this.walk.known - this.origin)
    const spectra = Array.from({ length: this.channels }, () => createSpectrum(known.length, this.allBins))
    known.forEach((frame, f) => spectra.forEach((out, channel) => this.writeVocals(frame, channel, out, f)))
    this.pulled = this.walk.known
    const kept = Math.min(this.walk.origin, this.pulled)
    this.frames = this.frames.slice(kept - this.origin)
    this.origin = kept
    return spectra
  }

  private writeVocals({ mixture, stem }: HeardFrame, channel: number, out: Spectrum, f: number): void {
    const [whole, part] = [mixture[channel]!, stem[channel]!]
    const at = f * this.allBins
    if (this.fitted.adapter.gives === 'vocals') {
      out.re.set(part.re, at)
      out.im.set(part.im, at)
      return
    }
    // What the network does not see belongs to the music, also where music is what it gives.
    for (let k = 0; k < this.fitted.bins; k++) {
      out.re[at + k] = whole.re[k]! - part.re[k]!
      out.im[at + k] = whole.im[k]! - part.im[k]!
    }
  }

  private item(start: number, weights: Float32Array, heard: readonly number[], run: number): NetworkItem {
    const { adapter } = this.fitted
    const frames = this.frames.slice(start - this.origin, start - this.origin + adapter.segment)
    return {
      write: (values, at) =>
        frames.forEach(({ mixture }, f) => heard.forEach((from, channel) => this.writeFrame(mixture[from]!, values, at, channel, f))),
      read: (values, at) =>
        frames.forEach((frame, f) =>
          this.wiring.answers.forEach((sources, to) => {
            for (const source of sources) {
              if (source.run === run) this.addAnswer(frame, to, weights[f]! / sources.length, values, at, source.channel, f)
            }
          }),
        ),
    }
  }

  private writeFrame({ re, im }: Frame, values: Float32Array, at: number, channel: number, f: number): void {
    const { input, adapter, bins } = this.fitted
    const { strides } = input
    const first = at + channel * strides.channel + f * strides.frame
    const { scale } = adapter
    for (let k = 0; k < bins; k++) {
      const to = first + k * strides.bin
      if (adapter.input === 'magnitude') values[to] = scale * Math.sqrt(re[k]! * re[k]! + im[k]! * im[k]!)
      else {
        values[to] = scale * re[k]!
        values[to + strides.part] = scale * im[k]!
      }
    }
  }

  private addAnswer({ mixture, stem }: HeardFrame, to: number, weight: number, values: Float32Array, at: number, channel: number, f: number): void {
    const { output, adapter, bins } = this.fitted
    const { strides } = output
    const first = at + channel * strides.channel + f * strides.frame
    const [x, y] = [mixture[to]!, stem[to]!]
    const answer = { values, first, bin: strides.bin, part: strides.part, bins }
    const factor = weight * adapter.gain
    if (adapter.output === 'mask') addMasked(x, y, answer, factor)
    else if (adapter.output === 'complexMask') addTurned(x, y, answer, factor)
    else if (adapter.output === 'spectrum') addSpectrum(y, answer, factor / adapter.scale)
    else addMagnitude(x, y, answer, factor / adapter.scale)
  }
}

/** Where the answer for a frame lies: its first value, and how far apart bins and parts are. */
interface Answer {
  readonly values: Float32Array
  readonly first: number
  readonly bin: number
  readonly part: number
  readonly bins: number
}

// One loop for each kind of answer: a decision in every bin would take longer than what is computed.

function addMasked(x: Frame, y: Frame, { values, first, bin, bins }: Answer, factor: number): void {
  for (let k = 0, from = first; k < bins; k++, from += bin) {
    const mask = factor * values[from]!
    y.re[k]! += mask * x.re[k]!
    y.im[k]! += mask * x.im[k]!
  }
}

function addTurned(x: Frame, y: Frame, { values, first, bin, part, bins }: Answer, factor: number): void {
  for (let k = 0, from = first; k < bins; k++, from += bin) {
    const a = factor * values[from]!
    const b = factor * values[from + part]!
    y.re[k]! += a * x.re[k]! - b * x.im[k]!
    y.im[k]! += a * x.im[k]! + b * x.re[k]!
  }
}

function addSpectrum(y: Frame, { values, first, bin, part, bins }: Answer, factor: number): void {
  for (let k = 0, from = first; k < bins; k++, from += bin) {
    y.re[k]! += factor * values[from]!
    y.im[k]! += factor * values[from + part]!
  }
}

function addMagnitude(x: Frame, y: Frame, { values, first, bin, bins }: Answer, factor: number): void {
  for (let k = 0, from = first; k < bins; k++, from += bin) {
    const re = x.re[k]!
    const im = x.im[k]!
    const magnitude = Math.sqrt(re * re + im * im)
    const ratio = magnitude > 0 ? (factor * values[from]!) / magnitude : 0
    y.re[k]! += ratio * re
    y.im[k]! += ratio * im
  }
}

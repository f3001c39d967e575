import type { FittedNetwork } from '#main/separation/network/contract'
import { callNetwork, type ChannelWiring, type NetworkItem, wireChannels } from '#main/separation/network/networkCall'
import { SegmentWalk } from '#main/separation/network/segmentWalk'
import type { VocalSamples } from '#main/separation/vocalStream'
import type { Quality } from '#shared/contract/separation'

/** Lets a network that gives samples find the vocals in samples that arrive block by block. Holds a few segments. */
export class NetworkSamples implements VocalSamples {
  private readonly walk: SegmentWalk
  private readonly wiring: ChannelWiring
  private heard: Float32Array[]
  /** Weighted answers, of the stem that the network gives. */
  private sums: Float32Array[]
  /** Position of the first sample that is held. */
  private origin = 0
  private received = 0
  private pulled = 0

  constructor(
    private readonly fitted: FittedNetwork,
    quality: Quality,
    channels: number,
  ) {
    this.walk = new SegmentWalk(fitted.adapter.segment, quality)
    this.wiring = wireChannels(channels, fitted.adapter.channels)
    this.heard = Array.from({ length: channels }, () => new Float32Array(0))
    this.sums = Array.from({ length: channels }, () => new Float32Array(0))
  }

  get finished(): boolean {
    return this.walk.finished && this.pulled === this.received
  }

  push(blocks: readonly Float32Array[]): void {
    const { length } = blocks[0]!
    this.makeRoom(length)
    blocks.forEach((block, channel) => this.heard[channel]!.set(block, this.received - this.origin))
    this.received += length
    this.walk.push(length)
  }

  end(): void {
    this.walk.end()
  }

  async step(): Promise<boolean> {
    const segments = this.walk.next(Math.max(1, Math.floor(this.fitted.batch / this.wiring.runs.length)))
    await callNetwork(this.fitted, segments.flatMap(({ start, weights }) => this.wiring.runs.map((heard, run) => this.item(start, weights, heard, run))))
    return segments.length > 0
  }

  pull(): Float32Array[] {
    const { gives } = this.fitted.adapter
    const [from, to] = [this.pulled - this.origin, this.walk.known - this.origin]
    this.pulled = this.walk.known
    return this.sums.map((sum, channel) => {
      const stem = sum.slice(from, to)
      return gives === 'vocals' ? stem : stem.map((value, i) => this.heard[channel]![from + i]! - value)
    })
  }

  dispose(): void {}

  private item(start: number, weights: Float32Array, heard: readonly number[], run: number): NetworkItem {
    const { input, output, adapter } = this.fitted
    const length = Math.min(adapter.segment, this.received - start)
    const place = start - this.origin
    return {
      write: (values, at) =>
        heard.forEach((from, channel) => {
          const samples = this.heard[from]!
          for (let n = 0; n < length; n++) values[at + channel * input.strides.channel + n * input.strides.sample] = samples[place + n]! * adapter.scale
        }),
      read: (values, at) =>
        this.wiring.answers.forEach((sources, to) => {
          const mine = sources.filter((source) => source.run === run)
          const factor = adapter.gain / adapter.scale / sources.length
          const sum = this.sums[to]!
          for (const { channel } of mine) {
            const from = at + channel * output.strides.channel
            for (let n = 0; n < length; n++) sum[place + n]! += weights[n]! * factor * values[from + n * output.strides.sample]!
          }
        }),
    }
  }

  /** Forgets what no segment and no pull needs, and makes room for `length` samples. */
  private makeRoom(length: number): void {
    const kept = Math.min(this.walk.origin, this.pulled)
    if (this.received - this.origin + length <= this.heard[0]!.length) return
    const size = Math.max(2 * this.fitted.adapter.segment, this.received - kept + length)
    const moved = (values: Float32Array) => {
      const out = new Float32Array(size)
      out.set(values.subarray(kept - this.origin, this.received - this.origin))
      return out
    }
    this.heard = this.heard.map(moved)
    this.sums = this.sums.map(moved)
    this.origin = kept
  }
}

/** Gathers samples into frames of the size that an encoder wants, in the layout that it wants. */
export class FrameCollector {
  private readonly planes: (Int32Array | Float32Array)[]
  private filled = 0

  /** @param bits of integers, which are interleaved; floats, without it, stay planar */
  constructor(
    private readonly size: number,
    channels: number,
    private readonly bits: 16 | 24 | undefined,
  ) {
    const type = bits === undefined ? Float32Array : Int32Array
    this.planes = Array.from({ length: channels }, () => new type(size))
  }

  get isFull(): boolean {
    return this.filled === this.size
  }

  get isEmpty(): boolean {
    return this.filled === 0
  }

  /** Copies what fits of planar samples from frame `at` on; returns how many frames. */
  take(planes: readonly (Int32Array | Float32Array)[], at: number): number {
    const count = Math.min(this.size - this.filled, planes[0]!.length - at)
    for (const [channel, plane] of planes.entries()) this.planes[channel]!.set(plane.subarray(at, at + count), this.filled)
    this.filled += count
    return count
  }

  /** Returns the frames gathered so far as FFmpeg's bytes, and starts anew. */
  flush(): { bytes: Buffer; frames: number } {
    const frames = this.filled
    this.filled = 0
    const samples = this.bits === undefined ? this.planar(frames) : this.interleaved(frames, this.bits)
    return { bytes: Buffer.from(samples.buffer), frames }
  }

  private planar(frames: number): Float32Array {
    const samples = new Float32Array(frames * this.planes.length)
    for (const [channel, plane] of this.planes.entries()) samples.set(plane.subarray(0, frames), channel * frames)
    return samples
  }

  private interleaved(frames: number, bits: 16 | 24): Int16Array | Int32Array {
    const channels = this.planes.length
    const samples = bits === 24 ? new Int32Array(frames * channels) : new Int16Array(frames * channels)
    // FFmpeg wants 24-bit samples left-justified in 32.
    const shift = bits === 24 ? 8 : 0
    for (const [channel, plane] of this.planes.entries()) {
      for (let i = 0; i < frames; i++) samples[i * channels + channel] = plane[i]! << shift
    }
    return samples
  }
}

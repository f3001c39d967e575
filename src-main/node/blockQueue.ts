/** Turns a stream of planar blocks of any sizes into blocks of the sizes that are asked for. */
export class BlockQueue {
  private readonly iterator: AsyncIterator<Float32Array[]>
  private block: Float32Array[] | undefined
  private used = 0

  constructor(source: AsyncIterable<Float32Array[]>) {
    this.iterator = source[Symbol.asyncIterator]()
  }

  /** Returns the next block as it comes, or undefined at the end. */
  async next(): Promise<Float32Array[] | undefined> {
    if (!(await this.fill())) return undefined
    const rest = this.block!.map((samples) => samples.subarray(this.used))
    this.block = undefined
    return rest
  }

  /** Returns the next `frames` frames, fewer only at the end. */
  async take(frames: number): Promise<Float32Array[]> {
    let parts: Float32Array[] | undefined
    let taken = 0
    while (taken < frames && (await this.fill())) {
      const block = this.block!
      const count = Math.min(frames - taken, block[0]!.length - this.used)
      if (count === frames) {
        parts = block.map((samples) => samples.subarray(this.used, this.used + count))
      } else {
        parts ??= block.map(() => new Float32Array(frames))
        for (const [channel, samples] of block.entries()) parts[channel]!.set(samples.subarray(this.used, this.used + count), taken)
      }
      taken += count
      this.used += count
    }
    return (parts ?? []).map((samples) => samples.subarray(0, taken))
  }

  /** True when a block with unused frames is at hand. */
  private async fill(): Promise<boolean> {
    while (this.block === undefined || this.used >= (this.block[0]?.length ?? 0)) {
      const { done, value } = await this.iterator.next()
      if (done === true) return false
      this.block = value
      this.used = 0
    }
    return true
  }

  /** Stops the source. */
  async close(): Promise<void> {
    await this.iterator.return?.()
  }
}

import { createHash, type Hash } from 'node:crypto'

/**
 * What a sound is known by: its rate and its samples as float32, whatever file holds them and in whatever blocks they
 * come. The same song as WAV and as FLAC is one sound.
 */
export class SoundFingerprint {
  private readonly channels: Hash[] = []

  /** Adds a planar block `[channel][frame]`. */
  add(block: readonly Float32Array[]): void {
    for (const [channel, samples] of block.entries()) {
      this.channels[channel] ??= createHash('sha256')
      this.channels[channel].update(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength))
    }
  }

  /** Returns 32 hexadecimal digits. */
  finish(sampleRate: number): string {
    const whole = createHash('sha256').update(`${sampleRate}`)
    for (const channel of this.channels) whole.update(channel.digest())
    return whole.digest('hex').slice(0, 32)
  }
}

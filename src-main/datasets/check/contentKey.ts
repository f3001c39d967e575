/** Recordings up to so many seconds are too short for landmarks, and are compared to the sample. */
const shortSeconds = 3

/** A number of 64 bits that two short recordings share when they are alike to sixteen bits. */
export class ContentKey {
  private readonly most: number
  private count = 0
  private a = 0x811c9dc5
  private b = 0x9e3779b9
  private loud = false

  constructor(sampleRate: number) {
    this.most = shortSeconds * sampleRate
  }

  add(samples: Float32Array): void {
    this.count += samples.length
    if (this.count > this.most) return
    let { a, b } = this
    for (let i = 0; i < samples.length; i++) {
      const value = Math.round(samples[i]! * 32768)
      if (value !== 0) this.loud = true
      a = Math.imul(a ^ value, 0x01000193)
      b = Math.imul((b ^ value) + 0x7f4a7c15, 0x85ebca6b)
      b ^= b >>> 13
    }
    this.a = a
    this.b = b
  }

  /** Returns undefined for a recording that is long, or silent. */
  finish(): string | undefined {
    if (this.count > this.most || !this.loud) return undefined
    return `${this.count} ${(this.a >>> 0).toString(16)} ${(this.b >>> 0).toString(16)}`
  }
}

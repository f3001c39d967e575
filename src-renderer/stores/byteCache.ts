/** Bytes by key, up to a total; those that were used longest ago go first. */
export class ByteCache {
  private readonly entries = new Map<string, Uint8Array>()
  private total = 0

  /** @param most bytes that are kept in all */
  constructor(private readonly most: number) {}

  /** Bytes that are kept now. */
  get size(): number {
    return this.total
  }

  get(key: string): Uint8Array | undefined {
    const bytes = this.entries.get(key)
    if (bytes) {
      this.entries.delete(key)
      this.entries.set(key, bytes)
    }
    return bytes
  }

  /** Keeps `bytes`, unless they alone are more than may be kept. */
  set(key: string, bytes: Uint8Array): void {
    this.delete(key)
    this.entries.set(key, bytes)
    this.total += bytes.length
    for (const oldest of this.entries.keys()) {
      if (this.total <= this.most) return
      this.delete(oldest)
    }
  }

  /** Forgets every key that begins with `prefix`. */
  forget(prefix: string): void {
    for (const key of this.entries.keys()) if (key.startsWith(prefix)) this.delete(key)
  }

  private delete(key: string): void {
    this.total -= this.entries.get(key)?.length ?? 0
    this.entries.delete(key)
  }
}

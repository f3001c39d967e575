import type { PlayableSound } from '#renderer/playback/wavSource'

/** Frames that are fetched at once. */
export const chunkFrames = 1 << 16
const bytesPerSample = 4

interface Chunk {
  readonly sound: PlayableSound
  readonly index: number
  readonly samples: Promise<readonly Float32Array[]>
  readonly bytes: number
}

/**
 * Samples that were fetched, up to a number of bytes; what was not asked for the longest goes first. The same stretch of a
 * sound is needed by several readers and again after every edit, loop and seek.
 */
export class ChunkCache {
  private readonly chunks = new Map<string, Chunk>()
  private readonly numbers = new WeakMap<PlayableSound, number>()
  private soundCount = 0
  private bytes = 0

  constructor(private readonly limitBytes: number) {}

  /** Frames of a sound, one array a channel; fewer where it ends, or is not there yet. */
  async read(sound: PlayableSound, first: number, count: number): Promise<readonly Float32Array[]> {
    const end = Math.min(first + count, sound.frames)
    const indices: number[] = []
    for (let at = first; at < end; at = (indices.at(-1)! + 1) * chunkFrames) indices.push(Math.floor(at / chunkFrames))
    const chunks = await Promise.all(indices.map((index) => this.chunk(sound, index)))
    return joined(chunks, sound.channels, first - (indices[0] ?? 0) * chunkFrames, Math.max(0, end - first))
  }

  private chunk(sound: PlayableSound, index: number): Promise<readonly Float32Array[]> {
    const key = this.keyOf(sound, index)
    const known = this.chunks.get(key)
    this.chunks.delete(key)
    const chunk = known ?? this.fetch(sound, index, key)
    this.chunks.set(key, chunk)
    this.shrink()
    return chunk.samples
  }

  private fetch(sound: PlayableSound, index: number, key: string): Chunk {
    const first = index * chunkFrames
    const frames = Math.min(chunkFrames, sound.frames - first)
    const chunk: Chunk = { sound, index, samples: sound.read(first, frames), bytes: frames * sound.channels * bytesPerSample }
    this.bytes += chunk.bytes
    const drop = () => this.drop(key, chunk)
    // What failed, or was not all there yet, is fetched again.
    chunk.samples.then((samples) => (samples[0]!.length < frames ? drop() : undefined), drop)
    return chunk
  }

  private shrink(): void {
    for (const [key, chunk] of this.chunks) {
      if (this.bytes <= this.limitBytes || this.chunks.size === 1) return
      this.drop(key, chunk)
    }
  }

  private drop(key: string, chunk: Chunk): void {
    if (this.chunks.get(key) !== chunk) return
    this.chunks.delete(key)
    this.bytes -= chunk.bytes
  }

  private keyOf(sound: PlayableSound, index: number): string {
    const number = this.numbers.get(sound) ?? this.soundCount++
    this.numbers.set(sound, number)
    return `${number}/${index}`
  }
}

/** One stretch of consecutive chunks; it ends at the first chunk that is not whole. */
function joined(chunks: readonly (readonly Float32Array[])[], channels: number, skip: number, count: number): Float32Array[] {
  let whole = 0
  for (const [samples] of chunks) {
    whole += samples!.length
    if (samples!.length < chunkFrames) break
  }
  const frames = Math.max(0, Math.min(count, whole - skip))
  return Array.from({ length: channels }, (_, channel) => {
    const output = new Float32Array(frames)
    let at = -skip
    for (const chunk of chunks) {
      if (at >= frames) break
      const samples = chunk[channel]!.subarray(Math.max(0, -at), Math.max(0, frames - at))
      output.set(samples, Math.max(0, at))
      at += chunkFrames
    }
    return output
  })
}

/** Extremes of one resolution: for each channel, minimum and maximum in turn, one pair for every `framesPerPeak` frames. */
export interface PeakLevel {
  readonly framesPerPeak: number
  readonly channels: readonly Float32Array[]
}

/** Extremes of a sound from fine to coarse, so that a waveform of any zoom is drawn from few numbers. */
export interface PeakPyramid {
  /** Hertz. */
  readonly sampleRate: number
  readonly frames: number
  /** Finest first; each is `step` times coarser than the one before it. */
  readonly levels: readonly PeakLevel[]
}

export const framesPerFinestPeak = 256
const step = 4
const coarsestPairs = 512

/** Gathers peaks while sound goes by, block after block. */
export class PeakCollector {
  private frames = 0
  private readonly pairs: number[][]

  constructor(
    private readonly sampleRate: number,
    channels: number,
    private readonly framesPerPeak = framesPerFinestPeak,
  ) {
    this.pairs = Array.from({ length: channels }, () => [])
  }

  /** Adds a planar block `[channel][frame]`. */
  add(block: readonly Float32Array[]): void {
    for (const [channel, samples] of block.entries()) this.addChannel(this.pairs[channel]!, samples)
    this.frames += block[0]?.length ?? 0
  }

  private addChannel(pairs: number[], samples: Float32Array): void {
    const { frames, framesPerPeak } = this
    for (let i = 0; i < samples.length; ) {
      const index = Math.floor((frames + i) / framesPerPeak)
      const end = Math.min(samples.length, (index + 1) * framesPerPeak - frames)
      let low = samples[i]!
      let high = low
      for (i++; i < end; i++) {
        const value = samples[i]!
        if (value < low) low = value
        else if (value > high) high = value
      }
      const at = 2 * index
      pairs[at] = Math.min(low, pairs[at] ?? low)
      pairs[at + 1] = Math.max(high, pairs[at + 1] ?? high)
    }
  }

  finish(): PeakPyramid {
    const finest = { framesPerPeak: this.framesPerPeak, channels: this.pairs.map((pairs) => Float32Array.from(pairs)) }
    return { sampleRate: this.sampleRate, frames: this.frames, levels: coarsen(finest) }
  }
}

function coarsen(finest: PeakLevel): PeakLevel[] {
  const levels = [finest]
  for (let level = finest; (level.channels[0]?.length ?? 0) / 2 > coarsestPairs; levels.push(level)) {
    level = { framesPerPeak: level.framesPerPeak * step, channels: level.channels.map(mergePairs) }
  }
  return levels
}

function mergePairs(pairs: Float32Array): Float32Array {
  const count = Math.ceil(pairs.length / 2 / step)
  const merged = new Float32Array(count * 2)
  for (let i = 0; i < count; i++) {
    const end = Math.min(pairs.length, 2 * (i + 1) * step)
    let low = Infinity
    let high = -Infinity
    for (let at = 2 * i * step; at < end; at += 2) {
      if (pairs[at]! < low) low = pairs[at]!
      if (pairs[at + 1]! > high) high = pairs[at + 1]!
    }
    merged[2 * i] = low
    merged[2 * i + 1] = high
  }
  return merged
}

const magic = 0x53505731
const headerBytes = 24

/** Returns a pyramid's finest level as bytes to be stored: a header and float32 pairs, channel after channel. */
export function encodePeaks({ sampleRate, frames, levels }: PeakPyramid): Uint8Array {
  const { framesPerPeak, channels } = levels[0]!
  const length = channels[0]?.length ?? 0
  const bytes = new Uint8Array(headerBytes + channels.length * length * 4)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, magic, true)
  view.setUint16(4, channels.length, true)
  view.setUint16(6, framesPerPeak, true)
  view.setFloat64(8, frames, true)
  view.setFloat64(16, sampleRate, true)
  for (const [channel, pairs] of channels.entries()) {
    for (let i = 0, at = headerBytes + channel * length * 4; i < length; i++, at += 4) view.setFloat32(at, pairs[i]!, true)
  }
  return bytes
}

/** Returns the pyramid of stored peaks, or undefined when the bytes are no such thing. */
export function decodePeaks(bytes: Uint8Array): PeakPyramid | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < headerBytes || view.getUint32(0, true) !== magic) return undefined
  const count = view.getUint16(4, true)
  const framesPerPeak = view.getUint16(6, true)
  const frames = view.getFloat64(8, true)
  const length = 2 * Math.ceil(frames / framesPerPeak)
  if (bytes.length !== headerBytes + count * length * 4) return undefined
  const channels = Array.from({ length: count }, (_, channel) => {
    const pairs = new Float32Array(length)
    for (let i = 0, at = headerBytes + channel * length * 4; i < length; i++, at += 4) pairs[i] = view.getFloat32(at, true)
    return pairs
  })
  return { sampleRate: view.getFloat64(16, true), frames, levels: coarsen({ framesPerPeak, channels }) }
}

import { setImmediate as turn } from 'node:timers/promises'
import { AppError } from '#shared/errors'
import { AudioInput } from '#main/node/audioInput'
import type { AudioInfo } from '#main/node/audioInfo'
import type { BlockOptions } from '#main/node/audioReader'
import type { Frame } from '#main/node/ffmpeg'
import { copySamples, sampleLayout } from '#main/node/sampleFormats'

/** Frames in a block: big enough that a block costs next to nothing, small enough that a cancel is quick. */
const blockFrames = 16384

/** What is known of a file and needed to decode it. */
export interface FilePlan {
  readonly path: string
  readonly info: AudioInfo
  /** Frames that the header promises, where it can be trusted. */
  readonly promised: number | undefined
  /** True when a seek lands on the very sample. Lossy codecs carry state from packet to packet, so they never do. */
  readonly seekable: boolean
  /** True when an Ogg stream lacks its end mark: it was cut off, by how much nobody knows. */
  readonly endMissing: boolean
}

/** A file and what all passes over it share. */
export interface DecodePlan extends FilePlan {
  readonly warnings: string[]
  readonly state: { closed: boolean }
}

/** One pass over a file; see AudioReader.blocks. */
export async function* decodeBlocks(plan: DecodePlan, options: BlockOptions): AsyncGenerator<Float32Array[]> {
  const start = options.start ?? 0
  const end = start + (options.length ?? Infinity)
  if (plan.info.frames === 0) return
  const input = await AudioInput.open(plan.path)
  try {
    const collector = new BlockCollector(plan.info.channels)
    let position = plan.seekable && start > blockFrames ? seekTo(input, plan, start) : 0
    let frame: Frame | undefined
    let decoded = 0
    while (position < end && (frame = input.next()) !== undefined) {
      if (decoded++ === 0 && position > 0) {
        position = Number(frame.pts)
        // A seek that went astray: reading from the start is slower and always right.
        if (!(position >= 0 && position <= start)) return yield* decodeBlocks({ ...plan, seekable: false }, options)
      }
      requireConstantFormat(plan, frame)
      const from = Math.max(0, start - position)
      const until = Math.min(frame.nbSamples, end - position)
      for (let at = from; at < until; ) {
        at += collector.take(frame, at, until, plan, position)
        const block = collector.full()
        if (block === undefined) continue
        await pause(plan, options)
        yield block
      }
      position += frame.nbSamples
      // Skipping to a late start can take seconds; a cancel must be heard meanwhile.
      if (decoded % 64 === 0) await pause(plan, options)
    }
    if (frame === undefined && position < end) noteEnd(plan, input, position)
    await pause(plan, options)
    const rest = collector.rest()
    if (rest !== undefined) yield rest
  } finally {
    await input.close()
  }
}

async function pause(plan: DecodePlan, options: BlockOptions): Promise<void> {
  await turn()
  options.signal?.throwIfAborted()
  if (plan.state.closed) throw new AppError('INTERNAL', `${plan.path} was closed while it was being read.`)
}

/** Seeks near `start`; returns 0 when the file can't, and it is read from its first sample. */
function seekTo(input: AudioInput, plan: DecodePlan, start: number): number {
  const rate = plan.info.sampleRate
  const sampleClock = input.stream.timeBase.num === 1 && input.stream.timeBase.den === rate
  return sampleClock && input.seek(start) ? start : 0
}

function requireConstantFormat(plan: DecodePlan, frame: Frame): void {
  if (frame.channels === plan.info.channels && frame.sampleRate === plan.info.sampleRate) return
  throw new AppError(
    'AUDIO_UNSUPPORTED',
    `${plan.path} changes its sample rate or its number of channels on the way, so it can't be read as one song. Convert it to WAV or FLAC first.`,
  )
}

function noteEnd(plan: DecodePlan, input: AudioInput, frames: number): void {
  const rate = plan.info.sampleRate
  const seconds = (count: number) => `${(count / rate).toFixed(1)} s`
  // Lossy containers round their length to a packet.
  const tolerance = plan.info.bitDepth === undefined ? 2048 : 0
  if (plan.promised !== undefined && frames + tolerance < plan.promised) {
    note(plan, `The file is cut off: ${seconds(frames)} of the ${seconds(plan.promised)} it should hold could be read and were used.`)
  } else if (plan.endMissing) {
    note(plan, `The file is cut off before its end: the ${seconds(frames)} that could be read were used.`)
  }
  if (input.damagedPackets > 0) {
    note(plan, `The file is damaged in ${input.damagedPackets} place(s), which were left out.`)
  }
}

function note(plan: DecodePlan, warning: string): void {
  if (!plan.warnings.includes(warning)) plan.warnings.push(warning)
}

/** Gathers decoded frames of any size into blocks of one size. */
class BlockCollector {
  private block: Float32Array[]
  private filled = 0

  constructor(private readonly channels: number) {
    this.block = this.fresh()
  }

  private fresh(): Float32Array[] {
    return Array.from({ length: this.channels }, () => new Float32Array(blockFrames))
  }

  /** Copies what fits of samples `from`..`until` of `frame`, which begins at `position` in the file; returns how many. */
  take(frame: Frame, from: number, until: number, plan: DecodePlan, position: number): number {
    const layout = sampleLayout(frame.format as Parameters<typeof sampleLayout>[0])
    const planes = frame.extendedData
    if (layout === undefined || planes === null) {
      throw new AppError('AUDIO_UNSUPPORTED', `The samples of ${plan.path} are of an unknown kind. Convert it to WAV or FLAC first.`)
    }
    const count = Math.min(until - from, blockFrames - this.filled)
    copySamples(layout, planes, from, count, this.block, this.filled)
    if (layout.float) this.requireFinite(count, plan, position + from)
    this.filled += count
    return count
  }

  private requireFinite(count: number, plan: DecodePlan, position: number): void {
    for (const [channel, samples] of this.block.entries()) {
      let bad = this.filled
      while (bad < this.filled + count && Number.isFinite(samples[bad])) bad++
      if (bad === this.filled + count) continue
      const seconds = ((position + bad - this.filled) / plan.info.sampleRate).toFixed(3)
      throw new AppError(
        'AUDIO_NOT_FINITE',
        `${plan.path} has an invalid sample (${samples[bad]}) in channel ${channel + 1} at ${seconds} s. Export the file again from the program that made it.`,
      )
    }
  }

  full(): Float32Array[] | undefined {
    if (this.filled < blockFrames) return undefined
    const { block } = this
    this.block = this.fresh()
    this.filled = 0
    return block
  }

  rest(): Float32Array[] | undefined {
    return this.filled === 0 ? undefined : this.block.map((samples) => samples.slice(0, this.filled))
  }
}

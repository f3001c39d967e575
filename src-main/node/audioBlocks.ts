import { setImmediate as turn } from 'node:timers/promises'
import { AppError } from '#shared/errors'
import { AudioInput } from '#main/node/audioInput'
import type { AudioInfo } from '#main/node/audioInfo'
import type { BlockOptions } from '#main/node/audioReader'
import type { Frame } from '#main/node/ffmpeg'
import { copySamples, sampleLayout } from '#main/node/sampleFormats'
import { Timeline, type Stretch } from '#main/node/timeline'

/** Frames in a block: big enough that a block costs next to nothing, small enough that a cancel is quick. */
const blockFrames = 16384

/** What is known of a file and needed to decode it. */
export interface FilePlan {
  readonly path: string
  /** Which of the file's sounds; the main one where it is missing. */
  readonly sound?: number | undefined
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
  const { input, timeline } = await openAt(plan, start)
  try {
    const collector = new BlockCollector(plan)
    let stretch: Stretch | undefined
    for (let count = 1; timeline.position < end && (stretch = timeline.next()) !== undefined; count++) {
      const { position } = timeline
      const until = Math.min(stretch.length, end - position)
      for (let at = Math.max(0, start - position); at < until; ) {
        at += collector.take(stretch, at, until, position)
        const block = collector.full()
        if (block === undefined) continue
        await pause(plan, options)
        yield block
      }
      timeline.position += stretch.length
      // Skipping to a late start can take seconds; a cancel must be heard meanwhile.
      if (count % 64 === 0) await pause(plan, options)
    }
    if (stretch === undefined && timeline.position < end) noteEnd(plan, input, timeline)
    await pause(plan, options)
    const rest = collector.rest()
    if (rest !== undefined) yield rest
  } finally {
    await input.close()
  }
}

/** Opens a file near frame `start`; where a seek goes astray, at its beginning, which is slower and always right. */
async function openAt(plan: DecodePlan, start: number): Promise<{ input: AudioInput; timeline: Timeline }> {
  const input = await AudioInput.open(plan.path, plan.sound)
  const timeline = new Timeline(input, plan.info, plan.path)
  if (!plan.seekable || start <= blockFrames || timeline.seek(start)) return { input, timeline }
  await input.close()
  return openAt({ ...plan, seekable: false }, start)
}

async function pause(plan: DecodePlan, options: BlockOptions): Promise<void> {
  await turn()
  options.signal?.throwIfAborted()
  if (plan.state.closed) throw new AppError('INTERNAL', `${plan.path} was closed while it was being read.`)
}

function noteEnd(plan: DecodePlan, input: AudioInput, { position, gaps, silentFrames }: Timeline): void {
  const rate = plan.info.sampleRate
  const seconds = (count: number) => `${(count / rate).toFixed(1)} s`
  // Lossy containers round their length to a packet.
  const tolerance = plan.info.bitDepth === undefined ? 2048 : 0
  if (plan.promised !== undefined && position + tolerance < plan.promised) {
    note(plan, `The file is cut off: ${seconds(position)} of the ${seconds(plan.promised)} it should hold could be read and were used.`)
  } else if (plan.endMissing) {
    note(plan, `The file is cut off before its end: the ${seconds(position)} that could be read were used.`)
  }
  if (gaps > 0) {
    note(plan, `The file is damaged in ${gaps} place(s): ${(silentFrames / rate).toFixed(2)} s in all could not be read and are silent.`)
  } else if (input.damagedPackets > 0) {
    note(plan, `The file is damaged in ${input.damagedPackets} place(s), which may be heard.`)
  }
}

function note(plan: DecodePlan, warning: string): void {
  if (!plan.warnings.includes(warning)) plan.warnings.push(warning)
}

/** Gathers decoded sound into blocks of one size. */
class BlockCollector {
  private block: Float32Array[]
  private filled = 0

  constructor(private readonly plan: DecodePlan) {
    this.block = this.fresh()
  }

  private fresh(): Float32Array[] {
    return Array.from({ length: this.plan.info.channels }, () => new Float32Array(blockFrames))
  }

  /** Copies what fits of frames `from`..`until` of `stretch`, which begins at `position` in the file; returns how many. */
  take({ frame }: Stretch, from: number, until: number, position: number): number {
    const count = Math.min(until - from, blockFrames - this.filled)
    if (frame !== undefined) this.copy(frame, from, count, position)
    this.filled += count
    return count
  }

  private copy(frame: Frame, from: number, count: number, position: number): void {
    const layout = sampleLayout(frame.format as Parameters<typeof sampleLayout>[0])
    const planes = frame.extendedData
    if (layout === undefined || planes === null) {
      throw new AppError('AUDIO_UNSUPPORTED', `The samples of ${this.plan.path} are of an unknown kind. Convert it to WAV or FLAC first.`)
    }
    copySamples(layout, planes, from, count, this.block, this.filled)
    if (layout.float) this.requireFinite(count, position + from)
  }

  private requireFinite(count: number, position: number): void {
    const { info, path } = this.plan
    for (const [channel, samples] of this.block.entries()) {
      let bad = this.filled
      while (bad < this.filled + count && Number.isFinite(samples[bad])) bad++
      if (bad === this.filled + count) continue
      const seconds = ((position + bad - this.filled) / info.sampleRate).toFixed(3)
      throw new AppError(
        'AUDIO_NOT_FINITE',
        `${path} has an invalid sample (${samples[bad]}) in channel ${channel + 1} at ${seconds} s. Export the file again from the program that made it.`,
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

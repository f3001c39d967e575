import type { AudioReader } from '#main/node/audioReader'
import { createAudioWriter, type AudioWriter } from '#main/node/audioWriter'
import { BlockQueue } from '#main/node/blockQueue'
import { type StemPair, wavFormat } from '#main/node/stemPair'
import type { StemBlock } from '#shared/audio/stemSum'
import { altered, transferred } from '#shared/audio/stemTransfer'
import { checkpointCancel, type WorkContext } from '#shared/jobs/work'
import { randomStream } from '#shared/random'

/** Frames from the beginning of a sound: the first, and the one after the last. */
export interface FrameSpan {
  readonly start: number
  readonly end: number
}

/** What is added to a stem in the frames of `span`; nothing elsewhere. */
export interface StemChange {
  readonly span: FrameSpan
  readonly blocks: AsyncIterable<Float32Array[]>
}

const framesAtOnce = 16384
/** The dither is the same for every repair: the same input gives the same files. */
const ditherSeed = 1

/**
 * Writes the frames of `written` of both stems after `change` was added to vocals and taken from music. Elsewhere samples stay
 * as they are, to the bit. Both files are WAV of the stems' own format.
 * @throws OUTPUT_NOT_WRITABLE, DISK_FULL, the codes of reading, the signal's reason
 */
export async function writeTransferred(
  pair: StemPair,
  change: StemChange,
  written: FrameSpan,
  paths: { vocals: string; accompaniment: string },
  context: WorkContext,
): Promise<void> {
  const dither = pair.bits === 16 ? randomStream(ditherSeed).fork('vocals') : undefined
  const streams = [pair.vocals, pair.music].map((reader) => read(reader, written, context)) as [BlockQueue, BlockQueue]
  await writeAll([paths.vocals, paths.accompaniment], pair, async (writers) => {
    await eachStretch(change, written, pair.sampleRate, context, async (frames, difference) => {
      const [vocals, music] = [await streams[0].take(frames), await streams[1].take(frames)]
      const stems = transferred(pair.bits, { vocals, music }, difference ?? silence(vocals), dither)
      await put(writers[0]!, stems.vocals)
      await put(writers[1]!, stems.music)
    })
  }).finally(() => Promise.all(streams.map((stream) => stream.close())))
}

/**
 * Writes a stem after `factor` × `change` was added to it; elsewhere samples stay as they are.
 * @param bits of the integers of the file; undefined for floats
 * @throws OUTPUT_NOT_WRITABLE, DISK_FULL, the codes of reading, the signal's reason
 */
export async function writeAltered(
  stem: AudioReader,
  change: StemChange & { factor: number },
  target: { path: string; bits: 16 | 24 | undefined; frames: number },
  context: WorkContext,
): Promise<void> {
  const { sampleRate, channels } = stem.info
  const { path, bits, frames } = target
  const dither = bits === 16 ? randomStream(ditherSeed).fork('stem') : undefined
  const whole = { start: 0, end: frames }
  const stream = read(stem, whole, context)
  await writeAll([path], { sampleRate, channels, bits }, async ([writer]) => {
    await eachStretch(change, whole, sampleRate, context, async (count, difference) => {
      const samples = await stream.take(count)
      await put(writer!, altered(bits, samples, difference ?? silence(samples), change.factor, dither))
    })
  }).finally(() => stream.close())
}

/** Writes sound as it comes, as 32-bit floats, and returns how many frames that were. @throws OUTPUT_NOT_WRITABLE, DISK_FULL */
export async function writeSound(
  path: string,
  shape: { sampleRate: number; channels: number },
  blocks: AsyncIterable<Float32Array[]>,
): Promise<number> {
  let frames = 0
  await writeAll([path], { ...shape, bits: undefined }, async ([writer]) => {
    for await (const block of blocks) {
      await writer!.write(block)
      frames += block[0]!.length
    }
  })
  return frames
}

function read(reader: AudioReader, { start, end }: FrameSpan, { signal }: WorkContext): BlockQueue {
  return new BlockQueue(reader.blocks({ start, length: end - start, signal }))
}

/** Opens the files, and gives all of them their names once `work` is done, or none. */
async function writeAll(
  paths: readonly string[],
  { sampleRate, channels, bits }: { sampleRate: number; channels: number; bits: 16 | 24 | undefined },
  work: (writers: readonly AudioWriter[]) => Promise<void>,
): Promise<void> {
  const writers: AudioWriter[] = []
  try {
    for (const path of paths) writers.push(await createAudioWriter(path, { format: wavFormat(bits), sampleRate, channels }))
    await work(writers)
    for (const writer of writers) await writer.seal()
    for (const writer of writers) await writer.finish()
  } finally {
    for (const writer of writers) await writer.abort()
  }
}

function put(writer: AudioWriter, block: StemBlock): Promise<void> {
  return block[0] instanceof Int32Array ? writer.writeIntegers(block as Int32Array[]) : writer.write(block as Float32Array[])
}

function silence(block: readonly Float32Array[]): Float32Array[] {
  return block.map((samples) => new Float32Array(samples.length))
}

/** Calls `work` with some frames after the other of `written`, and with what changes in them, if anything does. */
async function eachStretch(
  { span, blocks }: StemChange,
  written: FrameSpan,
  sampleRate: number,
  context: WorkContext,
  work: (frames: number, difference: Float32Array[] | undefined) => Promise<void>,
): Promise<void> {
  const changes = new BlockQueue(blocks)
  try {
    // A preview begins later than what its first sample needs.
    for (let at = span.start; at < written.start; at += framesAtOnce) await changes.take(Math.min(framesAtOnce, written.start - at))
    for (let at = written.start; at < written.end; ) {
      const changing = at >= span.start && at < span.end
      const border = at < span.start ? span.start : changing ? span.end : written.end
      const frames = Math.min(framesAtOnce, border - at, written.end - at)
      await work(frames, changing ? await changes.take(frames) : undefined)
      at += frames
      const [completed, total] = [(at - written.start) / sampleRate, (written.end - written.start) / sampleRate]
      context.onProgress({ stage: 'repairing', completed, total, unit: 'seconds' })
      await checkpointCancel(context)
    }
  } finally {
    await changes.close()
  }
}

import { join } from 'node:path'
import type { RecordingPart } from '#main/datasets/manifest'
import { openAudio, type AudioReader } from '#main/node/audioReader'
import { mixtureBlocks } from '#main/node/mixtureBlocks'
import type { Stereo } from '#shared/audio/audioClip'
import { concatenate } from '#shared/audio/concatenate'
import { separatedChannels } from '#shared/audio/mixdown'
import { createResampler } from '#shared/dsp/resample'

/** The sum of some files, as one sound of one or two channels. */
export interface SummedSound {
  /** Hertz; that of the first part. */
  readonly sampleRate: number
  readonly channels: number
  /** Frames, where the files say so exactly. */
  readonly frames: number | undefined
  /** What could not be read of the files; filled while they are. */
  readonly warnings: readonly string[]
  /** Planar blocks `[channel][frame]` of the whole. @throws the reader's errors */
  blocks(): AsyncGenerator<Float32Array[]>
  close(): Promise<void>
}

/** Parts with absolute paths, of parts below `folder`. */
export function partsBelow(folder: string, parts: readonly RecordingPart[]): RecordingPart[] {
  return parts.map((part) => ({ ...part, path: join(folder, part.path) }))
}

/**
 * Opens parts whose paths are absolute. Those that are shorter than others are silent from there on.
 * @throws the reader's errors, naming the file.
 */
export async function openParts(parts: readonly RecordingPart[]): Promise<SummedSound> {
  const opened: OpenPart[] = []
  const close = async () => {
    for (const { reader } of opened) await reader.close()
  }
  try {
    for (const part of parts) opened.push({ part, reader: await openAudio(part.path, { minimumSeconds: 0, sound: part.stream }) })
  } catch (error) {
    await close()
    throw error
  }
  const { sampleRate } = opened[0]!.reader.info
  const channels = Math.max(...opened.map(({ reader }) => separatedChannels(reader.info.channels)))
  const blocks = opened.length === 1 && isWhole(parts[0]!) ? () => mixtureBlocks(opened[0]!.reader) : () => summedBlocks(opened, sampleRate, channels)
  return {
    sampleRate,
    channels,
    frames: exactFrames(opened, sampleRate),
    get warnings() {
      return opened.flatMap(({ reader }) => reader.warnings)
    },
    blocks,
    close,
  }
}

/** The sum of parts whose paths are absolute, in memory at another rate; mono becomes two equal channels. */
export async function decodeStereo(parts: readonly RecordingPart[], sampleRate: number): Promise<Stereo> {
  const sound = await openParts(parts)
  const pieces: Float32Array[][] = []
  const resamplers = await Promise.all(Array.from({ length: sound.channels }, () => createResampler(sound.sampleRate, sampleRate)))
  try {
    for await (const block of sound.blocks()) pieces.push(block.map((samples, channel) => resamplers[channel]!.process(samples)))
    pieces.push(resamplers.map((resampler) => resampler.flush()))
  } finally {
    for (const resampler of resamplers) resampler.dispose()
    await sound.close()
  }
  const channel = (index: number) => concatenate(pieces.map((piece) => piece[Math.min(index, piece.length - 1)]!))
  return [channel(0), channel(1)]
}

interface OpenPart {
  readonly part: RecordingPart
  readonly reader: AudioReader
}

function isWhole({ gain, delay, end }: RecordingPart): boolean {
  return gain === 1 && delay === 0 && end === undefined
}

function exactFrames(opened: readonly OpenPart[], sampleRate: number): number | undefined {
  const ends = opened.map(({ part, reader }) =>
    reader.info.frames === undefined || reader.info.sampleRate !== sampleRate
      ? undefined
      : Math.min(Math.max(0, part.delay + reader.info.frames), part.end ?? Infinity),
  )
  return ends.reduce<number | undefined>((longest, end) => (longest === undefined || end === undefined ? undefined : Math.max(longest, end)), 0)
}

/** Frames that are summed at once. */
const blockFrames = 16384

async function* summedBlocks(opened: readonly OpenPart[], sampleRate: number, channels: number): AsyncGenerator<Float32Array[]> {
  const sources = opened.map((part) => ({ gain: part.part.gain, pieces: piecesOf(part, sampleRate), rest: undefined as Rest }))
  try {
    for (;;) {
      const out = Array.from({ length: channels }, () => new Float32Array(blockFrames))
      let longest = 0
      for (const source of sources) longest = Math.max(longest, await addTo(out, source))
      if (longest === blockFrames) yield out
      else {
        if (longest > 0) yield out.map((samples) => samples.subarray(0, longest))
        return
      }
    }
  } finally {
    for (const { pieces } of sources) await pieces.return(undefined)
  }
}

/** What of a part's last piece is still to be summed. */
type Rest = Float32Array[] | undefined

/** Adds the next frames of a source; returns how many there were. */
async function addTo(out: Float32Array[], source: { gain: number; pieces: AsyncGenerator<Float32Array[]>; rest: Rest }): Promise<number> {
  let at = 0
  while (at < blockFrames) {
    if (source.rest === undefined) {
      const next = await source.pieces.next()
      if (next.done) return at
      source.rest = next.value
    }
    const { rest, gain } = source
    const count = Math.min(rest[0]!.length, blockFrames - at)
    for (const [channel, samples] of out.entries()) {
      const from = rest[Math.min(channel, rest.length - 1)]!
      for (let i = 0; i < count; i++) samples[at + i]! += gain * from[i]!
    }
    at += count
    source.rest = count === rest[0]!.length ? undefined : rest.map((samples) => samples.subarray(count))
  }
  return at
}

/** A part's sound from frame 0 of the recording on, its delay being silence. */
async function* piecesOf({ part, reader }: OpenPart, sampleRate: number): AsyncGenerator<Float32Array[]> {
  let position = Math.min(0, part.delay)
  const end = part.end ?? Infinity
  for (let silent = Math.min(part.delay, end); silent > 0; silent -= blockFrames) {
    const length = Math.min(silent, blockFrames)
    position += length
    yield [new Float32Array(length)]
  }
  for await (const block of atRate(reader, sampleRate)) {
    const length = block[0]!.length
    const [from, to] = [Math.max(0, -position), Math.min(length, end - position)]
    position += length
    if (to > from) yield block.map((samples) => samples.subarray(from, to))
    if (position >= end) return
  }
}

async function* atRate(reader: AudioReader, sampleRate: number): AsyncGenerator<Float32Array[]> {
  if (reader.info.sampleRate === sampleRate) return yield* mixtureBlocks(reader)
  const count = separatedChannels(reader.info.channels)
  const resamplers = await Promise.all(Array.from({ length: count }, () => createResampler(reader.info.sampleRate, sampleRate)))
  try {
    for await (const block of mixtureBlocks(reader)) yield block.map((samples, channel) => resamplers[channel]!.process(samples))
    yield resamplers.map((resampler) => resampler.flush())
  } finally {
    for (const resampler of resamplers) resampler.dispose()
  }
}

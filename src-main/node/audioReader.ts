import { stat } from 'node:fs/promises'
import { AppError } from '#shared/errors'
import type { CancelSignal } from '#shared/jobs/work'
import { decodeBlocks } from '#main/node/audioBlocks'
import { inspectAudio, type AudioInfo } from '#main/node/audioInfo'
import { findProtection, lacksMp4Index, withFile } from '#main/node/audioProbes'

export type { AudioInfo } from '#main/node/audioInfo'

export interface BlockOptions {
  /** First frame. */
  start?: number
  /** Number of frames; to the end by default. */
  length?: number
  signal?: CancelSignal
}

export interface AudioReader {
  readonly info: AudioInfo
  /** What the user should know, filled while decoding: salvaged and damaged files. */
  readonly warnings: readonly string[]
  /**
   * Yields sound from `start` on as planar float32 blocks `[channel][frame]` at the file's own rate and channel count,
   * all of 16384 frames but the last; decodes only as fast as blocks are taken. May be called again and at once.
   * @throws AUDIO_NOT_FINITE, AUDIO_ZERO_LENGTH, AUDIO_UNSUPPORTED, the signal's reason
   */
  blocks(options?: BlockOptions): AsyncGenerator<Float32Array[]>
  /** Ends all running `blocks` at their next block. */
  close(): Promise<void>
}

/** Shorter sound is no song: a slip of the hand, or the rest of a failed recording. */
const minimumSeconds = 0.25

/**
 * Opens a sound file and looks at it far enough to know that it can be decoded.
 * @param options.minimumSeconds shorter sound is refused; 0.25 by default
 * @param options.sound which of several sounds in the file, from 0; the one that a player would play by default
 * @throws FILE_NOT_FOUND, FILE_EMPTY, FILE_UNREADABLE, NOT_AUDIO, AUDIO_PROTECTED, AUDIO_UNSUPPORTED, AUDIO_ZERO_LENGTH,
 * AUDIO_TOO_SHORT
 */
export async function openAudio(path: string, options: { minimumSeconds?: number; sound?: number | undefined } = {}): Promise<AudioReader> {
  const fileSize = await sizeOf(path)
  await refuseUnreadableMp4(path, fileSize)
  const { info, plan } = await inspectAudio(path, fileSize, options.sound)
  const warnings: string[] = []
  const state = { closed: false }
  const reader: AudioReader = {
    info,
    warnings,
    blocks: (blockOptions = {}) => decodeBlocks({ ...plan, warnings, state }, blockOptions),
    close: async () => {
      state.closed = true
    },
  }
  await refuseShort(reader, path, options.minimumSeconds ?? minimumSeconds)
  return reader
}

async function sizeOf(path: string): Promise<number> {
  try {
    const entry = await stat(path)
    if (!entry.isFile()) throw new AppError('FILE_UNREADABLE', `${path} is a folder or a device, not a file. Choose a sound file.`)
    if (entry.size === 0) throw new AppError('FILE_EMPTY', `${path} is empty (0 bytes). Copy or export the file again.`)
    return entry.size
  } catch (error) {
    throw fileError(path, error)
  }
}

function fileError(path: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException).code
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new AppError('FILE_NOT_FOUND', `${path} does not exist. Check the name, or whether the drive is connected.`, { cause: error })
  }
  if (error instanceof AppError || code === undefined) return error
  return new AppError('FILE_UNREADABLE', `${path} can't be read (${code}). Check its permissions and the drive.`, { cause: error })
}

async function refuseUnreadableMp4(path: string, fileSize: number): Promise<void> {
  const { entry, indexless } = await withFile(path, async (file) => ({
    entry: await findProtection(file, fileSize),
    indexless: await lacksMp4Index(file, fileSize),
  })).catch((error: unknown) => {
    throw fileError(path, error)
  })
  if (indexless) {
    throw new AppError(
      'NOT_AUDIO',
      `${path} was cut off before its index, without which nothing in an M4A file can be found. Copy or download the file again.`,
    )
  }
  if (entry === undefined) return
  throw new AppError(
    'AUDIO_PROTECTED',
    `${path} is copy-protected (${entry}), so its sound can't be decoded. Use a copy without protection, for example one from a CD or from a shop that sells plain files.`,
  )
}

async function refuseShort(reader: AudioReader, path: string, minimum: number): Promise<void> {
  const { sampleRate } = reader.info
  const wanted = Math.max(1, Math.ceil(minimum * sampleRate))
  let frames = reader.info.frames ?? 0
  if (reader.info.frames === undefined) {
    for await (const block of reader.blocks({ length: wanted })) frames += block[0]!.length
  }
  if (frames === 0) {
    throw new AppError('AUDIO_ZERO_LENGTH', `${path} is a sound file without any sound in it (0 seconds). Export or record it again.`)
  }
  if (frames < wanted) {
    const seconds = (frames / sampleRate).toFixed(2)
    throw new AppError('AUDIO_TOO_SHORT', `${path} lasts only ${seconds} s; at least ${minimum} s are needed. Choose a longer file.`)
  }
}

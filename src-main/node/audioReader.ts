import { open, stat } from 'node:fs/promises'
import { channelLayout, type ChannelPosition } from '#shared/audio/channelLayout'
import { AppError } from '#shared/errors'
import type { CancelSignal } from '#shared/jobs/work'
import { AudioInput } from '#main/node/audioInput'
import { decodeBlocks, type DecodePlan } from '#main/node/audioBlocks'
import { findProtection, hasOggEnd, lacksMp4Index, promisedMp3Frames, promisedWavBytes } from '#main/node/audioProbes'

export interface AudioInfo {
  /** wav, aiff, flac, mp3, ogg, m4a or FFmpeg's name of a rarer one. */
  readonly container: string
  /** FFmpeg's name: pcm_s24le, flac, mp3, aac, vorbis, opus, … */
  readonly codec: string
  /** Hertz. */
  readonly sampleRate: number
  /** Channels of the file, before any downmix. */
  readonly channels: number
  readonly layout: readonly ChannelPosition[]
  /** Bits of a sample of lossless sound; undefined for lossy codecs. */
  readonly bitDepth: number | undefined
  /** True when samples are not integers: float files and lossy codecs. */
  readonly float: boolean
  /** Exact number of frames, where the file says it and holds them; undefined for lossy codecs. */
  readonly frames: number | undefined
  readonly durationSeconds: number | undefined
  /** Title, artist, … by their lower-case names. */
  readonly tags: Readonly<Record<string, string>>
}

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
 * @throws FILE_NOT_FOUND, FILE_EMPTY, FILE_UNREADABLE, NOT_AUDIO, AUDIO_PROTECTED, AUDIO_UNSUPPORTED, AUDIO_ZERO_LENGTH,
 * AUDIO_TOO_SHORT
 */
export async function openAudio(path: string, options: { minimumSeconds?: number } = {}): Promise<AudioReader> {
  const fileSize = await sizeOf(path)
  await refuseUnreadableMp4(path, fileSize)
  const { info, plan } = await inspect(path, fileSize)
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

async function inspect(path: string, fileSize: number): Promise<{ info: AudioInfo; plan: Omit<DecodePlan, 'warnings' | 'state'> }> {
  const input = await AudioInput.open(path)
  try {
    const { stream, format, decoder, codecName } = input
    const bitDepth = bitDepthOf(input)
    const pcm = codecName.startsWith('pcm_')
    const float = bitDepth === undefined || /^pcm_f/.test(codecName)
    const declared = declaredFrames(input)
    const exact = bitDepth !== undefined ? declared : undefined
    const present = pcm && exact !== undefined ? framesPresent(input, fileSize, exact, bitDepth!) : exact
    const promised = await promisedFrames(path, input, declared, fileSize)
    const sampleRate = decoder.sampleRate
    const seconds = present ?? promised ?? declared
    const info: AudioInfo = {
      container: containerName(format.iformat?.name ?? 'unknown'),
      codec: codecName,
      sampleRate,
      channels: decoder.channels,
      layout: channelLayout(decoder.channels, decoder.channelLayout.mask),
      bitDepth,
      float,
      frames: present,
      durationSeconds: seconds === undefined ? undefined : seconds / sampleRate,
      tags: lowerCaseKeys({ ...format.metadata?.getAll(), ...stream.metadata?.getAll() }),
    }
    const endMissing = info.container === 'ogg' && !(await withFile(path, (file) => hasOggEnd(file, fileSize)))
    return { info, plan: { path, info, promised, seekable: pcm || codecName === 'flac', endMissing } }
  } finally {
    await input.close()
  }
}

function containerName(name: string): string {
  return name.startsWith('mov,') ? 'm4a' : name.split(',')[0]!
}

function bitDepthOf({ codecName, stream }: AudioInput): number | undefined {
  const raw = stream.codecpar.bitsPerRawSample
  const coded = stream.codecpar.bitsPerCodedSample
  const pcm = /^pcm_[usf](\d+)/.exec(codecName)
  if (pcm !== null) return Number(pcm[1])
  const lossless = ['flac', 'alac', 'wavpack', 'ape', 'tta'].includes(codecName)
  return lossless ? raw || coded || undefined : undefined
}

/** Frames by the container's header, or undefined. */
function declaredFrames({ stream, decoder }: AudioInput): number | undefined {
  const { num, den } = stream.timeBase
  const ticks = Number(stream.duration)
  if (!(ticks > 0) || den === 0) return undefined
  return Math.round((ticks * num * decoder.sampleRate) / den)
}

/** Uncompressed sound that was cut off says how much of it is there. */
function framesPresent(input: AudioInput, fileSize: number, declared: number, bitDepth: number): number {
  const position = input.firstPacketPosition()
  if (position === undefined) return 0
  const bytes = (bitDepth / 8) * input.decoder.channels
  return Math.min(declared, Math.floor((fileSize - position) / bytes))
}

/** Frames that the file should hold, where its header can be trusted to say so. */
async function promisedFrames(path: string, input: AudioInput, declared: number | undefined, fileSize: number): Promise<number | undefined> {
  const container = input.format.iformat?.name ?? ''
  if (container === 'mp3') return withFile(path, promisedMp3Frames)
  if (container === 'wav') {
    const frameBytes = input.decoder.channels * ((bitDepthOf(input) ?? 0) / 8)
    const bytes = await withFile(path, (file) => promisedWavBytes(file, fileSize))
    return bytes === undefined || frameBytes === 0 ? undefined : Math.floor(bytes / frameBytes)
  }
  return ['aiff', 'flac', 'w64', 'caf', 'au'].includes(container) || container.startsWith('mov,') ? declared : undefined
}

async function withFile<T>(path: string, use: (file: Awaited<ReturnType<typeof open>>) => Promise<T>): Promise<T> {
  const file = await open(path, 'r')
  try {
    return await use(file)
  } finally {
    await file.close()
  }
}

function lowerCaseKeys(tags: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(tags).map(([key, value]) => [key.toLowerCase(), value]))
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
    throw new AppError('AUDIO_TOO_SHORT', `${path} lasts only ${(frames / sampleRate).toFixed(2)} s; at least ${minimum} s are needed. Choose a longer file.`)
  }
}

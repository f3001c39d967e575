import type { Tags } from '#shared/audio/id3'
import { isOnGrid, quantize } from '#shared/audio/quantize'
import { AppError } from '#shared/errors'
import { randomStream } from '#shared/random'
import { openEncodedSink, takesRate } from '#main/node/encodedSink'
import { outputError } from '#main/node/outputError'
import { openPcmSink, type SampleSink } from '#main/node/pcmSink'
import { alreadyThere, exists, TemporaryFile } from '#main/node/temporaryFile'

export const audioFormats = ['wav16', 'wav24', 'wav32f', 'flac', 'mp3', 'aiff', 'm4a'] as const
export type AudioFormat = (typeof audioFormats)[number]

export interface AudioWriterOptions {
  readonly format: AudioFormat
  /** Hertz. */
  readonly sampleRate: number
  readonly channels: number
  readonly tags?: Tags
  /** For flac and aiff: 24 by default. */
  readonly bitDepth?: 16 | 24
  /** Replaces a file of that name; false by default. */
  readonly overwrite?: boolean
  /** Whether a taken name is refused at once; true by default. False for a writer that is given its name at the end. */
  readonly reserve?: boolean
  /** Seed of the dither of 16-bit formats. */
  readonly seed?: number
  /** For tests: file length from which on a WAV becomes RF64. */
  readonly riffLimit?: number
}

export interface AudioWriter {
  /** Where the sound lies until it is published. */
  readonly temporaryPath: string
  /**
   * Appends planar samples `[channel][frame]` at full scale ±1. Integer formats are rounded and limited to their range;
   * 16-bit ones are dithered where a block is not on the 16-bit grid already.
   */
  write(block: readonly Float32Array[]): Promise<void>
  /** Appends planar integers of the format's own bits, as they are; for integer formats only. */
  writeIntegers(block: readonly Int32Array[]): Promise<void>
  /** Completes the file under its temporary name, on the disk, so that it can be read back before it is published. */
  seal(): Promise<void>
  /**
   * Seals where that has not been done and gives the file its name, or the name `path` in the same folder. When the
   * name is taken the file is kept, to be finished under another name or aborted.
   * @throws OUTPUT_EXISTS
   */
  finish(path?: string): Promise<void>
  /** Removes what was written; does nothing after finish. */
  abort(): Promise<void>
}

/** Returns the bits of a format's integers, or undefined for formats that keep floats (wav32f and the lossy ones). */
export function integerBits(format: AudioFormat, bitDepth: 16 | 24 = 24): 16 | 24 | undefined {
  if (format === 'wav16') return 16
  if (format === 'wav24') return 24
  return format === 'flac' || format === 'aiff' ? bitDepth : undefined
}

/**
 * Opens a sound file for writing as the samples come. It is written under a hidden temporary name in the same folder.
 * @throws AUDIO_UNSUPPORTED when the format does not take the rate or the channels; OUTPUT_EXISTS, OUTPUT_NOT_WRITABLE,
 * DISK_FULL
 */
export async function createAudioWriter(path: string, options: AudioWriterOptions): Promise<AudioWriter> {
  requireSupported(options)
  const overwrite = options.overwrite ?? false
  if (!overwrite && options.reserve !== false && (await exists(path))) throw alreadyThere(path)
  const file = await TemporaryFile.create(path)
  try {
    const sink = await openSink(file.path, options)
    return new FileWriter(path, file, sink, options, overwrite)
  } catch (error) {
    await file.discard()
    throw outputError(path, error)
  }
}

/** @throws AUDIO_UNSUPPORTED when a file of this format can't hold such sound */
export function requireSupported({ format, sampleRate, channels }: Pick<AudioWriterOptions, 'format' | 'sampleRate' | 'channels'>): void {
  const name = format.toUpperCase()
  const lossy = format === 'mp3' || format === 'm4a'
  if (lossy && !takesRate(format, sampleRate)) {
    throw new AppError('AUDIO_UNSUPPORTED', `${name} can't hold sound at ${sampleRate} Hz, and stems keep the song's own rate. Choose FLAC or WAV.`)
  }
  const most = lossy ? 2 : 8
  if (channels < 1 || channels > most) {
    throw new AppError('AUDIO_UNSUPPORTED', `${name} can't hold ${channels} channels here. Choose ${lossy ? 'FLAC or WAV' : 'fewer channels'}.`)
  }
}

function openSink(path: string, options: AudioWriterOptions): Promise<SampleSink> {
  const { format, sampleRate, channels, tags = {}, bitDepth = 24, riffLimit } = options
  if (format === 'flac' || format === 'mp3' || format === 'm4a') {
    return openEncodedSink(path, { container: format, sampleRate, channels, bits: bitDepth, tags })
  }
  const bits = integerBits(format, bitDepth)
  const encoding = bits === 16 ? 'int16' : bits === 24 ? 'int24' : 'float32'
  const container = format === 'aiff' ? 'aiff' : 'wav'
  return openPcmSink(path, { container, shape: { encoding, sampleRate, channels }, tags, riffLimit })
}

class FileWriter implements AudioWriter {
  private state: 'open' | 'sealed' | 'done' = 'open'
  private readonly bits: 16 | 24 | undefined
  private readonly dither

  constructor(
    private readonly path: string,
    private readonly file: TemporaryFile,
    private readonly sink: SampleSink,
    private readonly options: AudioWriterOptions,
    private readonly overwrite: boolean,
  ) {
    this.bits = integerBits(options.format, options.bitDepth)
    this.dither = randomStream(options.seed ?? 0).fork('dither')
  }

  get temporaryPath(): string {
    return this.file.path
  }

  async write(block: readonly Float32Array[]): Promise<void> {
    const { bits } = this
    if (bits === undefined) return this.put(block)
    const dithered = bits === 16 && !block.every((samples) => isOnGrid(samples, 16))
    return this.put(block.map((samples) => quantize(samples, bits, 1, dithered ? this.dither : undefined)))
  }

  async writeIntegers(block: readonly Int32Array[]): Promise<void> {
    if (this.bits === undefined) throw new AppError('INTERNAL', `${this.options.format} does not hold integers.`)
    return this.put(block)
  }

  private async put(planes: readonly (Int32Array | Float32Array)[]): Promise<void> {
    if (this.state !== 'open' || planes.length !== this.options.channels) {
      throw new AppError('INTERNAL', `${this.path} was given ${planes.length} channels while ${this.state}.`)
    }
    await this.guard(() => this.sink.write(planes))
  }

  async seal(): Promise<void> {
    if (this.state !== 'open') return
    await this.guard(async () => {
      await this.sink.seal()
      await this.file.sync()
    })
    this.state = 'sealed'
  }

  async finish(path = this.path): Promise<void> {
    await this.seal()
    await this.guard(() => this.file.publish(this.overwrite, path))
    this.state = 'done'
  }

  async abort(): Promise<void> {
    if (this.state === 'done') return
    if (this.state === 'open') await this.sink.destroy()
    this.state = 'done'
    await this.file.discard()
  }

  /** Whatever fails takes the half-written file with it; a taken name leaves a whole one. */
  private async guard(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      const failure = outputError(this.path, error)
      if (!(failure instanceof AppError && failure.code === 'OUTPUT_EXISTS')) await this.abort()
      throw failure
    }
  }
}

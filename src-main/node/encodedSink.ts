import { AppError } from '#shared/errors'
import type { Tags } from '#shared/audio/id3'
import {
  AV_CHANNEL_ORDER_NATIVE,
  AV_CODEC_FLAG_GLOBAL_HEADER,
  AV_SAMPLE_FMT_FLTP,
  AV_SAMPLE_FMT_S16,
  AV_SAMPLE_FMT_S32,
  AVERROR_EAGAIN,
  AVERROR_EOF,
  Codec,
  CodecContext,
  Dictionary,
  FFmpegError,
  FormatContext,
  Frame,
  Packet,
  PosixError,
  Rational,
  type AVSampleFormat,
  type Stream,
} from '#main/node/ffmpeg'
import { FrameCollector } from '#main/node/frameCollector'
import { diskFull } from '#main/node/outputError'
import type { SampleSink } from '#main/node/pcmSink'

export interface EncoderTarget {
  readonly container: 'flac' | 'mp3' | 'm4a'
  /** Hertz. */
  readonly sampleRate: number
  readonly channels: number
  /** Bits of the integers that a FLAC file is given; lossy codecs take floats. */
  readonly bits: 16 | 24
  readonly tags: Tags
}

const muxers = { flac: 'flac', mp3: 'mp3', m4a: 'ipod' } as const
const codecs = { flac: 'flac', mp3: 'libmp3lame', m4a: 'aac' } as const

/** Encodes FLAC, MP3 or M4A as the samples come. */
export async function openEncodedSink(path: string, target: EncoderTarget): Promise<SampleSink> {
  return Encoder.open(path, target)
}

/** Returns whether the codec of `container` takes this sample rate. */
export function takesRate(container: EncoderTarget['container'], sampleRate: number): boolean {
  const rates = Codec.findEncoderByName(codecs[container] as Parameters<typeof Codec.findEncoderByName>[0])?.supportedSamplerates
  return !rates || rates.includes(sampleRate)
}

class Encoder implements SampleSink {
  private readonly packet = new Packet()
  private readonly pending: FrameCollector
  private written = 0n
  private released = false

  private constructor(
    private readonly path: string,
    private readonly target: EncoderTarget,
    private readonly format: FormatContext,
    private readonly stream: Stream,
    private readonly codec: CodecContext,
  ) {
    this.packet.alloc()
    this.pending = new FrameCollector(codec.frameSize || 4096, target.channels, target.container === 'flac' ? target.bits : undefined)
  }

  static async open(path: string, target: EncoderTarget): Promise<Encoder> {
    const format = new FormatContext()
    const codec = new CodecContext()
    try {
      check(format.allocOutputContext2(null, muxers[target.container], path), path)
      await openCodec(codec, target, path)
      const stream = format.newStream(null)
      check(stream.codecpar.fromContext(codec), path)
      stream.timeBase = codec.timeBase
      format.metadata = Dictionary.fromObject({ ...target.tags })
      check(await format.openOutput(), path)
      const options = target.container === 'mp3' ? Dictionary.fromObject({ id3v2_version: 3 }) : null
      check(await format.writeHeader(options), path)
      return new Encoder(path, target, format, stream, codec)
    } catch (error) {
      codec.freeContext()
      await format.closeOutput()
      throw error
    }
  }

  async write(planes: readonly (Int32Array | Float32Array)[]): Promise<void> {
    const length = planes[0]?.length ?? 0
    for (let at = 0; at < length; ) {
      at += this.pending.take(planes, at)
      if (this.pending.isFull) this.encode(this.pending.flush())
    }
  }

  async seal(): Promise<void> {
    if (!this.pending.isEmpty) this.encode(this.pending.flush())
    check(this.codec.sendFrameSync(null), this.path)
    this.drain()
    check(await this.format.writeTrailer(), this.path)
    await this.format.flush()
    check(this.format.pb?.error ?? 0, this.path)
    await this.destroy()
  }

  async destroy(): Promise<void> {
    if (this.released) return
    this.released = true
    this.packet.free()
    this.codec.freeContext()
    await this.format.closeOutput()
    this.format.freeContext()
  }

  private encode({ bytes, frames }: { bytes: Buffer; frames: number }): void {
    const { sampleRate, channels } = this.target
    const frame = Frame.fromAudioBuffer(bytes, {
      nbSamples: frames,
      format: this.codec.sampleFormat,
      sampleRate,
      channelLayout: nativeLayout(channels),
      timeBase: { num: 1, den: sampleRate },
      pts: this.written,
    })
    this.written += BigInt(frames)
    try {
      check(this.codec.sendFrameSync(frame), this.path)
    } finally {
      frame.free()
    }
    this.drain()
  }

  private drain(): void {
    for (;;) {
      const received = this.codec.receivePacketSync(this.packet)
      if (received === AVERROR_EAGAIN || received === AVERROR_EOF) return
      check(received, this.path)
      this.packet.streamIndex = this.stream.index
      this.packet.rescaleTs(this.codec.timeBase, this.stream.timeBase)
      check(this.format.interleavedWriteFrameSync(this.packet), this.path)
      this.packet.unref()
    }
  }
}

async function openCodec(context: CodecContext, target: EncoderTarget, path: string): Promise<void> {
  const codec = Codec.findEncoderByName(codecs[target.container] as Parameters<typeof Codec.findEncoderByName>[0])
  if (codec === null) {
    throw new AppError('AUDIO_UNSUPPORTED', `${target.container.toUpperCase()} can't be written here. Choose WAV or FLAC.`)
  }
  context.allocContext3(codec)
  context.sampleRate = target.sampleRate
  context.channelLayout = nativeLayout(target.channels)
  context.timeBase = new Rational(1, target.sampleRate)
  context.sampleFormat = sampleFormat(target)
  if (target.container === 'flac') context.bitsPerRawSample = target.bits
  else context.bitRate = BigInt(bitRate(target))
  if (target.container === 'm4a') context.setFlags(AV_CODEC_FLAG_GLOBAL_HEADER)
  // Noise substitution keeps the energy but not the waveform, and stems are there to be summed.
  const options = target.container === 'm4a' ? Dictionary.fromObject({ aac_pns: 0 }) : null
  check(await context.open2(codec, options), path)
}

function sampleFormat({ container, bits }: EncoderTarget): AVSampleFormat {
  if (container !== 'flac') return AV_SAMPLE_FMT_FLTP
  return bits === 16 ? AV_SAMPLE_FMT_S16 : AV_SAMPLE_FMT_S32
}

/** The highest rate that MPEG allows at a sample rate, and 160 kbit/s a channel for AAC: stems are material for work. */
function bitRate({ container, sampleRate, channels }: EncoderTarget): number {
  if (container === 'm4a') return Math.min(160_000, sampleRate * 3) * channels
  return sampleRate >= 32000 ? 320_000 : sampleRate >= 16000 ? 160_000 : 64_000
}

function nativeLayout(channels: number) {
  return { nbChannels: channels, order: AV_CHANNEL_ORDER_NATIVE, mask: channels === 1 ? 4n : (1n << BigInt(channels)) - 1n }
}

function check(code: number, path: string): void {
  if (code >= 0) return
  if (code === FFmpegError.AVERROR(PosixError.ENOSPC)) throw diskFull(path)
  throw new AppError('INTERNAL', `Writing ${path} failed: ${FFmpegError.strerror(code)}. Try another format.`)
}

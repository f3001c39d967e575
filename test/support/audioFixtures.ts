import {
  AV_CHANNEL_ORDER_NATIVE,
  AV_CODEC_FLAG_GLOBAL_HEADER,
  AV_SAMPLE_FMT_DBL,
  AV_SAMPLE_FMT_FLT,
  AV_SAMPLE_FMT_FLTP,
  AV_SAMPLE_FMT_S16,
  AV_SAMPLE_FMT_S32,
  AV_SAMPLE_FMT_U8,
  Codec,
  CodecContext,
  Dictionary,
  FFmpegError,
  FormatContext,
  Frame,
  Packet,
  Rational,
} from '#main/node/ffmpeg'

/** Integers of `bits`, or floats (`bits` 'float' or 'double'), that a lossless fixture holds and a reader must give back. */
export type FixtureSamples = 'u8' | 's16' | 's24' | 's32' | 'float' | 'double' | 'lossy'

export interface FixtureKind {
  readonly name: string
  readonly muxer: string
  readonly codec: string
  readonly samples: FixtureSamples
  readonly options?: Record<string, string>
}

/** Every kind of input file that Stemwright promises to read. */
export const fixtureKinds: readonly FixtureKind[] = [
  { name: 'u8.wav', muxer: 'wav', codec: 'pcm_u8', samples: 'u8' },
  { name: '16.wav', muxer: 'wav', codec: 'pcm_s16le', samples: 's16' },
  // FFmpeg writes WAVE_FORMAT_EXTENSIBLE for all that is wider than 16 bit.
  { name: '24.wav', muxer: 'wav', codec: 'pcm_s24le', samples: 's24' },
  { name: '32i.wav', muxer: 'wav', codec: 'pcm_s32le', samples: 's32' },
  { name: '32f.wav', muxer: 'wav', codec: 'pcm_f32le', samples: 'float' },
  { name: '64f.wav', muxer: 'wav', codec: 'pcm_f64le', samples: 'double' },
  { name: 'rf64.wav', muxer: 'wav', codec: 'pcm_s16le', samples: 's16', options: { rf64: 'always' } },
  { name: '16.aiff', muxer: 'aiff', codec: 'pcm_s16be', samples: 's16' },
  { name: '24.aiff', muxer: 'aiff', codec: 'pcm_s24be', samples: 's24' },
  { name: '16.flac', muxer: 'flac', codec: 'flac', samples: 's16' },
  { name: '24.flac', muxer: 'flac', codec: 'flac', samples: 's24' },
  { name: 'lame.mp3', muxer: 'mp3', codec: 'libmp3lame', samples: 'lossy' },
  { name: 'vorbis.ogg', muxer: 'ogg', codec: 'libvorbis', samples: 'lossy' },
  { name: 'opus.opus', muxer: 'opus', codec: 'libopus', samples: 'lossy' },
  { name: 'aac.m4a', muxer: 'ipod', codec: 'aac', samples: 'lossy' },
]

/** Returns the kind of this name. */
export function fixtureKind(name: string): FixtureKind {
  const kind = fixtureKinds.find((candidate) => candidate.name === name)
  if (kind === undefined) throw new Error(`No fixture is called ${name}.`)
  return kind
}

const bitsOf: Partial<Record<FixtureSamples, number>> = { u8: 8, s16: 16, s24: 24, s32: 32 }

/** Returns planes rounded to what a file of this kind can hold, which is what a reader must give back to the bit. */
export function asStored(planes: readonly Float32Array[], samples: FixtureSamples): Float32Array[] {
  const bits = bitsOf[samples]
  if (bits === undefined) return planes.map((plane) => plane.slice())
  return planes.map((plane) => plane.map((value) => integer(value, bits) / 2 ** (bits - 1)))
}

function integer(value: number, bits: number): number {
  const scale = 2 ** (bits - 1)
  return Math.max(-scale, Math.min(scale - 1, Math.round(value * scale)))
}

/** Encodes planar samples `[channel][frame]` with FFmpeg into a file of this kind, all in one go. */
export function writeFixture(path: string, kind: FixtureKind, planes: readonly Float32Array[], sampleRate: number): void {
  const codec = Codec.findEncoderByName(kind.codec as Parameters<typeof Codec.findEncoderByName>[0])!
  const context = new CodecContext()
  context.allocContext3(codec)
  const channelLayout = layoutOf(planes.length)
  const format = sampleFormatOf(kind)
  Object.assign(context, { sampleRate, channelLayout, sampleFormat: format, timeBase: new Rational(1, sampleRate) })
  if (kind.samples === 's24') context.bitsPerRawSample = 24
  if (kind.samples === 'lossy') context.bitRate = BigInt(Math.min(192_000, sampleRate * 4))
  if (kind.muxer === 'ipod' || kind.muxer === 'flac') context.setFlags(AV_CODEC_FLAG_GLOBAL_HEADER)
  check(context.open2Sync(codec, null))

  const file = new FormatContext()
  check(file.allocOutputContext2(null, kind.muxer, path))
  const stream = file.newStream(null)
  check(stream.codecpar.fromContext(context))
  stream.timeBase = context.timeBase
  check(file.openOutputSync())
  check(file.writeHeaderSync(kind.options === undefined ? null : Dictionary.fromObject(kind.options)))

  const packet = new Packet()
  packet.alloc()
  const drain = () => {
    while (context.receivePacketSync(packet) >= 0) {
      packet.streamIndex = 0
      packet.rescaleTs(context.timeBase, stream.timeBase)
      check(file.interleavedWriteFrameSync(packet))
      packet.unref()
    }
  }
  const length = planes[0]!.length
  const size = context.frameSize || 4096
  for (let at = 0; at < length; at += size) {
    const part = planes.map((plane) => plane.subarray(at, at + size))
    const timing = { timeBase: { num: 1, den: sampleRate }, pts: BigInt(at) }
    const frame = Frame.fromAudioBuffer(frameBytes(part, kind), { nbSamples: part[0]!.length, format, sampleRate, channelLayout, ...timing })
    check(context.sendFrameSync(frame))
    frame.free()
    drain()
  }
  check(context.sendFrameSync(null))
  drain()
  check(file.writeTrailerSync())
  packet.free()
  context.freeContext()
  file.closeOutputSync()
}

function sampleFormatOf({ codec, samples }: FixtureKind) {
  if (codec === 'libopus') return AV_SAMPLE_FMT_FLT
  if (samples === 'lossy') return AV_SAMPLE_FMT_FLTP
  if (samples === 'u8') return AV_SAMPLE_FMT_U8
  if (samples === 's16') return AV_SAMPLE_FMT_S16
  if (samples === 'float') return AV_SAMPLE_FMT_FLT
  return samples === 'double' ? AV_SAMPLE_FMT_DBL : AV_SAMPLE_FMT_S32
}

function frameBytes(planes: readonly Float32Array[], { codec, samples }: FixtureKind): Buffer {
  const frames = planes[0]!.length
  if (samples === 'lossy' && codec !== 'libopus') return Buffer.concat(planes.map((plane) => Buffer.from(plane.slice().buffer)))
  const bits = bitsOf[samples]
  const types = { u8: Uint8Array, s16: Int16Array, s24: Int32Array, s32: Int32Array, double: Float64Array, float: Float32Array, lossy: Float32Array }
  const out = new types[samples](frames * planes.length)
  for (const [channel, plane] of planes.entries()) {
    for (let i = 0; i < frames; i++) {
      const value = bits === undefined ? plane[i]! : integer(plane[i]!, bits)
      out[i * planes.length + channel] = samples === 's24' ? value * 256 : samples === 'u8' ? value + 128 : value
    }
  }
  return Buffer.from(out.buffer)
}

function layoutOf(channels: number) {
  const masks: Record<number, bigint> = { 1: 4n, 2: 3n, 4: 0x33n, 6: 0x3fn, 8: 0x63fn }
  return { nbChannels: channels, order: AV_CHANNEL_ORDER_NATIVE, mask: masks[channels]! }
}

function check(code: number): void {
  if (code < 0) throw new Error(FFmpegError.strerror(code))
}

/** Planar tones with a little noise that differ from channel to channel, full of detail down to the last bit. */
export function tones(channels: number, frames: number, sampleRate: number, level = 0.5): Float32Array[] {
  let state = 12345
  const noise = () => (state = (Math.imul(state, 1103515245) + 12345) >>> 0) / 2 ** 32 - 0.5
  return Array.from({ length: channels }, (_, channel) => {
    const step = (2 * Math.PI * (220 + 55 * channel)) / sampleRate
    return Float32Array.from({ length: frames }, (_, i) => level * (0.8 * Math.sin(i * step) + 0.2 * noise()))
  })
}

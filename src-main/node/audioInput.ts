import { AppError } from '#shared/errors'
import {
  AVERROR_EAGAIN,
  AVMEDIA_TYPE_AUDIO,
  AVSEEK_FLAG_BACKWARD,
  Codec,
  CodecContext,
  Dictionary,
  FormatContext,
  Frame,
  Packet,
  type Stream,
} from '#main/node/ffmpeg'

/**
 * Containers that hold sound. Everything else FFmpeg knows stays shut: playlists and the like could make it read other
 * files, and text or pictures would be reported as broken sound.
 */
const containers = 'wav,w64,aiff,flac,mp3,ogg,mov,aac,caf,au,matroska,ape,wv,tta,asf,ac3,eac3,dts,mp2,amr'

/** A sound file opened for decoding; whoever opens it closes it. */
export class AudioInput {
  /** Packets that could not be decoded between others that could. */
  damagedPackets = 0
  private readonly packet = new Packet()
  private readonly frame = new Frame()
  private failed = 0
  private drained = false
  private closed = false

  private constructor(
    readonly format: FormatContext,
    readonly stream: Stream,
    readonly decoder: CodecContext,
    readonly codecName: string,
  ) {
    this.packet.alloc()
    this.frame.alloc()
  }

  /**
   * @param sound which of the file's sounds, from 0; the one that FFmpeg takes for the main one where it is missing
   * @throws NOT_AUDIO, AUDIO_UNSUPPORTED
   */
  static async open(path: string, sound?: number): Promise<AudioInput> {
    const format = new FormatContext()
    try {
      const { stream, decoder, codecName } = await openDecoder(format, path, sound)
      return new AudioInput(format, stream, decoder, codecName)
    } catch (error) {
      await format.closeInput()
      throw error
    }
  }

  /** Position in the file, in bytes, of the first packet of sound; reading goes on behind it. */
  firstPacketPosition(): number | undefined {
    while (this.format.readFrameSync(this.packet) >= 0) {
      const found = this.packet.streamIndex === this.stream.index
      const position = Number(this.packet.pos)
      this.packet.unref()
      if (found) return position >= 0 ? position : undefined
    }
    return undefined
  }

  /** Moves to the last packet that starts at or before `frame`; returns false when the container can't. */
  seek(frame: number): boolean {
    if (this.format.seekFrameSync(this.stream.index, BigInt(frame), AVSEEK_FLAG_BACKWARD) < 0) return false
    this.decoder.flushBuffers()
    return true
  }

  /** Decodes on; returns the next frame, valid until the next call, or undefined at the end. */
  next(): Frame | undefined {
    for (;;) {
      this.frame.unref()
      const received = this.decoder.receiveFrameSync(this.frame)
      if (received >= 0) {
        this.damagedPackets += this.failed
        this.failed = 0
        return this.frame
      }
      if (received !== AVERROR_EAGAIN && this.drained) return undefined
      if (received !== AVERROR_EAGAIN) this.failed++
      this.feed()
    }
  }

  private feed(): void {
    if (this.drained) return
    while (this.format.readFrameSync(this.packet) >= 0) {
      const ours = this.packet.streamIndex === this.stream.index
      const sent = ours ? this.decoder.sendPacketSync(this.packet) : 0
      this.packet.unref()
      if (!ours) continue
      if (sent >= 0) return
      // A damaged packet is left out; what comes behind it can mostly be decoded.
      this.failed++
    }
    this.drained = true
    this.decoder.sendPacketSync(null)
  }

  async close(): Promise<void> {
    if (this.closed) return
    this.closed = true
    this.frame.free()
    this.packet.free()
    this.decoder.freeContext()
    await this.format.closeInput()
  }
}

async function openDecoder(format: FormatContext, path: string, sound: number | undefined) {
  const options = Dictionary.fromObject({ format_whitelist: containers, protocol_whitelist: 'file' })
  if ((await format.openInput(`file:${path}`, null, options)) < 0) throw notAudio(path)
  if ((await format.findStreamInfo(null)) < 0) throw notAudio(path)
  const stream = findSound(format, path, sound)
  const codec = Codec.findDecoder(stream.codecpar.codecId)
  if (codec === null) throw unsupported(path)
  const decoder = new CodecContext()
  decoder.allocContext3(codec)
  decoder.parametersToContext(stream.codecpar)
  // Without the time base FFmpeg can't cut the encoder's delay and padding to the sample.
  decoder.pktTimebase = stream.timeBase
  decoder.threadCount = 1
  if ((await decoder.open2(codec, null)) < 0) throw unsupported(path)
  if (decoder.sampleRate <= 0 || decoder.channels <= 0) throw notAudio(path)
  return { stream, decoder, codecName: (codec.name ?? 'unknown').replace(/float$/, '') }
}

/** @throws NOT_AUDIO */
function findSound(format: FormatContext, path: string, sound: number | undefined): Stream {
  const sounds = format.streams.filter(({ codecpar }) => codecpar.codecType === AVMEDIA_TYPE_AUDIO)
  const stream = sound === undefined ? format.streams[format.findBestStream(AVMEDIA_TYPE_AUDIO)] : sounds[sound]
  if (stream !== undefined) return stream
  if (sound === undefined || sounds.length === 0) throw new AppError('NOT_AUDIO', `${path} holds no sound. Choose a file with an audio track.`)
  const found = `${path} holds ${sounds.length} sound${sounds.length === 1 ? '' : 's'}, not the ${sound + 1} that are needed`
  throw new AppError('NOT_AUDIO', `${found}. Choose a file with all of them.`)
}

function notAudio(path: string): AppError {
  return new AppError(
    'NOT_AUDIO',
    `${path} is not a sound file that can be read, or it is damaged from its first bytes on. Choose a WAV, AIFF, FLAC, MP3, Ogg, Opus or M4A file.`,
  )
}

function unsupported(path: string): AppError {
  return new AppError(
    'AUDIO_UNSUPPORTED',
    `The sound in ${path} is coded in a way that can't be decoded here. Convert the file to WAV or FLAC and try again.`,
  )
}

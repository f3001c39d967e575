import { bytesPerSample, type PcmEncoding } from '#shared/audio/pcm'

export interface WavShape {
  readonly encoding: PcmEncoding
  /** Hertz. */
  readonly sampleRate: number
  readonly channels: number
}

/** Sizes of a RIFF file are 32 bits wide; a longer one becomes RF64 (EBU Tech 3306). */
export const riffLimitBytes = 2 ** 32 - 2

/**
 * Returns all bytes of a WAV file before its samples. The length depends on `shape` only, so that a streaming writer
 * can write it first with `frames` 0 and again when the number is known: the room for 64-bit sizes is always there.
 * @param trailerBytes length of what follows the samples: their padding byte and further chunks
 * @param limit file length from which on RF64 is written
 */
export function wavHeader(shape: WavShape, frames: number, trailerBytes: number, limit = riffLimitBytes): Uint8Array {
  const { encoding, channels } = shape
  const frameBytes = bytesPerSample[encoding] * channels
  const dataBytes = frames * frameBytes
  const format = formatChunk(shape)
  const fact = encoding === 'float32' ? 12 : 0
  const length = 12 + 36 + format.length + fact + 8
  const riffBytes = length - 8 + dataBytes + trailerBytes
  const long = riffBytes + 8 > limit
  const bytes = new Uint8Array(length)
  const view = new DataView(bytes.buffer)
  const size32 = (size: number) => (long ? 0xffffffff : size)

  writeName(bytes, 0, long ? 'RF64' : 'RIFF')
  view.setUint32(4, size32(riffBytes), true)
  writeName(bytes, 8, 'WAVE')
  writeName(bytes, 12, long ? 'ds64' : 'JUNK')
  view.setUint32(16, 28, true)
  if (long) {
    view.setBigUint64(20, BigInt(riffBytes), true)
    view.setBigUint64(28, BigInt(dataBytes), true)
    view.setBigUint64(36, BigInt(frames), true)
  }
  bytes.set(format, 48)
  let at = 48 + format.length
  if (fact > 0) {
    writeName(bytes, at, 'fact')
    view.setUint32(at + 4, 4, true)
    view.setUint32(at + 8, size32(frames), true)
    at += fact
  }
  writeName(bytes, at, 'data')
  view.setUint32(at + 4, size32(dataBytes), true)
  return bytes
}

const subformatTail = [0x00, 0x00, 0x00, 0x00, 0x10, 0x00, 0x80, 0x00, 0x00, 0xaa, 0x00, 0x38, 0x9b, 0x71]

/** Plain formats for mono and stereo, which every program reads; WAVE_FORMAT_EXTENSIBLE only where it must be. */
function formatChunk({ encoding, sampleRate, channels }: WavShape): Uint8Array {
  const width = bytesPerSample[encoding]
  const code = encoding === 'float32' ? 3 : 1
  const extensible = channels > 2
  const body = extensible ? 40 : code === 3 ? 18 : 16
  const bytes = new Uint8Array(8 + body)
  const view = new DataView(bytes.buffer)
  writeName(bytes, 0, 'fmt ')
  view.setUint32(4, body, true)
  view.setUint16(8, extensible ? 0xfffe : code, true)
  view.setUint16(10, channels, true)
  view.setUint32(12, sampleRate, true)
  view.setUint32(16, sampleRate * channels * width, true)
  view.setUint16(20, channels * width, true)
  view.setUint16(22, width * 8, true)
  if (extensible) {
    view.setUint16(24, 22, true)
    view.setUint16(26, width * 8, true)
    view.setUint16(32, code, true)
    bytes.set(subformatTail, 34)
  }
  return bytes
}

/** Writes a four-letter chunk name. */
export function writeName(bytes: Uint8Array, at: number, name: string): void {
  for (let i = 0; i < name.length; i++) bytes[at + i] = name.charCodeAt(i)
}

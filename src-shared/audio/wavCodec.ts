import type { AudioClip } from '#shared/audio/audioClip'
import { frameCount } from '#shared/audio/audioClip'
import { bytesPerSample, decodePcm, encodePcm, type PcmEncoding } from '#shared/audio/pcm'
import { quantize } from '#shared/audio/quantize'
import { wavHeader } from '#shared/audio/wavHeader'
import { AppError } from '#shared/errors'

/** Returns the bytes of a WAV file of a short clip. Integers are rounded to nearest without dither and limited to range. */
export function encodeWav(clip: AudioClip, encoding: PcmEncoding = 'float32'): Uint8Array {
  const bits = encoding === 'int16' ? 16 : encoding === 'int24' ? 24 : undefined
  const planes = bits === undefined ? clip.channels : clip.channels.map((samples) => quantize(samples, bits))
  const shape = { encoding, sampleRate: clip.sampleRate, channels: clip.channels.length }
  const samples = encodePcm(planes, encoding)
  const header = wavHeader(shape, frameCount(clip), samples.length % 2)
  const bytes = new Uint8Array(header.length + samples.length + (samples.length % 2))
  bytes.set(header)
  bytes.set(samples, header.length)
  return bytes
}

/**
 * Returns the sound of a WAV file in memory: 16 or 24 bit integers or 32 bit floats, to the bit.
 * @throws NOT_AUDIO, AUDIO_UNSUPPORTED
 */
export function decodeWav(bytes: Uint8Array): AudioClip {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const name = (at: number) => String.fromCharCode(...bytes.subarray(at, at + 4))
  if (bytes.length < 12 || name(8) !== 'WAVE') throw new AppError('NOT_AUDIO', 'This is not a WAV file.')
  let format: { encoding: PcmEncoding; channels: number; sampleRate: number } | undefined
  for (let at = 12; at + 8 <= bytes.length; ) {
    const size = view.getUint32(at + 4, true)
    if (name(at) === 'fmt ') format = readFormat(view, at + 8, size)
    if (name(at) === 'data' && format !== undefined) {
      // A size beyond the end is what streamed and RF64 files have.
      const data = bytes.subarray(at + 8, Math.min(at + 8 + size, bytes.length))
      return { sampleRate: format.sampleRate, channels: decodePcm(data, format.encoding, format.channels) }
    }
    at += 8 + size + (size % 2)
  }
  throw new AppError('NOT_AUDIO', 'This WAV file has no samples.')
}

function readFormat(view: DataView, at: number, size: number) {
  const declared = view.getUint16(at, true)
  const code = declared === 0xfffe && size >= 40 ? view.getUint16(at + 24, true) : declared
  const bits = view.getUint16(at + 14, true)
  const encoding = code === 3 && bits === 32 ? 'float32' : code === 1 && bits === 16 ? 'int16' : code === 1 && bits === 24 ? 'int24' : undefined
  const channels = view.getUint16(at + 2, true)
  if (encoding === undefined || view.getUint16(at + 12, true) !== bytesPerSample[encoding] * channels) {
    throw new AppError('AUDIO_UNSUPPORTED', `WAV with ${bits} bit samples of kind ${code} can't be read here. Convert it to 16, 24 or 32 bit float.`)
  }
  return { encoding: encoding as PcmEncoding, channels, sampleRate: view.getUint32(at + 4, true) }
}

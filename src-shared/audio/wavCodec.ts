import type { AudioClip } from '#shared/audio/audioClip'
import { frameCount } from '#shared/audio/audioClip'
import { decodePcm, encodePcm, type PcmEncoding } from '#shared/audio/pcm'
import { quantize } from '#shared/audio/quantize'
import { wavHeader } from '#shared/audio/wavHeader'
import { parseWavLayout } from '#shared/audio/wavLayout'

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
  const { encoding, sampleRate, channels, dataStart, dataBytes } = parseWavLayout(bytes)
  // A size beyond the end is what streamed and RF64 files have.
  const data = bytes.subarray(dataStart, Math.min(dataStart + dataBytes, bytes.length))
  return { sampleRate, channels: decodePcm(data, encoding, channels) }
}

import { bytesPerSample } from '#shared/audio/pcm'
import { writeName, type WavShape } from '#shared/audio/wavHeader'

/** AIFF has no 64-bit sizes. */
export const aiffLimitBytes = 2 ** 32 - 2

/**
 * Returns all bytes of an AIFF file before its samples, always 54 long.
 * @param trailerBytes length of what follows the samples: their padding byte and further chunks
 */
export function aiffHeader({ encoding, sampleRate, channels }: WavShape, frames: number, trailerBytes: number): Uint8Array {
  const bytes = new Uint8Array(54)
  const view = new DataView(bytes.buffer)
  const dataBytes = frames * channels * bytesPerSample[encoding]
  writeName(bytes, 0, 'FORM')
  view.setUint32(4, bytes.length - 8 + dataBytes + trailerBytes)
  writeName(bytes, 8, 'AIFF')
  writeName(bytes, 12, 'COMM')
  view.setUint32(16, 18)
  view.setUint16(20, channels)
  view.setUint32(22, frames)
  view.setUint16(26, bytesPerSample[encoding] * 8)
  setExtended(view, 28, sampleRate)
  writeName(bytes, 38, 'SSND')
  view.setUint32(42, 8 + dataBytes)
  return bytes
}

/** Writes a positive integer as an 80-bit extended float, which is how AIFF keeps its sample rate. */
function setExtended(view: DataView, at: number, value: number): void {
  const exponent = Math.floor(Math.log2(value))
  view.setUint16(at, 16383 + exponent)
  view.setBigUint64(at + 2, BigInt(value) << BigInt(63 - exponent))
}

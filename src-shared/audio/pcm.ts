/** How integer and float samples are laid out in WAV and AIFF files. */
export type PcmEncoding = 'int16' | 'int24' | 'float32'

export const bytesPerSample: Record<PcmEncoding, number> = { int16: 2, int24: 3, float32: 4 }

/**
 * Interleaves planar samples `[channel][frame]` into bytes. Integer encodings take integers of their own range (the
 * caller quantises, so that stems can be made to sum), float32 takes samples.
 */
export function encodePcm(
  planes: readonly (Int32Array | Float32Array)[],
  encoding: PcmEncoding,
  bigEndian = false,
): Uint8Array {
  const channels = planes.length
  const frames = planes[0]?.length ?? 0
  const bytes = new Uint8Array(frames * channels * bytesPerSample[encoding])
  const view = new DataView(bytes.buffer)
  for (let channel = 0; channel < channels; channel++) {
    const plane = planes[channel]!
    const step = channels * bytesPerSample[encoding]
    let at = channel * bytesPerSample[encoding]
    for (let i = 0; i < frames; i++, at += step) {
      const value = plane[i]!
      if (encoding === 'float32') view.setFloat32(at, value, !bigEndian)
      else if (encoding === 'int16') view.setInt16(at, value, !bigEndian)
      else setInt24(bytes, at, value, bigEndian)
    }
  }
  return bytes
}

function setInt24(bytes: Uint8Array, at: number, value: number, bigEndian: boolean): void {
  bytes[bigEndian ? at + 2 : at] = value & 0xff
  bytes[at + 1] = (value >> 8) & 0xff
  bytes[bigEndian ? at : at + 2] = (value >> 16) & 0xff
}

/** Takes interleaved little-endian bytes apart into planar samples `[channel][frame]` at full scale ±1, exactly. */
export function decodePcm(bytes: Uint8Array, encoding: PcmEncoding, channels: number): Float32Array[] {
  const width = bytesPerSample[encoding]
  const frames = Math.floor(bytes.length / (width * channels))
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Array.from({ length: channels }, (_, channel) => {
    const plane = new Float32Array(frames)
    for (let i = 0, at = channel * width; i < frames; i++, at += width * channels) {
      if (encoding === 'float32') plane[i] = view.getFloat32(at, true)
      else if (encoding === 'int16') plane[i] = view.getInt16(at, true) / 2 ** 15
      else plane[i] = (view.getUint16(at, true) + view.getInt8(at + 2) * 2 ** 16) / 2 ** 23
    }
    return plane
  })
}

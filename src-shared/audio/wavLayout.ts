import { bytesPerSample, type PcmEncoding } from '#shared/audio/pcm'
import { AppError } from '#shared/errors'

/** What the header of a WAV or RF64 file says of its samples. */
export interface WavLayout {
  readonly encoding: PcmEncoding
  /** Hertz. */
  readonly sampleRate: number
  readonly channels: number
  /** Byte of the first sample. */
  readonly dataStart: number
  /** Length of the samples by the header, which files that were cut off or streamed do not keep. */
  readonly dataBytes: number
}

/** Enough of a file to hold the header of any WAV that this app writes. */
export const wavHeaderBytes = 65536

type Format = Omit<WavLayout, 'dataStart' | 'dataBytes'>

/**
 * Finds the samples by the beginning of a WAV or RF64 file of 16 or 24 bit integers or 32 bit floats.
 * @throws NOT_AUDIO, AUDIO_UNSUPPORTED
 */
export function parseWavLayout(bytes: Uint8Array): WavLayout {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const name = (at: number) => String.fromCharCode(...bytes.subarray(at, at + 4))
  if (bytes.length < 12 || name(8) !== 'WAVE') throw new AppError('NOT_AUDIO', 'This is no WAV file, so nothing was read of it. Open the song again.')
  let format: Format | undefined
  let longData: number | undefined
  for (let at = 12; at + 8 <= bytes.length; ) {
    const size = view.getUint32(at + 4, true)
    if (name(at) === 'ds64' && at + 24 <= bytes.length) longData = Number(view.getBigUint64(at + 16, true))
    if (name(at) === 'fmt ') format = readFormat(view, at + 8, size)
    if (name(at) === 'data' && format !== undefined) {
      return { ...format, dataStart: at + 8, dataBytes: size === 0xffffffff ? (longData ?? size) : size }
    }
    at += 8 + size + (size % 2)
  }
  throw new AppError('NOT_AUDIO', 'No samples were found in this WAV file, so nothing was read of it. Open the song again.')
}

function readFormat(view: DataView, at: number, size: number): Format {
  const declared = view.getUint16(at, true)
  const code = declared === 0xfffe && size >= 40 ? view.getUint16(at + 24, true) : declared
  const bits = view.getUint16(at + 14, true)
  const encoding = encodingOf(code, bits)
  const channels = view.getUint16(at + 2, true)
  if (encoding === undefined || view.getUint16(at + 12, true) !== bytesPerSample[encoding] * channels) {
    throw new AppError('AUDIO_UNSUPPORTED', `WAV with ${bits} bit samples of kind ${code} can't be read here. Convert it to 16, 24 or 32 bit float.`)
  }
  return { encoding, channels, sampleRate: view.getUint32(at + 4, true) }
}

function encodingOf(code: number, bits: number): PcmEncoding | undefined {
  if (code === 3 && bits === 32) return 'float32'
  if (code !== 1) return undefined
  return bits === 16 ? 'int16' : bits === 24 ? 'int24' : undefined
}

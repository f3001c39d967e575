import { AppError } from '#shared/errors'

/** How the samples of a WAV file lie in it. */
export interface WavLayout {
  sampleRate: number
  channels: number
  frames: number
  /** Byte of the first sample. */
  dataStart: number
  bytesPerSample: 2 | 3 | 4
  encoding: 'integer' | 'float'
}

/** Sound that is read piece by piece, so that a song of hours needs no more memory than one of minutes. */
export interface PlayableSound {
  /** Hertz. */
  readonly sampleRate: number
  readonly channels: number
  /** Its length, also while not all of it is there yet. */
  readonly frames: number
  /** Samples from `first` (in frames), one array a channel; fewer at the end, and where more is not there yet. */
  read(first: number, count: number): Promise<Float32Array<ArrayBuffer>[]>
}

/** A WAV file behind a URL. */
export interface WavSource extends WavLayout, PlayableSound {
  readonly sampleRate: number
  readonly channels: number
  readonly frames: number
}

/** A file that is still being written: how long it will be, and how much of it can be read by now. In frames. */
export interface Growth {
  readonly frames: number
  ready(): number
}

const headerBytes = 65536
const floatFormat = 3
const extensibleFormat = 0xfffe

/** Opens a WAV file by its URL. @throws AppError FILE_UNREADABLE or AUDIO_UNSUPPORTED */
export async function openWav(url: string, growth?: Growth): Promise<WavSource> {
  const layout = parseWavHeader(await fetchBytes(url, 0, headerBytes))
  const frames = growth?.frames ?? layout.frames
  const frameBytes = layout.bytesPerSample * layout.channels
  return {
    ...layout,
    frames,
    async read(first, count) {
      const length = Math.min(count, (growth?.ready() ?? frames) - first)
      if (length <= 0) return Array.from({ length: layout.channels }, () => new Float32Array(0))
      const bytes = await fetchBytes(url, layout.dataStart + first * frameBytes, length * frameBytes)
      return decodeSamples(bytes, layout)
    },
  }
}

async function fetchBytes(url: string, start: number, length: number): Promise<DataView> {
  const response = await fetch(url, { headers: { Range: `bytes=${start}-${start + length - 1}` } })
  if (response.status !== 206) {
    const message = `A sound could not be read back (status ${response.status}), so it cannot be played. Open the song again, or split it again if it is a stem.`
    throw new AppError('FILE_UNREADABLE', message)
  }
  return new DataView(await response.arrayBuffer())
}

/** Finds the samples in the beginning of a WAV or RF64 file. @throws AppError AUDIO_UNSUPPORTED */
export function parseWavHeader(view: DataView): WavLayout {
  const tag = (at: number) => String.fromCharCode(...new Uint8Array(view.buffer, view.byteOffset + at, 4))
  if (view.byteLength < 44 || !['RIFF', 'RF64'].includes(tag(0)) || tag(8) !== 'WAVE') throw unsupported('it is no WAV file')
  let format: Pick<WavLayout, 'sampleRate' | 'channels' | 'bytesPerSample' | 'encoding'> | undefined
  let longData: number | undefined
  for (let at = 12; at + 8 <= view.byteLength; ) {
    const size = view.getUint32(at + 4, true)
    if (tag(at) === 'ds64') longData = Number(view.getBigUint64(at + 16, true))
    if (tag(at) === 'fmt ') format = parseFormat(view, at + 8)
    if (tag(at) === 'data' && format) {
      const bytes = size === 0xffffffff ? (longData ?? 0) : size
      return { ...format, dataStart: at + 8, frames: Math.floor(bytes / (format.bytesPerSample * format.channels)) }
    }
    at += 8 + size + (size % 2)
  }
  throw unsupported('its samples were not found')
}

function parseFormat(view: DataView, at: number) {
  const declared = view.getUint16(at, true)
  const code = declared === extensibleFormat ? view.getUint16(at + 24, true) : declared
  const bytes = view.getUint16(at + 14, true) / 8
  if (bytes !== 2 && bytes !== 3 && bytes !== 4) throw unsupported(`it has ${bytes * 8} bits a sample`)
  return {
    channels: view.getUint16(at + 2, true),
    sampleRate: view.getUint32(at + 4, true),
    bytesPerSample: bytes as 2 | 3 | 4,
    encoding: code === floatFormat ? ('float' as const) : ('integer' as const),
  }
}

function unsupported(why: string): AppError {
  return new AppError('AUDIO_UNSUPPORTED', `A sound cannot be played here: ${why}. Export it and play it in another app.`)
}

/** Turns interleaved samples into one array a channel, full scale ±1. */
export function decodeSamples(view: DataView, layout: WavLayout): Float32Array<ArrayBuffer>[] {
  const { channels, bytesPerSample } = layout
  const frames = Math.floor(view.byteLength / (bytesPerSample * channels))
  const sample = sampleReader(view, layout)
  return Array.from({ length: channels }, (_, channel) => {
    const output = new Float32Array(frames)
    for (let i = 0; i < frames; i++) output[i] = sample((i * channels + channel) * bytesPerSample)
    return output
  })
}

function sampleReader(view: DataView, { bytesPerSample, encoding }: WavLayout): (at: number) => number {
  if (encoding === 'float') return (at) => view.getFloat32(at, true)
  if (bytesPerSample === 2) return (at) => view.getInt16(at, true) / 32768
  if (bytesPerSample === 4) return (at) => view.getInt32(at, true) / 2147483648
  return (at) => (view.getUint16(at, true) | (view.getInt8(at + 2) << 16)) / 8388608
}

import { fetchFile } from '#renderer/api/connectionLost'
import { bytesPerSample, decodePcm } from '#shared/audio/pcm'
import { parseWavLayout, wavHeaderBytes } from '#shared/audio/wavLayout'
import { AppError } from '#shared/errors'

/** Sound that is read piece by piece, so that a song of hours needs no more memory than one of minutes. */
export interface PlayableSound {
  /** Hertz. */
  readonly sampleRate: number
  readonly channels: number
  /** Its length, also while not all of it is there yet. */
  readonly frames: number
  /** Samples from `first` (in frames), one array a channel; fewer at the end, and where more is not there yet. */
  read(first: number, count: number): Promise<Float32Array[]>
}

/** A file that is still being written: how long it will be, and how much of it can be read by now. In frames. */
export interface Growth {
  readonly frames: number
  ready(): number
}

/** Opens a WAV file by its URL. @throws AppError FILE_UNREADABLE, NOT_AUDIO, AUDIO_UNSUPPORTED */
export async function openWav(url: string, growth?: Growth): Promise<PlayableSound> {
  const { encoding, sampleRate, channels, dataStart, dataBytes } = parseWavLayout(await fetchBytes(url, 0, wavHeaderBytes))
  const frameBytes = bytesPerSample[encoding] * channels
  const frames = growth?.frames ?? Math.floor(dataBytes / frameBytes)
  return {
    sampleRate,
    channels,
    frames,
    async read(first, count) {
      const length = Math.min(count, (growth?.ready() ?? frames) - first)
      if (length <= 0) return Array.from({ length: channels }, () => new Float32Array(0))
      return decodePcm(await fetchBytes(url, dataStart + first * frameBytes, length * frameBytes), encoding, channels)
    },
  }
}

async function fetchBytes(url: string, start: number, length: number): Promise<Uint8Array> {
  const response = await fetchFile(url, { headers: { Range: `bytes=${start}-${start + length - 1}` } })
  if (response.status !== 206) {
    const message = `A sound could not be read back (status ${response.status}), so it cannot be played. Open the song again, or split it again if it is a stem.`
    throw new AppError('FILE_UNREADABLE', message)
  }
  return new Uint8Array(await response.arrayBuffer())
}

import { open, type FileHandle } from 'node:fs/promises'
import { aiffHeader, aiffLimitBytes } from '#shared/audio/aiffHeader'
import { id3Tag, type Tags } from '#shared/audio/id3'
import { bytesPerSample, encodePcm } from '#shared/audio/pcm'
import { wavHeader, writeName, type WavShape } from '#shared/audio/wavHeader'
import { AppError } from '#shared/errors'

/** Takes planar samples, integers or floats as its encoding wants them, and leaves a whole file behind once sealed. */
export interface SampleSink {
  write(planes: readonly (Int32Array | Float32Array)[]): Promise<void>
  /** Completes the file and lets go of it. */
  seal(): Promise<void>
  /** Lets go of the file as it is. */
  destroy(): Promise<void>
}

export interface PcmTarget {
  readonly container: 'wav' | 'aiff'
  readonly shape: WavShape
  readonly tags: Tags
  /** File length from which on a WAV becomes RF64; the format's own limit unless a test wants it earlier. */
  readonly riffLimit?: number | undefined
}

/** Writes WAV (RF64 where it must) or AIFF as the samples come. */
export async function openPcmSink(path: string, target: PcmTarget): Promise<SampleSink> {
  const { container, shape } = target
  const file = await open(path, 'w')
  const frameBytes = bytesPerSample[shape.encoding] * shape.channels
  let frames = 0
  let position = 0

  const header = (trailer: number) =>
    container === 'aiff' ? aiffHeader(shape, frames, trailer) : wavHeader(shape, frames, trailer, target.riffLimit)
  const append = async (bytes: Uint8Array) => {
    await writeAll(file, bytes, position)
    position += bytes.length
  }
  await append(header(0))

  return {
    async write(planes) {
      await append(encodePcm(planes, shape.encoding, container === 'aiff'))
      frames += planes[0]?.length ?? 0
      if (container === 'aiff' && position > aiffLimitBytes) throw tooLong()
    },
    async seal() {
      const trailer = [...((frames * frameBytes) % 2 === 1 ? [0] : []), ...tagChunk(target)]
      await append(Uint8Array.from(trailer))
      await writeAll(file, header(trailer.length), 0)
      await file.close()
    },
    destroy: () => file.close().catch(() => undefined),
  }
}

function tagChunk({ container, tags }: PcmTarget): Uint8Array {
  const tag = id3Tag(tags)
  if (tag.length === 0) return tag
  const chunk = new Uint8Array(8 + tag.length + (tag.length % 2))
  writeName(chunk, 0, container === 'aiff' ? 'ID3 ' : 'id3 ')
  new DataView(chunk.buffer).setUint32(4, tag.length, container === 'wav')
  chunk.set(tag, 8)
  return chunk
}

/** A single write may take less than it was given, for example when the disk has just become full. */
async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done)
    done += bytesWritten
  }
}

function tooLong(): AppError {
  return new AppError('AUDIO_UNSUPPORTED', 'An AIFF file can hold no more than 4 GB, and this sound is longer. Choose WAV or FLAC.')
}

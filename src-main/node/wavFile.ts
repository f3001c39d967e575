import { open, type FileHandle } from 'node:fs/promises'
import { bytesPerSample, decodePcm } from '#shared/audio/pcm'
import { parseWavLayout, wavHeaderBytes, type WavLayout } from '#shared/audio/wavLayout'
import { AppError } from '#shared/errors'

/** A WAV file of the app's own making, read by ranges without a decoder. Whoever opens it closes it. */
export class WavFile {
  private constructor(
    private readonly file: FileHandle,
    private readonly path: string,
    readonly layout: WavLayout,
    /** Samples a channel that are there, whatever the header promises. */
    readonly frames: number,
  ) {}

  /** @throws FILE_NOT_FOUND, NOT_AUDIO, AUDIO_UNSUPPORTED */
  static async open(path: string): Promise<WavFile> {
    const file = await open(path, 'r').catch((error: unknown) => {
      throw new AppError('FILE_NOT_FOUND', `${path} can't be opened. Check that it is still there.`, { cause: error })
    })
    try {
      const head = new Uint8Array(wavHeaderBytes)
      const { bytesRead } = await file.read(head, 0, head.length, 0)
      const layout = parseWavLayout(head.subarray(0, bytesRead))
      const { size } = await file.stat()
      const bytes = Math.max(0, Math.min(layout.dataBytes, size - layout.dataStart))
      return new WavFile(file, path, layout, Math.floor(bytes / frameBytesOf(layout)))
    } catch (error) {
      await file.close()
      throw error
    }
  }

  /** Returns samples from frame `first` on as planar float32 `[channel][frame]`; fewer only at the end. */
  async read(first: number, count: number): Promise<Float32Array[]> {
    const { layout } = this
    const frameBytes = frameBytesOf(layout)
    const length = Math.max(0, Math.min(count, this.frames - first)) * frameBytes
    const bytes = new Uint8Array(length)
    for (let done = 0; done < length; ) {
      const { bytesRead } = await this.file.read(bytes, done, length - done, layout.dataStart + first * frameBytes + done)
      if (bytesRead === 0) throw new AppError('FILE_UNREADABLE', `${this.path} became shorter while it was read. Open the song again.`)
      done += bytesRead
    }
    return decodePcm(bytes, layout.encoding, layout.channels)
  }

  async close(): Promise<void> {
    await this.file.close()
  }
}

function frameBytesOf({ encoding, channels }: WavLayout): number {
  return bytesPerSample[encoding] * channels
}

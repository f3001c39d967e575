import { open, rm, type FileHandle } from 'node:fs/promises'
import { decodePcm, encodePcm } from '#shared/audio/pcm'
import { wavHeader } from '#shared/audio/wavHeader'
import { AppError } from '#shared/errors'
import { outputError } from '#main/node/outputError'
import { TemporaryFile } from '#main/node/temporaryFile'

const framesPerRead = 16384

/** Float samples parked on the disk between two passes over a song, so that a long one does not need memory. */
export class SampleStore {
  private frames = 0

  private constructor(
    private readonly handle: FileHandle,
    private readonly channels: number,
    /** Byte of the first sample. */
    private readonly dataStart: number,
    /** What an error says could not be written. */
    private readonly destination: string,
    private readonly removeFile: () => Promise<void>,
  ) {}

  /** Makes an empty store in the folder of `beside` that nobody else sees. @throws OUTPUT_NOT_WRITABLE, DISK_FULL */
  static async create(beside: string, channels: number): Promise<SampleStore> {
    const file = await TemporaryFile.create(beside)
    return new SampleStore(await open(file.path, 'r+'), channels, 0, beside, () => file.discard())
  }

  /**
   * Makes an empty store that is a WAV file, to be read while it grows: its header promises `frames` from the beginning.
   * Discarding the store leaves it to whoever chose its place.
   * @throws OUTPUT_NOT_WRITABLE, DISK_FULL
   */
  static async createWav(path: string, shape: { sampleRate: number; channels: number }, frames: number): Promise<SampleStore> {
    try {
      const handle = await open(path, 'w+')
      const header = wavHeader({ encoding: 'float32', ...shape }, frames, 0)
      await handle.write(header, 0, header.length, 0)
      return new SampleStore(handle, shape.channels, header.length, path, async () => {})
    } catch (error) {
      await rm(path, { force: true })
      throw outputError(path, error)
    }
  }

  /** @throws DISK_FULL */
  async append(block: readonly Float32Array[]): Promise<void> {
    const bytes = encodePcm(block, 'float32')
    let position = this.dataStart + this.frames * this.channels * 4
    try {
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await this.handle.write(bytes, done, bytes.length - done, position)
        done += bytesWritten
        position += bytesWritten
      }
    } catch (error) {
      throw outputError(this.destination, error)
    }
    this.frames += block[0]?.length ?? 0
  }

  /** Yields all that was appended as planar blocks `[channel][frame]`. */
  async *blocks(): AsyncGenerator<Float32Array[]> {
    const frameBytes = this.channels * 4
    for (let frame = 0; frame < this.frames; frame += framesPerRead) {
      const length = Math.min(framesPerRead, this.frames - frame) * frameBytes
      const bytes = new Uint8Array(length)
      const { bytesRead } = await this.handle.read(bytes, 0, length, this.dataStart + frame * frameBytes)
      if (bytesRead < length) throw new AppError('INTERNAL', 'A temporary file became shorter while it was in use. Start again.')
      yield decodePcm(bytes, 'float32', this.channels)
    }
  }

  async discard(): Promise<void> {
    await this.handle.close()
    await this.removeFile()
  }
}

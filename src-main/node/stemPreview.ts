import { SampleStore } from '#main/node/sampleStore'
import type { StemPaths } from '#main/services/platform'

export interface StemPreviewRequest {
  readonly paths: StemPaths
  /** Length that the files promise from the beginning on. */
  readonly expectedFrames: number
  /** Is told how many frames of both stems can be read. */
  onReady(frames: number): void
}

/**
 * Stems that can be heard while they are in the making: two WAV files of 32 bit floats that grow, as the model gives
 * vocals and before anything is rounded to a format.
 */
export class StemPreview {
  private frames = 0
  private broken = false

  private constructor(
    private readonly request: StemPreviewRequest,
    /** Vocals, which are needed again when the stems are written. */
    readonly vocals: SampleStore,
    private readonly music: SampleStore,
  ) {}

  /** @throws OUTPUT_NOT_WRITABLE, DISK_FULL */
  static async create(request: StemPreviewRequest, shape: { sampleRate: number; channels: number }): Promise<StemPreview> {
    const vocals = await SampleStore.createWav(request.paths.vocals, shape, request.expectedFrames)
    try {
      return new StemPreview(request, vocals, await SampleStore.createWav(request.paths.accompaniment, shape, request.expectedFrames))
    } catch (error) {
      await vocals.discard()
      throw error
    }
  }

  /** Adds what `vocals`, which its store has already, leave of the mixture. */
  async follow(mixture: readonly Float32Array[], vocals: readonly Float32Array[]): Promise<void> {
    if (this.broken) return
    try {
      await this.music.append(mixture.map((whole, channel) => whole.map((sample, i) => sample - vocals[channel]![i]!)))
    } catch {
      // A disk that is full for a preview may still do for the stems; they are what the user asked for.
      this.broken = true
      return
    }
    this.frames += mixture[0]!.length
    this.request.onReady(this.frames)
  }

  /** Closes the files of both stems; they stay. */
  async close(): Promise<void> {
    await this.music.discard()
    await this.vocals.discard()
  }
}

import type { CancelSignal } from '#shared/jobs/work'
import type { ReadSource } from '#shared/audio/mixing'
import { AppError } from '#shared/errors'
import { type AudioReader, openAudio } from '#main/node/audioReader'
import { BlockQueue } from '#main/node/blockQueue'

/** A sound file and the frames that it should have. */
export interface SoundFile {
  readonly path: string
  readonly frames: number
}

/** One pass over a sound, and where it is. */
interface Pass {
  readonly sourceId: string
  readonly blocks: BlockQueue
  position: number
  /** True when the block that is being mixed has read from it. */
  used: boolean
}

/**
 * Sounds of which a mixer reads piece after piece: a piece that begins where one ended goes on in the same pass over the file, so
 * that a file is decoded once for every clip, and memory holds one block of each clip that plays.
 */
export class SoundPasses {
  private readonly readers = new Map<string, Promise<AudioReader>>()
  private passes: Pass[] = []

  /** @param sounds files by the source's id that `read` is asked for */
  constructor(
    private readonly sounds: Readonly<Record<string, SoundFile>>,
    private readonly signal: CancelSignal,
  ) {}

  /**
   * Gives samples of a source; see `ReadSource`.
   * @throws what openAudio throws; FILE_UNREADABLE when the file is not as long as it was
   */
  readonly read: ReadSource = async (sourceId, first, count) => {
    const pass = this.passes.find((candidate) => candidate.sourceId === sourceId && candidate.position === first) ?? (await this.begin(sourceId, first))
    pass.used = true
    pass.position = first + count
    const samples = await pass.blocks.take(count)
    const { path, frames } = this.soundOf(sourceId)
    if (first + (samples[0]?.length ?? 0) < Math.min(first + count, frames)) throw cutOff(path)
    return samples
  }

  /** Lets go of the passes that were not read from since the last call: their clips are over. */
  async endBlock(): Promise<void> {
    const over = this.passes.filter(({ used }) => !used)
    this.passes = this.passes.filter(({ used }) => used)
    for (const pass of this.passes) pass.used = false
    for (const { blocks } of over) await blocks.close()
  }

  async close(): Promise<void> {
    for (const { blocks } of this.passes.splice(0)) await blocks.close()
    for (const reader of this.readers.values()) await (await reader.catch(() => undefined))?.close()
  }

  private async begin(sourceId: string, start: number): Promise<Pass> {
    const { path } = this.soundOf(sourceId)
    if (!this.readers.has(path)) this.readers.set(path, openAudio(path, { minimumSeconds: 0 }))
    const reader = await this.readers.get(path)!
    const pass = { sourceId, blocks: new BlockQueue(reader.blocks({ start, signal: this.signal })), position: start, used: true }
    this.passes.push(pass)
    return pass
  }

  private soundOf(sourceId: string): SoundFile {
    const sound = this.sounds[sourceId]
    if (sound === undefined) throw new AppError('INTERNAL', `No file was named for the source ${sourceId}.`)
    return sound
  }
}

function cutOff(path: string): AppError {
  return new AppError('FILE_UNREADABLE', `${path} is shorter than the sound that was put into the project. Open the song again, and split it again.`)
}

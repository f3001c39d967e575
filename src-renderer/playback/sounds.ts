import { ChunkCache } from '#renderer/playback/chunkCache'
import type { PlayableSound } from '#renderer/playback/wavSource'
import type { ReadSource } from '#shared/audio/mixing'
import { AppError } from '#shared/errors'
import type { Project } from '#shared/project/project'

/** Opens a sound of the library by its id. */
export type OpenSound = (soundId: string) => Promise<PlayableSound>

/** Some minutes of a few stereo sounds; what a song of hours needs is the same. */
const cacheBytes = 96 << 20

/** The sounds that are played, opened once each, and the samples of them that were fetched lately. */
export class SoundReader {
  private readonly opened = new Map<string, Promise<PlayableSound>>()
  private readonly cache = new ChunkCache(cacheBytes)

  constructor(private readonly open: OpenSound) {}

  /**
   * Returns how the sources of a project are read.
   * @param onMissing is called when samples are not there yet, for sounds that are still being written
   */
  readerOf({ sources }: Project, onMissing: () => void = () => {}): ReadSource {
    return async (sourceId, first, count) => {
      const source = sources.find(({ id }) => id === sourceId)
      if (!source) throw new AppError('INTERNAL', `A clip plays the source ${sourceId}, which the project does not have.`)
      return this.read(source.soundId, first, count, onMissing)
    }
  }

  private async read(soundId: string, first: number, count: number, onMissing: () => void): Promise<readonly Float32Array[]> {
    const sound = await this.sound(soundId)
    try {
      const samples = await this.cache.read(sound, first, count)
      if (samples[0]!.length < Math.min(count, sound.frames - first)) onMissing()
      return samples
    } catch (error) {
      // It may have moved, so the next one to play it asks where it is.
      this.opened.delete(soundId)
      throw error
    }
  }

  private sound(soundId: string): Promise<PlayableSound> {
    const known = this.opened.get(soundId)
    if (known) return known
    const opening = this.open(soundId)
    this.opened.set(soundId, opening)
    opening.catch(() => this.opened.delete(soundId))
    return opening
  }
}

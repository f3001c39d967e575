import type { ComputeClient } from '#main/compute/client'
import type { MediaRegistry } from '#main/services/mediaRegistry'
import type { Platform, StoredSound } from '#main/services/platform'
import { tileColumns, tileGrid } from '#shared/dsp/spectrogramTile'
import { AppError } from '#shared/errors'

/** Tiles of spectrograms, which are drawn when they are asked for and kept with their sounds. */
export interface TileDrawing {
  /** Says where a tile can be fetched, once it is there. @throws AppError INVALID_INPUT for a tile that does not exist; DISK_FULL */
  tile(sound: StoredSound, level: number, index: number): Promise<{ url: string; columns: number }>
  /** Ends the drawing of tiles of these sounds, for whom it fails as cancelled. */
  end(soundIds: ReadonlySet<string>): Promise<void>
}

interface Drawing {
  readonly soundId: string
  readonly controller: AbortController
  readonly done: Promise<void>
}

interface Dependencies {
  readonly platform: Platform
  readonly reader: ComputeClient
  readonly media: MediaRegistry
}

export function createTileDrawing({ platform, reader, media }: Dependencies): TileDrawing {
  const drawings = new Map<string, Drawing>()

  const draw = (mediaId: string, { id: soundId, audioPath, tilesFolder: folder }: StoredSound, level: number, index: number): Promise<void> => {
    const underWay = drawings.get(mediaId)
    if (underWay) return underWay.done
    const controller = new AbortController()
    const context = { signal: controller.signal, onProgress: () => {} }
    const done = reader.run('drawTile', { audioPath, folder, level, index }, context).finally(() => drawings.delete(mediaId))
    drawings.set(mediaId, { soundId, controller, done })
    return done
  }

  return {
    async tile(sound, level, index) {
      const columns = tileColumns(tileGrid(sound.sampleRate, sound.frames), sound.frames, level, index)
      if (columns === 0) throw new AppError('INVALID_INPUT', `The spectrogram has no tile ${index} of level ${level}.`)
      const mediaId = `tile-${sound.id}-${level}-${index}`
      await draw(mediaId, sound, level, index)
      return { url: media.register(mediaId, platform.sounds.tilePath(sound, level, index)), columns }
    },
    async end(soundIds) {
      const unwanted = [...drawings.values()].filter(({ soundId }) => soundIds.has(soundId))
      for (const { controller } of unwanted) controller.abort()
      await Promise.allSettled(unwanted.map(({ done }) => done))
    },
  }
}

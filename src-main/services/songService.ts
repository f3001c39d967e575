import type { ComputeClient } from '#main/compute/client'
import type { MediaRegistry } from '#main/services/mediaRegistry'
import type { Platform } from '#main/services/platform'
import type { Song, SongSource } from '#shared/contract/songs'
import { AppError } from '#shared/errors'

/** A song as the services know it. */
export interface ImportedSong extends Song {
  readonly path: string
  /** SHA-256 of the file's content. */
  readonly sha256: string
}

export interface SongService {
  /** @throws AppError with the code of what is wrong with the file */
  import(source: SongSource): Promise<ImportedSong>
  list(): ImportedSong[]
  /** @throws AppError SONG_NOT_FOUND */
  get(id: string): ImportedSong
}

/** Returns the service; songs are looked at by `reader`, in a process that a bad file may kill. */
export function createSongService(platform: Platform, reader: ComputeClient, media: MediaRegistry): SongService {
  const songs = new Map<string, ImportedSong>()

  const pathOf = (source: SongSource): string => {
    if ('path' in source) return source.path
    if ('demo' in source) return platform.demoSong
    const path = platform.uploadPath?.(source.uploadId)
    if (path === undefined) throw new AppError('SONG_NOT_FOUND', 'That upload is no longer there. Drop the song again.')
    return path
  }

  return {
    async import(source) {
      const path = pathOf(source)
      const { sha256, ...facts } = await reader.run('inspect', { path })
      const id = sha256.slice(0, 16)
      const name = 'demo' in source ? 'Demo' : titleOf(path)
      const song = { id, name, path, sha256, ...facts, url: media.register(`song-${id}`, path) }
      songs.set(id, song)
      return song
    },
    list: () => [...songs.values()],
    get(id) {
      const song = songs.get(id)
      if (!song) throw new AppError('SONG_NOT_FOUND', 'That song is not open any more. Open it again.')
      return song
    },
  }
}

/** Returns the file's name without its folder and extension. */
export function titleOf(path: string): string {
  const name = path.split(/[\\/]/).at(-1) ?? path
  return name.replace(/(?<=.)\.[^.]+$/, '')
}

import type { ComputeClient } from '#main/compute/client'
import type { MediaRegistry } from '#main/services/mediaRegistry'
import type { Platform, StoredSound } from '#main/services/platform'
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
  /** Opens the songs that the library has from earlier, once; what is open by then stays as it is. */
  restore(): Promise<void>
  /** @throws AppError SONG_NOT_FOUND */
  get(id: string): ImportedSong
  /** Closes the songs whose files have these hashes, removes copies of them that are the app's own, and gives their ids. */
  forget(hashes: ReadonlySet<string>): Promise<string[]>
}

/** The file of a song. A decoded song is known by the hash of the file that it was decoded from: it is the same song. */
interface SongFile {
  readonly path: string
  readonly name: string
  readonly sha256?: string
  readonly soundId?: string
}

/** Returns the service; songs are looked at by `reader`, in a process that a bad file may kill. */
export function createSongService(platform: Platform, reader: ComputeClient, media: MediaRegistry): SongService {
  const songs = new Map<string, ImportedSong>()
  /** All files that a song was opened from, by its hash: a song may be uploaded twice. */
  const files = new Map<string, Set<string>>()

  const fileOf = async (source: SongSource): Promise<SongFile> => {
    if ('path' in source) return { path: source.path, name: titleOf(source.path) }
    if ('demo' in source) return { path: platform.demoSong, name: 'Demo' }
    if ('soundId' in source) {
      const sound = await platform.sounds.find(source.soundId)
      if (!sound) throw new AppError('SOUND_NOT_FOUND', 'That sound is no longer in the library. Open its song again.')
      const original = sound.origins.find(({ isSong }) => isSong)
      return { path: sound.audioPath, name: sound.name, soundId: sound.id, ...(original && { sha256: original.sha256 }) }
    }
    const path = platform.uploadPath?.(source.uploadId)
    if (path === undefined) throw new AppError('SONG_NOT_FOUND', 'That upload is no longer there. Drop the song again.')
    return { path, name: titleOf(path) }
  }

  const restoreAll = async () => {
    const stored = await platform.sounds.list()
    for (const song of stored.flatMap(songsIn)) {
      if (!songs.has(song.id)) songs.set(song.id, { ...song, url: media.register(`song-${song.id}`, song.path) })
    }
  }
  let restored: Promise<void> | undefined

  return {
    restore: () => (restored ??= restoreAll()),
    async import(source) {
      const file = await fileOf(source)
      const { path } = file
      const facts = { ...(await reader.run('inspect', { path })), ...file }
      const id = facts.sha256.slice(0, 16)
      const song = { ...facts, id, url: media.register(`song-${id}`, path) }
      songs.set(id, song)
      files.set(facts.sha256, new Set([...(files.get(facts.sha256) ?? []), path]))
      return song
    },
    list: () => [...songs.values()],
    get(id) {
      const song = songs.get(id)
      if (!song) throw new AppError('SONG_NOT_FOUND', 'That song is not open any more. Open it again.')
      return song
    },
    async forget(hashes) {
      const gone = [...songs.values()].filter(({ sha256 }) => hashes.has(sha256))
      for (const { id } of gone) {
        songs.delete(id)
        media.forget((mediaId) => mediaId === `song-${id}`)
      }
      for (const hash of hashes) {
        for (const path of files.get(hash) ?? []) await platform.discardCopy?.(path)
        files.delete(hash)
      }
      return gone.map(({ id }) => id)
    },
  }
}

/** The songs that a sound of the library is, known without reading it again. */
function songsIn({ id: soundId, sampleRate, channels, frames, warnings, audioPath, origins }: StoredSound): Omit<ImportedSong, 'url'>[] {
  const facts = { soundId, sampleRate, channels, frames, seconds: frames / sampleRate, warnings: [...(warnings ?? [])], path: audioPath }
  return origins.filter(({ isSong }) => isSong).map(({ sha256, songName }) => ({ ...facts, id: sha256.slice(0, 16), name: songName, sha256 }))
}

/** Returns the file's name without its folder and extension. */
export function titleOf(path: string): string {
  const name = path.split(/[\\/]/).at(-1) ?? path
  return name.replace(/(?<=.)\.[^.]+$/, '')
}

import type { ComputeClient, TaskContext } from '#main/compute/client'
import type { JobQueue } from '#main/services/jobQueue'
import type { MediaRegistry } from '#main/services/mediaRegistry'
import type { Platform, SoundOrigin, SoundRecord, StagedSound, StoredSound } from '#main/services/platform'
import type { ImportedSong, SongService } from '#main/services/songService'
import { createTileDrawing } from '#main/services/tileDrawing'
import type { Job } from '#shared/contract/jobs'
import type { ListedSound, Sound } from '#shared/contract/sounds'
import { tileGrid } from '#shared/dsp/spectrogramTile'
import { AppError } from '#shared/errors'

/** What is known of a WAV file that becomes a sound. */
export interface AdoptedFacts {
  readonly name: string
  /** Ids of the sounds that it was made of. */
  readonly madeOf?: readonly string[]
  /** The song that it was made of, where that is no sound of the library. */
  readonly song?: Pick<ImportedSong, 'sha256' | 'name'>
  /** Leaves the file where it is; it is moved without. */
  readonly keep?: boolean
}

export interface AdoptedFile {
  readonly file: string
  readonly facts: AdoptedFacts
}

export interface TileRequest {
  readonly soundId: string
  readonly level: number
  readonly index: number
}

/** The library of sounds: songs decoded once, stems, repaired stems, each known by its content. */
export interface SoundService {
  /** Enqueues the decoding of an open song, or gives the job that did it before. @throws AppError SONG_NOT_FOUND */
  prepare(songId: string): Promise<Job>
  /** Enqueues the same for a song that the library does not have yet, so that it is listed after the next start. @throws AppError SONG_NOT_FOUND */
  keep(songId: string): Promise<void>
  /** @throws AppError SOUND_NOT_FOUND */
  get(soundId: string): Promise<Sound>
  /** Path of a sound's WAV file. @throws AppError SOUND_NOT_FOUND */
  path(soundId: string): Promise<string>
  /**
   * Makes a finished WAV file (16 or 24 bit or 32 bit float, mono or stereo) a sound of the library; a file of another
   * kind is decoded, and stays. A file of the same sound as one in the library gives that one.
   * @throws AppError SOUND_NOT_FOUND for one of `madeOf`; FILE_NOT_FOUND, NOT_AUDIO, AUDIO_UNSUPPORTED,
   * OUTPUT_NOT_WRITABLE, DISK_FULL; CancelledError
   */
  adopt(file: string, facts: AdoptedFacts, context?: TaskContext): Promise<Sound>
  /** The same for several files: all become sounds, or, where one cannot or the work is cancelled, none. */
  adoptAll<Files extends readonly AdoptedFile[]>(files: Files, context?: TaskContext): Promise<{ [Index in keyof Files]: Sound }>
  /** True when the library has the sound. */
  has(soundId: string): Promise<boolean>
  /** Draws a tile of a spectrogram, unless it is there. @throws AppError SOUND_NOT_FOUND, INVALID_INPUT */
  tile(request: TileRequest): Promise<{ url: string; columns: number }>
  list(): Promise<ListedSound[]>
  /** The songs that a sound is, or, where it is none, was made of, by the hashes of their files. @throws AppError SOUND_NOT_FOUND */
  songsOf(soundId: string): Promise<Set<string>>
  /** Ids of the sounds that `remove` would remove. */
  removable(soundId: string, hashes: ReadonlySet<string>): Promise<string[]>
  /**
   * Removes a sound, and all that are, or were made of, songs with these hashes and no others, with their peaks and tiles.
   * Returns their ids.
   */
  remove(soundId: string, hashes: ReadonlySet<string>): Promise<string[]>
}

interface Dependencies {
  readonly platform: Platform
  /** The process that decodes, away from the one that separates. */
  readonly reader: ComputeClient
  readonly queue: JobQueue
  readonly songs: SongService
  readonly media: MediaRegistry
}

/** Returns the service over the sounds of `platform`. */
export function createSoundService({ platform, reader, queue, songs, media }: Dependencies): SoundService {
  const preparing = new Map<string, string>()
  const tiles = createTileDrawing({ platform, reader, media })

  const find = async (soundId: string): Promise<StoredSound> => {
    const sound = await platform.sounds.find(soundId)
    if (!sound) throw new AppError('SOUND_NOT_FOUND', 'That sound is no longer in the library. Open its song again.')
    return sound
  }

  const shown = (stored: StoredSound): Sound => {
    const { id, name, sampleRate, channels, frames, warnings, audioPath, peaksPath } = stored
    return {
      id,
      name,
      sampleRate,
      channels,
      frames,
      warnings: warnings && [...warnings],
      audioUrl: media.register(`sound-${id}.wav`, audioPath),
      peaksUrl: media.register(`peaks-${id}`, peaksPath),
      spectrogram: tileGrid(sampleRate, frames),
    }
  }

  const staging = async <Value>(count: number, work: (staged: StagedSound[]) => Promise<Value>): Promise<Value> => {
    const staged: StagedSound[] = []
    try {
      while (staged.length < count) staged.push(await platform.sounds.stage())
      return await work(staged)
    } finally {
      for (const each of staged) await each.discard()
    }
  }

  const decode = ({ path, name, sha256 }: ImportedSong, context: TaskContext): Promise<Sound> =>
    staging(1, async ([staged]) => {
      const { audioPath, peaksPath } = staged!
      const facts = await reader.run('decode', { path, audioPath, peaksPath }, context)
      return shown(await staged!.publish(recordOf(facts, name, [{ sha256, songName: name, isSong: true }])))
    })

  const originsOf = async ({ madeOf = [], song }: AdoptedFacts): Promise<SoundOrigin[]> => {
    const parents = await Promise.all(madeOf.map(find))
    const origins = parents.flatMap((parent) => parent.origins.map((origin) => ({ ...origin, isSong: false })))
    if (song) origins.push({ sha256: song.sha256, songName: song.name, isSong: false })
    return [...new Map(origins.map((origin) => [origin.sha256, origin])).values()]
  }

  const look = async (file: string, { audioPath, peaksPath }: StagedSound, context?: TaskContext) => {
    if (isWav(file)) return reader.run('survey', { audioPath: file, peaksPath }, context)
    return reader.run('decode', { path: file, audioPath, peaksPath }, context)
  }

  const adoptAll = (files: readonly AdoptedFile[], context?: TaskContext): Promise<Sound[]> =>
    staging(files.length, async (staged) => {
      const records: SoundRecord[] = []
      for (const [index, { file, facts }] of files.entries()) {
        const surveyed = await look(file, staged[index]!, context)
        records.push(recordOf(surveyed, facts.name, await originsOf(facts)))
      }
      const sounds: Sound[] = []
      for (const [index, { file, facts }] of files.entries()) {
        if (isWav(file)) await staged[index]!.take(file, facts.keep ?? false)
        sounds.push(shown(await staged[index]!.publish(records[index]!)))
      }
      return sounds
    })

  /** The sounds that lose origins when these songs go, with those that are left to them. */
  const leaving = async (soundId: string, hashes: ReadonlySet<string>): Promise<{ id: string; left: SoundOrigin[] }[]> => {
    const stored = await platform.sounds.list()
    return stored.flatMap(({ id, origins }) => {
      const left = id === soundId ? [] : origins.filter(({ sha256 }) => !hashes.has(sha256))
      return id === soundId || left.length < origins.length ? [{ id, left }] : []
    })
  }

  const existingJob = (songId: string): Job | undefined => {
    const job = queue.list().find(({ id }) => id === preparing.get(songId))
    return job && job.state.status !== 'failed' && job.state.status !== 'cancelled' ? job : undefined
  }

  const storedOf = async ({ sha256 }: ImportedSong): Promise<StoredSound | undefined> => {
    const all = await platform.sounds.list()
    return all.find(({ origins }) => origins.some((origin) => origin.isSong && origin.sha256 === sha256))
  }

  const service: SoundService = {
    async prepare(songId) {
      const song = songs.get(songId)
      const stored = await storedOf(song)
      const existing = existingJob(songId)
      if (existing && (stored || existing.state.status !== 'succeeded')) return existing
      const facts = { kind: 'sound', title: song.name, songId } as const
      const job = stored ? queue.addFinished(facts, shown(stored)) : queue.add(facts, (context) => decode(song, context), { lane: 'reader' })
      preparing.set(songId, job.id)
      return job
    },
    async keep(songId) {
      if (!(await storedOf(songs.get(songId)))) await service.prepare(songId)
    },
    get: async (soundId) => shown(await find(soundId)),
    path: async (soundId) => (await find(soundId)).audioPath,
    adopt: async (file, facts, context) => (await adoptAll([{ file, facts }], context))[0]!,
    adoptAll: (files, context) => adoptAll(files, context) as Promise<never>,
    has: async (soundId) => (await platform.sounds.find(soundId)) !== undefined,
    tile: async ({ soundId, level, index }) => tiles.tile(await find(soundId), level, index),
    async songsOf(soundId) {
      const { origins } = await find(soundId)
      const songs = origins.filter(({ isSong }) => isSong)
      return new Set((songs.length > 0 ? songs : origins).map(({ sha256 }) => sha256))
    },
    async removable(soundId, hashes) {
      return (await leaving(soundId, hashes)).filter(({ left }) => left.length === 0).map(({ id }) => id)
    },
    async remove(soundId, hashes) {
      const affected = await leaving(soundId, hashes)
      const removed = affected.filter(({ left }) => left.length === 0).map(({ id }) => id)
      await tiles.end(new Set(removed))
      for (const { id, left } of affected) await platform.sounds.restrict(id, left)
      media.forget((mediaId) => removed.some((id) => mediaId.includes(id)))
      return removed
    },
    async list() {
      const sounds = await platform.sounds.list()
      return Promise.all(
        sounds.map(async (sound) => {
          const { songName } = sound.origins[0] ?? {}
          return { ...shown(sound), bytes: await platform.sounds.sizeOf(sound.id), ...(songName !== undefined && { songName }) }
        }),
      )
    },
  }
  return service
}

function isWav(file: string): boolean {
  return /\.wav$/i.test(file)
}

function recordOf(facts: Omit<SoundRecord, 'name' | 'origins'>, name: string, origins: readonly SoundOrigin[]): SoundRecord {
  const { id, sampleRate, channels, frames, warnings } = facts
  return { id, name, sampleRate, channels, frames, warnings, origins }
}

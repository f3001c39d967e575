import type { JobQueue } from '#main/services/jobQueue'
import type { Platform } from '#main/services/platform'
import type { RenderService } from '#main/services/renderService'
import type { RepairService } from '#main/services/repairService'
import type { SeparationService } from '#main/services/separationService'
import type { SongService } from '#main/services/songService'
import type { SoundService } from '#main/services/soundService'
import type { AppEvent } from '#shared/contract/contract'
import type { Job } from '#shared/contract/jobs'

export interface SongDeletion {
  /**
   * Removes the song that a sound is, or was made of, with all that was made of it, and tells so. Jobs of the song end.
   * What lies in folders of the user's stays.
   * @throws AppError SOUND_NOT_FOUND
   */
  deleteEverything(soundId: string): Promise<void>
}

interface Dependencies {
  readonly platform: Platform
  readonly queue: JobQueue
  readonly songs: SongService
  readonly sounds: SoundService
  readonly separations: SeparationService
  readonly renders: Pick<RenderService, 'forget'>
  readonly repairs: Pick<RepairService, 'clearFleeting'>
  readonly emit: (event: AppEvent) => void
}

/** Returns what makes all services forget a song. */
export function createSongDeletion({ platform, queue, songs, sounds, separations, renders, repairs, emit }: Dependencies): SongDeletion {
  const discardDownloads = async (jobs: readonly Job[]) => {
    for (const path of jobs.flatMap(writtenPaths)) await platform.discardCopy?.(path)
  }

  return {
    async deleteEverything(soundId) {
      const hashes = await sounds.songsOf(soundId)
      const idsOfHashes = [...hashes].map((hash) => hash.slice(0, 16))
      const songIds = new Set([...(await songs.forget(hashes)), ...idsOfHashes])
      const ofSong = queue.list().filter((job) => 'songId' in job && songIds.has(job.songId))
      const ofSounds = queue.workingOn(new Set(await sounds.removable(soundId, hashes)))
      const jobs = await queue.forget([...ofSong, ...ofSounds].map(({ id }) => id))
      const jobIds = jobs.map(({ id }) => id)
      await separations.forget(songIds)
      await renders.forget(jobIds)
      await discardDownloads(jobs)
      await repairs.clearFleeting()
      const soundIds = await sounds.remove(soundId, hashes)
      await platform.stems.remove(hashes, new Set(soundIds))
      emit({ name: 'sounds.removed', payload: { soundIds, songIds: [...songIds], jobIds } })
    },
  }
}

/** Files that a job has written outside the library. */
function writtenPaths(job: Job): readonly string[] {
  if (job.state.status !== 'succeeded') return []
  if (job.kind === 'export') return job.state.result.paths
  return job.kind === 'render' ? job.state.result.files.map(({ path }) => path) : []
}

import type { ComputeClient } from '#main/compute/client'
import type { JobContext, JobQueue } from '#main/services/jobQueue'
import type { MediaRegistry } from '#main/services/mediaRegistry'
import type { ModelService } from '#main/services/modelService'
import type { Platform, StoredStems } from '#main/services/platform'
import { type FrozenInput, keyOf } from '#main/services/separationInput'
import { type OutputFolder, SeparationWork } from '#main/services/separationWork'
import type { SongService } from '#main/services/songService'
import type { SoundService } from '#main/services/soundService'
import type { Job } from '#shared/contract/jobs'
import type { SeparationRequest, StemFormat } from '#shared/contract/separation'
import { AppError } from '#shared/errors'

export interface SeparationService {
  /**
   * Enqueues the separation of a song into the library, or gives the job that did the same before; with `output`
   * enqueues one into that folder.
   * @throws AppError SONG_NOT_FOUND, MODEL_NOT_FOUND, MODEL_CORRUPT, MODEL_INCOMPATIBLE
   */
  start(request: SeparationRequest, output?: OutputFolder): Promise<Job>
  /** Enqueues writing the stems of a finished separation into a folder. @throws AppError JOB_NOT_FOUND */
  export(jobId: string, folder: string, format: StemFormat): Job
  /** Forgets the jobs of these songs, and what of them can still be heard. */
  forget(songIds: ReadonlySet<string>): Promise<void>
}

interface Dependencies {
  readonly platform: Platform
  readonly compute: ComputeClient
  readonly queue: JobQueue
  readonly songs: SongService
  readonly sounds: SoundService
  readonly models: ModelService
  readonly media: MediaRegistry
}

/** Returns the service; its jobs run one at a time in `queue`. */
export function createSeparationService(dependencies: Dependencies): SeparationService {
  return new Separations(dependencies)
}

class Separations implements SeparationService {
  private readonly work: SeparationWork
  /** What each job works on, by its id. */
  private readonly inputs = new Map<string, FrozenInput>()

  constructor(private readonly world: Dependencies) {
    this.work = new SeparationWork(world)
  }

  async start(request: SeparationRequest, output?: OutputFolder): Promise<Job> {
    const { platform, songs, models } = this.world
    const input = { song: songs.get(request.songId), model: await models.findSeparator(request.modelId), request }
    const key = keyOf(input)
    if (output) return this.enqueue(input, key, output)
    const stored = await platform.stems.find(key)
    const existing = this.existingJob(key)
    if (existing) return existing
    if (!stored) return this.enqueue(input, key)
    const job = await this.fromLibrary(input, key, stored)
    this.inputs.set(job.id, input)
    return job
  }

  export(jobId: string, folder: string, format: StemFormat): Job {
    const { queue, media } = this.world
    const { kind, state } = queue.get(jobId)
    const input = this.inputs.get(jobId)
    const stems = kind === 'separation' && state.status === 'succeeded' ? state.result.stems : []
    const vocalsPath = media.path(stems.find(({ name }) => name === 'vocals')?.id ?? '')
    if (!input || vocalsPath === undefined) {
      throw new AppError('JOB_NOT_FOUND', 'That job has no stems to write. Separate the song first.')
    }
    const facts = { kind: 'export', title: input.song.name, songId: input.song.id } as const
    return queue.add(facts, (context) => this.work.convert(input, vocalsPath, folder, format, context))
  }

  async forget(songIds: ReadonlySet<string>): Promise<void> {
    for (const [jobId, input] of this.inputs) {
      if (!songIds.has(input.song.id)) continue
      this.inputs.delete(jobId)
      this.world.media.forget((mediaId) => mediaId.startsWith(keyOf(input)))
    }
    await this.work.previews.clear()
  }

  private enqueue(input: FrozenInput, key: string, output?: OutputFolder): Job {
    const work = async (context: JobContext) => {
      if (output) return this.work.intoFolder(input, output, context)
      const result = await this.work.intoLibrary(input, key, context)
      // Stems in the library without their song would not be found again; its own job tells where that fails.
      await this.world.sounds.keep(input.song.id).catch(() => {})
      return result
    }
    const job = this.world.queue.add(factsOf(input), work, { models: [input.model.card.id] })
    this.inputs.set(job.id, input)
    return job
  }

  /** What the library has of a separation; where its sounds are gone, they are made again in a job. */
  private async fromLibrary(input: FrozenInput, key: string, stored: StoredStems): Promise<Job> {
    const { queue, sounds } = this.world
    const { sounds: ids } = stored
    const whole = ids && (await sounds.has(ids.vocals)) && (await sounds.has(ids.accompaniment))
    if (whole) return queue.addFinished(factsOf(input), this.work.resultOf(key, input, stored))
    return queue.add(factsOf(input), (context) => this.work.restoreSounds(input, key, stored, context), { lane: 'reader' })
  }

  private existingJob(key: string): Job | undefined {
    const same = [...this.inputs].find(([, input]) => keyOf(input) === key)
    const job = same && this.world.queue.get(same[0])
    return job && job.state.status !== 'failed' && job.state.status !== 'cancelled' ? job : undefined
  }
}

function factsOf({ song }: FrozenInput) {
  return { kind: 'separation', title: song.name, songId: song.id } as const
}

import type { ComputeClient, TaskContext } from '#main/compute/client'
import type { StemOutput } from '#main/compute/protocol'
import type { JobContext, JobQueue } from '#main/services/jobQueue'
import type { MediaRegistry } from '#main/services/mediaRegistry'
import type { InstalledModel, ModelService } from '#main/services/modelService'
import type { Platform, StemPaths, StoredStems } from '#main/services/platform'
import { createStemPreviews } from '#main/services/stemPreviews'
import type { ImportedSong, SongService } from '#main/services/songService'
import type { SoundService } from '#main/services/soundService'
import type { Job } from '#shared/contract/jobs'
import type {
  SeparationRequest,
  SeparationResult,
  StemFormat,
  StemName,
} from '#shared/contract/separation'
import { AppError } from '#shared/errors'

/** A folder of the user's that stems are written to. */
export interface OutputFolder {
  readonly folder: string
  /** What the files are called in place of the song's name. */
  readonly title?: string
  readonly overwrite: boolean
}

export interface SeparationService {
  /**
   * Enqueues the separation of a song into the library, or gives the job that did the same before; with `output`
   * enqueues one into that folder.
   * @throws AppError SONG_NOT_FOUND, MODEL_NOT_FOUND, MODEL_CORRUPT
   */
  start(request: SeparationRequest, output?: OutputFolder): Promise<Job>
  /** Enqueues writing the stems of a finished separation into a folder. @throws AppError JOB_NOT_FOUND */
  export(jobId: string, folder: string, format: StemFormat): Job
  /** Forgets the jobs of these songs, and what of them can still be heard. */
  forget(songIds: ReadonlySet<string>): Promise<void>
}

/** What a separation works on. Nothing in it changes while the job waits, so it also says whether two jobs are the same. */
interface FrozenInput {
  readonly song: ImportedSong
  readonly model: InstalledModel
  readonly request: SeparationRequest
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
  const { platform, compute, queue, songs, sounds, models, media } = dependencies
  const previews = createStemPreviews(platform, media)
  const inputs = new Map<string, FrozenInput>()

  const resultOf = (stemsId: string, input: FrozenInput, { report, paths, sounds: ids }: StoredStems): SeparationResult => {
    const names = stemFileNames(input.song.name, input.request.format)
    const stem = (name: StemName) => {
      const id = `${stemsId}-${name}`
      return { id, name, fileName: names[name], url: media.register(id, paths[name]), ...(ids && { soundId: ids[name] }) }
    }
    return { ...report, songId: input.song.id, stems: [stem('vocals'), stem('accompaniment')] }
  }

  const separate = async (input: FrozenInput, output: StemOutput, context: TaskContext, preview?: StemPaths) => {
    const { song, model, request } = input
    const { start, length, quality } = request
    const started = platform.now()
    const task = { path: song.path, start, length, modelDirectory: model.directory, quality, output, preview }
    const { paths, ...facts } = await compute.run('separate', task, context)
    const elapsedSeconds = (platform.now() - started) / 1000
    const report = { ...facts, model: model.card.id, elapsedSeconds, realTimeFactor: facts.seconds / elapsedSeconds }
    return { report, paths }
  }

  /** The stems become sounds before they are published: a cancel in between leaves neither. */
  const intoLibrary = async (input: FrozenInput, key: string, context: JobContext) => {
    const { format } = input.request
    const names = stemFileNames(undefined, format)
    const staged = await platform.stems.stage(key)
    try {
      const output = { folder: staged.folder, names, overwrite: false, format }
      const { report, paths } = await previews.during(context, (files, heard) => separate(input, output, heard, files))
      const ids = await keepAsSounds(input, paths, context)
      return resultOf(key, input, { report, paths: await staged.publish(report, names, ids), sounds: ids })
    } finally {
      await staged.discard()
    }
  }

  const keepAsSounds = async ({ song }: FrozenInput, { vocals, accompaniment }: StemPaths, context: TaskContext): Promise<StemPaths> => {
    const origin = song.soundId === undefined ? { song } : { madeOf: [song.soundId] }
    const fact = (name: string) => ({ ...origin, name: `${song.name} - ${name}`, keep: true })
    const files = [{ file: vocals, facts: fact('Vocals') }, { file: accompaniment, facts: fact('Music') }] as const
    const [vocalsSound, musicSound] = await sounds.adoptAll(files, context)
    return { vocals: vocalsSound.id, accompaniment: musicSound.id }
  }

  /** What the library has of a separation; where its sounds are gone, they are made again in a job. */
  const fromLibrary = async (input: FrozenInput, key: string, stored: StoredStems): Promise<Job> => {
    const facts = { kind: 'separation', title: input.song.name, songId: input.song.id } as const
    const { sounds: ids } = stored
    const whole = ids && (await sounds.has(ids.vocals)) && (await sounds.has(ids.accompaniment))
    if (whole) return queue.addFinished(facts, resultOf(key, input, stored))
    const work = async (context: TaskContext) =>
      resultOf(key, input, { ...stored, sounds: await keepAsSounds(input, stored.paths, context) })
    return queue.add(facts, work, 'reader')
  }

  const intoFolder = (input: FrozenInput, { folder, title, overwrite }: OutputFolder, context: TaskContext) => {
    const { format } = input.request
    const names = stemFileNames(title ?? input.song.name, format)
    return tidying(folder, async () => {
      const { report, paths } = await separate(input, { folder, names, overwrite, format }, context)
      return resultOf(platform.newId(), input, { report, paths, sounds: undefined })
    })
  }

  /** Whoever writes into a folder cleans up after itself; only what was killed leaves that to us. */
  const tidying = async <Value>(folder: string, work: () => Promise<Value>): Promise<Value> => {
    try {
      return await work()
    } catch (error) {
      await platform.stems.tidy(folder)
      throw error
    }
  }

  const enqueue = (input: FrozenInput, key: string, output?: OutputFolder): Job => {
    const job = queue.add({ kind: 'separation', title: input.song.name, songId: input.song.id }, (context) =>
      output ? intoFolder(input, output, context) : intoLibrary(input, key, context),
    )
    inputs.set(job.id, input)
    return job
  }

  const existingJob = (key: string): Job | undefined => {
    const same = [...inputs].find(([, input]) => keyOf(input) === key)
    const job = same && queue.get(same[0])
    return job && job.state.status !== 'failed' && job.state.status !== 'cancelled' ? job : undefined
  }

  return {
    async forget(songIds) {
      for (const [jobId, input] of inputs) {
        if (!songIds.has(input.song.id)) continue
        inputs.delete(jobId)
        media.forget((mediaId) => mediaId.startsWith(keyOf(input)))
      }
      await previews.clear()
    },
    async start(request, output) {
      const input = { song: songs.get(request.songId), model: await models.find(request.modelId), request }
      const key = keyOf(input)
      if (output) return enqueue(input, key, output)
      const stored = await platform.stems.find(key)
      const existing = existingJob(key)
      if (existing) return existing
      if (!stored) return enqueue(input, key)
      const job = await fromLibrary(input, key, stored)
      inputs.set(job.id, input)
      return job
    },
    export(jobId, folder, format) {
      const { kind, state } = queue.get(jobId)
      const input = inputs.get(jobId)
      const stems = kind === 'separation' && state.status === 'succeeded' ? state.result.stems : []
      const vocalsPath = media.path(stems.find(({ name }) => name === 'vocals')?.id ?? '')
      if (!input || vocalsPath === undefined) {
        throw new AppError('JOB_NOT_FOUND', 'That job has no stems to write. Separate the song first.')
      }
      const { song, request } = input
      const output = { folder, names: stemFileNames(song.name, format), overwrite: false, format }
      const task = { path: song.path, start: request.start, length: request.length, vocalsPath, output }
      return queue.add({ kind: 'export', title: song.name, songId: song.id }, (context) =>
        tidying(folder, async () => {
          const { paths, warnings } = await compute.run('convert', task, context)
          return { paths: [paths.vocals, paths.accompaniment], warnings }
        }),
      )
    },
  }
}

/** Returns the names that users see; without a title, those in the library. */
export function stemFileNames(title: string | undefined, format: StemFormat): StemPaths {
  const extension = format.startsWith('wav') ? 'wav' : format
  const prefix = title === undefined ? '' : `${title} - `
  return { vocals: `${prefix}Vocals.${extension}`, accompaniment: `${prefix}Music.${extension}` }
}

/** Returns a name for all that decides what the stems are, fit to be a folder's name. */
function keyOf({ song, model, request }: FrozenInput): string {
  const { quality, format, start, length } = request
  const range = start === undefined && length === undefined ? [] : [`${start ?? 0}+${length ?? 'end'}`]
  return [song.sha256.slice(0, 32), model.card.id, model.card.sha256.slice(0, 12), quality, format, ...range].join('-')
}

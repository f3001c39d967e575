import type { ComputeClient, TaskContext } from '#main/compute/client'
import type { JobQueue } from '#main/services/jobQueue'
import type { MediaRegistry } from '#main/services/mediaRegistry'
import type { InstalledModel, ModelService } from '#main/services/modelService'
import type { Platform, StagedStems, StemPaths } from '#main/services/platform'
import type { ImportedSong, SongService } from '#main/services/songService'
import type { Job } from '#shared/contract/jobs'
import type {
  SeparationReport,
  SeparationRequest,
  SeparationResult,
  StemFormat,
  StemName,
} from '#shared/contract/separation'
import { AppError } from '#shared/errors'

/** A folder of the user's that stems are written to. */
export interface OutputFolder {
  readonly folder: string
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
  readonly models: ModelService
  readonly media: MediaRegistry
}

export function createSeparationService(dependencies: Dependencies): SeparationService {
  const { platform, compute, queue, songs, models, media } = dependencies
  const inputs = new Map<string, FrozenInput>()

  const resultOf = (stemsId: string, input: FrozenInput, report: SeparationReport, paths: StemPaths): SeparationResult => {
    const names = stemFileNames(input.song.name, input.request.format)
    const stem = (name: StemName) => {
      const id = `${stemsId}-${name}`
      return { id, name, fileName: names[name], url: media.register(id, paths[name]) }
    }
    return { ...report, songId: input.song.id, stems: [stem('vocals'), stem('accompaniment')] }
  }

  const separate = async (input: FrozenInput, paths: StemPaths, context: TaskContext): Promise<SeparationReport> => {
    const { song, model, request } = input
    const started = platform.now()
    const report = await compute.run(
      'separate',
      {
        path: song.path,
        start: request.start,
        length: request.length,
        modelDirectory: model.directory,
        quality: request.quality,
        format: request.format,
        paths,
        title: song.name,
      },
      context,
    )
    const elapsedSeconds = (platform.now() - started) / 1000
    return { ...report, model: model.card.id, elapsedSeconds, realTimeFactor: report.seconds / elapsedSeconds }
  }

  const intoLibrary = async (input: FrozenInput, key: string, context: TaskContext) => {
    const staged = await platform.stems.stageInLibrary(key, extensionOf(input.request.format))
    return publishing(staged, async () => {
      const report = await separate(input, staged.paths, context)
      await staged.describe(report)
      return report
    })
  }

  const intoFolder = async (input: FrozenInput, { folder, overwrite }: OutputFolder, context: TaskContext) => {
    const names = stemFileNames(input.song.name, input.request.format)
    const staged = await platform.stems.stageInFolder(folder, names, overwrite)
    return publishing(staged, () => separate(input, staged.paths, context))
  }

  const enqueue = (input: FrozenInput, key: string, output?: OutputFolder): Job => {
    const job = queue.add({ kind: 'separation', title: input.song.name, songId: input.song.id }, async (context) => {
      const done = output ? await intoFolder(input, output, context) : await intoLibrary(input, key, context)
      return resultOf(output ? platform.newId() : key, input, done.value, done.paths)
    })
    inputs.set(job.id, input)
    return job
  }

  const existingJob = (key: string): Job | undefined => {
    const same = [...inputs].find(([, input]) => keyOf(input) === key)
    const job = same && queue.get(same[0])
    return job && job.state.status !== 'failed' && job.state.status !== 'cancelled' ? job : undefined
  }

  return {
    async start(request, output) {
      const input = { song: songs.get(request.songId), model: await models.find(request.modelId), request }
      const key = keyOf(input)
      if (output) return enqueue(input, key, output)
      const stored = await platform.stems.find(key)
      const existing = existingJob(key)
      if (existing) return existing
      if (!stored) return enqueue(input, key)
      const facts = { kind: 'separation', title: input.song.name, songId: input.song.id } as const
      const job = queue.addFinished(facts, resultOf(key, input, stored.report, stored.paths))
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
      return queue.add({ kind: 'export', title: song.name, songId: song.id }, async (context) => {
        const staged = await platform.stems.stageInFolder(folder, stemFileNames(song.name, format), false)
        const { start, length } = request
        const task = { path: song.path, start, length, vocalsPath, format, paths: staged.paths, title: song.name }
        const { paths, value } = await publishing(staged, () => compute.run('convert', task, context))
        return { paths: [paths.vocals, paths.accompaniment], warnings: value.warnings }
      })
    },
  }
}

/** Does `work`, then publishes what it staged; when it fails or is cancelled, nothing of it stays. */
async function publishing<Value>(staged: StagedStems, work: () => Promise<Value>): Promise<{ value: Value; paths: StemPaths }> {
  try {
    const value = await work()
    return { value, paths: await staged.publish() }
  } finally {
    await staged.discard()
  }
}

/** Returns the names of the files that users see. */
export function stemFileNames(title: string, format: StemFormat): StemPaths {
  const extension = extensionOf(format)
  return { vocals: `${title} - Vocals.${extension}`, accompaniment: `${title} - Music.${extension}` }
}

export function extensionOf(format: StemFormat): string {
  return format.startsWith('wav') ? 'wav' : format
}

/** Returns a name for all that decides what the stems are, fit to be a folder's name. */
function keyOf({ song, model, request }: FrozenInput): string {
  const { quality, format, start, length } = request
  const range = start === undefined && length === undefined ? [] : [`${start ?? 0}+${length ?? 'end'}`]
  return [song.sha256.slice(0, 32), model.card.id, model.card.sha256.slice(0, 12), quality, format, ...range].join('-')
}

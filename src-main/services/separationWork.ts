import type { ComputeClient, TaskContext } from '#main/compute/client'
import type { StemOutput } from '#main/compute/protocol'
import type { JobContext, JobDevice } from '#main/services/jobQueue'
import type { MediaRegistry } from '#main/services/mediaRegistry'
import type { Platform, StemPaths, StoredStems } from '#main/services/platform'
import { type FrozenInput, stemFileNames } from '#main/services/separationInput'
import type { SoundService } from '#main/services/soundService'
import { createStemPreviews, type StemPreviews } from '#main/services/stemPreviews'
import type { ExportResult, SeparationResult, StemFormat, StemName } from '#shared/contract/separation'

/** A folder of the user's that stems are written to. */
export interface OutputFolder {
  readonly folder: string
  /** What the files are called in place of the song's name. */
  readonly title?: string
  readonly overwrite: boolean
}

interface World {
  readonly platform: Platform
  readonly compute: ComputeClient
  readonly sounds: SoundService
  readonly media: MediaRegistry
}

/** What the jobs of separations do. */
export class SeparationWork {
  readonly previews: StemPreviews

  constructor(private readonly world: World) {
    this.previews = createStemPreviews(world.platform, world.media)
  }

  /** Separates into the library. The stems become sounds before they are published: a cancel in between leaves neither. */
  async intoLibrary(input: FrozenInput, key: string, context: JobContext): Promise<SeparationResult> {
    const { format } = input.request
    const names = stemFileNames(undefined, format)
    const staged = await this.world.platform.stems.stage(key)
    try {
      const output = { folder: staged.folder, names, overwrite: false, format }
      const { report, ids } = await this.previews.during(context, async (preview, heard) => {
        const separated = await this.separate(input, { output, preview, device: context.device }, heard)
        return { report: separated.report, ids: await this.keepAsSounds(input, separated.paths, finishing(separated.report.seconds, heard)) }
      })
      return this.resultOf(key, input, { report, paths: await staged.publish(report, names, ids), sounds: ids })
    } finally {
      await staged.discard()
    }
  }

  intoFolder(input: FrozenInput, { folder, title, overwrite }: OutputFolder, context: JobContext): Promise<SeparationResult> {
    const { format } = input.request
    const names = stemFileNames(title ?? input.song.name, format)
    return this.tidying(folder, async () => {
      const output = { folder, names, overwrite, format }
      const { report, paths } = await this.separate(input, { output, preview: undefined, device: context.device }, context)
      return this.resultOf(this.world.platform.newId(), input, { report, paths, sounds: undefined })
    })
  }

  /** Writes the stems of a finished separation once more. */
  convert({ song, request }: FrozenInput, vocalsPath: string, folder: string, format: StemFormat, context: TaskContext): Promise<ExportResult> {
    const output = { folder, names: stemFileNames(song.name, format), overwrite: false, format }
    const task = { path: song.path, start: request.start, length: request.length, vocalsPath, output }
    return this.tidying(folder, async () => {
      const { paths, warnings } = await this.world.compute.run('convert', task, context)
      return { paths: [paths.vocals, paths.accompaniment], warnings }
    })
  }

  /** Makes the stems of the library sounds of it again. */
  async restoreSounds(input: FrozenInput, key: string, stored: StoredStems, context: TaskContext): Promise<SeparationResult> {
    return this.resultOf(key, input, { ...stored, sounds: await this.keepAsSounds(input, stored.paths, context) })
  }

  /** What the UI is told of stems. */
  resultOf(stemsId: string, input: FrozenInput, { report, paths, sounds: ids }: StoredStems): SeparationResult {
    const names = stemFileNames(input.song.name, input.request.format)
    const stem = (name: StemName) => {
      const id = `${stemsId}-${name}`
      return { id, name, fileName: names[name], url: this.world.media.register(id, paths[name]), ...(ids && { soundId: ids[name] }) }
    }
    return { ...report, songId: input.song.id, quality: input.request.quality, stems: [stem('vocals'), stem('accompaniment')] }
  }

  private async separate(
    { song, model, request }: FrozenInput,
    how: { output: StemOutput; preview: StemPaths | undefined; device: JobDevice | undefined },
    context: TaskContext,
  ) {
    const { platform, compute } = this.world
    const { start, length, quality } = request
    const started = platform.now()
    const task = { path: song.path, start, length, modelDirectory: model.directory, quality, ...how }
    const { paths, ...facts } = await compute.run('separate', task, context)
    const elapsedSeconds = (platform.now() - started) / 1000
    const report = { ...facts, model: model.card.id, elapsedSeconds, realTimeFactor: facts.seconds / elapsedSeconds }
    return { report, paths }
  }

  private async keepAsSounds({ song }: FrozenInput, { vocals, accompaniment }: StemPaths, context: TaskContext): Promise<StemPaths> {
    const origin = song.soundId === undefined ? { song } : { madeOf: [song.soundId] }
    const fact = (name: string) => ({ ...origin, name: `${song.name} - ${name}`, keep: true })
    const files = [{ file: vocals, facts: fact('Vocals') }, { file: accompaniment, facts: fact('Music') }] as const
    const [vocalsSound, musicSound] = await this.world.sounds.adoptAll(files, context)
    return { vocals: vocalsSound.id, accompaniment: musicSound.id }
  }

  /** Whoever writes into a folder cleans up after itself; only what was killed leaves that to us. */
  private async tidying<Value>(folder: string, work: () => Promise<Value>): Promise<Value> {
    try {
      return await work()
    } catch (error) {
      await this.world.platform.stems.tidy(folder)
      throw error
    }
  }
}

/** Tells of looking at both stems, each `seconds` long, as of one stage. */
function finishing(seconds: number, { signal, onProgress }: TaskContext): TaskContext {
  let before = 0
  let last = 0
  return {
    signal,
    onProgress({ completed, unit }) {
      if (completed <= last) before += last
      last = completed
      onProgress({ stage: 'finishing', completed: before + completed, total: 2 * seconds, unit })
    },
  }
}

import type { ComputeClient, TaskContext } from '#main/compute/client'
import type { JobOptions, JobQueue } from '#main/services/jobQueue'
import type { MediaRegistry } from '#main/services/mediaRegistry'
import type { Platform } from '#main/services/platform'
import type { SoundService } from '#main/services/soundService'
import type { Job } from '#shared/contract/jobs'
import { preparedDragsKept, type RenderFormat, type RenderRequest, type RenderResult } from '#shared/contract/render'
import { AppError } from '#shared/errors'
import { extensionOf } from '#shared/project/fileNames'
import { planRender, type RenderPlan, sourcesOf } from '#shared/project/renderPlan'

/** Writes what a project sounds like. The project of a request is a copy: what is edited later changes no job. */
export interface RenderService {
  /** Enqueues writing files into a folder of the user's. @throws AppError INVALID_INPUT, SOUND_NOT_FOUND */
  export(request: RenderRequest, folder: string): Promise<Job>
  /** Enqueues measuring what would be written. @throws AppError INVALID_INPUT, SOUND_NOT_FOUND */
  measure(request: RenderRequest): Promise<Job>
  /** Enqueues writing files to be dragged out, or gives the job that wrote the same. @throws AppError INVALID_INPUT, SOUND_NOT_FOUND */
  prepareDrag(request: RenderRequest): Promise<Job>
  /** Hands the files of a finished job to the drag that the user has begun. @throws AppError JOB_NOT_FOUND, FILE_NOT_FOUND, INVALID_INPUT */
  dragOut(jobId: string): void
  /** Removes what these jobs, which have ended, wrote to be dragged out. */
  forget(jobIds: readonly string[]): Promise<void>
  /** Removes all that was written to be dragged out. */
  close(): void
}

interface Dependencies {
  readonly platform: Platform
  /** The process of the short jobs, so that an export does not wait behind a separation. */
  readonly reader: ComputeClient
  readonly queue: JobQueue
  readonly media: MediaRegistry
  readonly sounds: Pick<SoundService, 'path'>
}

/** What a job works on. */
interface FrozenInput {
  readonly plan: RenderPlan
  readonly format: RenderFormat
  readonly task: { choice: Omit<RenderRequest, 'format'>; date: string; sounds: Record<string, string> }
  readonly soundIds: readonly string[]
}

/** What was, or is being, rendered to be dragged out. */
interface PreparedFiles {
  jobId?: string
  /** Once it is rendered. */
  folder?: string
  /** True once it was dragged: whoever received the files may still read them. */
  dragged: boolean
}

/** Returns the service; what earlier processes left to be dragged out is removed. */
export function createRenderService({ platform, reader, queue, media, sounds }: Dependencies): RenderService {
  /** By all that decides what is in the files; the one asked for last is the last. */
  const prepared = new Map<string, PreparedFiles>()
  void platform.dragFolders.tidy()

  const freeze = async ({ format, ...choice }: RenderRequest): Promise<FrozenInput> => {
    const date = platform.today()
    const plan = planRender(choice, date)
    const used = sourcesOf(choice.project, plan.files.flatMap(({ tracks }) => tracks))
    const paths = await Promise.all(used.map(async ({ id, soundId }) => [id, await sounds.path(soundId)] as const))
    return { plan, format, task: { choice, date, sounds: Object.fromEntries(paths) }, soundIds: used.map(({ soundId }) => soundId) }
  }

  const write = async ({ task, format }: FrozenInput, folder: string, measured: boolean, context: TaskContext): Promise<RenderResult> => {
    const { files, ...rest } = await reader.run('render', { ...task, folder, format, measured }, context)
    return {
      ...rest,
      files: files.map((file) => ({ ...file, name: nameOf(file.path), url: media.register(`render-${platform.newId()}`, file.path) })),
    }
  }

  const intoFolder = async (input: FrozenInput, folder: string, context: TaskContext) => {
    try {
      return await write(input, folder, true, context)
    } catch (error) {
      // The task cleans up after itself; only where its process was killed is that left to us.
      await platform.stems.tidy(folder)
      throw error
    }
  }

  const intoDragFolder = async (input: FrozenInput, entry: PreparedFiles, context: TaskContext) => {
    const folder = await platform.dragFolders.make()
    try {
      // Whoever drags is waiting.
      const result = await write(input, folder, false, context)
      entry.folder = folder
      await removeOldest()
      return result
    } catch (error) {
      await platform.dragFolders.remove(folder)
      throw error
    }
  }

  const removeOldest = async () => {
    const unused = [...prepared].filter(([, { folder, dragged }]) => folder !== undefined && !dragged)
    for (const [key, { folder }] of unused.slice(0, -preparedDragsKept)) {
      prepared.delete(key)
      await platform.dragFolders.remove(folder!)
    }
  }

  /** The job that prepared the same, where its files are still to be had. */
  const preparedJob = async (key: string): Promise<Job | undefined> => {
    const id = prepared.get(key)?.jobId
    const job = queue.list().find((known) => known.id === id)
    if (job?.state.status === 'queued' || job?.state.status === 'running') return job
    const paths = job ? pathsOf(job) : []
    return paths.length > 0 && (await platform.dragFolders.have(paths)) ? job : undefined
  }

  return {
    async export(request, folder) {
      const input = await freeze(request)
      return queue.add({ kind: 'render', title: titleOf(input.plan) }, (context) => intoFolder(input, folder, context), inReader(input))
    },
    async measure(request) {
      const input = await freeze(request)
      const { plan, task } = input
      const work = async (context: TaskContext) => {
        const found = await reader.run('loudness', task, context)
        const files = plan.files.map(({ name }, index) => ({ name: name + extensionOf(request.format), loudness: found[index]! }))
        return { files, warnings: [...plan.warnings] }
      }
      return queue.add({ kind: 'loudness', title: titleOf(plan) }, work, inReader(input))
    },
    async prepareDrag(request) {
      const input = await freeze(request)
      const key = keyOf(input)
      const existing = await preparedJob(key)
      const known = prepared.get(key)
      prepared.delete(key)
      if (existing && known) {
        prepared.set(key, known)
        return existing
      }
      const entry: PreparedFiles = { dragged: false }
      const job = queue.add({ kind: 'drag', title: titleOf(input.plan) }, (context) => intoDragFolder(input, entry, context), inReader(input))
      entry.jobId = job.id
      prepared.set(key, entry)
      return job
    },
    dragOut(jobId) {
      const paths = pathsOf(queue.get(jobId))
      if (paths.length === 0) throw new AppError('JOB_NOT_FOUND', 'That sound is not ready to be dragged yet. Try again in a moment.')
      if (!platform.desktop) throw new AppError('INVALID_INPUT', 'Only the desktop window can drag files out. Use Download here.')
      platform.desktop.startDrag(paths)
      for (const entry of prepared.values()) entry.dragged ||= entry.jobId === jobId
    },
    async forget(jobIds) {
      for (const [key, { jobId, folder }] of prepared) {
        if (jobId === undefined || !jobIds.includes(jobId)) continue
        prepared.delete(key)
        if (folder !== undefined) await platform.dragFolders.remove(folder)
      }
    },
    close: () => platform.dragFolders.clear(),
  }
}

function inReader({ soundIds }: FrozenInput): JobOptions {
  return { lane: 'reader', sounds: soundIds }
}

function pathsOf({ kind, state }: Job): string[] {
  return (kind === 'render' || kind === 'drag') && state.status === 'succeeded' ? state.result.files.map(({ path }) => path) : []
}

function titleOf({ files }: RenderPlan): string {
  return files.length === 1 ? files[0]!.name : `${files[0]!.title}: ${files.length} files`
}

function nameOf(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path
}

/** Returns a text that is the same where the same files would be written. */
function keyOf({ plan, format, task }: FrozenInput): string {
  const { sampleRate, start, frames } = plan
  const files = plan.files.map(({ name, channels, tracks }) => ({
    name,
    channels,
    tracks: tracks.map(({ gain, pan, clips }) => ({ gain, pan, clips: clips.map((clip) => ({ ...clip, id: '' })) })),
  }))
  return JSON.stringify({ format, sampleRate, start, frames, files, sounds: task.sounds })
}

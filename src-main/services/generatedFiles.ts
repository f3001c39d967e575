import type { TaskContext } from '#main/compute/client'
import type { JobQueue } from '#main/services/jobQueue'
import type { MediaRegistry } from '#main/services/mediaRegistry'
import type { Platform } from '#main/services/platform'
import type { Job } from '#shared/contract/jobs'
import type { RenderResult } from '#shared/contract/render'

/** Writes generated sounds as files. */
export interface GeneratedFiles<Written> {
  /** @throws AppError what `check` throws */
  export(request: Written, folder: string): Promise<Job>
  /** The same into a folder that ends with the app, of which the newest are kept. */
  prepareDrag(request: Written): Promise<Job>
}

/** How sounds of some kind are written. */
export interface WritingWays<Written> {
  /** Finds out whether there is something to write with, before a job begins. */
  check(request: Written): Promise<unknown>
  write(request: Written, folder: string, context: TaskContext): Promise<{ paths: readonly string[] }>
  namesOf(request: Written): readonly string[]
  /** Ids of the models that a job needs. */
  modelsOf(request: Written): readonly string[]
}

/** Folders of a few small files each: whoever received them may read them for long. */
const draggedKept = 200

interface Dependencies {
  readonly platform: Pick<Platform, 'newId' | 'dragFolders' | 'stems'>
  readonly queue: JobQueue
  readonly media: MediaRegistry
}

/** Returns what writes them. */
export function createGeneratedFiles<Written>({ platform, queue, media }: Dependencies, ways: WritingWays<Written>): GeneratedFiles<Written> {
  const dragged: string[] = []
  const write = async (request: Written, folder: string, context: TaskContext): Promise<RenderResult> => {
    const { paths } = await ways.write(request, folder, context)
    const written = paths.map((path) => ({ path, name: path.split(/[\\/]/).at(-1) ?? path, url: media.register(`generated-${platform.newId()}`, path) }))
    return { files: written, gainDb: 0, warnings: [] }
  }
  const titleOf = (request: Written) => {
    const [first, ...others] = ways.namesOf(request)
    return others.length === 0 ? first! : `${first} and ${others.length} more`
  }
  const optionsOf = (request: Written) => ({ lane: 'reader', models: ways.modelsOf(request) }) as const
  return {
    async export(request, folder) {
      await ways.check(request)
      const work = async (context: TaskContext) => {
        try {
          return await write(request, folder, context)
        } catch (error) {
          // The task cleans up after itself; only where its process was killed is that left to us.
          await platform.stems.tidy(folder)
          throw error
        }
      }
      return queue.add({ kind: 'render', title: titleOf(request) }, work, optionsOf(request))
    },
    async prepareDrag(request) {
      await ways.check(request)
      const work = async (context: TaskContext) => {
        const folder = await platform.dragFolders.make()
        try {
          const result = await write(request, folder, context)
          dragged.push(folder)
          for (const old of dragged.splice(0, Math.max(0, dragged.length - draggedKept))) await platform.dragFolders.remove(old)
          return result
        } catch (error) {
          await platform.dragFolders.remove(folder)
          throw error
        }
      }
      return queue.add({ kind: 'drag', title: titleOf(request) }, work, optionsOf(request))
    },
  }
}

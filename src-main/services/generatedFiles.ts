import type { TaskContext } from '#main/compute/client'
import type { GeneratorModels } from '#main/services/generatorModels'
import type { JobQueue } from '#main/services/jobQueue'
import type { MediaRegistry } from '#main/services/mediaRegistry'
import type { Platform } from '#main/services/platform'
import type { RestingCompute } from '#main/services/restingCompute'
import type { AppContract } from '#shared/contract/contract'
import type { PayloadOf } from '#shared/contract/defineContract'
import type { Job } from '#shared/contract/jobs'
import type { RenderResult } from '#shared/contract/render'
import { AppError } from '#shared/errors'

type Written = PayloadOf<AppContract['requests']['generating']['prepareDrag']>

/** Writes generated sounds as files. */
export interface GeneratedFiles {
  /** @throws AppError MODEL_NOT_FOUND, MODEL_CORRUPT, MODEL_INCOMPATIBLE; INVALID_INPUT for latents of another model */
  export(request: Written, folder: string): Promise<Job>
  /** The same into a folder that ends with the app, of which the newest are kept. */
  prepareDrag(request: Written): Promise<Job>
}

/** Folders of a few small files each: whoever received them may read them for long. */
const draggedKept = 200

interface Dependencies {
  readonly platform: Pick<Platform, 'newId' | 'dragFolders' | 'stems'>
  readonly queue: JobQueue
  readonly media: MediaRegistry
  readonly compute: RestingCompute
  readonly known: GeneratorModels
}

/** Returns what writes them. */
export function createGeneratedFiles({ platform, queue, media, compute, known }: Dependencies): GeneratedFiles {
  const dragged: string[] = []
  const write = async ({ modelId, phases, sounds }: Written, folder: string, context: TaskContext): Promise<RenderResult> => {
    const { files, card, facts } = await known.find(modelId)
    if (sounds.some(({ latent }) => latent.length !== facts.latents)) {
      throw new AppError('INVALID_INPUT', `These are not sounds of "${card.name}". Nothing was written; choose the model that they come from.`)
    }
    const latents = Float32Array.from(sounds.flatMap(({ latent }) => latent))
    const named = sounds.map(({ name, seed }) => ({ name, seed }))
    const { paths } = await compute.run('writeSounds', { ...files, phases, latents, folder, sounds: named }, context)
    const written = paths.map((path) => ({ path, name: path.split(/[\\/]/).at(-1) ?? path, url: media.register(`generated-${platform.newId()}`, path) }))
    return { files: written, gainDb: 0, warnings: [] }
  }
  const titleOf = ({ sounds }: Written) => (sounds.length === 1 ? sounds[0]!.name : `${sounds[0]!.name} and ${sounds.length - 1} more`)
  return {
    async export(request, folder) {
      await known.find(request.modelId)
      const work = async (context: TaskContext) => {
        try {
          return await write(request, folder, context)
        } catch (error) {
          // The task cleans up after itself; only where its process was killed is that left to us.
          await platform.stems.tidy(folder)
          throw error
        }
      }
      return queue.add({ kind: 'render', title: titleOf(request) }, work, { lane: 'reader', models: [request.modelId] })
    },
    async prepareDrag(request) {
      await known.find(request.modelId)
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
      return queue.add({ kind: 'drag', title: titleOf(request) }, work, { lane: 'reader', models: [request.modelId] })
    },
  }
}

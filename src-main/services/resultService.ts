import type { ComputeClient } from '#main/compute/client'
import type { JobQueue } from '#main/services/jobQueue'
import { learnedFrom, type Learned } from '#main/services/learnedSongs'
import type { MediaRegistry } from '#main/services/mediaRegistry'
import type { ModelService } from '#main/services/modelService'
import type { HeardFiles, ResultStore, StoredComparison } from '#main/services/resultPorts'
import type { Job } from '#shared/contract/jobs'
import type { ClipComparison, Compared, Heard, RunResults } from '#shared/contract/results'
import { AppError } from '#shared/errors'

/** What training runs have to be heard and seen. */
export interface ResultService {
  list(runId: string): Promise<RunResults>
  /** @throws AppError MODEL_NOT_FOUND, INVALID_INPUT for a run without clips */
  compare(runId: string, other: Compared): Promise<Job>
}

interface Dependencies {
  readonly store: ResultStore
  readonly compute: ComputeClient
  readonly queue: JobQueue
  readonly models: ModelService
  readonly media: MediaRegistry
  /** What the user sees a run called. @throws AppError RUN_NOT_FOUND */
  runName(runId: string): Promise<string>
}

/** Returns the service; comparing goes through the queue as separations do, since it uses the same model and engine. */
export function createResultService({ store, compute, queue, models, media, runName }: Dependencies): ResultService {
  const urls = createUrls(media)

  const otherModel = async (other: Compared) => {
    if (other.kind === 'run') return { name: await runName(other.runId), ...(await store.modelOf(other.runId)) }
    const { card, directory } = await models.find(other.modelId)
    return { name: card.name, directory, sha256: card.sha256, data: card.data }
  }

  return {
    async list(runId) {
      const { clips, galleries, bestEpoch } = await store.read(runId)
      return {
        runId,
        clips: clips.map((clip) => ({
          ...clip,
          input: urls.heard(runId, clip.input),
          targets: urls.parts(runId, clip.targets),
          outputs: clip.outputs.map((output) => ({ ...output, parts: urls.parts(runId, output.parts) })),
        })),
        galleries: galleries.map(({ path, ...gallery }) => ({ ...gallery, url: urls.file(runId, path) })),
        ...(bestEpoch !== undefined && { bestEpoch }),
      }
    },
    async compare(runId, other) {
      const { clips } = await store.read(runId)
      if (clips.length === 0) {
        throw new AppError('INVALID_INPUT', 'This run has no clips to be heard yet, so nothing was compared. Try again after its first epoch.')
      }
      const { directory, sha256, ...card } = await otherModel(other)
      const { name } = card
      const known = await store.comparison(runId, sha256)
      const cards = (await models.list()).map((model) => model.card)
      const learned = (id: string) => learnedFrom(clips.find((clip) => clip.id === id)?.name ?? '', card, cards)
      const facts = { kind: 'clips', title: name } as const
      const shown = (comparison: StoredComparison) => urls.comparison(runId, { ...comparison, name }, learned)
      if (known) return queue.addFinished(facts, shown(known))
      return queue.add(facts, async (context) => {
        const staged = await store.stageComparison(runId, sha256)
        try {
          // The best of a run that goes on is replaced whenever it has got better; models are not.
          const modelDirectory = other.kind === 'run' ? await staged.copyModel(directory) : directory
          const input = { runFolder: store.runFolder(runId), modelDirectory, name, output: staged.folder, device: context.device }
          await compute.run('compareClips', input, context)
          return shown(await staged.publish())
        } finally {
          await staged.discard()
        }
      }, other.kind === 'model' ? { models: [other.modelId] } : {})
    },
  }
}

/** Files as what the UI fetches them by. A path is never used for another content, so its URL says the path. */
function createUrls(media: MediaRegistry) {
  const file = (runId: string, path: string) => {
    const name = path.split(/[\\/]/).slice(-3).join('-')
    return media.register(`result-${runId}-${name}`, path)
  }
  const heard = (runId: string, { audio, picture }: HeardFiles): Heard => ({ url: file(runId, audio), spectrogramUrl: file(runId, picture) })
  const parts = (runId: string, all: Readonly<Record<string, HeardFiles>>) =>
    Object.fromEntries(Object.entries(all).map(([part, files]) => [part, heard(runId, files)]))
  const comparison = (runId: string, { name, clips }: StoredComparison, learned: (clipId: string) => Learned): ClipComparison => ({
    name,
    clips: Object.fromEntries(Object.entries(clips).map(([id, clip]) => [id, { ...clip, parts: parts(runId, clip.parts), learned: learned(id) }])),
  })
  return { file, heard, parts, comparison }
}

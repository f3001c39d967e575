import type { ComputeClient } from '#main/compute/client'
import { requireClips } from '#main/datasets/manifest'
import type { DatasetService } from '#main/services/datasetService'
import { createGeneratedFiles, type GeneratedFiles } from '#main/services/generatedFiles'
import type { JobQueue } from '#main/services/jobQueue'
import type { MediaRegistry } from '#main/services/mediaRegistry'
import type { ModelService } from '#main/services/modelService'
import type { Platform } from '#main/services/platform'
import type { QuantisingStore } from '#main/services/quantisingPorts'
import { createRestingCompute, type RestingCompute } from '#main/services/restingCompute'
import type { AppContract, AppEvent } from '#shared/contract/contract'
import type { PayloadOf } from '#shared/contract/defineContract'
import type { ShownSound } from '#shared/contract/generating'
import type { Job } from '#shared/contract/jobs'
import type { Ablation, AblationRow, CodedSound, PriorComparison, PriorRow, Quantiser } from '#shared/contract/quantising'
import { AppError } from '#shared/errors'

type Requests = AppContract['requests']['quantising']
type Asked<Name extends keyof Requests> = PayloadOf<Requests[Name]>
/** Drawn sounds that are to be written. */
type DrawnSounds = Asked<'prepareDrag'>

/** Sounds in codes, and sounds drawn from codes. See the contract for what each gives and throws. */
export interface QuantisingService extends GeneratedFiles<DrawnSounds> {
  models(): Promise<Quantiser[]>
  startAblation(request: Asked<'startAblation'>): Promise<Job>
  ablations(): Promise<Ablation[]>
  removeAblation(id: string): Promise<void>
  hearAblation(request: Asked<'hearAblation'>): Promise<CodedSound[]>
  reconstruct(request: Asked<'reconstruct'>): Promise<CodedSound[]>
  startPriors(request: Asked<'startPriors'>): Promise<Job>
  priors(): Promise<PriorComparison[]>
  removePriors(id: string): Promise<void>
  sample(request: Asked<'sample'>): Promise<ShownSound[]>
  sampleModel(request: Asked<'sampleModel'>): Promise<ShownSound[]>
  /** Ends the processes that compute. */
  close(): void
}

interface Dependencies {
  readonly store: QuantisingStore
  readonly platform: Pick<Platform, 'newId' | 'timestamp' | 'dragFolders' | 'stems'>
  readonly datasets: Pick<DatasetService, 'get' | 'open'>
  readonly models: Pick<ModelService, 'list' | 'find'>
  readonly queue: JobQueue
  readonly media: MediaRegistry
  /** A process of its own, which trains. */
  readonly trainer: ComputeClient
  /** Another, for what is heard meanwhile. */
  readonly compute: ComputeClient
  emit(event: AppEvent): void
}

/** Returns the service. */
export function createQuantisingService(dependencies: Dependencies): QuantisingService {
  return new Quantising(dependencies)
}

class Quantising implements QuantisingService {
  private readonly compute: RestingCompute
  private readonly files: GeneratedFiles<DrawnSounds>

  constructor(private readonly world: Dependencies) {
    this.compute = createRestingCompute(world.compute)
    this.files = createGeneratedFiles(world, {
      check: () => Promise.resolve(),
      write: (request, folder, context) => this.compute.run('writeDrawn', { ...request, folder }, context),
      namesOf: ({ sounds }) => sounds.map(({ name }) => name),
      modelsOf: () => [],
    })
  }

  async models(): Promise<Quantiser[]> {
    const cards = (await this.world.models.list()).map(({ card }) => card).filter(({ quantiser }) => quantiser)
    return cards
      .map(({ id, name, summary, origin, parameters, quantiser }) => ({ modelId: id, name, summary, isShipped: origin === 'shipped', parameters, ...quantiser! }))
      .toSorted((a, b) => Number(b.isShipped) - Number(a.isShipped))
  }

  async startAblation(request: Asked<'startAblation'>): Promise<Job> {
    const { dataset, clips } = await this.soundsOf(request.datasetId)
    const { store, platform } = this.world
    const id = platform.newId()
    const job: Job = this.world.queue.add(
      { kind: 'ablation', title: dataset.name },
      (context) =>
        this.keeping(id, async () => {
          const startedAt = platform.timestamp()
          const { models, epochs, average, seed } = request
          const onEvent = (row: AblationRow) => this.world.emit({ name: 'quantising.trained', payload: { jobId: job.id, row } })
          const input = { output: store.folder(id), folder: dataset.folder, clips, models, epochs, average, seed }
          const found = await this.world.trainer.open('ablate', input, { ...context, onEvent }).result
          const ablation: Ablation = { id, startedAt, datasetName: dataset.name, request, ...found }
          await store.ablations.write(ablation)
          return ablation
        }),
      { lane: 'data' },
    )
    return job
  }

  async ablations(): Promise<Ablation[]> {
    return newestFirst(await this.world.store.ablations.list())
  }

  async removeAblation(id: string): Promise<void> {
    await this.world.store.ablations.remove(id)
    await this.world.store.removeFolder(id)
  }

  async hearAblation({ ablationId, seed, count }: Asked<'hearAblation'>): Promise<CodedSound[]> {
    const found = (await this.world.store.ablations.list()).find(({ id }) => id === ablationId)
    if (!found) throw new AppError('MODEL_NOT_FOUND', 'That comparison is no longer kept. Choose another one, or start it again.')
    const { dataset, clips } = await this.soundsOf(found.request.datasetId)
    const place = this.world.store.folder(ablationId)
    const models = found.rows.map(({ model, name }) => ({ id: model, name, directory: `${place}/${model}/model` }))
    return this.compute.run('codeSounds', { models, folder: dataset.folder, clips, seed, count })
  }

  async reconstruct({ modelId, datasetId, seed, count }: Asked<'reconstruct'>): Promise<CodedSound[]> {
    const { dataset, clips } = await this.soundsOf(datasetId)
    const { card, directory } = await this.world.models.find(modelId)
    return this.compute.run('codeSounds', { models: [{ id: modelId, name: card.name, directory }], folder: dataset.folder, clips, seed, count })
  }

  async startPriors(request: Asked<'startPriors'>): Promise<Job> {
    const { dataset, clips } = await this.soundsOf(request.datasetId)
    const { card, directory } = await this.world.models.find(request.modelId)
    const { store, platform } = this.world
    const id = platform.newId()
    const job: Job = this.world.queue.add(
      { kind: 'priors', title: `${card.name}: ${dataset.name}` },
      (context) =>
        this.keeping(id, async () => {
          const startedAt = platform.timestamp()
          const { variants, steps, seed } = request
          const onEvent = (row: PriorRow) => this.world.emit({ name: 'quantising.learned', payload: { jobId: job.id, row } })
          const input = { output: store.folder(id), folder: dataset.folder, clips, directory, variants, steps, seed }
          const found = await this.world.trainer.open('learnPriors', input, { ...context, onEvent }).result
          const comparison: PriorComparison = { id, startedAt, modelName: card.name, datasetName: dataset.name, request, ...found }
          await store.priors.write(comparison)
          return comparison
        }),
      { lane: 'data', models: [request.modelId] },
    )
    return job
  }

  async priors(): Promise<PriorComparison[]> {
    return newestFirst(await this.world.store.priors.list())
  }

  async removePriors(id: string): Promise<void> {
    await this.world.store.priors.remove(id)
    await this.world.store.removeFolder(id)
  }

  async sample({ comparisonId, variant, seed, count, temperature }: Asked<'sample'>): Promise<ShownSound[]> {
    return this.compute.run('drawSounds', { directory: `${this.world.store.folder(comparisonId)}/${variant}/model`, seed, count, temperature })
  }

  async sampleModel({ modelId, seed, count, temperature }: Asked<'sampleModel'>): Promise<ShownSound[]> {
    const { directory } = await this.world.models.find(modelId)
    return this.compute.run('drawSounds', { directory, seed, count, temperature })
  }

  export(request: DrawnSounds, folder: string): Promise<Job> {
    return this.files.export(request, folder)
  }

  prepareDrag(request: DrawnSounds): Promise<Job> {
    return this.files.prepareDrag(request)
  }

  close(): void {
    this.compute.close()
    this.world.trainer.close()
  }

  /** What a cancelled or failed experiment has written is of no use to anybody; the next attempt begins anew. */
  private async keeping<Result>(id: string, work: () => Promise<Result>): Promise<Result> {
    try {
      await this.world.store.removeFolder(id)
      return await work()
    } catch (error) {
      await this.world.store.removeFolder(id)
      throw error
    } finally {
      this.world.trainer.rest()
    }
  }

  private async soundsOf(datasetId: string) {
    const { dataset, manifest } = await this.world.datasets.open(datasetId)
    const clips = [...(manifest.clips ?? [])]
    requireClips(clips, dataset.name)
    return { dataset, clips }
  }
}

function newestFirst<Kept extends { readonly startedAt: string }>(things: readonly Kept[]): Kept[] {
  return things.toSorted((a, b) => (a.startedAt < b.startedAt ? 1 : -1))
}

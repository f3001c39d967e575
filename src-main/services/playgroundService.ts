import type { ComputeClient } from '#main/compute/client'
import type { ComputeInput, ComputeResult } from '#main/compute/protocol'
import type { DatasetService } from '#main/services/datasetService'
import type { ModelService } from '#main/services/modelService'
import { classNames, type FoundSet, pictureSetsOf } from '#main/services/pictureSets'
import { createRestingCompute, type RestingCompute } from '#main/services/restingCompute'
import type { AppContract } from '#shared/contract/contract'
import type { Dataset } from '#shared/contract/datasets'
import type { PayloadOf } from '#shared/contract/defineContract'
import type { EncodedUnmixed, PictureSet, SourcePicture, Unmixed } from '#shared/contract/playground'
import { AppError, isCancellation } from '#shared/errors'
import { pictureSize } from '#shared/images/mixing'

type Requests = AppContract['requests']['playground']

/** Pictures to mix, and what models make of mixtures. */
export interface PlaygroundService {
  /** Of all image datasets that are there; one that can't be read has none. */
  sets(): Promise<PictureSet[]>
  /** @throws AppError DATASET_NOT_FOUND, FILE_NOT_FOUND, DATASET_INVALID, DATASET_EMPTY */
  pictures(request: PayloadOf<Requests['pictures']>): Promise<SourcePicture[]>
  /** @throws AppError MODEL_NOT_FOUND, MODEL_CORRUPT, MODEL_INCOMPATIBLE */
  unmix(request: PayloadOf<Requests['unmix']>): Promise<EncodedUnmixed[]>
  /** @throws AppError as `unmix`; INVALID_INPUT for latents that are not the model's */
  decode(request: PayloadOf<Requests['decode']>): Promise<Unmixed[]>
  /** Models have come, gone, or changed. */
  forgetModels(): void
  /** Ends the process that computes. */
  close(): void
}

interface Dependencies {
  readonly datasets: Pick<DatasetService, 'list' | 'get' | 'open'>
  readonly models: Pick<ModelService, 'find'>
  /** A process of its own. */
  readonly compute: ComputeClient
  /** Milliseconds without work after which that process ends. */
  readonly idleMs?: number
}

type ModelFiles = Pick<ComputeInput<'unmixPictures'>, 'directory' | 'sha256'>

/** Returns the service. */
export function createPlaygroundService(dependencies: Dependencies): PlaygroundService {
  return new Playground(dependencies)
}

class Playground implements PlaygroundService {
  /** By id and hash of the dataset: looking at a folder again and again would be felt. */
  private readonly sources = new Map<string, Promise<readonly (FoundSet & { classes: string[] })[]>>()
  /** Cards are read once, not for each step of a slider. */
  private readonly files = new Map<string, Promise<ModelFiles>>()
  private readonly resting: RestingCompute

  constructor(private readonly world: Dependencies) {
    this.resting = createRestingCompute(world.compute, world.idleMs)
  }

  async sets(): Promise<PictureSet[]> {
    const datasets = (await this.world.datasets.list()).filter(({ content, available }) => content === 'images' && available)
    const found = await Promise.all(datasets.map((dataset) => this.setsOf(dataset).catch(withoutSets)))
    return found.flat().map(({ set, classes }) => ({ ...set, classes }))
  }

  async pictures({ setId, ...choice }: PayloadOf<Requests['pictures']>): Promise<SourcePicture[]> {
    const dataset = await this.world.datasets.get(setId.split('/')[0]!)
    const found = (await this.setsOf(dataset)).find(({ set }) => set.id === setId)
    if (!found) throw new AppError('DATASET_EMPTY', `"${dataset.name}" has no such pictures any more. Choose others.`)
    const pictures = await this.resting.run('readPictures', { folder: dataset.folder, hash: dataset.hash, images: found.images, ...choice })
    return pictures.map((picture) => ({ ...picture, pixels: numbersOf(picture.pixels) }))
  }

  async unmix({ modelId, rule, level, mixtures }: PayloadOf<Requests['unmix']>): Promise<EncodedUnmixed[]> {
    const model = await this.filesOf(modelId)
    const result = await this.resting.run('unmixPictures', { ...model, rule, level, mixtures: joined(mixtures) })
    const { latents } = result
    return mixtures.map((_, i) => ({
      ...pictureOf(result, i),
      latents: latents && { ...latents, first: posteriorOf(latents.first, i, mixtures.length), second: posteriorOf(latents.second, i, mixtures.length) },
    }))
  }

  async decode({ modelId, rule, level, items }: PayloadOf<Requests['decode']>): Promise<Unmixed[]> {
    const model = await this.filesOf(modelId)
    const first = joined(items.map(({ latents }) => latents.first))
    const second = joined(items.map(({ latents }) => latents.second))
    const result = await this.resting.run('decodePictures', { ...model, rule, level, first, second, mixtures: joined(items.map(({ mixture }) => mixture)) })
    return items.map((_, i) => pictureOf(result, i))
  }

  forgetModels(): void {
    this.files.clear()
  }

  close(): void {
    this.resting.close()
  }

  private setsOf(dataset: Dataset) {
    const key = `${dataset.id} ${dataset.hash}`
    const known = this.sources.get(key)
    if (known) return known
    const reading = this.readSets(dataset)
    this.sources.set(key, reading)
    // What could not be read may be there the next time.
    reading.catch(() => this.sources.delete(key))
    return reading
  }

  private async readSets({ id }: Dataset) {
    const { dataset, manifest } = await this.world.datasets.open(id)
    const found = pictureSetsOf(dataset, manifest.images ?? [])
    return Promise.all(found.map(async (each) => ({ ...each, classes: await this.classesOf(dataset, each) })))
  }

  /** A file that can't be read is said when its pictures are asked for. */
  private async classesOf({ folder, hash }: Dataset, found: FoundSet): Promise<string[]> {
    if (found.images.labels === undefined) return []
    const count = await this.resting.run('countClasses', { folder, hash, images: found.images }).catch((error: unknown) => {
      if (isCancellation(error)) throw error
      return 0
    })
    return classNames(found, count)
  }

  private filesOf(modelId: string): Promise<ModelFiles> {
    const known = this.files.get(modelId)
    if (known) return known
    const finding = this.findFiles(modelId)
    this.files.set(modelId, finding)
    finding.catch(() => this.files.get(modelId) === finding && this.files.delete(modelId))
    return finding
  }

  private async findFiles(modelId: string): Promise<ModelFiles> {
    const { card, directory } = await this.world.models.find(modelId)
    if (card.kind === 'images') return { directory, sha256: card.sha256 }
    const advice = 'Nothing was done; choose a model of pictures.'
    throw new AppError('MODEL_INCOMPATIBLE', `"${card.name}" is not made for taking pictures apart. ${advice}`)
  }
}

function withoutSets(error: unknown): [] {
  if (error instanceof AppError || isCancellation(error)) return []
  throw error
}

function joined(parts: readonly (readonly number[])[]): Float32Array {
  return new Float32Array(parts.flat())
}

type Pictures = ComputeResult<'decodePictures'>

function pictureOf({ first, second, mixture }: Pictures, index: number): Unmixed {
  const of = (values: Float32Array) => numbersOf(values.subarray(index * pictureSize, (index + 1) * pictureSize))
  return { first: of(first), second: of(second), mixture: of(mixture) }
}

function posteriorOf({ mean, logVariance }: { mean: Float32Array; logVariance: Float32Array }, index: number, count: number) {
  const size = mean.length / count
  const of = (values: Float32Array) => numbersOf(values.subarray(index * size, (index + 1) * size))
  return { mean: of(mean), logVariance: of(logVariance) }
}

/** Seven decimals: half as much text, and far finer than what is seen or summed up. */
function numbersOf(values: Float32Array): number[] {
  return Array.from(values, (value) => Math.round(value * 1e7) / 1e7)
}

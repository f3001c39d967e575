import type { ComputeClient } from '#main/compute/client'
import type { ComputeResult } from '#main/compute/protocol'
import { drawnInRounds, evenly } from '#main/datasets/clips/clipOrder'
import { drawLatents, gaussianOf, latentPath, standardNormal } from '#main/generating/latentDraws'
import { moved } from '#main/generating/latentFaders'
import { latentAt } from '#main/generating/latentMaps'
import type { DatasetService } from '#main/services/datasetService'
import { createGeneratedFiles, type GeneratedFiles } from '#main/services/generatedFiles'
import { createGeneratorModels, type GeneratorModels, type KnownGenerator } from '#main/services/generatorModels'
import { type GeneratorSounds, generatorWriting } from '#main/services/generatorWriting'
import type { JobQueue } from '#main/services/jobQueue'
import type { MediaRegistry } from '#main/services/mediaRegistry'
import type { ModelService } from '#main/services/modelService'
import type { Platform } from '#main/services/platform'
import { createRestingCompute, type RestingCompute } from '#main/services/restingCompute'
import type { AppContract } from '#shared/contract/contract'
import type { PayloadOf } from '#shared/contract/defineContract'
import type { ClipSource } from '#shared/contract/detecting'
import type { GeneratedSound, Generator, LatentMap, PhaseMethod, Reconstruction } from '#shared/contract/generating'
import type { Job } from '#shared/contract/jobs'
import { AppError } from '#shared/errors'
import { randomStream } from '#shared/random'

type Requests = AppContract['requests']['generating']
type Asked<Name extends keyof Requests> = PayloadOf<Requests[Name]>

/** Sounds that models make. See the contract for what each gives and throws. */
export interface GeneratingService extends GeneratedFiles<GeneratorSounds> {
  models(): Promise<Generator[]>
  reconstruct(request: Asked<'reconstruct'>): Promise<{ sounds: Reconstruction[]; warnings: string[] }>
  sample(request: Asked<'sample'>): Promise<GeneratedSound[]>
  sampleClass(request: Asked<'sampleClass'>): Promise<GeneratedSound[]>
  interpolate(request: Asked<'interpolate'>): Promise<GeneratedSound[]>
  decode(request: Asked<'decode'>): Promise<GeneratedSound[]>
  centre(request: Asked<'centre'>): Promise<{ latent: number[] }>
  startMap(request: Asked<'startMap'>): Promise<Job>
  atPlace(request: Asked<'atPlace'>): Promise<GeneratedSound>
  atPoint(request: Asked<'atPoint'>): Promise<Reconstruction>
  amongPoints(request: Asked<'amongPoints'>): Promise<GeneratedSound[]>
  startComparison(request: Asked<'startComparison'>): Promise<Job>
  /** Models have come, gone, or changed. */
  forgetModels(): void
  /** Ends the process that computes. */
  close(): void
}

interface Dependencies {
  readonly platform: Pick<Platform, 'newId' | 'uploadPath' | 'dragFolders' | 'stems'>
  readonly datasets: Pick<DatasetService, 'get' | 'open'>
  readonly models: Pick<ModelService, 'list' | 'find'>
  readonly queue: JobQueue
  readonly media: MediaRegistry
  /** A process of its own. */
  readonly compute: ComputeClient
}

/** Returns the service. */
export function createGeneratingService(dependencies: Dependencies): GeneratingService {
  return new Generating(dependencies)
}

/** A map whose places can be asked for. */
interface KeptMap {
  readonly modelId: string
  readonly folder: string
  readonly points: ComputeResult<'mapLatents'>['points']
  readonly latents: readonly Float32Array[]
}

/** The newest maps are kept, a megabyte or two each. */
const mostMaps = 6
/** Latents of a sound and the seed of its phases. */
interface Wish {
  readonly latent: Float32Array
  readonly seed: number
  readonly name: string
}

class Generating implements GeneratingService {
  private readonly compute: RestingCompute
  private readonly known: GeneratorModels
  private readonly files: GeneratedFiles<GeneratorSounds>
  private readonly maps = new Map<string, KeptMap>()

  constructor(private readonly world: Dependencies) {
    this.compute = createRestingCompute(world.compute)
    this.known = createGeneratorModels(world.models, this.compute)
    this.files = createGeneratedFiles(world, generatorWriting(this.known, this.compute))
  }

  models(): Promise<Generator[]> {
    return this.known.list()
  }

  async reconstruct({ modelId, from, phases, seed }: Asked<'reconstruct'>): Promise<{ sounds: Reconstruction[]; warnings: string[] }> {
    const { files: model } = await this.known.find(modelId)
    const given = from.kind === 'own' ? this.ownSounds(from.sources) : { files: await this.datasetSounds(from), recorded: [] }
    return this.compute.run('reconstructSounds', { ...model, phases, seed, ...given })
  }

  async sample({ modelId, seed, count, spread, phases }: Asked<'sample'>): Promise<GeneratedSound[]> {
    const model = await this.known.find(modelId)
    const { components, latents } = model.facts
    const drawn = drawLatents(components ?? [standardNormal(latents)], count, randomStream(seed).fork('prior'), spread)
    return this.made(model, phases, drawn.map((latent, i) => ({ latent, seed: seed + i, name: `${model.card.name} ${seed}-${i + 1}` })))
  }

  async sampleClass({ modelId, label, seed, count, deviation, phases }: Asked<'sampleClass'>): Promise<GeneratedSound[]> {
    const model = await this.known.find(modelId)
    const { mean } = classOf(model, label)
    const drawn = drawLatents([{ mean, deviation }], count, randomStream(seed).fork(`class ${label}`))
    return this.made(model, phases, drawn.map((latent, i) => ({ latent, seed: seed + i, name: `${label} ${seed}-${i + 1}` })))
  }

  async interpolate({ modelId, from, to, steps, seed, phases }: Asked<'interpolate'>): Promise<GeneratedSound[]> {
    const model = await this.known.find(modelId)
    requireLatents(model, from, to)
    // One seed: what changes from one to the next is the sound, not its phases.
    return this.made(model, phases, latentPath(from, to, steps).map((latent, i) => ({ latent, seed, name: `Morph ${i + 1} of ${steps}` })))
  }

  async decode({ modelId, items, phases }: Asked<'decode'>): Promise<GeneratedSound[]> {
    const model = await this.known.find(modelId)
    requireLatents(model, ...items.map(({ latent }) => latent))
    const wishes = items.map(({ latent, moves, seed, name }) => {
      const directions = moves.map(({ fader, by }) => ({ direction: faderOf(model, fader).direction, by }))
      return { latent: moved(latent, directions), seed, name: name || `${model.card.name} ${seed}` }
    })
    return this.made(model, phases, wishes)
  }

  async centre({ modelId, label }: Asked<'centre'>): Promise<{ latent: number[] }> {
    const model = await this.known.find(modelId)
    return { latent: [...(label === undefined ? model.facts.mean : classOf(model, label).mean)] }
  }

  async startMap({ modelId, datasetId, method, perplexity, most, seed }: Asked<'startMap'>): Promise<Job> {
    const { card, files } = await this.known.find(modelId)
    const { name } = await this.world.datasets.get(datasetId)
    const id = this.world.platform.newId()
    return this.world.queue.add(
      { kind: 'latentMap', title: `${card.name}: ${name}` },
      async (context): Promise<LatentMap> => {
        const { dataset, manifest } = await this.world.datasets.open(datasetId)
        const { folder } = dataset
        const { latents, points, ...rest } = await this.compute.run('mapLatents', { ...files, folder, clips: evenly(manifest.clips ?? [], most), method, perplexity, seed }, context)
        this.keepMap(id, { modelId, folder, points, latents: parted(latents, points.length) })
        return { id, modelId, method, ...rest, points: points.map(({ x, y, label, name, split }) => ({ x, y, label, name, split })) }
      },
      { lane: 'reader', models: [modelId] },
    )
  }

  async atPlace({ mapId, x, y, seed, phases }: Asked<'atPlace'>): Promise<GeneratedSound> {
    const { modelId, points, latents } = this.mapOf(mapId)
    const [sound] = await this.made(await this.known.find(modelId), phases, [{ latent: latentAt(x, y, points, latents), seed, name: `Place ${x.toFixed(2)} ${y.toFixed(2)}` }])
    return sound!
  }

  async atPoint({ mapId, point, seed, phases }: Asked<'atPoint'>): Promise<Reconstruction> {
    const { modelId, points, folder } = this.mapOf(mapId)
    const { path, name, label, split } = pointOf(points, point)
    const { files } = await this.known.find(modelId)
    const { sounds } = await this.compute.run('reconstructSounds', { ...files, phases, seed, files: [{ path: `${folder}/${path}`, name, label, split, isOwn: false }], recorded: [] })
    return sounds[0]!
  }

  async amongPoints({ mapId, points: chosen, seed, count, spread, phases }: Asked<'amongPoints'>): Promise<GeneratedSound[]> {
    const { modelId, points, latents } = this.mapOf(mapId)
    const model = await this.known.find(modelId)
    const near = chosen.map((point) => latents[pointOf(points, point).index]!)
    const drawn = drawLatents([gaussianOf(near, model.facts)], count, randomStream(seed).fork('among'), spread)
    return this.made(model, phases, drawn.map((latent, i) => ({ latent, seed: seed + i, name: `Like ${near.length} chosen ${seed}-${i + 1}` })))
  }

  async startComparison({ modelIds, datasetId, seed }: Asked<'startComparison'>): Promise<Job> {
    const models = await Promise.all(modelIds.map(async (modelId) => ({ modelId, ...(await this.known.find(modelId)).files })))
    const { name } = await this.world.datasets.get(datasetId)
    return this.world.queue.add(
      { kind: 'generatorComparison', title: name },
      async (context) => {
        const { dataset, manifest } = await this.world.datasets.open(datasetId)
        return this.compute.run('compareGenerators', { models, folder: dataset.folder, clips: [...(manifest.clips ?? [])], seed }, context)
      },
      { lane: 'reader', models: modelIds },
    )
  }

  export(request: GeneratorSounds, folder: string): Promise<Job> {
    return this.files.export(request, folder)
  }

  prepareDrag(request: GeneratorSounds): Promise<Job> {
    return this.files.prepareDrag(request)
  }

  forgetModels(): void {
    this.known.forget()
  }

  close(): void {
    this.compute.close()
  }

  private async made(model: KnownGenerator, phases: PhaseMethod, wishes: readonly Wish[]): Promise<GeneratedSound[]> {
    const latents = joined(wishes.map(({ latent }) => latent))
    const sounds = await this.compute.run('generateSounds', { ...model.files, phases, latents, seeds: wishes.map(({ seed }) => seed) })
    return sounds.map((sound, i) => ({ ...sound, latent: Array.from(wishes[i]!.latent), seed: wishes[i]!.seed, name: wishes[i]!.name }))
  }

  private ownSounds(sources: readonly ClipSource[]) {
    const recorded = sources.flatMap((source) => ('recorded' in source ? [source.recorded] : []))
    const paths = sources.flatMap((source) => ('path' in source ? [source.path] : 'uploadId' in source ? [this.uploaded(source.uploadId)] : []))
    return { recorded, files: paths.map((path) => ({ path, name: path.split(/[\\/]/).at(-1) ?? path, isOwn: true })) }
  }

  private uploaded(uploadId: string): string {
    const path = this.world.platform.uploadPath?.(uploadId)
    if (path !== undefined) return path
    throw new AppError('FILE_NOT_FOUND', 'That upload is no longer there. Choose the file again.')
  }

  private async datasetSounds({ datasetId, split, label, seed, count }: Extract<Asked<'reconstruct'>['from'], { kind: 'dataset' }>) {
    const { dataset, manifest } = await this.world.datasets.open(datasetId)
    const fitting = (manifest.clips ?? []).filter((clip) => clip.split === split && (label === undefined || clip.label === label))
    if (fitting.length === 0) {
      const what = label === undefined ? 'sound' : `sound of "${label}"`
      throw new AppError('DATASET_EMPTY', `"${dataset.name}" has no ${what} for ${split === 'train' ? 'training' : split}. Nothing was done; choose others.`)
    }
    const chosen = drawnInRounds(fitting, Math.min(count, fitting.length), seed, 0)
    return chosen.map(({ path, ...facts }) => ({ path: `${dataset.folder}/${path}`, name: path.split('/').at(-1)!, label: facts.label, split: facts.split, isOwn: false }))
  }

  private keepMap(id: string, map: KeptMap): void {
    this.maps.set(id, map)
    if (this.maps.size > mostMaps) this.maps.delete(this.maps.keys().next().value!)
  }

  private mapOf(id: string): KeptMap {
    const map = this.maps.get(id)
    if (map) return map
    throw new AppError('INVALID_INPUT', 'That map is no longer kept. Draw it again.')
  }
}

function pointOf(points: KeptMap['points'], index: number) {
  const point = points[index]
  if (point) return { ...point, index }
  throw new AppError('INVALID_INPUT', `The map has no point ${index}: it has ${points.length}. Draw it again.`)
}

function classOf({ card, facts }: KnownGenerator, label: string) {
  const found = facts.classes.find((each) => each.label === label)
  if (found) return found
  const known = facts.classes.map((each) => each.label).join(', ') || 'none'
  throw new AppError('INVALID_INPUT', `"${card.name}" has learned nothing of the name "${label}". Nothing was made; it knows: ${known}.`)
}

function faderOf({ card, facts }: KnownGenerator, id: string) {
  const found = facts.faders.find((fader) => fader.id === id)
  if (found) return found
  throw new AppError('INVALID_INPUT', `"${card.name}" has no fader "${id}". Nothing was made; choose the model again.`)
}

function requireLatents({ card, facts }: KnownGenerator, ...points: readonly (readonly number[])[]): void {
  if (points.every(({ length }) => length === facts.latents)) return
  throw new AppError('INVALID_INPUT', `These are not the latents of "${card.name}", which has ${facts.latents} for each sound. Nothing was made; take a sound that comes from it.`)
}

function joined(points: readonly Float32Array[]): Float32Array {
  return Float32Array.from(points.flatMap((point) => [...point]))
}

function parted(values: Float32Array, count: number): Float32Array[] {
  const size = values.length / Math.max(1, count)
  return Array.from({ length: count }, (_, i) => values.slice(i * size, (i + 1) * size))
}

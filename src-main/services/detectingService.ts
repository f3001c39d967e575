import type { ComputeClient } from '#main/compute/client'
import type { ComputeInput } from '#main/compute/protocol'
import type { ManifestClip } from '#main/datasets/manifest'
import type { DatasetService } from '#main/services/datasetService'
import type { DetectingStore, StoredSet } from '#main/services/detectingPorts'
import type { JobQueue } from '#main/services/jobQueue'
import type { MediaRegistry } from '#main/services/mediaRegistry'
import type { InstalledModel, ModelService } from '#main/services/modelService'
import type { Platform } from '#main/services/platform'
import type { SoundService } from '#main/services/soundService'
import type { AppContract, AppEvent } from '#shared/contract/contract'
import type { PayloadOf } from '#shared/contract/defineContract'
import type { ClipSource, Detector, SoundPanel, SoundSet, Sweep, SweepFacts, SweepRequest, SweepRow } from '#shared/contract/detecting'
import type { Job } from '#shared/contract/jobs'
import { AppError } from '#shared/errors'

type Requests = AppContract['requests']['detecting']
type Asked<Name extends keyof Requests> = PayloadOf<Requests[Name]>
type Folder = ComputeInput<'sweepDetectors'>['positives']

/** Finding one sound. See the contract for what each gives and throws. */
export interface DetectingService {
  sets(): Promise<SoundSet[]>
  addClips(request: Asked<'addClips'>): Promise<Job>
  removeClip(request: Asked<'removeClip'>): Promise<SoundSet>
  removeSet(setId: string): Promise<void>
  startSweep(request: SweepRequest): Promise<Job>
  sweeps(): Promise<SweepFacts[]>
  sweep(sweepId: string): Promise<Sweep>
  removeSweep(sweepId: string): Promise<void>
  experiments(request: Asked<'experiments'>): Promise<Job>
  keep(request: Asked<'keep'>): Promise<Detector>
  detectors(): Promise<Detector[]>
  find(request: Asked<'find'>): Promise<Job>
  /** Ends the processes that compute. */
  close(): void
}

interface Dependencies {
  readonly store: DetectingStore
  readonly platform: Pick<Platform, 'newId' | 'timestamp' | 'uploadPath'>
  readonly datasets: Pick<DatasetService, 'open'>
  readonly models: Pick<ModelService, 'list' | 'find' | 'keep'>
  readonly sounds: Pick<SoundService, 'get' | 'path'>
  readonly queue: JobQueue
  readonly media: MediaRegistry
  /** A process of its own, which trains. */
  readonly trainer: ComputeClient
  /** Another, for what the user waits for meanwhile. */
  readonly compute: ComputeClient
  emit(event: AppEvent): void
}

/** Returns the service. */
export function createDetectingService(dependencies: Dependencies): DetectingService {
  return new Detecting(dependencies)
}

class Detecting implements DetectingService {
  constructor(private readonly world: Dependencies) {}

  async sets(): Promise<SoundSet[]> {
    return Promise.all((await this.world.store.sets.list()).map((set) => this.shownSet(set)))
  }

  async addClips({ setId, name, seconds, sources }: Asked<'addClips'>): Promise<Job> {
    const { store, queue, compute, platform } = this.world
    const before = setId === undefined ? undefined : await this.knownSet(setId)
    const id = before?.id ?? platform.newId()
    const title = name ?? before?.name ?? 'My sound'
    const files = sources.map((source) => this.fileOf(source))
    return queue.add(
      { kind: 'soundSet', title },
      async (context) => {
        const folder = await store.setFolder(id)
        const { clips, warnings } = await compute.run('cutClips', { sources: files, folder, seconds }, context).catch(async (error: unknown) => {
          if (!before) await store.removeSetFolder(id)
          throw error
        })
        const now = before && (await this.knownSet(id))
        return this.keepSet({ id, name: title, clips: [...(now?.clips ?? []), ...clips], warnings })
      },
      { lane: 'reader' },
    )
  }

  async removeClip({ setId, clipId }: Asked<'removeClip'>): Promise<SoundSet> {
    const set = await this.knownSet(setId)
    const kept = await this.keepSet({ ...set, clips: set.clips.filter(({ id }) => id !== clipId) })
    await this.world.store.removeClip(setId, clipId)
    return kept
  }

  async removeSet(setId: string): Promise<void> {
    await this.world.store.sets.remove(setId)
    await this.world.store.removeSetFolder(setId)
    await this.tellSets()
  }

  async startSweep(request: SweepRequest): Promise<Job> {
    const { store, queue, platform, trainer } = this.world
    const { name, ...folders } = await this.soundsOf(request)
    const id = platform.newId()
    const output = store.sweepFolder(id)
    const job: Job = queue.add(
      { kind: 'detectorSweep', title: name },
      async (context) => {
        const startedAt = platform.timestamp()
        try {
          const onEvent = (row: SweepRow) => this.trained(job.id, row)
          const found = await trainer.open('sweepDetectors', { request, ...folders, output, name }, { ...context, onEvent }).result
          const sweep: Sweep = { id, name, startedAt, request, ...found }
          await store.sweeps.write(sweep)
          return factsOf(sweep)
        } catch (error) {
          await store.removeSweepFolder(id)
          throw error
        } finally {
          trainer.rest()
        }
      },
      { lane: 'data' },
    )
    return job
  }

  async sweeps(): Promise<SweepFacts[]> {
    return (await this.world.store.sweeps.list()).map(factsOf).toSorted((a, b) => (a.startedAt < b.startedAt ? 1 : -1))
  }

  async sweep(sweepId: string): Promise<Sweep> {
    const found = (await this.world.store.sweeps.list()).find(({ id }) => id === sweepId)
    if (found) return found
    throw new AppError('MODEL_NOT_FOUND', 'That sweep is no longer kept. Choose another one, or start it again.')
  }

  async removeSweep(sweepId: string): Promise<void> {
    await this.world.store.sweeps.remove(sweepId)
    await this.world.store.removeSweepFolder(sweepId)
  }

  async experiments({ sweepId, weight: wanted, seed }: Asked<'experiments'>): Promise<Job> {
    const { store, queue, compute, media } = this.world
    const { request, name, bestWeight, rows } = await this.sweep(sweepId)
    const weight = rows.find((row) => row.weight === wanted)?.weight ?? bestWeight
    const { positives, others } = await this.soundsOf(request)
    const folder = store.sweepFolder(sweepId)
    const output = `${folder}/heard-${weight}-${seed}`
    const shown = (panel: SoundPanel): SoundPanel => ({ ...panel, url: media.register(`detecting-${sweepId}-${weight}-${seed}-${panel.url}`, `${output}/${panel.url}`) })
    return queue.add(
      { kind: 'detectorExperiments', title: name },
      async (context) => {
        const { reconstructions, generations } = await compute.run('tryDetector', { request, positives, others, folder, weight, seed, output }, context)
        const both = reconstructions.map((one) => ({ ...one, original: shown(one.original), decoded: shown(one.decoded) }))
        return { sweepId, weight, reconstructions: both, generations: generations.map(shown) }
      },
      { lane: 'reader' },
    )
  }

  async keep({ sweepId, name, threshold }: Asked<'keep'>): Promise<Detector> {
    await this.sweep(sweepId)
    const describe = (card: object) => ({ ...card, detector: { ...('detector' in card ? (card.detector as object) : {}), threshold } })
    return detectorOf(await this.world.models.keep({ directory: `${this.world.store.sweepFolder(sweepId)}/model`, name, describe }))
  }

  async detectors(): Promise<Detector[]> {
    const models = (await this.world.models.list()).filter(({ card }) => card.detector)
    return models.map(detectorOf).toSorted((a, b) => Number(b.isShipped) - Number(a.isShipped))
  }

  async find({ modelId, soundId, threshold }: Asked<'find'>): Promise<Job> {
    const { queue, compute, models, sounds } = this.world
    const { card, directory } = await models.find(modelId)
    if (!card.detector) throw new AppError('MODEL_INCOMPATIBLE', `"${card.name}" finds no sounds. Nothing was started; choose a detector.`)
    const [{ name }, path] = [await sounds.get(soundId), await sounds.path(soundId)]
    return queue.add(
      { kind: 'detections', title: `${card.name}: ${name}` },
      async (context) => ({ modelId, soundId, ...(await compute.run('findSound', { modelDirectory: directory, path, threshold }, context)) }),
      { lane: 'reader', sounds: [soundId], models: [modelId] },
    )
  }

  close(): void {
    this.world.trainer.close()
    this.world.compute.close()
  }

  private trained(jobId: string, row: SweepRow): void {
    this.world.emit({ name: 'detecting.trained', payload: { jobId, row } })
  }

  /** @throws AppError FILE_NOT_FOUND */
  private fileOf(source: ClipSource): ComputeInput<'cutClips'>['sources'][number] {
    if (!('uploadId' in source)) return source
    const path = this.world.platform.uploadPath?.(source.uploadId)
    if (path === undefined) throw new AppError('FILE_NOT_FOUND', 'An uploaded file is no longer there. Nothing was kept; give it once more.')
    return { path }
  }

  private async soundsOf({ positives, others }: SweepRequest): Promise<{ name: string; positives: Folder; alike: Folder; others: Folder }> {
    const { dataset, manifest } = await this.world.datasets.open(others.datasetId)
    const own = 'setId' in positives ? await this.clipsOfSet(positives.setId) : await this.clipsOfLabel(positives)
    const isOwn = (clip: ManifestClip) => 'datasetId' in positives && positives.datasetId === others.datasetId && clip.label === positives.label
    const rest = (manifest.clips ?? []).filter((clip) => !isOwn(clip))
    const folder = (alike: boolean): Folder => ({ folder: dataset.folder, clips: rest.filter(({ label }) => (label === others.alike) === alike) })
    return { name: own.name, positives: own.folder, alike: folder(true), others: folder(false) }
  }

  private async clipsOfLabel({ datasetId, label }: { datasetId: string; label: string }): Promise<{ name: string; folder: Folder }> {
    const { dataset, manifest } = await this.world.datasets.open(datasetId)
    return { name: label, folder: { folder: dataset.folder, clips: (manifest.clips ?? []).filter((clip) => clip.label === label) } }
  }

  private async clipsOfSet(setId: string): Promise<{ name: string; folder: Folder }> {
    const set = await this.knownSet(setId)
    const clips = set.clips.map(({ id, source }): ManifestClip => ({ path: `${id}.wav`, label: set.name, group: source, split: 'train' }))
    return { name: set.name, folder: { folder: await this.world.store.setFolder(setId), clips } }
  }

  /** @throws AppError DATASET_NOT_FOUND */
  private async knownSet(setId: string): Promise<StoredSet> {
    const found = (await this.world.store.sets.list()).find(({ id }) => id === setId)
    if (found) return found
    throw new AppError('DATASET_NOT_FOUND', 'Those sounds are no longer kept. Choose others, or give them once more.')
  }

  private async keepSet(set: StoredSet): Promise<SoundSet> {
    await this.world.store.sets.write(set)
    await this.tellSets()
    return this.shownSet(set)
  }

  private async tellSets(): Promise<void> {
    this.world.emit({ name: 'detecting.setsChanged', payload: await this.sets() })
  }

  private async shownSet(set: StoredSet): Promise<SoundSet> {
    const folder = await this.world.store.setFolder(set.id)
    return { ...set, clips: set.clips.map((clip) => ({ ...clip, url: this.world.media.register(`detecting-${set.id}-${clip.id}`, `${folder}/${clip.id}.wav`) })) }
  }
}

function factsOf({ id, name, startedAt, request, counts, bestWeight, accuracy }: Sweep): SweepFacts {
  return { id, name, startedAt, request, counts, bestWeight, accuracy }
}

function detectorOf({ card }: InstalledModel): Detector {
  if (!card.detector) throw new AppError('MODEL_INCOMPATIBLE', `"${card.name}" finds no sounds. Choose a detector.`)
  return { modelId: card.id, name: card.name, summary: card.summary, isShipped: card.origin === 'shipped', ...card.detector }
}

import { createComputeClient } from '#main/compute/client'
import { createCheckService } from '#main/services/checkService'
import { createDatasetService, type DatasetService } from '#main/services/datasetService'
import { createDetectingService } from '#main/services/detectingService'
import { createHandlers } from '#main/services/handlers'
import { createDownloadService } from '#main/services/downloadService'
import { createGeneratingService } from '#main/services/generatingService'
import { createJobQueue, type JobQueue } from '#main/services/jobQueue'
import { createMediaRegistry } from '#main/services/mediaRegistry'
import { createModelService, type ModelService } from '#main/services/modelService'
import { createModelTransfers, type ModelTransfers } from '#main/services/modelTransfers'
import type { Platform } from '#main/services/platform'
import { createPlaygroundService } from '#main/services/playgroundService'
import { createProjectService, type ProjectService } from '#main/services/projectService'
import { createQuantisingService } from '#main/services/quantisingService'
import { createRenderService } from '#main/services/renderService'
import { createRepairService } from '#main/services/repairService'
import { createResultService } from '#main/services/resultService'
import { createSeparationService, type SeparationService } from '#main/services/separationService'
import { createSettingsService, type SettingsService } from '#main/services/settingsService'
import { createSongDeletion } from '#main/services/songDeletion'
import { createSongService, type SongService } from '#main/services/songService'
import { createSoundService, type SoundService } from '#main/services/soundService'
import { createStudyService } from '#main/services/studyService'
import { createTeachingService } from '#main/services/teachingService'
import { createTrainingService, type TrainingService } from '#main/services/trainingService'
import type { ComputeClient } from '#main/compute/client'
import { type AppContract, type AppEvent, contract } from '#shared/contract/contract'
import { createServer, type Server } from '#shared/contract/server'

/** The application, without a face. A host connects `server` and `onEvent` to its UI, and serves `mediaPath`'s files. */
export interface Services {
  readonly server: Server
  readonly songs: SongService
  readonly sounds: SoundService
  readonly models: ModelService
  readonly transfers: ModelTransfers
  readonly projects: ProjectService
  readonly separations: SeparationService
  readonly jobs: JobQueue
  readonly datasets: DatasetService
  readonly training: TrainingService
  readonly compute: ComputeClient
  readonly settings: SettingsService
  /** Calls back for every event of the contract; returns how to stop. */
  onEvent(listener: (event: AppEvent) => void): () => void
  /** Sends an event that only the host knows of, such as a choice in its menu. */
  tell(event: AppEvent): void
  /** Path of a file that the UI may fetch. */
  mediaPath(mediaId: string): string | undefined
  /** Pauses the trainings, so that nothing of them is lost; `close` comes after it. */
  rest(): Promise<void>
  /** Cancels everything and ends the compute processes. */
  close(): void
}

/**
 * @param report is told of failures that are defects
 * @param lessonOverrides hyper-parameters over those of lessons, for lessons of a few steps
 */
export function createServices(platform: Platform, report?: (error: unknown) => void, lessonOverrides: Readonly<Record<string, unknown>> = {}): Services {
  const listeners = new Set<(event: AppEvent) => void>()
  const emit = (event: AppEvent) => listeners.forEach((listener) => listener(event))

  const compute = createComputeClient(platform.launchCompute)
  // Songs are read in a process of their own: a file that kills its reader must not kill a running separation.
  const reader = createComputeClient(platform.launchCompute)
  const queue = createJobQueue(platform.newId, (job) => emit({ name: 'job.changed', payload: job }))
  const media = createMediaRegistry(platform.mediaUrl)
  const songs = createSongService(platform, reader, media)
  const sounds = createSoundService({ platform, reader, queue, songs, media })
  const renders = createRenderService({ platform, reader, queue, media, sounds })
  const projects = createProjectService({ ...platform.projects, library: platform.sounds, adopt: sounds.adopt, now: platform.now, emit })
  const models = createModelService({
    store: platform.models,
    newId: platform.newId,
    async usedBy(modelId) {
      const [job] = queue.needing(modelId)
      if (job) return `the job "${job.title}"`
      const waiting = (await training.list()).find(({ base, status }) => base?.modelId === modelId && (status === 'queued' || status === 'preparing'))
      return waiting && `the training "${waiting.name}", which begins with it`
    },
    onChange: (cards) => emit({ name: 'models.changed', payload: cards }),
  })
  const transfers = createModelTransfers({ platform, compute, reader, queue, models })
  const repairs = createRepairService({ platform, compute, reader, queue, sounds, models, media })
  const separations = createSeparationService({ platform, compute, queue, songs, sounds, models, media })
  const deletion = createSongDeletion({ platform, queue, songs, sounds, separations, renders, repairs, emit })
  const datasets = createDatasetService({
    platform: platform.datasets,
    newId: platform.newId,
    reader,
    changed: (list) => emit({ name: 'datasets.changed', payload: list }),
  })
  const checks = createCheckService({ datasets, checker: createComputeClient(platform.launchCompute), queue })
  const downloads = createDownloadService({ downloads: platform.downloads, datasets, queue })
  const training = createTrainingService({
    platform,
    // Learning goes on for days: it may neither fall with the others nor they with it.
    trainer: createComputeClient(platform.launchCompute),
    reader,
    queue,
    datasets,
    models,
    emit,
    onJobChange: (listener) => void listeners.add(({ name }) => name === 'job.changed' && listener()),
  })
  const runName = async (runId: string) => (await training.get(runId)).name
  const results = createResultService({ store: platform.results, compute, queue, models, media, runName })
  const settings = createSettingsService(platform.settings, (changed) => emit({ name: 'settings.changed', payload: changed }))
  const studies = createStudyService({
    store: platform.studies,
    runs: training,
    datasets,
    queue,
    compute,
    newId: platform.newId,
    timestamp: platform.timestamp,
    emit,
  })
  const teaching = createTeachingService({ platform, runs: training, datasets, models, queue, compute, reader, overrides: lessonOverrides, emit })
  listeners.add((event) => {
    if (event.name === 'training.removed') teaching.runRemoved(event.payload.runId)
    if (event.name !== 'training.changed') return
    studies.runChanged(event.payload)
    teaching.runChanged(event.payload)
  })
  // What is seen while a slider is dragged waits for no separation.
  const playground = createPlaygroundService({ datasets, models, compute: createComputeClient(platform.launchCompute) })
  listeners.add(({ name }) => void (name === 'models.changed' && playground.forgetModels()))
  const generating = createGeneratingService({ platform, datasets, models, queue, media, compute: createComputeClient(platform.launchCompute) })
  listeners.add(({ name }) => void (name === 'models.changed' && generating.forgetModels()))
  const quantising = createQuantisingService({
    store: platform.quantising,
    platform,
    datasets,
    models,
    queue,
    media,
    trainer: createComputeClient(platform.launchCompute),
    compute: createComputeClient(platform.launchCompute),
    emit,
  })
  const detecting = createDetectingService({
    store: platform.detecting,
    platform,
    datasets,
    models,
    sounds,
    queue,
    media,
    trainer: createComputeClient(platform.launchCompute),
    compute: createComputeClient(platform.launchCompute),
    emit,
  })
  const handlers = createHandlers({ detecting, platform, songs, sounds, deletion, models, transfers, playground, generating, quantising, projects, renders, repairs, separations, jobs: queue, datasets, checks, downloads, settings, studies, teaching, training, results, reader })

  return {
    server: createServer<AppContract>(contract, handlers, report),
    songs,
    sounds,
    models,
    transfers,
    projects,
    separations,
    jobs: queue,
    datasets,
    training,
    compute,
    settings,
    tell: emit,
    onEvent(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    mediaPath: media.path,
    rest: () => training.rest(),
    close() {
      training.close()
      teaching.close()
      queue.cancelAll()
      compute.close()
      reader.close()
      checks.close()
      playground.close()
      generating.close()
      detecting.close()
      quantising.close()
      renders.close()
      projects.close()
    },
  }
}

import type { ComputeClient } from '#main/compute/client'
import type { CheckService } from '#main/services/checkService'
import type { DatasetService } from '#main/services/datasetService'
import type { DetectingService } from '#main/services/detectingService'
import type { DownloadService } from '#main/services/downloadService'
import type { GeneratingService } from '#main/services/generatingService'
import type { JobQueue } from '#main/services/jobQueue'
import type { ModelService } from '#main/services/modelService'
import type { ModelTransfers } from '#main/services/modelTransfers'
import type { Platform } from '#main/services/platform'
import type { PlaygroundService } from '#main/services/playgroundService'
import type { ProjectService } from '#main/services/projectService'
import type { QuantisingService } from '#main/services/quantisingService'
import type { RenderService } from '#main/services/renderService'
import type { RepairService } from '#main/services/repairService'
import type { ResultService } from '#main/services/resultService'
import type { SeparationService } from '#main/services/separationService'
import type { SettingsService } from '#main/services/settingsService'
import type { SongDeletion } from '#main/services/songDeletion'
import type { SongService } from '#main/services/songService'
import type { SoundService } from '#main/services/soundService'
import type { StudyService } from '#main/services/studyService'
import type { TeachingService } from '#main/services/teachingService'
import type { TrainingService } from '#main/services/trainingService'
import type { AppContract } from '#shared/contract/contract'
import type { Handlers } from '#shared/contract/server'

interface Application {
  readonly platform: Platform
  readonly songs: SongService
  readonly sounds: SoundService
  readonly deletion: SongDeletion
  readonly models: ModelService
  readonly transfers: ModelTransfers
  readonly playground: PlaygroundService
  readonly detecting: DetectingService
  readonly generating: GeneratingService
  readonly projects: ProjectService
  readonly renders: RenderService
  readonly repairs: RepairService
  readonly separations: SeparationService
  readonly jobs: JobQueue
  readonly datasets: DatasetService
  readonly checks: CheckService
  readonly downloads: DownloadService
  readonly settings: SettingsService
  readonly studies: StudyService
  readonly quantising: QuantisingService
  readonly teaching: TeachingService
  readonly training: TrainingService
  readonly results: ResultService
  readonly reader: ComputeClient
}

/** Returns what answers each request of the contract. */
export function createHandlers({ detecting, platform, songs, sounds, deletion, models, transfers, playground, generating, quantising, projects, renders, repairs, separations, jobs, datasets, checks, downloads, settings, studies, teaching, training, results, reader }: Application): Handlers<AppContract> {
  return {
    app: {
      info: () => platform.info,
      chooseFolder: async () => ({ folder: await platform.chooseFolder?.() }),
    },
    datasets: {
      list: () => datasets.list(),
      inspectFolder: ({ folder }) => datasets.inspectFolder(folder),
      add: (plan) => ({ jobId: jobs.add({ kind: 'dataset', title: plan.name }, (context) => datasets.add(plan, context), { lane: 'folders' }).id }),
      items: ({ datasetId }) => datasets.items(datasetId),
      setSplit: ({ datasetId, item, split }) => datasets.setSplit(datasetId, item, split),
      rename: ({ datasetId, name }) => datasets.rename(datasetId, name),
      refresh: async ({ datasetId }) => {
        const { name } = await datasets.get(datasetId)
        return { jobId: jobs.add({ kind: 'dataset', title: name }, (context) => datasets.refresh(datasetId, context), { lane: 'folders' }).id }
      },
      remove: ({ datasetId }) => datasets.remove(datasetId),
      check: async ({ datasetId }) => ({ jobId: (await checks.check(datasetId)).id }),
      report: ({ datasetId }) => datasets.reportOf(datasetId),
      downloadables: () => downloads.list(),
      download: async ({ id }) => ({ jobId: (await downloads.download(id)).id }),
    },
    desktop: {
      setMenu: ({ enabled }) => platform.desktop?.setMenu(enabled),
      takeOpened: () => platform.desktop?.takeOpened() ?? [],
      readyToClose: () => platform.desktop?.readyToClose(),
    },
    detecting: {
      sets: () => detecting.sets(),
      addClips: async (request) => ({ jobId: (await detecting.addClips(request)).id }),
      removeClip: (request) => detecting.removeClip(request),
      removeSet: ({ setId }) => detecting.removeSet(setId),
      startSweep: async (request) => ({ jobId: (await detecting.startSweep(request)).id }),
      sweeps: () => detecting.sweeps(),
      sweep: ({ sweepId }) => detecting.sweep(sweepId),
      removeSweep: ({ sweepId }) => detecting.removeSweep(sweepId),
      experiments: async (request) => ({ jobId: (await detecting.experiments(request)).id }),
      keep: (request) => detecting.keep(request),
      detectors: () => detecting.detectors(),
      find: async (request) => ({ jobId: (await detecting.find(request)).id }),
    },
    engine: {
      describe: () => reader.run('describeEngines', undefined),
    },
    generating: {
      models: () => generating.models(),
      reconstruct: (request) => generating.reconstruct(request),
      sample: (request) => generating.sample(request),
      sampleClass: (request) => generating.sampleClass(request),
      interpolate: (request) => generating.interpolate(request),
      decode: (request) => generating.decode(request),
      centre: (request) => generating.centre(request),
      startMap: async (request) => ({ jobId: (await generating.startMap(request)).id }),
      atPlace: (request) => generating.atPlace(request),
      atPoint: (request) => generating.atPoint(request),
      amongPoints: (request) => generating.amongPoints(request),
      startComparison: async (request) => ({ jobId: (await generating.startComparison(request)).id }),
      export: async ({ folder, ...request }) => ({ jobId: (await generating.export(request, folder)).id }),
      prepareDrag: async (request) => ({ jobId: (await generating.prepareDrag(request)).id }),
    },
    jobs: {
      list: () => jobs.list(),
      cancel: ({ jobId }) => jobs.cancel(jobId),
      retry: ({ jobId, device }) => jobs.retry(jobId, device),
      move: ({ jobId, position }) => jobs.move(jobId, position),
    },
    models: {
      list: async () => (await models.list()).map(({ card }) => card),
      history: ({ modelId }) => models.history(modelId),
      rename: async ({ modelId, name }) => (await models.rename(modelId, name)).card,
      remove: ({ modelId }) => models.remove(modelId),
      exportFile: async ({ modelId, folder }) => ({ jobId: (await transfers.exportFile(modelId, folder)).id }),
      importFile: ({ source }) => ({ jobId: transfers.importFile(source).id }),
      exportOnnx: async ({ modelId, folder }) => ({ jobId: (await transfers.exportOnnx(modelId, folder)).id }),
      inspectNetwork: ({ source }) => ({ jobId: transfers.inspectNetwork(source).id }),
      importNetwork: ({ source, description }) => ({ jobId: transfers.importNetwork(source, description).id }),
      measureSpeed: async ({ modelId }) => ({ jobId: (await transfers.measureSpeed(modelId)).id }),
    },
    playground: {
      sets: () => playground.sets(),
      pictures: (request) => playground.pictures(request),
      unmix: (request) => playground.unmix(request),
      decode: (request) => playground.decode(request),
    },
    projects: {
      open: (request) => projects.open(request),
      save: (request) => projects.save(request),
      saveAs: (request) => projects.saveAs(request),
      autosave: (request) => projects.autosave(request),
      keep: (request) => projects.keep(request),
      release: (request) => projects.release(request),
      discard: (request) => projects.discard(request),
      recoveries: () => projects.recoveries(),
      recover: (request) => projects.recover(request),
      discardRecovery: (request) => projects.discardRecovery(request),
      recents: () => projects.recents(),
      forget: (request) => projects.forget(request),
      rename: (request) => projects.rename(request),
      remove: (request) => projects.remove(request),
    },
    render: {
      export: async ({ folder, ...request }) => ({ jobId: (await renders.export(request, folder)).id }),
      measure: async (request) => ({ jobId: (await renders.measure(request)).id }),
      prepareDrag: async (request) => ({ jobId: (await renders.prepareDrag(request)).id }),
      dragOut: ({ jobId }) => renders.dragOut(jobId),
    },
    repair: {
      move: async (request) => ({ jobId: (await repairs.move(request)).id }),
      gain: async (request) => ({ jobId: (await repairs.gain(request)).id }),
      reshape: async (request) => ({ jobId: (await repairs.reshape(request)).id }),
      previewReshape: async (request) => ({ jobId: (await repairs.previewReshape(request)).id }),
      audition: async (request) => ({ jobId: (await repairs.audition(request)).id }),
      doubt: async (request) => ({ jobId: (await repairs.doubt(request)).id }),
    },
    results: {
      list: ({ runId }) => results.list(runId),
      compare: async ({ runId, with: other }) => ({ jobId: (await results.compare(runId, other)).id }),
    },
    separation: {
      start: async (request) => ({ jobId: (await separations.start(request)).id }),
      export: ({ jobId, folder, format }) => ({ jobId: separations.export(jobId, folder, format).id }),
    },
    settings: {
      get: () => settings.get(),
      change: (change) => settings.change(change),
      reset: () => settings.reset(),
    },
    songs: {
      import: (source) => songs.import(source),
      list: async () => {
        await songs.restore()
        return songs.list()
      },
    },
    sounds: {
      prepare: async ({ songId }) => ({ jobId: (await sounds.prepare(songId)).id }),
      get: ({ soundId }) => repairs.fleeting(soundId) ?? sounds.get(soundId),
      tile: (request) => sounds.tile(request),
      list: () => sounds.list(),
      deleteEverything: ({ soundId }) => deletion.deleteEverything(soundId),
    },
    teaching: {
      list: () => teaching.list(),
      start: (request) => teaching.start(request),
      resume: ({ lessonId }) => teaching.resume(lessonId),
      keep: ({ lessonId, name }) => teaching.keep(lessonId, name),
      remove: ({ lessonId }) => teaching.remove(lessonId),
    },
    quantising: {
      models: () => quantising.models(),
      startAblation: async (request) => ({ jobId: (await quantising.startAblation(request)).id }),
      ablations: () => quantising.ablations(),
      removeAblation: ({ ablationId }) => quantising.removeAblation(ablationId),
      hearAblation: (request) => quantising.hearAblation(request),
      reconstruct: (request) => quantising.reconstruct(request),
      startPriors: async (request) => ({ jobId: (await quantising.startPriors(request)).id }),
      priors: () => quantising.priors(),
      removePriors: ({ comparisonId }) => quantising.removePriors(comparisonId),
      sample: (request) => quantising.sample(request),
      sampleModel: (request) => quantising.sampleModel(request),
      export: async ({ folder, ...request }) => ({ jobId: (await quantising.export(request, folder)).id }),
      prepareDrag: async (request) => ({ jobId: (await quantising.prepareDrag(request)).id }),
    },
    studies: {
      outlines: () => studies.outlines(),
      list: () => studies.list(),
      start: (request) => studies.start(request),
      pause: ({ studyId }) => studies.pause(studyId),
      resume: ({ studyId }) => studies.resume(studyId),
      remove: ({ studyId }) => studies.remove(studyId),
    },
    training: {
      presets: () => training.presets(),
      list: () => training.list(),
      benchmark: async (plan) => ({ jobId: (await training.benchmark(plan)).id }),
      start: (plan) => training.start(plan),
      pause: ({ runId }) => training.pause(runId),
      resume: ({ runId, from }) => training.resume(runId, from),
      stopAndKeepBest: ({ runId, name }) => training.stopAndKeepBest(runId, name),
      snapshot: ({ runId, which, name }) => training.snapshot(runId, which, name),
      history: ({ runId }) => training.history(runId),
      rename: ({ runId, name }) => training.rename(runId, name),
      star: ({ runId, starred }) => training.star(runId, starred),
      remove: ({ runId }) => training.remove(runId),
    },
  }
}

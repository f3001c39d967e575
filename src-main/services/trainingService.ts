import type { ComputeClient } from '#main/compute/client'
import type { Manifest } from '#main/datasets/manifest'
import type { JobQueue } from '#main/services/jobQueue'
import type { ModelService } from '#main/services/modelService'
import type { Platform } from '#main/services/platform'
import { createPresetList } from '#main/services/presetList'
import { presetOf, recordOf, requireFit } from '#main/services/runPlans'
import { RunShelf } from '#main/services/runShelf'
import { filesOf, TrainingQueue } from '#main/services/trainingQueue'
import type { DatasetSource, RunRecord } from '#main/services/trainingPorts'
import type { AppEvent } from '#shared/contract/contract'
import type { Dataset } from '#shared/contract/datasets'
import type { Job } from '#shared/contract/jobs'
import type { Run, RunPlan, TrainingPreset } from '#shared/contract/training'
import { AppError } from '#shared/errors'
import { isFinished } from '#shared/jobs/job'
import type { HistoryLine } from '#shared/training/history'

/** What goes before a training: it gives way, and goes on by itself. */
const urgent: ReadonlySet<string> = new Set(['separation', 'clips', 'doubt', 'benchmark', 'measurement', 'lesson'])
/** A benchmark tells the truth where it runs alone for so long. */
const benchmarkSeconds = 60

export interface TrainingService {
  presets(): Promise<TrainingPreset[]>
  /** Newest first. */
  list(): Promise<Run[]>
  /** @throws AppError INVALID_INPUT, and what opening the dataset and the model throw */
  benchmark(plan: RunPlan): Promise<Job>
  /** @throws AppError INVALID_INPUT, OUTPUT_NOT_WRITABLE, DISK_FULL, and what opening the dataset and the model throw */
  start(plan: RunPlan, facts?: RunFacts): Promise<Run>
  /** @throws AppError RUN_NOT_FOUND, as all below */
  pause(runId: string): Promise<Run>
  /** @throws AppError INVALID_INPUT for a run that has come to its end */
  resume(runId: string, from?: 'last' | 'best'): Promise<Run>
  stopAndKeepBest(runId: string, name?: string): Promise<{ run: Run; modelId: string | undefined }>
  /** @throws AppError INVALID_INPUT where there is nothing yet */
  snapshot(runId: string, which: 'best' | 'last', name: string): Promise<{ modelId: string }>
  history(runId: string): Promise<HistoryLine[]>
  rename(runId: string, name: string): Promise<Run>
  star(runId: string, starred: boolean): Promise<Run>
  /** @throws AppError RUN_IN_USE for one that runs */
  remove(runId: string): Promise<void>
  /** Gives the run as it is. */
  get(runId: string): Promise<Run>
  /** Folder of a run, for those who add to it. */
  folder(runId: string): string
  /** Where its best model is, once it has one. */
  modelFolder(runId: string): string
  /** How many runs wait or learn. */
  unfinished(): number
  /** Pauses what runs, so that the app can end; nothing begins any more. */
  rest(): Promise<void>
  close(): void
}

/** What a run belongs to, and what it learns from where that is no dataset of the user's. */
export interface RunFacts {
  readonly studyId?: string
  readonly lessonId?: string
  readonly source?: { readonly dataset: Dataset; readonly manifest: Manifest }
}

export interface TrainingWorld {
  readonly platform: Platform
  readonly trainer: ComputeClient
  readonly reader: ComputeClient
  readonly queue: JobQueue
  readonly datasets: DatasetSource
  readonly models: ModelService
  emit(event: AppEvent): void
  /** Calls back whenever a job has changed. */
  onJobChange(listener: () => void): void
}

/** Returns the service; runs of earlier starts are read when they are first asked for. */
export function createTrainingService(world: TrainingWorld): TrainingService {
  return new Trainings(world)
}

/** A step that takes longer is not waited for when the app ends; the checkpoint before it is there. */
const restMs = 10_000

function limit(milliseconds: number): { promise: Promise<void>; end(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined
  const promise = new Promise<void>((resolve) => (timer = setTimeout(resolve, milliseconds)))
  return { promise, end: () => clearTimeout(timer) }
}

class Trainings implements TrainingService {
  private readonly shelf: RunShelf
  private readonly runs: TrainingQueue
  private readonly presetList: () => Promise<TrainingPreset[]>

  constructor(private readonly world: TrainingWorld) {
    const { platform, trainer, queue, emit } = world
    const store = platform.runs
    this.shelf = new RunShelf(store, emit)
    this.presetList = createPresetList(world.reader)
    const isBusy = () => queue.list().some(({ kind, state }) => urgent.has(kind) && !isFinished(state))
    const onFinished = (id: string) => this.keepFinished(id)
    this.runs = new TrainingQueue({ trainer, shelf: this.shelf, store, isBusy, emit, onFinished })
    world.onJobChange(() => this.runs.look())
  }

  presets(): Promise<TrainingPreset[]> {
    return this.presetList()
  }

  async list(): Promise<Run[]> {
    await this.shelf.load()
    return this.shelf.list()
  }

  async benchmark(plan: RunPlan): Promise<Job> {
    const { queue, trainer } = this.world
    const { runs: store } = this.world.platform
    const { record, manifest } = await this.prepare(plan)
    return queue.add({ kind: 'benchmark', title: record.name }, async (context) => {
      await this.runs.idle()
      const scratch = await store.scratch(manifest)
      try {
        const input = { ...filesOf(record, store), runFolder: scratch.folder, resultsEvery: plan.resultsEvery, seconds: benchmarkSeconds }
        const result = await trainer.run('benchmark', input, context)
        return { ...result, totalSeconds: Math.min(result.totalSeconds, (plan.minutes ?? Infinity) * 60) }
      } finally {
        trainer.rest()
        await scratch.remove()
      }
    })
  }

  async start(plan: RunPlan, facts: RunFacts = {}): Promise<Run> {
    const { record, manifest } = await this.prepare(plan, facts)
    await this.world.platform.runs.create(record, manifest)
    this.shelf.add(record)
    this.runs.add(record.id)
    return this.shelf.run(record.id)
  }

  async pause(runId: string): Promise<Run> {
    await this.known(runId)
    await this.runs.end(runId, 'user')
    return this.shelf.run(runId)
  }

  async resume(runId: string, from: 'last' | 'best' = 'last'): Promise<Run> {
    const { status } = await this.owned(runId)
    if (this.runs.isActive(runId)) return this.shelf.run(runId)
    if (status === 'finished') {
      throw new AppError('INVALID_INPUT', 'This run has come to its own end, so there is nothing left to go on with. Start a new run from its model instead.')
    }
    if (from === 'best') await this.rewindToBest(runId)
    await this.shelf.change(runId, { status: 'queued', error: undefined })
    this.runs.add(runId)
    return this.shelf.run(runId)
  }

  async stopAndKeepBest(runId: string, name?: string): Promise<{ run: Run; modelId: string | undefined }> {
    const { status } = await this.owned(runId)
    await this.runs.end(runId, 'stop')
    if (status !== 'finished' && this.shelf.record(runId).status !== 'failed') await this.shelf.change(runId, { status: 'stopped' })
    const modelId = await this.keepBest(runId, name)
    return { run: this.shelf.run(runId), modelId }
  }

  async snapshot(runId: string, which: 'best' | 'last', name: string): Promise<{ modelId: string }> {
    const record = await this.owned(runId)
    const { models, trainer } = this.world
    const { runs: store } = this.world.platform
    await this.runs.checkpoint(runId)
    const parts = await store.parts(runId)
    if (!parts[which]) {
      throw new AppError('INVALID_INPUT', `"${record.name}" has no ${which === 'best' ? 'validated' : 'saved'} network yet, so nothing was kept. Try again after its first epoch.`)
    }
    if (which === 'best') return { modelId: (await models.keep({ directory: store.modelFolder(runId), name })).card.id }
    // Inside the run's folder, whose history the model takes along.
    const directory = `${store.folder(runId)}/snapshot`
    await trainer.run('exportRun', { ...filesOf(record, store), directory }).finally(() => trainer.rest())
    return { modelId: (await models.keep({ directory, name })).card.id }
  }

  async history(runId: string): Promise<HistoryLine[]> {
    await this.known(runId)
    return this.world.platform.runs.history(runId)
  }

  async rename(runId: string, name: string): Promise<Run> {
    await this.known(runId)
    return this.shelf.change(runId, { name })
  }

  async star(runId: string, starred: boolean): Promise<Run> {
    await this.known(runId)
    return this.shelf.change(runId, { starred })
  }

  async remove(runId: string): Promise<void> {
    const { name } = await this.owned(runId)
    if (this.runs.isActive(runId)) {
      throw new AppError('RUN_IN_USE', `"${name}" is still in the queue of runs, so it was not deleted. Pause or stop it first.`)
    }
    await this.world.platform.runs.remove(runId)
    this.shelf.remove(runId)
  }

  async get(runId: string): Promise<Run> {
    await this.known(runId)
    return this.shelf.run(runId)
  }

  folder(runId: string): string {
    return this.world.platform.runs.folder(runId)
  }

  modelFolder(runId: string): string {
    return this.world.platform.runs.modelFolder(runId)
  }

  unfinished(): number {
    return this.runs.active().length
  }

  async rest(): Promise<void> {
    const { promise, end } = limit(restMs)
    await Promise.race([this.runs.close(), promise])
    end()
  }

  close(): void {
    void this.runs.close()
    this.world.trainer.close()
  }

  private async prepare(plan: RunPlan, { source, ...belongs }: RunFacts = {}) {
    await this.shelf.load()
    const { platform, datasets, models } = this.world
    const preset = presetOf(plan.presetId)
    const { dataset, manifest } = source ?? (await datasets.open(plan.datasetId))
    requireFit(preset, dataset, manifest)
    const base = plan.baseModelId === undefined ? undefined : await models.find(plan.baseModelId)
    const names = this.shelf.records().map(({ name }) => name)
    const facts = { id: platform.newId(), startedAt: platform.timestamp(), dataset, base, ...belongs, names }
    return { record: recordOf(plan, facts), manifest }
  }

  /** @throws AppError RUN_NOT_FOUND */
  private async known(runId: string): Promise<RunRecord> {
    await this.shelf.load()
    return this.shelf.record(runId)
  }

  /** @throws AppError RUN_NOT_FOUND, RUN_IN_USE where another process has it */
  private async owned(runId: string): Promise<RunRecord> {
    await this.known(runId)
    await this.runs.settled(runId)
    const record = this.shelf.record(runId)
    if (!this.runs.isActive(runId)) (await this.world.platform.runs.claim(runId)).release()
    return record
  }

  /** From the very same state it would come to the very same end; at half the rate it has another chance. */
  private async rewindToBest(runId: string): Promise<void> {
    const { runs: store } = this.world.platform
    const { config, best, notes, name } = this.shelf.record(runId)
    if (!(await store.parts(runId)).best || !best) {
      throw new AppError('INVALID_INPUT', `"${name}" has no best checkpoint yet, so it stays as it is. Resume it from its last one, or start it anew.`)
    }
    await store.rewindToBest(runId)
    const learningRate = config.learningRate / 2
    const note = `Gone on from epoch ${best.epoch}, the best, with half the learning rate (${learningRate}).`
    await this.shelf.change(runId, { config: { ...config, learningRate }, notes: [...notes, note] })
  }

  /** What has come to its end by itself is among the models, unless it is one of a study's many, is still to be measured, or is only to be studied. */
  private async keepFinished(runId: string): Promise<void> {
    const { kind, studyId, lessonId, notes } = this.shelf.record(runId)
    if (kind === 'blind' || studyId !== undefined || lessonId !== undefined) return
    try {
      await this.keepBest(runId)
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      await this.shelf.note(runId, { notes: [...notes, `Its best model could not be put among the models: ${why}`] })
    }
  }

  /** Puts the best among the models, once; gives its id, or undefined where there is no best yet. */
  private async keepBest(runId: string, name?: string): Promise<string | undefined> {
    const { models } = this.world
    const { runs: store } = this.world.platform
    const { kept, best, name: runName } = this.shelf.record(runId)
    if (!(await store.parts(runId)).best || !best) return undefined
    const known = kept?.step === best.step && (await models.list()).some(({ card }) => card.id === kept.modelId)
    if (known && name === undefined) return kept.modelId
    const { card } = await models.keep({ directory: store.modelFolder(runId), name: name ?? runName })
    await this.shelf.change(runId, { kept: { modelId: card.id, step: best.step } })
    return card.id
  }
}

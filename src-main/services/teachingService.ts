import type { ComputeClient } from '#main/compute/client'
import { separatorFileCard } from '#main/models/modelCard'
import type { JobContext, JobQueue } from '#main/services/jobQueue'
import { lessonData } from '#main/services/lessonData'
import type { LessonRuns, LessonStore, StoredLesson } from '#main/services/lessonPorts'
import type { ModelService } from '#main/services/modelService'
import type { Platform } from '#main/services/platform'
import type { DatasetSource } from '#main/services/trainingPorts'
import { presetOfNetwork } from '#main/training/presets'
import type { AppEvent } from '#shared/contract/contract'
import type { Lesson, LessonOutcome, LessonRequest } from '#shared/contract/teaching'
import type { Run } from '#shared/contract/training'
import { AppError } from '#shared/errors'
import { toFailure } from '#shared/jobs/job'
import { createTurns } from '#shared/jobs/turns'

export interface TeachingService {
  /** Newest first. */
  list(): Promise<Lesson[]>
  /** @throws AppError DATASET_EMPTY, MODEL_INCOMPATIBLE, SOUND_NOT_FOUND, and what opening the model and the dataset throw */
  start(request: LessonRequest): Promise<Lesson>
  /** @throws AppError LESSON_NOT_FOUND, as all below; RUN_NOT_FOUND where its run was deleted */
  resume(lessonId: string): Promise<Lesson>
  /** @throws AppError INVALID_INPUT where nothing was learned yet; RUN_NOT_FOUND, OUTPUT_NOT_WRITABLE, DISK_FULL */
  keep(lessonId: string, name: string): Promise<{ lesson: Lesson; modelId: string }>
  remove(lessonId: string): Promise<void>
  /** To be called whenever a run has changed. */
  runChanged(run: Run): void
  /** To be called when a run was deleted. */
  runRemoved(runId: string): void
  /** What is measured now is measured at the next start; to be called before its job is cancelled. */
  close(): void
}

export interface TeachingWorld {
  readonly platform: Pick<Platform, 'lessons' | 'sounds' | 'models' | 'datasets' | 'demoMusic' | 'newId' | 'timestamp'>
  readonly runs: LessonRuns
  readonly datasets: DatasetSource
  readonly models: ModelService
  readonly queue: JobQueue
  /** Measures models. */
  readonly compute: ComputeClient
  /** Reads how long songs are. */
  readonly reader: ComputeClient
  /** Hyper-parameters over a lesson's own, for lessons of a few steps. */
  readonly overrides?: Readonly<Record<string, unknown>>
  emit(event: AppEvent): void
}

/** Decibels that a model must have won at least to be recommended; less is chance. */
const leastGain = 0.1
/** Steps that the learning rate is planned for, a minute: what a processor of four cores does. Quicker machines end sooner. */
const stepsPerMinute = 120

/** Returns the service; lessons of earlier starts are read when they are first asked for, and measured where that was not done. */
export function createTeachingService(world: TeachingWorld): TeachingService {
  return new Teaching(world)
}

class Teaching implements TeachingService {
  private readonly lessons = new Map<string, StoredLesson>()
  private readonly runs = new Map<string, Run>()
  /** Jobs that measure, by their runs. */
  private readonly measuring = new Map<string, string>()
  private readonly inTurn = createTurns()
  private readonly store: LessonStore
  private loading: Promise<void> | undefined
  private isClosed = false

  constructor(private readonly world: TeachingWorld) {
    this.store = world.platform.lessons
  }

  async list(): Promise<Lesson[]> {
    await this.load()
    return [...this.lessons.values()].map((lesson) => this.shown(lesson)).toSorted((a, b) => (a.startedAt < b.startedAt ? 1 : -1))
  }

  async start({ name, modelId, material, minutes }: LessonRequest): Promise<Lesson> {
    await this.load()
    const { platform, models } = this.world
    const base = await models.findSeparator(modelId)
    const presetId = await this.presetOf(modelId, base.card.name)
    const source = await lessonData(material, this.world)
    const id = platform.newId()
    const plan = {
      presetId,
      datasetId: source.dataset.id,
      name: `Lesson: ${name}`,
      baseModelId: modelId,
      minutes,
      resultsEvery: 1,
      overrides: { learningRate: 3e-4, averageDecay: 0.99, stepsPerEpoch: 60, totalSteps: minutes * stepsPerMinute, patience: 1000, ...this.world.overrides },
    }
    const run = await this.world.runs.start(plan, { lessonId: id, source })
    if (!this.runs.has(run.id)) this.runs.set(run.id, run)
    const stored: StoredLesson = { version: 1, id, name, startedAt: platform.timestamp(), base: { modelId, name: base.card.name }, minutes, runId: run.id }
    await this.change(id, stored)
    return this.shown(stored)
  }

  async resume(lessonId: string): Promise<Lesson> {
    const lesson = await this.known(lessonId)
    if (lesson.outcome || this.measuring.has(lesson.runId)) return this.shown(lesson)
    const run = this.runOf(lesson)
    const isLearned = run.status === 'finished' || (run.status === 'stopped' && run.best !== undefined)
    if (!isLearned) this.runs.set(run.id, await this.world.runs.resume(run.id))
    const { error: _, ...rest } = await this.known(lessonId)
    await this.change(lessonId, rest)
    if (isLearned) this.measure(rest, run)
    return this.shown(rest)
  }

  async keep(lessonId: string, name: string): Promise<{ lesson: Lesson; modelId: string }> {
    const lesson = await this.known(lessonId)
    if (!this.runOf(lesson).best) {
      throw new AppError('INVALID_INPUT', `"${lesson.name}" has learned nothing yet that could be kept. Try again once it has been measured.`)
    }
    const { card } = await this.world.models.keep({ directory: this.world.runs.modelFolder(lesson.runId), name })
    await this.change(lessonId, { ...(await this.known(lessonId)), keptModelId: card.id })
    return { lesson: this.shown(await this.known(lessonId)), modelId: card.id }
  }

  async remove(lessonId: string): Promise<void> {
    const { runId } = await this.known(lessonId)
    const { queue, runs } = this.world
    const jobId = this.measuring.get(runId)
    if (jobId !== undefined) {
      queue.cancel(jobId)
      await queue.finished(jobId)
    }
    if (this.runs.has(runId)) {
      await runs.pause(runId)
      await runs.remove(runId)
    }
    this.lessons.delete(lessonId)
    await this.inTurn(() => this.store.remove(lessonId))
    this.world.emit({ name: 'lessons.removed', payload: { lessonId } })
  }

  runChanged(run: Run): void {
    if (run.lessonId === undefined) return
    this.runs.set(run.id, run)
    const lesson = this.lessons.get(run.lessonId)
    if (lesson) this.look(lesson, run)
    // Nobody may have asked for lessons since the start of the app; what has ended is measured all the same.
    else void this.load().catch(() => {})
  }

  runRemoved(runId: string): void {
    if (!this.runs.delete(runId)) return
    for (const lesson of this.lessons.values()) if (lesson.runId === runId) this.tell(lesson.id)
  }

  close(): void {
    this.isClosed = true
  }

  private look(lesson: StoredLesson, run: Run): void {
    this.tell(lesson.id)
    if (hasEnded(run) && !lesson.outcome && !lesson.error) this.measure(lesson, run)
  }

  /** Has the model that a run ended with measured beside the one that it began with. */
  private measure({ id, base }: StoredLesson, run: Run): void {
    if (this.isClosed || this.measuring.has(run.id)) return
    const { queue } = this.world
    // What is to be compared with cannot be deleted meanwhile.
    const job = queue.add({ kind: 'lesson', title: run.name }, (context) => this.compare(id, run, context), { models: [base.modelId] })
    this.measuring.set(run.id, job.id)
    this.tell(id)
    void queue.finished(job.id).then(({ state }) => {
      this.measuring.delete(run.id)
      const lesson = this.lessons.get(id)
      if (!lesson || this.isClosed || state.status === 'succeeded') return
      const error = state.status === 'failed' ? state.error : toFailure(cancelled())
      // A disk that is full must not end the app; what failed is told in any case.
      return this.change(id, { ...lesson, error }).catch(() => {})
    })
  }

  private async compare(lessonId: string, run: Run, context: JobContext): Promise<LessonOutcome> {
    const { compute, runs } = this.world
    const { base } = await this.known(lessonId)
    if (!run.best) {
      throw new AppError('INVALID_INPUT', 'It ended before its first epoch was over, so nothing was learned that could be measured. Try again, and it goes on from there.')
    }
    const directories = [await this.baseFolder(base), runs.modelFolder(run.id)]
    const songs = await compute.run('compareModels', { runFolder: runs.folder(run.id), dataFolder: await this.dataFolder(run), directories }, context)
    const outcome = outcomeOf(songs.map(({ name, sdr: [before, after] }) => ({ name, before: before!, after: after! })))
    const { error: _, ...lesson } = await this.known(lessonId)
    this.measuring.delete(run.id)
    await this.change(lessonId, { ...lesson, outcome })
    return outcome
  }

  private async baseFolder({ modelId, name }: StoredLesson['base']): Promise<string> {
    try {
      return (await this.world.models.findSeparator(modelId)).directory
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'MODEL_NOT_FOUND') throw error
      throw new AppError('MODEL_NOT_FOUND', `"${name}", which this lesson began with, was deleted, so there is nothing to compare with. What was learned can be kept as a model all the same, or deleted.`)
    }
  }

  /** Where the paths of a run's data start: its dataset's folder, or nowhere for single files. */
  private async dataFolder({ datasetId }: Run): Promise<string> {
    return datasetId === undefined || datasetId === '' ? '' : (await this.world.datasets.open(datasetId)).dataset.folder
  }

  private async presetOf(modelId: string, name: string): Promise<string> {
    const stored = (await this.world.platform.models.list()).find(({ id }) => id === modelId)
    const card = separatorFileCard.safeParse(stored?.card)
    const presetId = card.success ? presetOfNetwork(card.data.config) : undefined
    if (presetId !== undefined) return presetId
    throw new AppError('MODEL_INCOMPATIBLE', `"${name}" is not one of the networks that can be trained here, so nothing was started. Choose another model.`)
  }

  private load(): Promise<void> {
    return (this.loading ??= this.read())
  }

  private async read(): Promise<void> {
    // What was told of meanwhile is newer.
    for (const run of await this.world.runs.list()) if (run.lessonId !== undefined && !this.runs.has(run.id)) this.runs.set(run.id, run)
    const stored = await this.store.list()
    for (const lesson of stored) this.lessons.set(lesson.id, lesson)
    for (const lesson of stored) {
      const run = this.runs.get(lesson.runId)
      if (run) this.look(lesson, run)
    }
  }

  /** @throws AppError RUN_NOT_FOUND */
  private runOf({ runId, name }: StoredLesson): Run {
    const run = this.runs.get(runId)
    if (run) return run
    throw runGone(name)
  }

  private async known(id: string): Promise<StoredLesson> {
    await this.load()
    const lesson = this.lessons.get(id)
    if (lesson) return lesson
    throw new AppError('LESSON_NOT_FOUND', 'That lesson is no longer known. The list of lessons is up to date again.')
  }

  private change(id: string, lesson: StoredLesson): Promise<void> {
    this.lessons.set(id, lesson)
    this.tell(id)
    return this.inTurn(() => this.store.write(lesson))
  }

  private tell(id: string): Lesson {
    const lesson = this.shown(this.lessons.get(id)!)
    this.world.emit({ name: 'lessons.changed', payload: lesson })
    return lesson
  }

  private shown(stored: StoredLesson): Lesson {
    const { version: _, ...lesson } = stored
    const run = this.runs.get(lesson.runId)
    const error = lesson.error ?? (run ? run.error : toFailure(runGone(lesson.name)))
    const status = this.statusOf(lesson, run)
    return { ...lesson, status, ...(status === 'failed' && error && { error }) }
  }

  private statusOf({ outcome, error, runId }: Omit<StoredLesson, 'version'>, run: Run | undefined): Lesson['status'] {
    if (outcome) return 'measured'
    if (this.measuring.has(runId)) return 'measuring'
    if (error || !run || run.status === 'failed') return 'failed'
    if (run.status === 'paused') return 'paused'
    return hasEnded(run) ? 'measuring' : 'learning'
  }
}

function hasEnded({ status }: Run): boolean {
  return status === 'finished' || status === 'stopped'
}

function cancelled(): AppError {
  return new AppError('INVALID_INPUT', 'The measurement was cancelled. Measure again when you like; what was learned is kept.')
}

function runGone(name: string): AppError {
  return new AppError('RUN_NOT_FOUND', `The training of "${name}" was deleted, and what was learned with it. Delete the lesson, or teach anew.`)
}

function outcomeOf(excerpts: LessonOutcome['excerpts']): LessonOutcome {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)
  const before = mean(excerpts.map((excerpt) => excerpt.before))
  const after = mean(excerpts.map((excerpt) => excerpt.after))
  return { excerpts, before, after, recommended: after - before >= leastGain }
}

import type { ComputeClient } from '#main/compute/client'
import type { Manifest } from '#main/datasets/manifest'
import { groupsOfSplit, hasSplit } from '#main/datasets/pictures/groups'
import type { JobQueue } from '#main/services/jobQueue'
import { outlineOf, planRows, shownOutlines } from '#main/services/studyOutlines'
import type { StoredRow, StoredStudy, StudyRuns, StudyStore } from '#main/services/studyPorts'
import { isMeasurable, studyOf } from '#main/services/studyTable'
import type { DatasetSource } from '#main/services/trainingPorts'
import type { AppEvent } from '#shared/contract/contract'
import type { Study, StudyOutline, StudyRequest } from '#shared/contract/studies'
import type { NetworkKind, Run } from '#shared/contract/training'
import { AppError } from '#shared/errors'
import { toFailure } from '#shared/jobs/job'
import { createTurns } from '#shared/jobs/turns'
import type { HistoryLine } from '#shared/training/history'

export interface StudyService {
  outlines(): StudyOutline[]
  /** Newest first. */
  list(): Promise<Study[]>
  /** @throws AppError INVALID_INPUT, and what opening the dataset throws */
  start(request: StudyRequest): Promise<Study>
  /** @throws AppError STUDY_NOT_FOUND, as all below */
  pause(studyId: string): Promise<Study>
  resume(studyId: string): Promise<Study>
  remove(studyId: string): Promise<void>
  /** To be called whenever a run has changed. */
  runChanged(run: Run): void
  /** Waits until everything that was begun is written; for tests. */
  settled(): Promise<void>
}

export interface StudyWorld {
  readonly store: StudyStore
  readonly runs: StudyRuns
  readonly datasets: DatasetSource
  readonly queue: JobQueue
  /** Measures networks. */
  readonly compute: ComputeClient
  newId(): string
  /** Date and time, ISO 8601. */
  timestamp(): string
  emit(event: AppEvent): void
}

/** Returns the service; studies of earlier starts are read when they are first asked for. */
export function createStudyService(world: StudyWorld): StudyService {
  return new Studies(world)
}

class Studies implements StudyService {
  private readonly studies = new Map<string, StoredStudy>()
  private readonly runs = new Map<string, Run>()
  private readonly histories = new Map<string, readonly HistoryLine[]>()
  private readonly measuring = new Set<string>()
  private readonly inTurn = createTurns()
  private readonly writing = createTurns()
  private loading: Promise<void> | undefined

  constructor(private readonly world: StudyWorld) {}

  outlines(): StudyOutline[] {
    return shownOutlines()
  }

  async list(): Promise<Study[]> {
    await this.load()
    return [...this.studies.values()].map((study) => this.shown(study)).toSorted((a, b) => (a.startedAt < b.startedAt ? 1 : -1))
  }

  async start(request: StudyRequest): Promise<Study> {
    await this.load()
    const outline = outlineOf(request.outlineId)
    const rows = outline ? planRows(outline, request) : []
    if (!outline || rows.length === 0) throw new AppError('INVALID_INPUT', 'There is no such study, so nothing was started. Choose one of those that are listed.')
    const { dataset, manifest } = await this.world.datasets.open(request.datasetId)
    requireHeldOut(outline.kind, dataset.name, manifest)
    const study: StoredStudy = {
      version: 1,
      id: this.world.newId(),
      outlineId: request.outlineId,
      variant: request.variant,
      datasetId: dataset.id,
      datasetName: dataset.name,
      startedAt: this.world.timestamp(),
      steps: request.steps,
      rows: rows.map((row) => ({ ...row, factors: { ...row.factors }, overrides: { ...row.overrides } })),
    }
    this.studies.set(study.id, study)
    await this.keep(study.id)
    await this.goOn(study.id)
    return this.shown(this.known(study.id))
  }

  async pause(studyId: string): Promise<Study> {
    await this.load()
    const { rows } = this.known(studyId)
    // The last first, so that no waiting run begins because the one before it has ended.
    for (const { runId } of rows.toReversed()) if (runId !== undefined && this.isActive(runId)) this.note(await this.world.runs.pause(runId))
    for (const { id, kind, state } of this.world.queue.list()) {
      if (kind === 'measurement' && state.status === 'queued' && rows.some(({ runId }) => runId !== undefined && this.measuring.has(runId))) this.world.queue.cancel(id)
    }
    return this.tell(studyId)
  }

  async resume(studyId: string): Promise<Study> {
    await this.load()
    await this.change(studyId, (row) => ({ ...row, error: undefined }))
    await this.goOn(studyId)
    return this.shown(this.known(studyId))
  }

  async remove(studyId: string): Promise<void> {
    await this.pause(studyId)
    for (const { runId } of this.known(studyId).rows) if (runId !== undefined && this.runs.has(runId)) await this.world.runs.remove(runId)
    this.studies.delete(studyId)
    await this.writing(() => this.world.store.remove(studyId))
    this.world.emit({ name: 'studies.removed', payload: { studyId } })
  }

  runChanged(run: Run): void {
    if (run.studyId === undefined || !this.studies.has(run.studyId)) return
    this.note(run)
    this.tell(run.studyId)
    if (isMeasurable(run.status)) void this.inTurn(() => this.finish(run))
  }

  settled(): Promise<void> {
    return this.inTurn(async () => {})
  }

  /** Starts, continues or measures whatever of a study stands still. */
  private goOn(studyId: string): Promise<void> {
    return this.inTurn(async () => {
      for (const { id } of this.known(studyId).rows) await this.goOnWith(studyId, id)
    })
  }

  private async goOnWith(studyId: string, rowId: string): Promise<void> {
    const study = this.known(studyId)
    const row = study.rows.find(({ id }) => id === rowId)!
    const run = row.runId === undefined ? undefined : this.runs.get(row.runId)
    if (row.measured) return
    try {
      if (!run) {
        const { presetId, overrides } = row
        const name = `${outlineOf(study.outlineId)?.title ?? 'Study'}: ${[...Object.values(row.factors), `seed ${row.seed}`].join(', ')}`
        const started = await this.world.runs.start({ presetId, datasetId: study.datasetId, name, overrides, resultsEvery: 0 }, { studyId })
        this.note(started)
        await this.change(studyId, (other) => (other.id === rowId ? { ...other, runId: started.id } : other))
      } else if (isMeasurable(run.status)) await this.finish(run)
      else if (!this.isActive(run.id)) this.note(await this.world.runs.resume(run.id))
    } catch (error) {
      await this.change(studyId, (other) => (other.id === rowId ? { ...other, error: toFailure(error) } : other))
    }
  }

  /** Has a run that has come to its end measured, once. */
  private async finish(run: Run): Promise<void> {
    const study = this.studies.get(run.studyId ?? '')
    const row = study?.rows.find(({ runId }) => runId === run.id)
    if (!study || !row || row.measured || this.measuring.has(run.id)) return
    this.histories.set(run.id, await this.world.runs.history(run.id))
    this.measuring.add(run.id)
    const { dataset } = await this.world.datasets.open(study.datasetId).catch(() => ({ dataset: undefined }))
    const input = { runFolder: this.world.runs.folder(run.id), dataFolder: dataset?.folder ?? '' }
    const job = this.world.queue.add({ kind: 'measurement', title: run.name }, (context) => this.world.compute.run('measureRun', input, context))
    this.tell(study.id)
    void this.world.queue.finished(job.id).then(({ state }) => {
      this.measuring.delete(run.id)
      const outcome =
        state.status === 'succeeded' ? { measured: state.result as StoredRow['measured'] } : state.status === 'failed' ? { error: state.error } : {}
      return this.change(study.id, (other) => (other.runId === run.id ? { ...other, ...outcome } : other)).catch(() => {})
    })
  }

  private load(): Promise<void> {
    return (this.loading ??= this.read())
  }

  private async read(): Promise<void> {
    for (const run of await this.world.runs.list()) if (run.studyId !== undefined) this.note(run)
    for (const study of await this.world.store.list()) this.studies.set(study.id, study)
    for (const id of this.runs.keys()) this.histories.set(id, await this.world.runs.history(id))
  }

  private note(run: Run): void {
    this.runs.set(run.id, run)
  }

  private isActive(runId: string): boolean {
    return ['queued', 'preparing', 'running', 'yielding'].includes(this.runs.get(runId)?.status ?? '')
  }

  private async change(studyId: string, next: (row: StoredRow) => StoredRow): Promise<void> {
    const study = this.studies.get(studyId)
    if (!study) return
    const changed = { ...study, rows: study.rows.map(next) }
    this.studies.set(studyId, changed)
    try {
      await this.keep(studyId)
    } finally {
      if (this.studies.has(studyId)) this.tell(studyId)
    }
  }

  /** Writes the newest state; of two changes at once none overwrites the other with an older one. */
  private keep(studyId: string): Promise<void> {
    return this.writing(async () => {
      const study = this.studies.get(studyId)
      if (study) await this.world.store.write(study)
    })
  }

  private known(studyId: string): StoredStudy {
    const study = this.studies.get(studyId)
    if (study) return study
    throw new AppError('STUDY_NOT_FOUND', 'That study is no longer known. The list of studies is up to date again.')
  }

  private tell(studyId: string): Study {
    const study = this.shown(this.known(studyId))
    this.world.emit({ name: 'studies.changed', payload: study })
    return study
  }

  private shown(study: StoredStudy): Study {
    return studyOf(study, ({ runId = '' }) => ({
      run: this.runs.get(runId),
      history: this.histories.get(runId) ?? [],
      isMeasuring: this.measuring.has(runId),
    }))
  }
}

/** @throws AppError DATASET_EMPTY where nothing could be learned from, or nothing is kept to measure with */
function requireHeldOut(kind: NetworkKind, name: string, { songs, images = [], clips = [] }: Manifest): void {
  const held = kind === 'clips' ? clips : songs
  const isHeld = kind === 'images' ? hasSplit(images, 'test') || hasSplit(images, 'validation') : held.some(({ split }) => split !== 'train')
  if (kind === 'images') groupsOfSplit(images, 'train')
  if (isHeld) return
  const lacking = kind === 'images' ? 'pictures of both kinds' : kind === 'clips' ? 'sound' : 'song with known stems'
  throw new AppError('DATASET_EMPTY', `"${name}" keeps no ${lacking} for validation or test, so there would be nothing to measure with. Nothing was started.`)
}

import { createLane, type Lane } from '#main/services/jobLane'
import { AppError, CancelledError } from '#shared/errors'
import { endState, isFinished, type JobProgress, type JobState } from '#shared/jobs/job'
import type { CancelSignal } from '#shared/jobs/work'
import type { Job } from '#shared/contract/jobs'

/** What a kind of job gives. */
export type ResultOfKind<Kind extends Job['kind']> = Extract<Extract<Job, { kind: Kind }>['state'], { status: 'succeeded' }>['result']

/** Where a job can be asked to compute, instead of where that is fastest. */
export type JobDevice = 'cpu'

/** What a job's work is told by, and tells. */
export interface JobContext {
  readonly signal: CancelSignal
  /** Set when the user wants it computed there this time. */
  readonly device: JobDevice | undefined
  onProgress(progress: JobProgress): void
}

/** What is said of a job of some kind besides its id and its state. */
export type JobFacts<Kind extends Job['kind']> = Readonly<{ kind: Kind } & Omit<Extract<Job, { kind: Kind }>, 'id' | 'kind' | 'state'>>

/**
 * What a job waits for: `compute` separates and takes long, `reader` does what the user waits for meanwhile, `folders` adds
 * datasets, `data` checks them, and `network` downloads them.
 */
export type JobLane = 'compute' | 'reader' | 'folders' | 'data' | 'network'

export interface JobOptions {
  /** `compute` where nothing is said. */
  readonly lane?: JobLane
  /** Ids of the sounds that the job works on; a job of a song, which says so by its facts, need not name them. */
  readonly sounds?: readonly string[]
  /** Ids of the models that the job needs. */
  readonly models?: readonly string[]
}

/**
 * Jobs in order, in each lane one running at a time. A job that fails, is cancelled or loses its process never stops the
 * others.
 */
export interface JobQueue {
  add<Kind extends Job['kind']>(facts: JobFacts<Kind>, work: (context: JobContext) => Promise<ResultOfKind<Kind>>, options?: JobOptions): Job
  /** Adds a job whose result is there already. */
  addFinished<Kind extends Job['kind']>(facts: JobFacts<Kind>, result: ResultOfKind<Kind>, options?: JobOptions): Job
  list(): Job[]
  /** The jobs that were added as working on one of these sounds. */
  workingOn(soundIds: ReadonlySet<string>): Job[]
  /** The jobs that need this model and have not ended. */
  needing(modelId: string): Job[]
  /** @throws AppError JOB_NOT_FOUND */
  get(id: string): Job
  /** Gives the job once it has ended. */
  finished(id: string): Promise<Job>
  /** A waiting job ends at once, a running one within a second, a finished one stays as it is. */
  cancel(id: string): void
  cancelAll(): void
  /** Cancels these jobs, gives them once they have ended, and no longer knows them; those that it does not know are gone already. */
  forget(ids: readonly string[]): Promise<Job[]>
  /** Puts a failed or cancelled job back into the queue, this time on `device`; any other stays as it is. */
  retry(id: string, device?: JobDevice): void
  /** Moves a waiting job among those of its lane; position 0 is next. */
  move(id: string, position: number): void
}

type Work = (context: JobContext) => Promise<unknown>

interface Entry {
  job: Job
  readonly lane: Lane<Entry>
  readonly sounds: readonly string[]
  readonly models: readonly string[]
  /** Gone once it has succeeded: what it works on, such as a whole project, need not be kept. */
  work: Work | undefined
  device: JobDevice | undefined
  controller: AbortController
  waiters: (() => void)[]
}

/** Returns an empty queue. @param onChange is told of every job as it is added and whenever its state changes */
export function createJobQueue(newId: () => string, onChange: (job: Job) => void): JobQueue {
  return new Queue(newId, onChange)
}

class Queue implements JobQueue {
  private readonly entries = new Map<string, Entry>()
  private readonly lanes: Record<JobLane, Lane<Entry>>

  constructor(
    private readonly newId: () => string,
    private readonly onChange: (job: Job) => void,
  ) {
    const lane = () => createLane<Entry>((entry) => this.perform(entry))
    this.lanes = { reader: lane(), compute: lane(), folders: lane(), data: lane(), network: lane() }
  }

  add<Kind extends Job['kind']>(facts: JobFacts<Kind>, work: (context: JobContext) => Promise<ResultOfKind<Kind>>, options: JobOptions = {}): Job {
    const entry = this.enter(facts, { status: 'queued' }, work, options)
    entry.lane.add(entry)
    return entry.job
  }

  addFinished<Kind extends Job['kind']>(facts: JobFacts<Kind>, result: ResultOfKind<Kind>, options: JobOptions = {}): Job {
    return this.enter(facts, { status: 'succeeded', result }, undefined, options).job
  }

  list(): Job[] {
    const jobs = [...this.entries.values()].map(({ job }) => job)
    return [...jobs.filter(({ state }) => state.status !== 'queued'), ...this.waiting().map(({ job }) => job)]
  }

  workingOn(soundIds: ReadonlySet<string>): Job[] {
    return [...this.entries.values()].filter(({ sounds }) => sounds.some((id) => soundIds.has(id))).map(({ job }) => job)
  }

  needing(modelId: string): Job[] {
    const needing = [...this.entries.values()].filter(({ job, models }) => models.includes(modelId) && !isFinished(job.state))
    return needing.map(({ job }) => job)
  }

  get(id: string): Job {
    return this.find(id).job
  }

  finished(id: string): Promise<Job> {
    const entry = this.find(id)
    if (isFinished(entry.job.state)) return Promise.resolve(entry.job)
    return new Promise((resolve) => entry.waiters.push(() => resolve(entry.job)))
  }

  cancel(id: string): void {
    const entry = this.find(id)
    if (entry.job.state.status === 'queued') {
      entry.lane.remove(entry)
      this.change(entry, { status: 'cancelled' })
    }
    entry.controller.abort(new CancelledError())
  }

  /** Those that wait first, so that none of them begins meanwhile. */
  cancelAll(): void {
    for (const { job } of [...this.waiting(), ...this.entries.values()]) this.cancel(job.id)
  }

  async forget(ids: readonly string[]): Promise<Job[]> {
    const known = ids.filter((id) => this.entries.has(id))
    for (const id of known) this.cancel(id)
    const ended = await Promise.all(known.map((id) => this.finished(id)))
    for (const id of known) this.entries.delete(id)
    return ended
  }

  retry(id: string, device?: JobDevice): void {
    const entry = this.find(id)
    const { status } = entry.job.state
    if (status !== 'failed' && status !== 'cancelled') return
    entry.controller = new AbortController()
    entry.device = device
    this.change(entry, { status: 'queued' })
    entry.lane.add(entry)
  }

  move(id: string, position: number): void {
    const entry = this.find(id)
    if (entry.lane.move(entry, position)) this.onChange(entry.job)
  }

  private waiting(): Entry[] {
    return Object.values(this.lanes).flatMap(({ waiting }) => waiting)
  }

  private find(id: string): Entry {
    const entry = this.entries.get(id)
    if (!entry) throw new AppError('JOB_NOT_FOUND', 'That job is no longer known. The list of jobs is up to date again.')
    return entry
  }

  private enter(facts: JobFacts<Job['kind']>, state: JobState<unknown>, work: Work | undefined, { lane = 'compute', sounds = [], models = [] }: JobOptions): Entry {
    const job = { id: this.newId(), ...facts, state } as Job
    const entry = { job, lane: this.lanes[lane], sounds, models, work, device: undefined, controller: new AbortController(), waiters: [] }
    this.entries.set(job.id, entry)
    this.onChange(job)
    return entry
  }

  private change(entry: Entry, state: JobState<unknown>): void {
    entry.job = { ...entry.job, state } as Job
    this.onChange(entry.job)
    if (isFinished(state)) entry.waiters.splice(0).forEach((tell) => tell())
  }

  private async perform(entry: Entry): Promise<void> {
    const { signal } = entry.controller
    this.change(entry, { status: 'running', progress: { stage: 'starting', completed: 0, total: 0, unit: 'seconds' } })
    try {
      const onProgress = (progress: JobProgress) => this.change(entry, { status: 'running', progress })
      const result = await entry.work!({ signal, device: entry.device, onProgress })
      entry.work = undefined
      this.change(entry, { status: 'succeeded', result })
    } catch (error) {
      this.change(entry, endState(error))
    }
  }
}

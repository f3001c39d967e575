import { AppError, CancelledError } from '#shared/errors'
import { endState, isFinished, type JobProgress, type JobState } from '#shared/jobs/job'
import type { CancelSignal } from '#shared/jobs/work'
import type { Job } from '#shared/contract/jobs'

/** What a kind of job gives. */
export type ResultOfKind<Kind extends Job['kind']> = Extract<Extract<Job, { kind: Kind }>['state'], { status: 'succeeded' }>['result']

/** What a job's work is told by, and tells. */
export interface JobContext {
  readonly signal: CancelSignal
  onProgress(progress: JobProgress): void
}

/** What is said of a job of some kind besides its id and its state. */
export type JobFacts<Kind extends Job['kind']> = Readonly<{ kind: Kind } & Omit<Extract<Job, { kind: Kind }>, 'id' | 'kind' | 'state'>>

/** The process whose work a job is: `compute` separates and takes long, `reader` does what the user waits for meanwhile. */
export type JobLane = 'compute' | 'reader'

/**
 * Jobs in order, in each lane one running at a time. A job that fails, is cancelled or loses its process never stops the
 * others.
 */
export interface JobQueue {
  /** @param lane `compute` where nothing is said */
  add<Kind extends Job['kind']>(facts: JobFacts<Kind>, work: (context: JobContext) => Promise<ResultOfKind<Kind>>, lane?: JobLane): Job
  /** Adds a job whose result is there already. */
  addFinished<Kind extends Job['kind']>(facts: JobFacts<Kind>, result: ResultOfKind<Kind>): Job
  list(): Job[]
  /** @throws AppError JOB_NOT_FOUND */
  get(id: string): Job
  /** Gives the job once it has ended. */
  finished(id: string): Promise<Job>
  /** A waiting job ends at once, a running one within a second, a finished one stays as it is. */
  cancel(id: string): void
  cancelAll(): void
  /** Cancels these jobs, waits for them to end, and no longer knows them. */
  forget(ids: readonly string[]): Promise<void>
  retry(id: string): void
  /** Moves a waiting job among those of its lane; position 0 is next. */
  move(id: string, position: number): void
}

interface Entry {
  job: Job
  readonly lane: Lane
  readonly work: (context: JobContext) => Promise<unknown>
  controller: AbortController
  waiters: (() => void)[]
}

interface Lane {
  readonly waiting: string[]
  busy: boolean
}

/** Returns an empty queue. @param onChange is told of every job as it is added and whenever its state changes */
export function createJobQueue(newId: () => string, onChange: (job: Job) => void): JobQueue {
  const entries = new Map<string, Entry>()
  const lanes: Record<JobLane, Lane> = { reader: { waiting: [], busy: false }, compute: { waiting: [], busy: false } }

  const find = (id: string): Entry => {
    const entry = entries.get(id)
    if (!entry) throw new AppError('JOB_NOT_FOUND', 'That job is no longer known. The list of jobs is up to date again.')
    return entry
  }

  const change = (entry: Entry, state: JobState<unknown>) => {
    entry.job = { ...entry.job, state } as Job
    onChange(entry.job)
    if (isFinished(state)) entry.waiters.splice(0).forEach((tell) => tell())
  }

  const advance = async (lane: Lane) => {
    if (lane.busy) return
    const id = lane.waiting.shift()
    if (id === undefined) return
    lane.busy = true
    await perform(find(id))
    lane.busy = false
    void advance(lane)
  }

  const perform = async (entry: Entry) => {
    const { signal } = entry.controller
    change(entry, { status: 'running', progress: { stage: 'starting', completed: 0, total: 0, unit: 'seconds' } })
    try {
      const result = await entry.work({
        signal,
        onProgress: (progress) => change(entry, { status: 'running', progress }),
      })
      change(entry, { status: 'succeeded', result })
    } catch (error) {
      change(entry, endState(error))
    }
  }

  const enter = (facts: JobFacts<Job['kind']>, state: JobState<unknown>, work: Entry['work'], lane = lanes.compute): Entry => {
    const job = { id: newId(), ...facts, state } as Job
    const entry = { job, lane, work, controller: new AbortController(), waiters: [] }
    entries.set(job.id, entry)
    onChange(job)
    return entry
  }

  const queue = ({ lane, job }: Entry) => {
    lane.waiting.push(job.id)
    // A turn later, so that whoever adds a job has its id before the first event about its running.
    queueMicrotask(() => void advance(lane))
  }

  const cancel = (id: string) => {
    const entry = find(id)
    if (entry.job.state.status === 'queued') {
      const { waiting } = entry.lane
      waiting.splice(waiting.indexOf(id), 1)
      change(entry, { status: 'cancelled' })
    }
    entry.controller.abort(new CancelledError())
  }

  const finished = (id: string): Promise<Job> => {
    const entry = find(id)
    if (isFinished(entry.job.state)) return Promise.resolve(entry.job)
    return new Promise((resolve) => entry.waiters.push(() => resolve(entry.job)))
  }

  return {
    add(facts, work, lane = 'compute') {
      const entry = enter(facts, { status: 'queued' }, work, lanes[lane])
      queue(entry)
      return entry.job
    },
    addFinished: (facts, result) => enter(facts, { status: 'succeeded', result }, async () => result).job,
    list() {
      const jobs = [...entries.values()].map(({ job }) => job)
      const queued = Object.values(lanes).flatMap(({ waiting }) => waiting.map((id) => find(id).job))
      return [...jobs.filter(({ state }) => state.status !== 'queued'), ...queued]
    },
    get: (id) => find(id).job,
    finished,
    cancel,
    cancelAll() {
      const waiting = Object.values(lanes).flatMap((lane) => lane.waiting)
      for (const id of [...waiting, ...entries.keys()]) cancel(id)
    },
    async forget(ids) {
      for (const id of ids) cancel(id)
      for (const id of ids) await finished(id)
      for (const id of ids) entries.delete(id)
    },
    retry(id) {
      const entry = find(id)
      const { status } = entry.job.state
      if (status !== 'failed' && status !== 'cancelled') return
      entry.controller = new AbortController()
      change(entry, { status: 'queued' })
      queue(entry)
    },
    move(id, position) {
      const { waiting } = find(id).lane
      const from = waiting.indexOf(id)
      if (from < 0) return
      waiting.splice(from, 1)
      waiting.splice(position, 0, id)
      onChange(find(id).job)
    },
  }
}

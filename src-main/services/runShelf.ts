import type { RunRecord, RunStore } from '#main/services/trainingPorts'
import type { AppEvent } from '#shared/contract/contract'
import type { Run, RunStatus } from '#shared/contract/training'
import { AppError } from '#shared/errors'
import { createTurns, type Turns } from '#shared/jobs/turns'

interface Entry {
  record: RunRecord
  /** Bytes of its folder. */
  size: number
  readonly inTurn: Turns
}

/** States that only last while somebody is at work on the run. */
const lively: ReadonlySet<RunStatus> = new Set(['queued', 'preparing', 'running', 'yielding'])

/** All runs there are, as the UI is told of them and as they lie on the disk. */
export class RunShelf {
  private readonly entries = new Map<string, Entry>()
  private loading: Promise<void> | undefined

  constructor(
    private readonly store: RunStore,
    private readonly emit: (event: AppEvent) => void,
  ) {}

  /** Reads the runs of earlier starts, once; those that were broken off can be resumed. */
  load(): Promise<void> {
    return (this.loading ??= this.read())
  }

  /** Newest first. */
  list(): Run[] {
    return [...this.entries.values()].map(shown).toSorted((a, b) => (a.startedAt < b.startedAt ? 1 : -1))
  }

  records(): RunRecord[] {
    return [...this.entries.values()].map(({ record }) => record)
  }

  /** @throws AppError RUN_NOT_FOUND */
  record(id: string): RunRecord {
    return this.entry(id).record
  }

  /** @throws AppError RUN_NOT_FOUND */
  run(id: string): Run {
    return shown(this.entry(id))
  }

  add(record: RunRecord): Run {
    this.entries.set(record.id, { record, size: 0, inTurn: createTurns() })
    return this.tell(record.id)
  }

  /** Changes what is known of a run, and only tells of it: what changes many times a second need not be on the disk. */
  show(id: string, change: Partial<RunRecord>): Run {
    const entry = this.entry(id)
    entry.record = { ...entry.record, ...change }
    return this.tell(id)
  }

  /** Changes what is known of a run, on the disk as well. @throws AppError OUTPUT_NOT_WRITABLE, DISK_FULL */
  async change(id: string, change: Partial<RunRecord>): Promise<Run> {
    this.show(id, change)
    const entry = this.entry(id)
    await entry.inTurn(() => this.store.write(entry.record))
    entry.size = await this.store.size(id)
    return this.tell(id)
  }

  /** The same for what happens to a run: a disk that is full is told by the run's own failure, and must not hide it. */
  async note(id: string, change: Partial<RunRecord>): Promise<void> {
    await this.change(id, change).catch(() => {})
  }

  remove(id: string): void {
    this.entries.delete(id)
    this.emit({ name: 'training.removed', payload: { runId: id } })
  }

  private entry(id: string): Entry {
    const entry = this.entries.get(id)
    if (entry) return entry
    throw new AppError('RUN_NOT_FOUND', 'That training run is no longer known. The list of runs is up to date again.')
  }

  private tell(id: string): Run {
    const run = shown(this.entry(id))
    this.emit({ name: 'training.changed', payload: run })
    return run
  }

  private async read(): Promise<void> {
    for (const stored of await this.store.list()) {
      const isInterrupted = lively.has(stored.status) && !(await this.store.isClaimed(stored.id))
      const record = isInterrupted ? { ...stored, status: 'paused' as const } : stored
      this.entries.set(record.id, { record, size: await this.store.size(record.id), inTurn: createTurns() })
    }
  }
}

function shown({ record, size }: Entry): Run {
  const { version: _, dataFolder: _folder, baseDirectory: _base, minutes: _minutes, resultsEvery: _every, kept: _kept, preparing, ...run } = record
  return { ...run, size, ...(preparing && run.status === 'preparing' && { preparing }) }
}

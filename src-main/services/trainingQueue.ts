import type { ComputeClient } from '#main/compute/client'
import type { TrainingNews, TrainingWish } from '#main/compute/protocol'
import type { RunShelf } from '#main/services/runShelf'
import type { RunRecord, RunStore } from '#main/services/trainingPorts'
import type { AppEvent } from '#shared/contract/contract'
import { isCancellation } from '#shared/errors'
import { toFailure } from '#shared/jobs/job'

/** Why a run that learns was asked to stop: the user wants it, or something that goes first does. */
type Reason = 'user' | 'stop' | 'yield'

interface Current {
  readonly id: string
  reason: Reason | undefined
  tell(wish: TrainingWish): void
  ended: Promise<void>
  /** True once its process has said how it ended; what follows takes a moment. */
  hasEnded: boolean
  /** Called once a checkpoint has been written, or the run has ended. */
  readonly checkpointWaiters: (() => void)[]
}

interface World {
  /** Runs the trainings, and nothing else, so that a crash there hurts nobody. */
  readonly trainer: ComputeClient
  readonly shelf: RunShelf
  readonly store: RunStore
  /** True while something wants the machine that goes first. */
  isBusy(): boolean
  emit(event: AppEvent): void
  /** Called once a run has come to its own end. */
  onFinished(id: string): Promise<void>
}

/** Runs that wait, and the one that learns. */
export class TrainingQueue {
  private readonly waiting: string[] = []
  private current: Current | undefined
  private isClosed = false

  constructor(private readonly world: World) {}

  /** Ids of the runs that wait or learn. */
  active(): string[] {
    return [...(this.current ? [this.current.id] : []), ...this.waiting]
  }

  isActive(id: string): boolean {
    return this.active().includes(id)
  }

  /** Puts a run at the end of those that wait; it begins at once where nothing hinders it. */
  add(id: string): void {
    this.waiting.push(id)
    queueMicrotask(() => this.advance())
  }

  /** Ends what the run does, with a checkpoint; `stop` leaves a model too. The run is not active any more afterwards. */
  async end(id: string, reason: 'user' | 'stop'): Promise<void> {
    const at = this.waiting.indexOf(id)
    if (at >= 0) {
      this.waiting.splice(at, 1)
      await this.world.shelf.note(id, { status: reason === 'stop' ? 'stopped' : 'paused' })
    }
    if (this.current?.id !== id) return
    this.current.reason = reason
    this.current.tell(reason === 'stop' ? 'stop' : 'pause')
    await this.current.ended
    // It was about to give way, and waits for its turn.
    if (this.waiting.includes(id)) await this.end(id, reason)
  }

  /** Lets a run that learns write a checkpoint, and waits for it. */
  async checkpoint(id: string): Promise<void> {
    const { current } = this
    if (current?.id !== id) return
    await new Promise<void>((resolve) => {
      current.checkpointWaiters.push(resolve)
      current.tell('checkpoint')
    })
  }

  /** To be called whenever `isBusy` may have changed. */
  look(): void {
    const { current } = this
    if (!this.world.isBusy()) return this.advance()
    // One that has ended is no longer told anything: its last state stands.
    if (!current || current.reason || current.hasEnded) return
    current.reason = 'yield'
    this.world.shelf.show(current.id, { status: 'yielding' })
    current.tell('pause')
  }

  /** Waits for a run that is on its way to its end, so that what is asked next is not lost on it. */
  async settled(id: string): Promise<void> {
    if (this.current?.id === id && this.current.hasEnded) await this.current.ended
  }

  /** Waits until no run learns. */
  async idle(): Promise<void> {
    await this.current?.ended
  }

  /** Pauses all runs, and begins no other. */
  async close(): Promise<void> {
    this.isClosed = true
    await Promise.all(this.active().map((id) => this.end(id, 'user')))
  }

  private advance(): void {
    if (this.current || this.isClosed || this.world.isBusy()) return
    const id = this.waiting.shift()
    if (id === undefined) return
    const wishes: TrainingWish[] = []
    const current: Current = { id, reason: undefined, tell: (wish) => void wishes.push(wish), ended: Promise.resolve(), hasEnded: false, checkpointWaiters: [] }
    this.current = current
    current.ended = this.perform(current, wishes).then(() => {
      this.current = undefined
      for (const tell of current.checkpointWaiters.splice(0)) tell()
      // What the engine holds of the graphics card's memory is only free once its process is gone.
      this.world.trainer.rest()
      this.advance()
    })
  }

  /** Never throws. @param wishes what is told before there is somebody to hear it */
  private async perform(current: Current, wishes: readonly TrainingWish[]): Promise<void> {
    const { store, shelf, trainer } = this.world
    const { id } = current
    try {
      const claim = await store.claim(id)
      try {
        await shelf.change(id, { status: 'preparing', preparing: undefined, error: undefined })
        const signal = new AbortController().signal
        const onEvent = (news: TrainingNews) => this.hear(current, news)
        const record = shelf.record(id)
        const { minutes, resultsEvery } = record
        const input = { ...filesOf(record, store), resultsEvery, ...(minutes !== undefined && { seconds: minutes * 60 }) }
        const task = trainer.open('train', input, { signal, onProgress: () => {}, onEvent })
        current.tell = task.tell
        for (const wish of wishes) task.tell(wish)
        const { reason } = await task.result.finally(() => (current.hasEnded = true))
        await this.conclude(current, reason)
      } finally {
        claim.release()
      }
    } catch (error) {
      if (isCancellation(error)) await shelf.note(id, { status: 'paused' })
      else await shelf.note(id, { status: 'failed', error: toFailure(error) })
    }
  }

  private async conclude({ id, reason }: Current, ended: 'finished' | 'time' | 'noProgress' | 'paused' | 'stopped'): Promise<void> {
    const { shelf } = this.world
    if (ended === 'paused' && reason === 'yield') {
      this.waiting.unshift(id)
      return shelf.note(id, { status: 'yielding' })
    }
    if (ended === 'paused') return shelf.note(id, { status: 'paused' })
    if (ended === 'stopped') return shelf.note(id, { status: 'stopped' })
    const notes = [...shelf.record(id).notes, ...(ended === 'noProgress' ? ['No progress was seen for a while, so the run ended.'] : [])]
    await shelf.note(id, { status: 'finished', notes })
    await this.world.onFinished(id)
  }

  private hear(current: Current, news: TrainingNews): void {
    const { shelf, emit } = this.world
    const { id } = current
    const record = shelf.record(id)
    switch (news.kind) {
      case 'ready':
        return void shelf.note(id, { engine: news.engine })
      case 'preparing':
        return void (record.status === 'preparing' && shelf.show(id, { preparing: news.preparing }))
      case 'progress':
        // What is said on the way to a stop is no sign of life.
        return void shelf.show(id, { progress: news.progress, preparing: undefined, ...(!current.reason && { status: 'running' }) })
      case 'epoch':
        emit({ name: 'training.epoch', payload: { runId: id, line: news.line } })
        return void shelf.note(id, { ...(news.line.best && { best: { epoch: news.line.epoch, step: news.line.step, score: news.line.score } }) })
      case 'checkpoint':
        for (const tell of current.checkpointWaiters.splice(0)) tell()
        return void shelf.note(id, {})
      case 'note':
        return void shelf.note(id, {
          notes: [...record.notes, news.note],
          ...(news.batchSize !== undefined && { config: { ...record.config, batchSize: news.batchSize } }),
        })
    }
  }
}

/** What the compute process needs to know of a run in its folder. */
export function filesOf({ id, presetId, dataFolder, config, baseDirectory }: RunRecord, { folder, cacheFolder }: RunStore) {
  return { runFolder: folder(id), cacheFolder, presetId, dataFolder, config, ...(baseDirectory !== undefined && { from: baseDirectory }) }
}

import {
  type ComputeEvent,
  type ComputeInput,
  type ComputeResult,
  type ComputeTaskName,
  type ComputeTold,
  computeTasks,
  type FromCompute,
  fromCompute,
  type ToCompute,
} from '#main/compute/protocol'
import { AppError, CancelledError } from '#shared/errors'
import { fromFailure } from '#shared/jobs/job'
import type { CancelSignal, WorkProgress } from '#shared/jobs/work'

/** A process that runs src-main/compute/entry: Node's child_process, or Electron's utilityProcess. */
export interface ComputeProcess {
  send(message: ToCompute): void
  onMessage(callback: (message: unknown) => void): void
  /** Called once, when the process is gone; `reason` says how it ended, such as "signal SIGKILL". */
  onExit(callback: (reason: string) => void): void
  /** Ends it; `onExit` tells when it is gone. */
  kill(): void
}

/** What a caller of a task passes to be told and obeyed. */
export interface TaskContext {
  signal: CancelSignal
  onProgress(progress: WorkProgress): void
}

/** A task that is under way. */
export interface RunningTask<Name extends ComputeTaskName> {
  /** As `run` of the client gives it. */
  readonly result: Promise<ComputeResult<Name>>
  /** Tells it something; what has ended does not hear it. */
  tell(message: ComputeTold<Name>): void
}

/** Runs tasks in a process of its own, which is started when first needed and again after it died. */
export interface ComputeClient {
  /**
   * @throws AppError with the code that the task failed with, or COMPUTE_CRASHED when its process died
   * @throws CancelledError within a second of `signal`
   */
  run<Name extends ComputeTaskName>(name: Name, input: ComputeInput<Name>, context?: TaskContext): Promise<ComputeResult<Name>>
  /** The same for a task that can be told things while it runs, and says more than its progress. */
  open<Name extends ComputeTaskName>(
    name: Name,
    input: ComputeInput<Name>,
    context?: TaskContext & { onEvent(event: ComputeEvent<Name>): void },
  ): RunningTask<Name>
  /** Ends the process where nothing runs in it, so that its memory is free; the next task starts another. */
  rest(): void
  /**
   * Ends the process; tasks that still run, and all that come later, are cancelled. A task has the same time as with
   * `signal` to stop by itself, so that it is not ended between the names of its two files.
   */
  close(): void
}

/** Time for a task to stop by itself before its process is ended. */
const graceMs = 500

/** What a caller listens to; `onEvent` only where the task says something. */
type Listening = TaskContext & { onEvent(event: never): void }

interface Pending {
  name: ComputeTaskName
  input: unknown
  cancelled: boolean
  cancel(): void
  progress(progress: WorkProgress): void
  event(event: unknown): void
  resolve(result: unknown): void
  reject(error: Error): void
}

/** Returns a client whose process is made by `launch` when there is something to do. */
export function createComputeClient(launch: () => ComputeProcess): ComputeClient {
  const pending = new Map<number, Pending>()
  let running: ComputeProcess | undefined
  /** The process that was ended because a task in it did not stop. */
  let ended: ComputeProcess | undefined
  let lastId = 0
  let closed = false

  const settle = (message: Exclude<FromCompute, { type: 'progress' | 'event' }>, task: Pending) => {
    pending.delete(message.id)
    if (message.type === 'succeeded') {
      const result = computeTasks[task.name].result.safeParse(message.result)
      if (result.success) task.resolve(result.data)
      else task.reject(unfit(task.name, result.error))
    } else task.reject(message.type === 'cancelled' ? new CancelledError() : fromFailure(message.error))
  }

  /** A task whose message says nothing is not waited for: nobody knows what it would have said. */
  const refuse = (received: unknown, error: Error) => {
    const { id } = (received ?? {}) as { id?: number }
    const task = id === undefined ? undefined : pending.get(id)
    if (id === undefined || !task) return
    pending.delete(id)
    task.reject(unfit(task.name, error))
  }

  const receive = (received: unknown) => {
    const parsed = fromCompute.safeParse(received)
    if (!parsed.success) return refuse(received, parsed.error)
    const message = parsed.data
    const task = pending.get(message.id)
    if (message.type === 'progress') task?.progress(message.progress)
    else if (message.type === 'event') task?.event(message.event)
    else if (task) settle(message, task)
    if (closed && pending.size === 0) running?.kill()
  }

  const lost = (process: ComputeProcess, reason: string) => {
    if (running !== process) return
    running = undefined
    for (const [id, task] of pending) {
      // The others in a process that was ended for one task's sake did nothing wrong: they begin again in the next one.
      if (process === ended && !task.cancelled) {
        send({ type: 'run', id, task: task.name, input: task.input })
        continue
      }
      pending.delete(id)
      task.reject(task.cancelled ? new CancelledError() : crashed(reason))
    }
  }

  const send = (message: ToCompute) => (running ??= start()).send(message)

  const start = (): ComputeProcess => {
    const process = launch()
    process.onMessage(receive)
    process.onExit((reason) => lost(process, reason))
    return process
  }

  const begin = (id: number, name: ComputeTaskName, input: unknown, context: Listening | undefined): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const task: Pending = {
        name,
        input,
        cancelled: false,
        cancel,
        progress: (progress) => context?.onProgress(progress),
        event: (event) => context?.onEvent?.(event as never),
        resolve: finish(resolve),
        reject: finish(reject),
      }
      let impatience: ReturnType<typeof setTimeout> | undefined
      function cancel() {
        if (task.cancelled) return
        task.cancelled = true
        running?.send({ type: 'cancel', id })
        impatience = setTimeout(() => {
          ended = running
          running?.kill()
        }, graceMs)
      }
      function finish<Value>(settled: (value: Value) => void) {
        return (value: Value) => {
          clearTimeout(impatience)
          context?.signal.removeEventListener('abort', cancel)
          settled(value)
        }
      }
      pending.set(id, task)
      context?.signal.addEventListener('abort', cancel, { once: true })
      send({ type: 'run', id, task: name, input })
    })

  const open: ComputeClient['open'] = (name, input, context) => {
    const id = ++lastId
    const isLate = closed || context?.signal.aborted === true
    const result = isLate ? Promise.reject(new CancelledError()) : begin(id, name, input, context)
    return {
      result: result as Promise<never>,
      tell: (message) => pending.has(id) && running?.send({ type: 'tell', id, message }),
    }
  }

  return {
    open,
    run: (name, input, context) => open(name, input, context as Listening | undefined).result,
    rest() {
      if (pending.size > 0) return
      running?.kill()
      running = undefined
    },
    close() {
      closed = true
      for (const task of pending.values()) task.cancel()
      if (pending.size === 0) running?.kill()
    },
  }
}

/** A defect of ours: the user can do nothing but tell of it. */
function unfit(name: ComputeTaskName, cause: Error): AppError {
  return new AppError('INTERNAL', `The task ${name} answered what Stemwright cannot use, so nothing was done with it: ${cause.message}`, { cause })
}

function crashed(reason: string): AppError {
  return new AppError(
    'COMPUTE_CRASHED',
    `The process that does the computing stopped unexpectedly (${reason}). Nothing half-finished was kept, and the queue goes on. ` +
      'Try again; if it happens again, close other programs to free memory.',
  )
}

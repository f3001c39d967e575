import {
  type ComputeEvent,
  type ComputeInput,
  type ComputeResult,
  type ComputeTaskName,
  type ComputeTold,
  computeTasks,
  type FromCompute,
  toCompute,
} from '#main/compute/protocol'
import { workContext } from '#main/node/workContext'
import { invalidInput } from '#shared/contract/server'
import { endState } from '#shared/jobs/job'
import type { WorkContext } from '#shared/jobs/work'

/** The compute process's side of the connection. */
export interface ParentChannel {
  send(message: FromCompute): void
  onMessage(callback: (message: unknown) => void): void
}

/** How a running task is told things, and says things, by its caller. */
export interface TaskLine<Name extends ComputeTaskName> {
  /** Calls back for all that the task is told, also for what came before this was called. */
  onTold(listener: (message: ComputeTold<Name>) => void): void
  say(event: ComputeEvent<Name>): void
}

/** What does each task. */
export type ComputeTasks = {
  readonly [Name in ComputeTaskName]: (input: ComputeInput<Name>, context: WorkContext, line: TaskLine<Name>) => Promise<ComputeResult<Name>>
}

/** What a task was told and has not heard yet, because it was still being loaded. */
interface Ear {
  readonly unheard: unknown[]
  listener: ((message: never) => void) | undefined
}

/** Answers the messages of `channel` with `tasks`, until the process ends. */
export function serveTasks(channel: ParentChannel, tasks: ComputeTasks): void {
  const cancels = new Map<number, AbortController>()
  const ears = new Map<number, Ear>()

  const lineOf = (id: number, ear: Ear): TaskLine<ComputeTaskName> => ({
    onTold(listener) {
      ear.listener = listener
      for (const message of ear.unheard.splice(0)) listener(message as never)
    },
    say: (event: unknown) => channel.send({ type: 'event', id, event }),
  })

  const run = async (id: number, name: ComputeTaskName, received: unknown) => {
    const controller = new AbortController()
    const ear: Ear = { unheard: [], listener: undefined }
    cancels.set(id, controller)
    ears.set(id, ear)
    try {
      const input = computeTasks[name].input.safeParse(received)
      if (!input.success) throw invalidInput(`The task ${name}`, input.error)
      const context = workContext(controller.signal, (progress) => channel.send({ type: 'progress', id, progress }))
      const result = await tasks[name](input.data as never, context, lineOf(id, ear) as never)
      channel.send({ type: 'succeeded', id, result })
    } catch (error) {
      const end = endState(error)
      channel.send(end.status === 'failed' ? { type: 'failed', id, error: end.error } : { type: 'cancelled', id })
    } finally {
      cancels.delete(id)
      ears.delete(id)
    }
  }

  const tell = (ear: Ear | undefined, message: unknown) => {
    if (ear?.listener) ear.listener(message as never)
    else ear?.unheard.push(message)
  }

  channel.onMessage((received) => {
    const message = toCompute.parse(received)
    if (message.type === 'cancel') cancels.get(message.id)?.abort()
    else if (message.type === 'tell') tell(ears.get(message.id), message.message)
    else void run(message.id, message.task, message.input)
  })
}

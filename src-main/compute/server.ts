import {
  type ComputeInput,
  type ComputeResult,
  type ComputeTaskName,
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

/** What does each task. */
export type ComputeTasks = {
  readonly [Name in ComputeTaskName]: (input: ComputeInput<Name>, context: WorkContext) => Promise<ComputeResult<Name>>
}

/** Answers the messages of `channel` with `tasks`, until the process ends. */
export function serveTasks(channel: ParentChannel, tasks: ComputeTasks): void {
  const cancels = new Map<number, AbortController>()

  const run = async (id: number, name: ComputeTaskName, received: unknown) => {
    const controller = new AbortController()
    cancels.set(id, controller)
    try {
      const input = computeTasks[name].input.safeParse(received)
      if (!input.success) throw invalidInput(`The task ${name}`, input.error)
      const context = workContext(controller.signal, (progress) => channel.send({ type: 'progress', id, progress }))
      const result = await tasks[name](input.data as never, context)
      channel.send({ type: 'succeeded', id, result })
    } catch (error) {
      const end = endState(error)
      channel.send(end.status === 'failed' ? { type: 'failed', id, error: end.error } : { type: 'cancelled', id })
    } finally {
      cancels.delete(id)
    }
  }

  channel.onMessage((received) => {
    const message = toCompute.parse(received)
    if (message.type === 'cancel') cancels.get(message.id)?.abort()
    else void run(message.id, message.task, message.input)
  })
}

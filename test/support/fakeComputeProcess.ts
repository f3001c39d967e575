import type { ComputeProcess } from '#main/compute/client'
import { type ComputeTasks, serveTasks } from '#main/compute/server'

/** A compute process inside the test: the real protocol and the real server, with messages cloned as between processes. */
export interface FakeComputeProcess extends ComputeProcess {
  /** Dies as a real process does: no answer to anything. */
  crash(reason: string): void
  readonly ended: boolean
}

export function fakeComputeProcess(tasks: Partial<ComputeTasks>): FakeComputeProcess {
  let toParent: (message: unknown) => void = () => {}
  let toChild: (message: unknown) => void = () => {}
  let exited: (reason: string) => void = () => {}
  let ended = false
  const deliver = (receiver: () => (message: unknown) => void, message: unknown) => {
    const copy: unknown = structuredClone(message)
    setImmediate(() => ended || receiver()(copy))
  }
  const end = (reason: string) => {
    if (ended) return
    ended = true
    setImmediate(() => exited(reason))
  }
  serveTasks(
    {
      send: (message) => deliver(() => toParent, message),
      onMessage: (callback) => (toChild = callback),
    },
    tasks as ComputeTasks,
  )
  return {
    send: (message) => deliver(() => toChild, message),
    onMessage: (callback) => (toParent = callback),
    onExit: (callback) => (exited = callback),
    kill: () => end('signal SIGKILL'),
    crash: end,
    get ended() {
      return ended
    },
  }
}

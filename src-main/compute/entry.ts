import { type ParentChannel, serveTasks } from '#main/compute/server'
import { tasks } from '#main/compute/tasks/tasks'
import type { FromCompute } from '#main/compute/protocol'

/** The part of Electron's `process.parentPort` that is used here; it exists in its utility processes only. */
interface ParentPort {
  postMessage(message: unknown): void
  on(event: 'message', listener: (event: { data: unknown }) => void): void
}

function openParentChannel(): ParentChannel {
  const { parentPort } = process as NodeJS.Process & { parentPort?: ParentPort }
  if (parentPort) {
    return {
      send: (message) => parentPort.postMessage(message),
      onMessage: (callback) => parentPort.on('message', ({ data }) => callback(data)),
    }
  }
  // Without its parent there is nobody to compute for.
  process.on('disconnect', () => process.exit(0))
  return {
    send: (message: FromCompute) => void process.send?.(message),
    onMessage: (callback) => void process.on('message', callback),
  }
}

// Ctrl-C in a terminal reaches every process; here it is the parent that decides what is cancelled.
process.on('SIGINT', () => {})
serveTasks(openParentChannel(), tasks)

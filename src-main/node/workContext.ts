import type { CancelSignal, WorkContext } from '#shared/jobs/work'

/** The context of work in a Node process: a turn of the event loop is one of Node's, so that messages and signals get through. */
export function workContext(signal: CancelSignal, onProgress: WorkContext['onProgress'] = () => {}): WorkContext {
  return { signal, onProgress, yieldTurn: () => new Promise((resolve) => setImmediate(resolve)) }
}

/** The context of work that nobody watches or cancels. */
export function unwatchedContext(): WorkContext {
  return workContext(new AbortController().signal)
}

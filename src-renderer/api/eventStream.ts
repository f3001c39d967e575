import type { ConnectionState } from '#renderer/api/host'

/** What of the browser the stream needs. */
export interface StreamWorld {
  open(): EventSource
  /** Http status of a request to the server; rejects where nobody answers. */
  probe(): Promise<number>
  later(callback: () => void, ms: number): void
}

/** The events of the services, over one connection however many listen, which is made anew whenever it breaks. */
export interface EventStream {
  /** Calls back for every event; returns how to stop. */
  onEvent(callback: (event: unknown) => void): () => void
  /** Calls back with how the connection is now, and whenever that changes; returns how to stop. */
  watchConnection(callback: (state: ConnectionState) => void): () => void
}

const againMs = 2000
const refusals = new Set([401, 403, 421])

/** Returns the stream, which connects when it is first listened to and stays connected as long as the page. */
export function createEventStream(world: StreamWorld): EventStream {
  const listeners = new Set<(event: unknown) => void>()
  const watchers = new Set<(state: ConnectionState) => void>()
  let state: ConnectionState = 'connected'
  /** The server that the page was loaded from. */
  let server: string | undefined
  let isOpen = false

  const enter = (next: ConnectionState) => {
    if (next === state) return
    state = next
    watchers.forEach((tell) => tell(state))
  }

  const greet = (instance: string) => {
    server ??= instance
    enter(instance === server ? 'connected' : 'restarted')
  }

  const connect = () => {
    const source = world.open()
    source.addEventListener('server', (message) => greet((JSON.parse(String(message.data)) as { instance: string }).instance))
    source.onmessage = ({ data }) => {
      const event: unknown = JSON.parse(String(data))
      listeners.forEach((tell) => tell(event))
    }
    source.onerror = () => {
      if (state !== 'refused') enter('lost')
      // While it is connecting the browser tries again by itself; where the answer was no stream of events, it gives up.
      if (source.readyState === EventSource.CLOSED) void retry()
    }
  }

  const retry = async () => {
    const status = await world.probe().catch(() => 0)
    enter(refusals.has(status) ? 'refused' : 'lost')
    world.later(connect, againMs)
  }

  const start = () => {
    if (isOpen) return
    isOpen = true
    connect()
  }

  return {
    onEvent(callback) {
      listeners.add(callback)
      start()
      return () => listeners.delete(callback)
    },
    watchConnection(callback) {
      watchers.add(callback)
      start()
      callback(state)
      return () => watchers.delete(callback)
    },
  }
}

/** The stream of the server that the page came from. */
export function browserStream(): EventStream {
  return createEventStream({
    open: () => new EventSource('/api/events'),
    probe: async () => (await fetch('/api/request/app.info', { method: 'POST', body: '{}' })).status,
    later: (callback, ms) => void setTimeout(callback, ms),
  })
}

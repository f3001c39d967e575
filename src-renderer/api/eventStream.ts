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
  return new ServerStream(world)
}

class ServerStream implements EventStream {
  private readonly listeners = new Set<(event: unknown) => void>()
  private readonly watchers = new Set<(state: ConnectionState) => void>()
  private state: ConnectionState = 'connected'
  /** The server that the page was loaded from. */
  private server: string | undefined
  private isOpen = false

  constructor(private readonly world: StreamWorld) {}

  readonly onEvent = (callback: (event: unknown) => void): (() => void) => {
    this.listeners.add(callback)
    this.start()
    return () => this.listeners.delete(callback)
  }

  readonly watchConnection = (callback: (state: ConnectionState) => void): (() => void) => {
    this.watchers.add(callback)
    this.start()
    callback(this.state)
    return () => this.watchers.delete(callback)
  }

  private start(): void {
    if (this.isOpen) return
    this.isOpen = true
    this.connect()
  }

  private connect(): void {
    const source = this.world.open()
    source.addEventListener('server', ({ data }) => this.greet((JSON.parse(String(data)) as { instance: string }).instance))
    source.onmessage = ({ data }) => {
      const event: unknown = JSON.parse(String(data))
      this.listeners.forEach((tell) => tell(event))
    }
    source.onerror = () => {
      if (this.state !== 'refused') this.enter('lost')
      // While it is connecting the browser tries again by itself; where the answer was no stream of events, it gives up.
      if (source.readyState === EventSource.CLOSED) void this.retry()
    }
  }

  private async retry(): Promise<void> {
    const status = await this.world.probe().catch(() => 0)
    this.enter(refusals.has(status) ? 'refused' : 'lost')
    this.world.later(() => this.connect(), againMs)
  }

  private greet(instance: string): void {
    this.server ??= instance
    this.enter(instance === this.server ? 'connected' : 'restarted')
  }

  private enter(next: ConnectionState): void {
    if (next === this.state) return
    this.state = next
    this.watchers.forEach((tell) => tell(next))
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

import { beforeAll, describe, expect, it, vi } from 'vitest'
import { createEventStream } from '#renderer/api/eventStream'

beforeAll(() => void vi.stubGlobal('EventSource', { CLOSED: 2 }))

/** What a browser's EventSource is to the stream: it is told what came and how the connection is. */
class FakeSource extends EventTarget {
  readyState = 1
  onmessage: ((message: { data: string }) => void) | undefined
  onerror: (() => void) | undefined
  greet(instance: string) {
    this.dispatchEvent(Object.assign(new Event('server'), { data: JSON.stringify({ instance }) }))
  }
  fail(readyState: 0 | 2) {
    this.readyState = readyState
    this.onerror!()
  }
}

function open() {
  const sources: FakeSource[] = []
  const planned: (() => void)[] = []
  const world = { status: 0 }
  const stream = createEventStream({
    open() {
      const source = new FakeSource()
      sources.push(source)
      return source as unknown as EventSource
    },
    probe: async () => (world.status === 0 ? Promise.reject(new Error('nobody')) : world.status),
    later: (callback) => void planned.push(callback),
  })
  const states: string[] = []
  stream.watchConnection((state) => states.push(state))
  return { stream, sources, planned, world, states }
}

describe('the connection to the server', () => {
  it('is one, however many listen', () => {
    const { stream, sources } = open()
    const received: unknown[] = []
    stream.onEvent((event) => received.push(['first', event]))
    const stop = stream.onEvent((event) => received.push(['second', event]))
    sources[0]!.onmessage!({ data: '{"name":"a"}' })
    stop()
    sources[0]!.onmessage!({ data: '{"name":"b"}' })
    expect(sources).toHaveLength(1)
    expect(received).toEqual([['first', { name: 'a' }], ['second', { name: 'a' }], ['first', { name: 'b' }]])
  })

  it('is lost while it is made again, and back when the same server answers', () => {
    const { sources, states } = open()
    sources[0]!.greet('one')
    sources[0]!.fail(0)
    sources[0]!.greet('one')
    expect(states).toEqual(['connected', 'lost', 'connected'])
  })

  it('tells that another server answers, until the page is loaded again', () => {
    const { sources, states } = open()
    sources[0]!.greet('one')
    sources[0]!.fail(0)
    sources[0]!.greet('two')
    sources[0]!.fail(0)
    sources[0]!.greet('two')
    expect(states).toEqual(['connected', 'lost', 'restarted', 'lost', 'restarted'])
  })

  it('goes on trying where the browser gives up, and tells when the server refuses the page', async () => {
    const { sources, planned, world, states } = open()
    sources[0]!.greet('one')
    sources[0]!.fail(2)
    await vi.waitUntil(() => planned.length === 1)
    world.status = 403
    planned.shift()!()
    sources[1]!.fail(2)
    await vi.waitUntil(() => planned.length === 1)
    expect(states).toEqual(['connected', 'lost', 'refused'])
    planned.shift()!()
    sources[2]!.greet('two')
    expect(states.at(-1)).toBe('restarted')
  })
})

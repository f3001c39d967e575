import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createClient, type Transport } from '#shared/contract/client'
import { contract } from '#shared/contract/contract'
import { defineContract, request } from '#shared/contract/defineContract'
import { createServer, type Handlers } from '#shared/contract/server'
import { AppError } from '#shared/errors'

const small = defineContract({
  requests: {
    songs: {
      rename: request(z.strictObject({ id: z.string(), name: z.string().default('Untitled') }), z.object({ name: z.string() })),
      count: request(z.undefined(), z.number()),
    },
  },
  events: { 'song.renamed': z.object({ name: z.string() }), 'song.removed': z.object({ id: z.string() }) },
})

const handlers: Handlers<typeof small> = {
  songs: {
    rename: ({ id, name }) => {
      if (id === 'gone') throw new AppError('SONG_NOT_FOUND', 'That song is gone.')
      if (id === 'defect') throw new TypeError('x is not a function')
      return { name, path: '/home/somebody/secret.wav' }
    },
    count: () => 2,
  },
}

/** A transport as the real ones are: everything crosses as JSON. */
function jsonTransport(): Transport & { emit(event: unknown): void } {
  const server = createServer(small, handlers)
  const listeners = new Set<(event: unknown) => void>()
  const cross = (value: unknown): unknown => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)))
  return {
    request: async (name, payload) => cross(await server.handle(name, cross(payload))),
    onEvent(callback) {
      listeners.add(callback)
      return () => listeners.delete(callback)
    },
    emit: (event) => listeners.forEach((listener) => listener(cross(event))),
  }
}

describe('contract over a transport', () => {
  it('gives the result, with defaults filled in and undeclared fields left behind', async () => {
    const client = createClient(small, jsonTransport())
    expect(await client.songs.rename({ id: 'a' })).toEqual({ name: 'Untitled' })
    expect(await client.songs.count()).toBe(2)
  })

  it('answers a bad payload with INVALID_INPUT and does not call the handler', async () => {
    const server = createServer(small, { songs: { ...handlers.songs, rename: () => expect.fail('handler was reached') } })
    for (const payload of [undefined, null, {}, { id: 1 }, { id: 'a', extra: 1 }, 'text', []]) {
      expect(await server.handle('songs.rename', payload)).toMatchObject({ ok: false, error: { code: 'INVALID_INPUT' } })
    }
  })

  it.each(['songs.unknown', 'songs', 'constructor', '__proto__', 'songs.constructor', 7, undefined])(
    'refuses the unknown request %s',
    async (name) => {
      expect(await createServer(small, handlers).handle(name, {})).toMatchObject({ ok: false, error: { code: 'INVALID_INPUT' } })
    },
  )

  it('keeps the code of a failure across the transport', async () => {
    const failed = createClient(small, jsonTransport()).songs.rename({ id: 'gone' })
    await expect(failed).rejects.toMatchObject({ name: 'AppError', code: 'SONG_NOT_FOUND', message: 'That song is gone.' })
  })

  it('reports a defect once and answers INTERNAL', async () => {
    const reported: unknown[] = []
    const server = createServer(small, handlers, (error) => reported.push(error))
    expect(await server.handle('songs.rename', { id: 'defect' })).toMatchObject({ ok: false, error: { code: 'INTERNAL' } })
    await server.handle('songs.rename', { id: 'gone' })
    expect(reported).toHaveLength(1)
  })

  it('gives each listener the events of its name until it stops listening', () => {
    const transport = jsonTransport()
    const client = createClient(small, transport)
    const names: string[] = []
    const stop = client.on('song.renamed', ({ name }) => names.push(name))
    transport.emit({ name: 'song.renamed', payload: { name: 'first' } })
    transport.emit({ name: 'song.removed', payload: { id: 'other' } })
    stop()
    transport.emit({ name: 'song.renamed', payload: { name: 'late' } })
    expect(names).toEqual(['first'])
  })

  it('does not compile with a handler missing, extra or of the wrong type', () => {
    const { rename, count } = handlers.songs
    // @ts-expect-error count is missing
    const missing: Handlers<typeof small> = { songs: { rename } }
    // @ts-expect-error remove is not in the contract
    const extra: Handlers<typeof small> = { songs: { rename, count, remove: () => 1 } }
    // @ts-expect-error count gives a number
    const wrong: Handlers<typeof small> = { songs: { rename, count: () => 'two' } }
    expect([missing, extra, wrong]).toHaveLength(3)
  })
})

describe('the contract of the app', () => {
  it('fills in the defaults of a separation and refuses impossible ranges', () => {
    const { payload } = contract.requests.separation.start
    expect(payload.parse({ songId: 'a' })).toEqual({ songId: 'a', quality: 'fast', format: 'wav24' })
    expect(payload.safeParse({ songId: 'a', start: -1 }).success).toBe(false)
    expect(payload.safeParse({ songId: 'a', length: 0 }).success).toBe(false)
  })
})

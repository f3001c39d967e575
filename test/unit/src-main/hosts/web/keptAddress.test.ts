import { describe, expect, it } from 'vitest'
import { createKeptAddress, type Address } from '#main/hosts/web/keptAddress'

/** A file in memory, and a machine on which some ports are taken. */
function setUp(content?: object) {
  const state = { content: content && JSON.stringify(content), taken: new Set<number>() }
  const file = {
    read: async () => state.content,
    write: async (next: string) => void (state.content = next),
    setAside: () => Promise.reject(new Error('not used')),
  }
  const listen = async ({ port, token }: Address) => {
    if (state.taken.has(port)) throw Object.assign(new Error('taken'), { code: 'EADDRINUSE' })
    return { port: port || 50_000, token }
  }
  const kept = () => JSON.parse(state.content!) as { port: number; token?: string }
  return { state, kept, serve: (wanted?: number) => createKeptAddress(file).serve(wanted, listen), file, listen }
}

describe('the address of the last time', () => {
  it('is used again after the server was killed, so that its page finds it', async () => {
    const { serve, kept } = setUp()
    const first = await serve()
    expect(first.token).toMatch(/^[\w-]{32}$/)
    expect(kept()).toEqual(first)
    expect(await serve()).toEqual(first)
    expect(await serve(first.port)).toEqual(first)
  })

  it('keeps only its port after a proper end', async () => {
    const { file, listen, serve, kept } = setUp()
    const address = createKeptAddress(file)
    const first = await address.serve(undefined, listen)
    await address.forgetToken()
    expect(kept()).toEqual({ port: first.port })
    const second = await serve()
    expect(second.port).toBe(first.port)
    expect(second.token).not.toBe(first.token)
  })

  it('gives up its token where somebody else listens at its port, who may have been sent it', async () => {
    const { state, serve, kept } = setUp()
    const first = await serve(4000)
    state.taken.add(4000)
    await expect(serve(4000)).rejects.toMatchObject({ code: 'EADDRINUSE' })
    expect(kept()).toEqual({ port: 4000 })
    const elsewhere = await serve()
    expect(elsewhere.port).toBe(50_000)
    state.taken.clear()
    expect((await serve(4000)).token).not.toBe(first.token)
  })

  it('never uses a token for another port, nor one that is none', async () => {
    const { serve } = setUp({ port: 4000, token: 'a'.repeat(32) })
    expect((await serve(4001)).token).not.toBe('a'.repeat(32))
    const damaged = setUp({ port: 4000, token: 'short' })
    expect((await damaged.serve()).token).toMatch(/^[\w-]{32}$/)
  })
})

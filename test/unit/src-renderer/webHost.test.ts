import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fetchFile } from '#renderer/api/connectionLost'
import { createWebHost } from '#renderer/api/webHost'

const stream = { onEvent: () => () => {}, watchConnection: () => () => {} }
const browser = globalThis.fetch
let answer: () => Promise<Response>
beforeEach(() => {
  globalThis.fetch = () => answer()
})
afterEach(() => {
  globalThis.fetch = browser
})

describe('a page whose server is gone', () => {
  // "Something went wrong inside Stemwright" sends the user to report a defect where they have only to start it again.
  it('says that the connection is lost, for requests, uploads and files', async () => {
    const host = createWebHost(stream)
    answer = () => Promise.reject(new TypeError('Failed to fetch'))
    await expect(host.transport.request('songs.list', undefined)).rejects.toMatchObject({ code: 'CONNECTION_LOST' })
    await expect(host.sourceOf(new File(['x'], 'a.wav'))).rejects.toMatchObject({ code: 'CONNECTION_LOST' })
    await expect(fetchFile('/media/a.wav')).rejects.toMatchObject({ code: 'CONNECTION_LOST' })
    answer = async () => new Response('{"ok":true,"resu')
    await expect(host.transport.request('songs.list', undefined)).rejects.toMatchObject({ code: 'CONNECTION_LOST' })
  })

  it('passes on what is answered', async () => {
    answer = async () => new Response('{"ok":true,"result":[]}')
    expect(await createWebHost(stream).transport.request('songs.list', undefined)).toEqual({ ok: true, result: [] })
    expect((await fetchFile('/media/a.wav')).ok).toBe(true)
  })
})

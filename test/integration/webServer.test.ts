import { Buffer } from 'node:buffer'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fakeComputeProcess } from '#test/fakeComputeProcess'
import { startWebApp, type WebApp } from '#test/webApp'

const root = join(import.meta.dirname, '../..')

let app: WebApp

beforeAll(async () => {
  app = await startWebApp({
    page: join(root, 'src-renderer'),
    launchCompute: () =>
      fakeComputeProcess({
        inspect: async ({ path }) => ({ sampleRate: 8000, channels: 1, frames: 8000, seconds: 1, warnings: [path], sha256: 'ab'.repeat(32) }),
      }),
  })
})
afterAll(() => app.close())

interface Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: Buffer
}

/** Plain http, because fetch refuses to send a false Host or Origin. */
function ask(path: string, options: { method?: string; headers?: Record<string, string>; body?: string | Buffer } = {}): Promise<Answer> {
  const { method = 'GET', headers = {}, body } = options
  return new Promise((resolve, reject) => {
    const sent = httpRequest(new URL(app.origin), { path, method, headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(chunks) }))
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

const withToken = (headers: Record<string, string> = {}) => ({ 'x-stemwright-token': app.token, ...headers })

async function call(name: string, payload?: unknown): Promise<{ ok: boolean; result?: unknown; error?: { code: string; message: string } }> {
  const answer = await ask(`/api/request/${name}`, { method: 'POST', headers: withToken(), body: JSON.stringify({ payload }) })
  return JSON.parse(answer.body.toString()) as never
}

describe('who is let in', () => {
  it('turns away requests without the token, so that no other user of this computer gets in', async () => {
    for (const path of ['/', '/index.html', '/api/events', '/media/x']) expect((await ask(path)).status).toBe(403)
    expect((await ask('/api/request/app.info', { method: 'POST', body: '{}' })).status).toBe(403)
    expect((await ask('/', { headers: { 'x-stemwright-token': `${app.token}x` } })).status).toBe(403)
    expect((await ask('/', { headers: { cookie: `stemwright-${new URL(app.origin).port}=wrong` } })).status).toBe(403)
    expect((await ask('/?token=wrong')).status).toBe(403)
  })

  it('turns away other origins even with the token, so that a web page cannot use the server', async () => {
    for (const origin of ['https://example.org', 'null', app.origin.replace('http:', 'https:'), 'http://127.0.0.1:1']) {
      expect((await ask('/api/request/app.info', { method: 'POST', headers: withToken({ origin }), body: '{}' })).status).toBe(403)
    }
  })

  it('turns away other host names, so that a name rebound to 127.0.0.1 does not help', async () => {
    const { port } = new URL(app.origin)
    for (const host of [`evil.example:${port}`, '127.0.0.1', `127.0.0.1.evil.example:${port}`]) {
      expect((await ask('/', { headers: withToken({ host }) })).status).toBe(421)
      expect((await ask(`/?token=${app.token}`, { headers: { host } })).status).toBe(421)
    }
  })

  it('moves the token of the first visit from the address into a cookie that scripts and other sites cannot use', async () => {
    const visit = await ask(`/?token=${app.token}`)
    expect(visit.status).toBe(303)
    expect(visit.headers['location']).toBe('/')
    const [cookie] = visit.headers['set-cookie'] as string[]
    expect(cookie).toMatch(/HttpOnly/)
    expect(cookie).toMatch(/SameSite=Strict/)
    const page = await ask('/', { headers: { cookie: cookie!.split(';')[0]!, origin: app.origin } })
    expect(page.status).toBe(200)
    expect(page.body.toString()).toContain('<title>Stemwright</title>')
  })

  it('listens on this computer only', async () => {
    expect(new URL(app.url).hostname).toBe('127.0.0.1')
  })
})

describe('what is served', () => {
  it('forbids the page to load anything from elsewhere, on every answer', async () => {
    for (const answer of [await ask('/', { headers: withToken() }), await ask('/')]) {
      expect(answer.headers['content-security-policy']).toMatch(/default-src 'none'.*connect-src 'self'/)
      expect(answer.headers['content-security-policy']).not.toMatch(/https?:|\*|unsafe/)
      expect(answer.headers['cross-origin-opener-policy']).toBe('same-origin')
      expect(answer.headers['cross-origin-embedder-policy']).toBe('require-corp')
    }
  })

  it('never leaves the folder of the page, however the path is spelled', async () => {
    const paths = ['/../package.json', '/%2e%2e/package.json', '/..%2fpackage.json', '/%2e%2e%5cpackage.json', '/styles/../../package.json', '/%00', '/%', '//etc/passwd']
    const answers = await Promise.all(paths.map(async (path) => [path, (await ask(path, { headers: withToken() })).status]))
    expect(answers).toEqual(paths.map((path) => [path, 404]))
    expect((await ask('/main.ts', { headers: withToken() })).status).toBe(200)
  })

  it('serves only media that the services know, in byte ranges', async () => {
    const file = join(app.scratch, 'take.wav')
    await writeFile(file, Buffer.from('0123456789'))
    const song = (await call('songs.import', { path: file })).result as { url: string }
    const whole = await ask(song.url, { headers: withToken() })
    expect([whole.status, whole.body.toString(), whole.headers['accept-ranges']]).toEqual([200, '0123456789', 'bytes'])
    const range = async (value: string) => {
      const answer = await ask(song.url, { headers: withToken({ range: value }) })
      return [answer.status, answer.body.toString(), answer.headers['content-range']]
    }
    expect(await range('bytes=2-4')).toEqual([206, '234', 'bytes 2-4/10'])
    expect(await range('bytes=7-')).toEqual([206, '789', 'bytes 7-9/10'])
    expect(await range('bytes=-3')).toEqual([206, '789', 'bytes 7-9/10'])
    expect(await range('bytes=5-99')).toEqual([206, '56789', 'bytes 5-9/10'])
    expect(await range('bytes=10-')).toEqual([416, '', 'bytes */10'])
    expect((await range('bytes=1-2,4-5'))[0]).toBe(200)
    const head = await ask(song.url, { method: 'HEAD', headers: withToken() })
    expect([head.status, head.body.length, head.headers['content-length']]).toEqual([200, 0, '10'])
    for (const id of ['nothing', encodeURIComponent(file), '..%2f..%2fpackage.json']) {
      expect((await ask(`/media/${id}`, { headers: withToken() })).status).toBe(404)
    }
  })
})

describe('the contract over http', () => {
  it('answers requests, and bad ones with INVALID_INPUT instead of a crash', async () => {
    expect(await call('app.info')).toMatchObject({ ok: true, result: { host: 'web', canChooseFolder: false } })
    expect(await call('app.nothing')).toMatchObject({ ok: false, error: { code: 'INVALID_INPUT' } })
    expect(await call('songs.import', { path: 7 })).toMatchObject({ ok: false, error: { code: 'INVALID_INPUT' } })
    for (const body of ['', '7', '{', `{"payload":"${'x'.repeat(1 << 20)}"}`]) {
      const answer = await ask('/api/request/app.info', { method: 'POST', headers: withToken(), body })
      expect(JSON.parse(answer.body.toString())).toMatchObject({ ok: false, error: { code: 'INVALID_INPUT' } })
    }
  })

  it('streams an upload to a file that keeps a harmless form of its name, and imports it', async () => {
    const body = Buffer.alloc(3_000_000, 7)
    const upload = async (name: string) => {
      const answer = await ask(`/api/uploads?name=${encodeURIComponent(name)}`, { method: 'POST', headers: withToken(), body })
      return (JSON.parse(answer.body.toString()) as { result: { uploadId: string } }).result.uploadId
    }
    const imported = await call('songs.import', { uploadId: await upload('../../evil/Lied: „Größe“?.wav') })
    const { name, warnings } = imported.result as { name: string; warnings: string[] }
    expect(name).toBe('Lied_ „Größe“_')
    expect(warnings[0]!.startsWith(join(app.scratch, 'uploads'))).toBe(true)
    expect((await readFile(warnings[0]!)).equals(body)).toBe(true)
    expect(await call('songs.import', { uploadId: 'never-sent' })).toMatchObject({ ok: false, error: { code: 'SONG_NOT_FOUND' } })
  })

  it('keeps nothing of an upload whose connection breaks', async () => {
    const before = await readdir(join(app.scratch, 'uploads'))
    const socket = connect(Number(new URL(app.origin).port), '127.0.0.1')
    const head = `POST /api/uploads?name=a.wav HTTP/1.1\r\nHost: ${new URL(app.origin).host}\r\nx-stemwright-token: ${app.token}\r\nContent-Length: 100000\r\n\r\n`
    socket.write(head + 'x'.repeat(5000))
    const entries = () => readdir(join(app.scratch, 'uploads'))
    await expect.poll(async () => (await entries()).length).toBe(before.length + 1)
    socket.destroy()
    await expect.poll(entries).toEqual(before)
  })

  it('gives a page that connects again how all jobs stand', async () => {
    const file = join(app.scratch, 'other.wav')
    await writeFile(file, 'x')
    const song = (await call('songs.import', { path: file })).result as { id: string }
    await call('separation.start', { songId: song.id })
    const events = await new Promise<string>((resolve, reject) => {
      const sent = httpRequest(new URL(`${app.origin}/api/events`), { headers: withToken() }, (response) => {
        let text = ''
        response.on('data', (chunk: Buffer) => {
          text += chunk.toString()
          if (!text.includes('job.changed')) return
          sent.destroy()
          resolve(text)
        })
      })
      sent.on('error', reject)
      sent.end()
    })
    expect(events).toContain(`"songId":"${song.id}"`)
  })

  it('serves exports by plain file name only', async () => {
    const answer = await ask('/api/exports', { method: 'POST', headers: withToken() })
    const { folder, url } = (JSON.parse(answer.body.toString()) as { result: { folder: string; url: string } }).result
    await writeFile(join(folder, 'Song – Vocals.wav'), 'abc')
    await writeFile(join(folder, '.hidden'), 'abc')
    const file = await ask(`${url}${encodeURIComponent('Song – Vocals.wav')}`, { headers: withToken() })
    expect([file.status, file.body.toString()]).toEqual([200, 'abc'])
    expect(file.headers['content-disposition']).toMatch(/^attachment; /)
    const wrong = ['..%2f..%2flibrary', '.hidden', '%2e%2e', '', 'missing.wav']
    const answers = await Promise.all(wrong.map(async (name) => [name, (await ask(url + name, { headers: withToken() })).status]))
    expect(answers).toEqual(wrong.map((name) => [name, 404]))
  })
})

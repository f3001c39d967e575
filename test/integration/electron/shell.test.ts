import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createElectronHost, type Bridge } from '#renderer/api/electronHost'
import { createClient } from '#shared/contract/client'
import { contract } from '#shared/contract/contract'
import type { Job } from '#shared/contract/jobs'
import { startShell } from '#test/electronShell'
import { electron, session, standIn } from '#test/electronStandIn'
import { addsUp, readIntegers, writeNoise } from '#test/sound'

vi.mock('electron', async () => (await import('#test/electronStandIn')).electron)

const place = vi.hoisted(() => ({ root: '' }))
vi.mock('#main/node/appRoot', () => ({
  get appRoot() {
    return place.root
  },
  appVersion: '9.9.9',
}))

describe('the Electron shell, its preload script and the transport of the page, over a stand-in for Electron', () => {
  let client: ReturnType<typeof connect>
  const window = () => standIn.windows.at(-1)!

  function connect() {
    return createClient(contract, createElectronHost(standIn.exposed['stemwright'] as Bridge).transport)
  }

  beforeAll(async () => {
    place.root = mkdtempSync(join(tmpdir(), 'stemwright-electron-'))
    writeFileSync(join(place.root, 'secret.txt'), 'secret')
    await writeNoise(join(place.root, 'slow song.wav'), 8, 5)
    await startShell(place.root)
    client = connect()
  })
  afterAll(() => {
    electron.app.emit('will-quit')
    rmSync(place.root, { recursive: true, force: true })
  })

  function finished(jobId: string): Promise<Job> {
    return new Promise((resolve) => {
      const stop = client.on('job.changed', (job) => {
        if (job.id !== jobId || job.state.status === 'queued' || job.state.status === 'running') return
        stop()
        resolve(job)
      })
    })
  }

  const fetchStem = (url: string, headers: Record<string, string> = {}) => standIn.protocols.get('stem')!(new Request(url, { headers }))
  const fetchPage = (url: string) => standIn.protocols.get('app')!(new Request(url))

  it('opens one window, sandboxed and without Node in the page', () => {
    expect(standIn.windows).toHaveLength(1)
    expect(window().options.webPreferences).toMatchObject({ sandbox: true, contextIsolation: true, nodeIntegration: false })
    electron.app.emit('second-instance', {}, ['electron', '.'], place.root)
    expect(window().focused).toBe(1)
  })

  it('denies new windows, navigation and embedded pages', () => {
    const { webContents } = window()
    expect(webContents.openHandler?.({ url: 'https://example.org' })).toEqual({ action: 'deny' })
    for (const name of ['will-navigate', 'will-attach-webview']) {
      const event = { preventDefault: vi.fn<() => void>() }
      webContents.emit(name, event)
      expect(event.preventDefault).toHaveBeenCalledOnce()
    }
  })

  it('lets no request leave this computer and grants no permission but copying text and the microphone', () => {
    const cancelled = (url: string) => {
      let answer: boolean | undefined
      session.defaultSession.beforeRequest({ url }, ({ cancel }) => (answer = cancel))
      return answer
    }
    const outside = ['https://example.org/', 'http://127.0.0.1:80/', 'ws://example.org/', 'file:///etc/passwd']
    const own = ['app://stemwright/index.html', 'stem://media/x']
    expect([...outside, ...own].filter((url) => !cancelled(url))).toEqual(own)
    expect(session.defaultSession.checkPermission({}, 'media')).toBe(false)
    expect(['audio', 'video', 'unknown'].filter((mediaType) => session.defaultSession.checkPermission({}, 'media', 'app://stemwright', { mediaType }))).toEqual(['audio'])
    // Would catch: a camera that comes along with the microphone.
    const asked = (mediaTypes: string[]) => {
      let answer: boolean | undefined
      session.defaultSession.askPermission({}, 'media', (granted) => (answer = granted), { mediaTypes })
      return answer
    }
    expect([asked(['audio']), asked(['video']), asked(['audio', 'video']), asked([])]).toEqual([true, false, false, false])
    expect(session.defaultSession.checkPermission({}, 'clipboard-sanitized-write')).toBe(true)
  })

  it('serves the page with a policy that names no other place, and nothing outside its folder', async () => {
    const page = await fetchPage('app://stemwright/')
    expect([page.status, await page.text()]).toEqual([200, '<title>Stemwright</title>'])
    expect(page.headers.get('content-security-policy')).toMatch(/default-src 'none'.*connect-src 'self' stem:;/)
    expect(page.headers.get('content-security-policy')).not.toMatch(/https?:|\*|unsafe/)
    const wrong = ['stemwright/..%2f..%2fsecret.txt', 'stemwright/%2e%2e/%2e%2e/secret.txt', 'elsewhere/index.html', 'stemwright/none.js']
    const answers = await Promise.all(wrong.map((path) => fetchPage(`app://${path}`)))
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404])
  })

  it('exposes three functions to the page and no more', () => {
    expect(Object.keys(standIn.exposed)).toEqual(['stemwright'])
    expect(Object.keys(standIn.exposed['stemwright'] as object).sort()).toEqual(['getPathForFile', 'onEvent', 'request'])
  })

  it.each([
    ['another page', { url: 'https://example.org/app://stemwright/', parent: null }],
    ['a page whose name begins like ours', { url: 'app://stemwright.example/index.html', parent: null }],
    ['a frame inside our page', { url: 'app://stemwright/index.html', parent: {} }],
  ])('refuses messages from %s', async (_who, frame) => {
    const own = standIn.senderFrame
    standIn.senderFrame = frame
    await expect(client.songs.list()).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    standIn.senderFrame = own
    await expect(client.songs.list()).resolves.toBeInstanceOf(Array)
  })

  it('opens a dropped file by its path, splits it in a utility process, and serves stems that add up to it', async () => {
    const path = join(place.root, 'slow song.wav')
    standIn.filePaths.set('slow song.wav', path)
    const host = createElectronHost(standIn.exposed['stemwright'] as Bridge)
    const song = await client.songs.import(await host.sourceOf(new File([], 'slow song.wav')))
    await expect(host.sourceOf(new File([], 'from a web page.wav'))).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' })
    const { jobId } = await client.separation.start({ songId: song.id })
    const { state } = await finished(jobId)
    if (state.status !== 'succeeded' || !('stems' in state.result)) throw new Error(JSON.stringify(state))
    const [vocals, music] = await Promise.all(
      state.result.stems.map(async ({ name, url }) => {
        const file = join(place.root, `${name}.wav`)
        writeFileSync(file, Buffer.from(await (await fetchStem(url)).arrayBuffer()))
        return readIntegers(file)
      }),
    )
    expect(addsUp(await readIntegers(path), vocals!, music!)).toBe(true)
    const part = await fetchStem(state.result.stems[0]!.url, { range: 'bytes=0-3' })
    expect([part.status, await part.text(), part.headers.get('access-control-allow-origin')]).toEqual([206, 'RIFF', 'app://stemwright'])
    expect((await fetchStem('stem://media/..%2f..%2fsecret.txt')).status).toBe(404)
    expect((await fetchStem(`stem://media/${encodeURIComponent(path)}`)).status).toBe(404)
  })

  it('writes stems into the folder that the dialog gave, and nothing when it was closed', async () => {
    const host = createElectronHost(standIn.exposed['stemwright'] as Bridge)
    standIn.chosenFolder = undefined
    expect(await host.chooseExportTarget()).toBeUndefined()
    standIn.chosenFolder = join(place.root, 'chosen')
    const target = await host.chooseExportTarget()
    const separated = (await client.jobs.list()).find(({ kind, state }) => kind === 'separation' && state.status === 'succeeded')!
    const { jobId } = await client.separation.export({ jobId: separated.id, folder: target!.folder, format: 'wav16' })
    expect((await finished(jobId)).state.status).toBe('succeeded')
    expect((await readdir(standIn.chosenFolder)).sort()).toEqual(['slow song - Music.wav', 'slow song - Vocals.wav'])
  })

  it('reports a killed utility process, and starts a fresh one for the next job', async () => {
    const song = (await client.songs.list())[0]!
    const { jobId } = await client.separation.start({ songId: song.id, quality: 'best' })
    await new Promise<void>((resolve) => {
      const stop = client.on('job.changed', (job) => {
        if (job.state.status !== 'running' || job.state.progress.completed === 0) return
        stop()
        resolve()
      })
    })
    const end = finished(jobId)
    for (const { pid } of standIn.processes) if (pid !== undefined) tryKill(pid)
    const { state } = await end
    expect(state).toMatchObject({ status: 'failed', error: { code: 'COMPUTE_CRASHED' } })
    const again = finished(jobId)
    await client.jobs.retry({ jobId })
    expect((await again).state.status).toBe('succeeded')
  })
})

function tryKill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended already.
  }
}

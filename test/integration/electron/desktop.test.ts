import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createElectronHost, type Bridge } from '#renderer/api/electronHost'
import { createClient } from '#shared/contract/client'
import { contract } from '#shared/contract/contract'
import type { Job } from '#shared/contract/jobs'
import { startShell } from '#test/electronShell'
import { electron, standIn } from '#test/electronStandIn'
import { writeNoise } from '#test/sound'

vi.mock('electron', async () => (await import('#test/electronStandIn')).electron)

const place = vi.hoisted(() => ({ root: '' }))
vi.mock('#main/node/appRoot', () => ({
  get appRoot() {
    return place.root
  },
  appVersion: '9.9.9',
}))

const unwritten = { write: () => Promise.reject(new Error('not used')), setAside: () => Promise.reject(new Error('not used')) }
const kept = { bounds: { x: 100, y: 50, width: 900, height: 700 }, maximized: true }

describe('the desktop around the page, over a stand-in for Electron', () => {
  let client: ReturnType<typeof connect>
  let song = ''
  const window = () => standIn.windows.at(-1)!
  const item = (id: string) => standIn.menu!.getMenuItemById(id)!

  function connect() {
    return createClient(contract, createElectronHost(standIn.exposed['stemwright'] as Bridge).transport)
  }

  beforeAll(async () => {
    place.root = mkdtempSync(join(tmpdir(), 'stemwright-desktop-'))
    mkdirSync(join(place.root, 'user'))
    writeFileSync(join(place.root, 'user/window.json'), JSON.stringify(kept))
    song = join(place.root, 'long song.wav')
    await writeNoise(song, 8, 5)
    await startShell(place.root)
    client = connect()
  })
  afterAll(() => {
    electron.app.emit('will-quit')
    rmSync(place.root, { recursive: true, force: true })
  })

  async function startSplit(quality: 'fast' | 'best', start = 0): Promise<string> {
    const { id } = await client.songs.import({ path: song })
    return (await client.separation.start({ songId: id, quality, start })).jobId
  }

  async function ended(jobId: string): Promise<Job> {
    const find = async () => (await client.jobs.list()).find(({ id }) => id === jobId)!
    await vi.waitUntil(async () => !['queued', 'running'].includes((await find()).state.status), { timeout: 60_000 })
    return find()
  }

  it('opens the window where it was closed, and as large', () => {
    expect(window().options).toMatchObject(kept.bounds)
    expect(window().maximized).toBe(true)
  })

  it('has every action in the menu once, disabled until the page says that it can be done', async () => {
    expect(item('file.save').enabled).toBe(false)
    await client.desktop.setMenu({ enabled: ['file.save', 'edit.undo'] })
    expect([item('file.save').enabled, item('edit.undo').enabled, item('file.export').enabled]).toEqual([true, true, false])
    await client.desktop.setMenu({ enabled: ['file.export'] })
    expect([item('file.save').enabled, item('file.export').enabled]).toEqual([false, true])
    const ids = standIn.menu!.template.flatMap(({ submenu = [] }) => submenu.flatMap(({ id = [] }) => id))
    expect(ids.sort()).toEqual(Object.keys((await import('#shared/actions/actions')).actions).sort())
  })

  it('shows the shortcuts in the menu and leaves acting on them to the page, which knows whether somebody types', () => {
    expect(item('file.saveAs')).toMatchObject({ accelerator: 'CommandOrControl+Shift+S', registerAccelerator: false })
    expect(item('playback.toggle')).toMatchObject({ accelerator: 'Space', registerAccelerator: false })
  })

  it("leaves single keys to the page on a Mac, whose menu would take them while somebody types", async () => {
    const { menuTemplate } = await import('#main/hosts/electron/menu')
    const template = menuTemplate({ enabled: new Set(), remaps: {}, mac: true, choose: () => {} })
    const items = template.flatMap(({ submenu }) => (Array.isArray(submenu) ? submenu : []))
    const keys = items.flatMap(({ accelerator = [] }) => accelerator)
    expect(keys).toContain('CommandOrControl+Z')
    expect(keys.filter((each) => !String(each).startsWith('CommandOrControl+'))).toEqual([])
    expect(items.map(({ role }) => role)).toEqual(expect.arrayContaining(['copy', 'paste', 'quit']))
  })

  it('forgets a place that is on no screen any more', async () => {
    const { readWindowState } = await import('#main/hosts/electron/windowState')
    const stateOf = (bounds: object) => readWindowState({ ...unwritten, read: async () => JSON.stringify({ bounds, maximized: false }) })
    expect(await stateOf(kept.bounds)).toEqual({ ...kept, maximized: false })
    expect(await stateOf({ ...kept.bounds, x: 5000 })).toBeUndefined()
    expect(await stateOf({ ...kept.bounds, width: 10 })).toBeUndefined()
    expect(await readWindowState({ ...unwritten, read: async () => '{"bounds' })).toBeUndefined()
  })

  it('follows the shortcuts that the user chooses, and keeps what is enabled', async () => {
    await client.settings.change({ shortcuts: { 'file.export': ['Mod+E'] } })
    expect(item('file.export')).toMatchObject({ accelerator: 'CommandOrControl+E', enabled: true })
    expect(JSON.parse(await readFile(join(place.root, 'library/settings.json'), 'utf8'))).toMatchObject({
      shortcuts: { 'file.export': ['Mod+E'] },
    })
  })

  it('tells the page what was chosen', async () => {
    const chosen: string[] = []
    const stop = client.on('desktop.action', ({ actionId }) => chosen.push(actionId))
    item('file.export').click!()
    stop()
    expect(chosen).toEqual(['file.export'])
  })

  it('hands over once what a second instance and the dock ask to open, and shows the window', async () => {
    const told = vi.fn<() => void>()
    const stop = client.on('desktop.opened', told)
    const before = window().focused
    electron.app.emit('second-instance', {}, ['/usr/bin/electron', place.root, '--flag', 'long song.wav', 'not there.wav'], place.root)
    const event = { preventDefault: vi.fn<() => void>() }
    electron.app.emit('open-file', event, join(place.root, 'user'))
    stop()
    expect(event.preventDefault).toHaveBeenCalledOnce()
    expect(told).toHaveBeenCalledTimes(2)
    expect(window().focused).toBe(before + 2)
    expect(await client.desktop.takeOpened()).toEqual([
      { path: song, isFolder: false },
      { path: join(place.root, 'user'), isFolder: true },
    ])
    expect(await client.desktop.takeOpened()).toEqual([])
  })

  it('drags files that are there out of the window, and none that is not', async () => {
    const { startDrag } = await import('#main/hosts/electron/dragOut')
    const page = window().webContents as never
    const other = join(place.root, 'user/window.json')
    startDrag(page, [song, other])
    expect(standIn.drags).toEqual([{ file: song, files: [song, other] }])
    expect(() => startDrag(page, [song, `${song}.gone`])).toThrow(expect.objectContaining({ code: 'FILE_NOT_FOUND' }))
    expect(() => startDrag(page, [])).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }))
    expect(standIn.drags).toHaveLength(1)
  })

  it('shows progress and keeps the computer awake while a job runs, and tells of its end when the window is behind', async () => {
    window().inFront = false
    const jobId = await startSplit('fast')
    await vi.waitUntil(() => standIn.awake.size === 1, { timeout: 10_000 })
    expect([...standIn.awake.values()]).toEqual(['prevent-app-suspension'])
    expect((await ended(jobId)).state.status).toBe('succeeded')
    // The song comes into the library behind its stems, by a job of its own.
    await vi.waitUntil(() => standIn.awake.size === 0, { timeout: 10_000 })
    const shown = window().progress
    expect(shown.some((share) => share > 0 && share < 1)).toBe(true)
    expect(shown.at(-1)).toBe(-1)
    expect(standIn.awakenings).toBeLessThanOrEqual(2)
    expect(standIn.notifications.map(({ options }) => options)).toEqual([{ title: 'long song', body: 'It is ready.' }])
    const before = window().focused
    standIn.notifications[0]!.emit('click')
    expect(window().focused).toBe(before + 1)
  })

  it('tells of nothing while the window is in front', async () => {
    window().inFront = true
    const jobId = await startSplit('fast', 1)
    expect((await ended(jobId)).state.status).toBe('succeeded')
    expect(standIn.notifications).toHaveLength(1)
  })

  it('lets the computer sleep and tells of nothing where the user wants that', async () => {
    await client.settings.change({ desktop: { notify: false, keepAwake: false } })
    window().inFront = false
    const before = standIn.awakenings
    await ended(await startSplit('fast', 2))
    expect(standIn.awakenings).toBe(before)
    expect(standIn.notifications).toHaveLength(1)
    await client.settings.change({ desktop: { notify: true, keepAwake: true } })
  })

  it('asks before it quits with a job running, and goes on when the answer is no', async () => {
    const jobId = await startSplit('best')
    standIn.answer = 0
    electron.app.quit()
    await vi.waitUntil(() => standIn.questions.length === 1, { timeout: 10_000 })
    expect(standIn.questions[0]).toMatchObject({ message: 'A job is not finished yet.', buttons: ['Keep working', 'Quit'] })
    expect(window().isDestroyed()).toBe(false)
    expect((await ended(jobId)).state.status).toBe('succeeded')
  })

  it('lets the page save, keeps how the window stands, ends the jobs, and closes', async () => {
    await startSplit('best', 1)
    standIn.answer = 1
    let saving = 0
    client.on('desktop.closing', () => saving++)
    window().maximized = false
    electron.app.quit()
    await vi.waitUntil(() => saving === 1, { timeout: 10_000 })
    expect(window().isDestroyed()).toBe(false)
    await client.desktop.readyToClose()
    await vi.waitUntil(() => window().isDestroyed(), { timeout: 10_000 })
    expect(standIn.questions).toHaveLength(2)
    expect(JSON.parse(await readFile(join(place.root, 'user/window.json'), 'utf8'))).toEqual({ ...kept, maximized: false })
    await vi.waitUntil(() => standIn.awake.size === 0, { timeout: 10_000 })
    const gone = (pid: number | undefined) => pid === undefined || !isRunning(pid)
    await vi.waitUntil(() => standIn.processes.every(({ pid }) => gone(pid)), { timeout: 5000 })
  })
})

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

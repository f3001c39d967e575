import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createElectronHost, type Bridge } from '#renderer/api/electronHost'
import { createClient } from '#shared/contract/client'
import { contract } from '#shared/contract/contract'
import type { Job } from '#shared/contract/jobs'
import { startShell } from '#test/electronShell'
import { electron, standIn } from '#test/electronStandIn'
import { songSource } from '#test/projects'
import { projectOf, trackOf, wholeClip } from '#test/rendering'
import { writeNoise } from '#test/sound'
import { largestDifference, readAll } from '#test/soundFiles'

vi.mock('electron', async () => (await import('#test/electronStandIn')).electron)

const place = vi.hoisted(() => ({ root: '' }))
vi.mock('#main/node/appRoot', () => ({
  get appRoot() {
    return place.root
  },
  appVersion: '9.9.9',
}))

describe('dragging out of the desktop window, over a stand-in for Electron', () => {
  let host: ReturnType<typeof createElectronHost>
  let client: ReturnType<typeof createClient<typeof contract>>
  let song = ''

  beforeAll(async () => {
    place.root = mkdtempSync(join(tmpdir(), 'stemwright-drag-'))
    song = join(place.root, 'Night.wav')
    await writeNoise(song, 3, 5)
    await startShell(place.root)
    host = createElectronHost(standIn.exposed['stemwright'] as Bridge)
    client = createClient(contract, host.transport)
  })
  afterAll(() => rmSync(place.root, { recursive: true, force: true }))

  async function ended(jobId: string): Promise<Job> {
    const find = async () => (await client.jobs.list()).find(({ id }) => id === jobId)!
    await vi.waitUntil(async () => !['queued', 'running'].includes((await find()).state.status), { timeout: 60_000 })
    return find()
  }

  // Would catch: a path that the page may choose, a drag before the file is there, a drag that the page keeps for itself.
  it('hands the window existing files by the id of the job that rendered them, and takes them away at the end', async () => {
    const { id } = await client.songs.import({ path: song })
    const prepared = await ended((await client.sounds.prepare({ songId: id })).jobId)
    if (prepared.kind !== 'sound' || prepared.state.status !== 'succeeded') throw new Error(JSON.stringify(prepared.state))
    const { id: soundId, frames } = prepared.state.result
    const source = songSource('s', { name: 'Night', soundId, frames })
    const project = projectOf([source], [trackOf('Vocals', [wholeClip(source)]), trackOf('Music', [wholeClip(source)])])
    const range = { start: 1000, end: 45_678 }
    const what = { kind: 'tracks' as const, trackIds: ['Vocals', 'Music'] }
    const { jobId } = await client.render.prepareDrag({ project, what, range, format: 'wav24' })
    await ended(jobId)

    let prevented = false
    const event = { preventDefault: () => void (prevented = true) } as unknown as DragEvent
    const begun = host.beginDrag(event, { jobId, files: [] })
    expect(prevented).toBe(true)
    await begun
    const drag = standIn.drags.at(-1)!
    expect(drag.files.map((path) => basename(path))).toEqual(['Night - Vocals.wav', 'Night - Music.wav'])
    expect(drag.file).toBe(drag.files[0])
    const expected = (await readAll(song)).map((plane) => plane.subarray(range.start, range.end))
    expect(largestDifference(await readAll(drag.file), expected)).toBe(0)

    await expect(host.beginDrag(event, { jobId: 'unknown', files: [] })).rejects.toMatchObject({ code: 'JOB_NOT_FOUND' })
    rmSync(drag.file)
    await expect(host.beginDrag(event, { jobId, files: [] })).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' })
    expect(standIn.drags).toHaveLength(1)

    electron.app.emit('will-quit')
    expect(existsSync(drag.files[1]!)).toBe(false)
    expect(readdirSync(join(place.root, 'library/dragged'))).toEqual([])
  })
})

import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createDragFolders } from '#main/node/dragFolders'
import { nodePlatform } from '#main/node/nodePlatform'
import { createServices, type Services } from '#main/services/createServices'
import { createClient } from '#shared/contract/client'
import { contract } from '#shared/contract/contract'
import type { Job } from '#shared/contract/jobs'
import type { RenderRequest, RenderResult } from '#shared/contract/render'
import type { Source } from '#shared/project/project'
import { asStored, tones } from '#test/audioFixtures'
import { projectOf, trackOf, wholeClip, writeSound } from '#test/rendering'
import { largestDifference, readAll } from '#test/soundFiles'
import { openSoundLibrary, type SoundLibrary } from '#test/soundLibrary'

let place: SoundLibrary
let out: string
beforeEach(() => {
  place = openSoundLibrary()
  out = join(place.scratch, 'out')
  mkdirSync(out)
})
afterEach(() => place.close())

const clientOf = ({ server, onEvent }: Services) =>
  createClient(contract, { request: (name, payload) => server.handle(name, payload), onEvent: (callback) => onEvent(callback) })

/** Puts planes into the library, and returns what a project knows them by. */
async function sourceOf(name: string, planes: readonly Float32Array[], sampleRate = 48000): Promise<Source> {
  const { source, file } = await writeSound(place.scratch, name, planes, { sampleRate, tags: { artist: 'Ψ' } })
  const sound = await place.decoded(file.path)
  return { ...source, soundId: sound.id, name: sound.name }
}

async function request(planes = asStored(tones(2, 60_000, 48000), 's24'), name = 'Night'): Promise<RenderRequest & { folder: string }> {
  const source = await sourceOf(name, planes)
  const project = projectOf([source], [trackOf('Vocals', [wholeClip(source)]), trackOf('Music', [wholeClip(source, { gain: -6 })])])
  return { project, what: { kind: 'tracks', trackIds: ['Vocals', 'Music'] }, format: 'wav24', template: '{title} - {stem}', folder: out }
}

async function resultOf(jobId: string): Promise<RenderResult> {
  const { kind, state } = await place.services.jobs.finished(jobId)
  if ((kind !== 'render' && kind !== 'drag') || state.status !== 'succeeded') throw new Error(JSON.stringify(state))
  return state.result
}

const withoutFolder = ({ project, what, format, template }: RenderRequest) => ({ project, what, format, template })

describe('exporting a project', () => {
  it('writes what the library holds, tells its progress, and gives every file a URL of its own', async () => {
    const planes = asStored(tones(2, 60_000, 48000), 's24')
    const seen: Job[] = []
    place.services.onEvent((event) => event.name === 'job.changed' && event.payload.kind === 'render' && seen.push(event.payload))
    const { jobId } = await clientOf(place.services).render.export(await request(planes))
    const { files, gainDb, warnings } = await resultOf(jobId)
    expect(files.map(({ name }) => name)).toEqual(['sound-Night - Vocals.wav', 'sound-Night - Music.wav'])
    expect(files.map(({ path }) => path)).toEqual(files.map(({ name }) => join(out, name)))
    expect([gainDb, warnings]).toEqual([0, []])
    expect(largestDifference(await readAll(files[0]!.path), planes)).toBe(0)
    expect(place.services.mediaPath(decodeURIComponent(basename(files[1]!.url)))).toBe(files[1]!.path)
    const shares = seen.flatMap(({ state }) => (state.status === 'running' && state.progress.total > 0 ? [state.progress.completed / state.progress.total] : []))
    expect(shares.length).toBeGreaterThan(5)
    expect(shares).toEqual(shares.toSorted((a, b) => a - b))
    expect(shares.at(-1)).toBeCloseTo(1, 6)
  })

  it('measures without writing', async () => {
    const { jobId } = await clientOf(place.services).render.measure(withoutFolder(await request()))
    const job = await place.services.jobs.finished(jobId)
    if (job.kind !== 'loudness' || job.state.status !== 'succeeded') throw new Error(JSON.stringify(job.state))
    const [vocals, music] = job.state.result.files
    expect([vocals!.name, music!.name]).toEqual(['sound-Night - Vocals.wav', 'sound-Night - Music.wav'])
    expect(vocals!.loudness.integrated! - music!.loudness.integrated!).toBeCloseTo(6, 3)
    expect(vocals!.loudness.truePeak - music!.loudness.truePeak).toBeCloseTo(6, 3)
    expect(readdirSync(out)).toEqual([])
  })

  it('a cancelled export leaves nothing', async () => {
    const wanted = await request(asStored(tones(2, 1_500_000, 48000), 's24'))
    const { jobId } = await clientOf(place.services).render.export(wanted)
    const stop = place.services.onEvent((event) => {
      if (event.name === 'job.changed' && event.payload.id === jobId && event.payload.state.status === 'running' && event.payload.state.progress.completed > 40) place.services.jobs.cancel(jobId)
    })
    expect((await place.services.jobs.finished(jobId)).state.status).toBe('cancelled')
    stop()
    expect(readdirSync(out)).toEqual([])
  })

  it.each([
    ['no sound', 'INVALID_INPUT', (wanted: RenderRequest) => ({ ...wanted, range: { start: 100_000, end: 100_001 } })],
    ['an unknown field in the name', 'INVALID_INPUT', (wanted: RenderRequest) => ({ ...wanted, template: '{name}' })],
    ['a sound that is not in the library', 'SOUND_NOT_FOUND', (wanted: RenderRequest) => ({ ...wanted, project: { ...wanted.project, sources: [{ ...wanted.project.sources[0]!, soundId: 'gone' }] } })],
  ])('%s is refused with %s before there is a job', async (_, code, change) => {
    const before = place.services.jobs.list().length
    const wanted = { ...change(await request()), folder: out }
    await expect(clientOf(place.services).render.export(wanted)).rejects.toMatchObject({ code })
    expect(place.services.jobs.list().length).toBe(before + 1)
  })
})

describe('dragging out', () => {
  const dragged = () => join(place.library, 'dragged')

  it('renders ahead, uses again what was rendered, and renders what has changed', async () => {
    const wanted = withoutFolder(await request())
    const { render } = clientOf(place.services)
    const first = await render.prepareDrag(wanted)
    expect(await render.prepareDrag(wanted)).toEqual(first)
    const [file] = (await resultOf(first.jobId)).files
    expect(dirname(dirname(file!.path))).toBe(dragged())
    expect(await render.prepareDrag(wanted)).toEqual(first)
    // What does not change a sample changes nothing here.
    const viewed = { ...wanted, project: { ...wanted.project, tracks: wanted.project.tracks.map((track) => ({ ...track, view: 'both' as const, muted: true })) } }
    expect(await render.prepareDrag(viewed)).toEqual(first)
    const other = await render.prepareDrag({ ...wanted, range: { start: 10, end: 20_000 } })
    expect(other).not.toEqual(first)
    expect((await readAll((await resultOf(other.jobId)).files[0]!.path))[0]).toHaveLength(19_990)
    // Would catch: a drag of a file that somebody removed meanwhile.
    rmSync(file!.path)
    const again = await render.prepareDrag(wanted)
    expect(again).not.toEqual(first)
    await resultOf(again.jobId)
  })

  // Would catch: deleting one song ends dragging out for all others, or loses what was rendered of them.
  it('deleting a song removes what was rendered of it, and nothing else', async () => {
    const kept = withoutFolder(await request())
    const gone = withoutFolder(await request(asStored(tones(2, 50_000, 48000), 's24'), 'Day'))
    const client = clientOf(place.services)
    const { render, repair } = client
    const first = await render.prepareDrag(kept)
    const [keptFile] = (await resultOf(first.jobId)).files
    const [goneFile] = (await resultOf((await render.prepareDrag(gone)).jobId)).files
    const soundId = kept.project.sources[0]!.soundId
    const audition = await repair.audition({ soundId, regions: [{ kind: 'box', start: 0, end: 20_000, low: 100, high: 4000 }] })
    await place.services.jobs.finished(audition.jobId)
    const exported = await render.export({ ...gone, folder: out })
    await client.sounds.deleteEverything({ soundId: gone.project.sources[0]!.soundId })
    expect([existsSync(keptFile!.path), existsSync(goneFile!.path)]).toEqual([true, false])
    expect(await render.prepareDrag(kept)).toEqual(first)
    expect(place.services.jobs.get(audition.jobId).state.status).toBe('succeeded')
    expect(place.services.jobs.list().some(({ id }) => id === exported.jobId)).toBe(false)
    const other = await render.prepareDrag({ ...kept, range: { start: 10, end: 20_000 } })
    expect((await resultOf(other.jobId)).files).toHaveLength(2)
  })

  // Would catch: a disk that fills while the pointer passes over the lanes.
  it('keeps the last ones only', async () => {
    const wanted = withoutFolder(await request())
    const { render } = clientOf(place.services)
    for (let start = 0; start < 10; start++) await resultOf((await render.prepareDrag({ ...wanted, range: { start, end: 5000 } })).jobId)
    expect(readdirSync(dragged())).toHaveLength(8)
  })

  it('a failed preparation leaves no folder behind, and is tried again', async () => {
    const wanted = withoutFolder(await request())
    const { audioPath } = (await nodeSound(wanted.project.sources[0]!.soundId))!
    writeFileSync(audioPath, 'broken')
    const { render } = clientOf(place.services)
    const first = await render.prepareDrag(wanted)
    expect((await place.services.jobs.finished(first.jobId)).state.status).toBe('failed')
    expect(readdirSync(dragged())).toEqual([])
    const second = await render.prepareDrag(wanted)
    expect(second).not.toEqual(first)
    await place.services.jobs.finished(second.jobId)
  })

  const nodeSound = async (soundId: string) => ({ audioPath: await place.services.sounds.path(soundId) })

  it('a desktop gets the paths of files that exist; without one the drag is refused', async () => {
    const wanted = withoutFolder(await request())
    const { render } = clientOf(place.services)
    await expect(render.dragOut({ jobId: 'none' })).rejects.toMatchObject({ code: 'JOB_NOT_FOUND' })
    const { jobId } = await render.prepareDrag(wanted)
    await expect(render.dragOut({ jobId })).rejects.toMatchObject({ code: 'JOB_NOT_FOUND' })
    await resultOf(jobId)
    await expect(render.dragOut({ jobId })).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  })

  it('what was prepared goes with the app, and what a killed one left goes at the next start', async () => {
    const { jobId } = await clientOf(place.services).render.prepareDrag(withoutFolder(await request()))
    const [file] = (await resultOf(jobId)).files
    expect(existsSync(file!.path)).toBe(true)
    const abandoned = join(dragged(), '999999999-left')
    mkdirSync(abandoned)
    writeFileSync(join(abandoned, 'old.wav'), 'old')
    writeFileSync(join(dragged(), 'mine.txt'), 'mine')
    const next = createServices({ ...nodePlatform('web'), dragFolders: createDragFolders(dragged()) })
    await expect.poll(() => existsSync(abandoned)).toBe(false)
    expect(existsSync(file!.path)).toBe(true)
    next.close()
    place.services.close()
    expect(readdirSync(dragged())).toEqual(['mine.txt'])
  })
})

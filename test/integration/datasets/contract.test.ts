import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Services } from '#main/services/createServices'
import { createClient } from '#shared/contract/client'
import { contract } from '#shared/contract/contract'
import type { Dataset } from '#shared/contract/datasets'
import { blip, noise, rate, writeTree } from '#test/datasetFiles'
import { openSoundLibrary, type SoundLibrary } from '#test/soundLibrary'

let place: SoundLibrary
beforeEach(() => (place = openSoundLibrary()))
afterEach(() => place.close())

const throughText = <T>(value: T): T => (value === undefined ? value : (JSON.parse(JSON.stringify(value)) as T))

/** A client as the page has it: everything crosses as text. */
const clientOf = ({ server, onEvent }: Services) =>
  createClient(contract, {
    request: async (name, payload) => throughText(await server.handle(name, throughText(payload))),
    onEvent: (callback) => onEvent((event) => callback(throughText(event))),
  })

it('datasets are imported, changed and forgotten by the page, which is told of it; a pair is aligned in the compute process', async () => {
  const folder = join(place.scratch, 'songs')
  const [voice, band] = [noise(1, 2 * rate), noise(2, 2 * rate)]
  voice.fill(0, 0, rate / 2)
  writeTree(folder, { 'Song.wav': [voice.map((value, i) => value + band[i]!)], 'Song (Karaoke).wav': [band.subarray(700)] })
  writeTree(folder, { 'Session/LeadVox.wav': blip(), 'Session/Kick.wav': blip(), 'Session/Bass.wav': blip() })
  const client = clientOf(place.services)
  const told: Dataset[][] = []
  client.on('datasets.changed', (list) => told.push(list))

  const add = async (plan: Parameters<typeof client.datasets.add>[0]) => {
    const { state } = await place.services.jobs.finished((await client.datasets.add(plan)).jobId)
    return state.status === 'succeeded' ? (state.result as Dataset) : expect.fail(JSON.stringify(state))
  }

  const findings = await client.datasets.inspectFolder({ folder })
  expect(findings.layouts.map(({ layout }) => layout)).toEqual(['multitrack', 'pairs', 'loose'])
  expect(findings.tracks.map(({ name, role }) => `${name} ${role}`)).toEqual(['bass accompaniment', 'kick accompaniment', 'lead vox vocals', 'song accompaniment', 'song karaoke accompaniment'])
  const pair = await add({ folder, layout: 'pairs', name: '  Pairs ' })
  expect(pair).toMatchObject({ name: 'Pairs', available: true, checked: false, warnings: [expect.stringContaining('3 sound files without an instrumental')] })
  expect(told.at(-1)).toEqual([pair])
  const { manifest } = await place.services.datasets.open(pair.id)
  expect(manifest.songs[0]!.accompaniment).toEqual([{ path: 'Song (Karaoke).wav', gain: 1, delay: 0, end: 2 * rate - 700 }])
  expect(manifest.songs[0]!.vocals[0]).toMatchObject({ path: 'Song.wav', gain: 1, delay: -700 })

  const tracks = await add({ folder, layout: 'multitrack', name: 'Session', roles: { kick: 'leave' } })
  expect((await client.datasets.items({ datasetId: tracks.id })).find(({ name }) => name === 'Session')!.files).toEqual(['Session/LeadVox.wav', 'Session/Bass.wav'])
  expect((await client.datasets.setSplit({ datasetId: tracks.id, item: 'Session', split: 'test' })).counts.test).toBe(1)
  expect(await client.datasets.report({ datasetId: tracks.id })).toBe(undefined)
  expect((await client.datasets.list()).map(({ name }) => name)).toEqual(['Pairs', 'Session'])

  const later = clientOf(place.reopen())
  await later.datasets.remove({ datasetId: pair.id })
  expect((await later.datasets.list()).map(({ name }) => name)).toEqual(['Session'])
  await expect(client.datasets.items({ datasetId: pair.id })).rejects.toMatchObject({ code: 'DATASET_NOT_FOUND' })
  await expect(client.datasets.add({ folder, layout: 'pairs', name: ' ' })).rejects.toMatchObject({ code: 'INVALID_INPUT' })
})

// Would catch: a folder of fifty pairs that is read for ten minutes, without a word, whatever the user does.
it('the adding of pairs tells how far it is, and once it is cancelled keeps nothing', async () => {
  const folder = join(place.scratch, 'many pairs')
  const [voice, band] = [noise(3, rate), noise(4, rate)]
  const mix = voice.map((value, i) => value + band[i]!)
  writeTree(folder, Object.fromEntries(['a', 'b', 'c'].flatMap((name) => [[`${name}/mix.wav`, [mix]], [`${name}/karaoke.wav`, [band]]])))
  const client = clientOf(place.services)
  const seen: string[] = []
  let isUnwanted = true
  const stop = client.on('job.changed', ({ id, kind, state }) => {
    if (kind !== 'dataset' || state.status !== 'running' || state.progress.stage !== 'aligning') return
    seen.push(`${state.progress.completed}/${state.progress.total}`)
    // At once: three small pairs are aligned before a test that polls has looked.
    if (isUnwanted) void client.jobs.cancel({ jobId: id })
  })
  const { jobs } = place.services
  const before = await client.datasets.list()
  const { jobId } = await client.datasets.add({ folder, layout: 'pairs', name: 'Stopped' })
  expect((await jobs.finished(jobId)).state.status).toBe('cancelled')
  expect(await client.datasets.list()).toEqual(before)
  expect(seen).toEqual(['0/3'])
  isUnwanted = false
  seen.length = 0
  const again = await client.datasets.add({ folder, layout: 'pairs', name: 'Whole' })
  expect((await jobs.finished(again.jobId)).state).toMatchObject({ status: 'succeeded', result: { name: 'Whole' } })
  expect(seen).toEqual(['0/3', '1/3', '2/3'])

  // So is looking at it again: pairs that have come are aligned, unless that is stopped, and then all stays as it was.
  const { id: datasetId } = (await client.datasets.list()).find(({ name }) => name === 'Whole')!
  const whole = await client.datasets.items({ datasetId })
  writeTree(folder, Object.fromEntries(['d', 'e'].flatMap((name) => [[`${name}/mix.wav`, [mix]], [`${name}/karaoke.wav`, [band]]])))
  isUnwanted = true
  const stopped = await client.datasets.refresh({ datasetId })
  expect((await jobs.finished(stopped.jobId)).state.status).toBe('cancelled')
  expect(await client.datasets.items({ datasetId })).toEqual(whole)
  isUnwanted = false
  seen.length = 0
  const looked = await client.datasets.refresh({ datasetId })
  expect((await jobs.finished(looked.jobId)).state).toMatchObject({ status: 'succeeded', result: { id: datasetId } })
  expect(seen.at(-1)).toBe('4/5')
  expect((await client.datasets.items({ datasetId })).length).toBe(whole.length + 2)
  await expect(client.datasets.refresh({ datasetId: 'nothing' })).rejects.toMatchObject({ code: 'DATASET_NOT_FOUND' })
  stop()
})

import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { nodePlatform } from '#main/node/nodePlatform'
import { createServices, type Services } from '#main/services/createServices'
import { createClient } from '#shared/contract/client'
import { contract } from '#shared/contract/contract'
import type { Lesson, LessonRequest } from '#shared/contract/teaching'
import { setUp } from '#test/setUp'
import { quickConfig, writeSongs } from '#test/trainingData'

const { batchSize, stepsPerEpoch, takes, patches } = quickConfig()
const few = { batchSize, stepsPerEpoch, takes, patches, totalSteps: 20 }

let folder: string
let services: Services

beforeAll(async () => {
  setUp()
  folder = await mkdtemp(join(tmpdir(), 'stemwright-teaching-'))
  process.env.STEMWRIGHT_LIBRARY = join(folder, 'library')
  await writeSongs(join(folder, 'songs'), { one: 300, two: 410 }, 24)
  services = createServices(nodePlatform('web'), undefined, few)
})
afterAll(async () => {
  await services.rest()
  services.close()
  delete process.env.STEMWRIGHT_LIBRARY
  await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
})

const clientOf = (open: Services) =>
  createClient(contract, { request: (name, payload) => open.server.handle(name, payload), onEvent: (callback) => open.onEvent(callback) })
type Client = ReturnType<typeof clientOf>

/** Trains a model of the tiny preset for a few steps, which is among the models then. */
async function trainBase(client: Client, datasetId: string): Promise<string> {
  const ended = new Promise<void>((resolve) => client.on('models.changed', (cards) => cards.some(({ name }) => name === 'Base') && resolve()))
  await client.training.start({ presetId: 'tiny', datasetId, name: 'Base', overrides: few, resultsEvery: 0 })
  await ended
  return (await services.models.list()).find(({ card }) => card.name === 'Base')!.card.id
}

/** Gives the lesson once it has come to its end. */
async function taught(client: Client, request: LessonRequest): Promise<Lesson> {
  const statuses: Lesson[] = []
  const ended = new Promise<void>((resolve) =>
    client.on('lessons.changed', (lesson) => {
      if (lesson.name === request.name) statuses.push(lesson)
      if (lesson.name === request.name && (lesson.status === 'measured' || lesson.status === 'failed')) resolve()
    }),
  )
  await client.teaching.start(request)
  await ended
  return statuses.at(-1)!
}

/** SHA-256 of every file of a folder. */
async function digests(directory: string): Promise<Record<string, string>> {
  const names = (await readdir(directory)).toSorted()
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, createHash('sha256').update(await readFile(join(directory, name))).digest('hex')])))
}

// This would catch a lesson that changes its base, starts from random weights, compares a model with itself, or loses its figures.
it('a copy of a model is taught songs and a voice, measured beside its base, and kept; the base stays as it was to the byte', async () => {
  const client = clientOf(services)
  const dataset = await services.datasets.add({ folder: join(folder, 'songs'), layout: 'stemFolders', name: 'Songs' })
  const modelId = await trainBase(client, dataset.id)
  const { directory } = await services.models.find(modelId)
  const untouched = await digests(directory)
  const modelCount = (await services.models.list()).length

  const songs = await taught(client, { name: 'My songs', modelId, material: { kind: 'songs', datasetId: dataset.id }, minutes: 5 })
  expect(songs.error).toBeUndefined()
  expect(songs.outcome!.excerpts.map(({ name }) => name)).toEqual(['one, its end', 'two, its end'])
  for (const { before, after } of songs.outcome!.excerpts) {
    expect(Number.isFinite(before) && Number.isFinite(after)).toBe(true)
    expect(after).not.toBe(before)
  }
  expect(songs.outcome!.recommended).toBe(songs.outcome!.after - songs.outcome!.before >= 0.1)
  const run = (await client.training.list()).find(({ id }) => id === songs.runId)!
  expect(run).toMatchObject({ presetId: 'tiny', lessonId: songs.id, base: { modelId, name: 'Base' } })
  expect((await client.training.history({ runId: run.id })).at(-1)!.step).toBe(20)
  expect(await services.models.list()).toHaveLength(modelCount)

  const song = await client.songs.import({ path: join(folder, 'songs/one/vocals.wav') })
  const { jobId } = await client.sounds.prepare({ songId: song.id })
  await services.jobs.finished(jobId)
  const [sound] = await client.sounds.list()
  const stretch = { soundId: sound!.id, start: 44100, end: 44100 * 23 }
  const voice = await taught(client, { name: 'My voice', modelId, material: { kind: 'voice', voice: [stretch], music: [] }, minutes: 5 })
  expect(voice.error).toBeUndefined()
  expect(voice.outcome!.excerpts.map(({ before, after }) => Number.isFinite(before) && Number.isFinite(after))).toEqual([true])

  const { modelId: keptId } = await client.teaching.keep({ lessonId: songs.id, name: 'Taught' })
  const kept = await services.models.find(keptId)
  expect(kept.card).toMatchObject({ name: 'Taught', kind: 'separator', data: expect.stringContaining('trained on from "Base"') as string })
  expect((await digests(kept.directory))['weights.safetensors']).not.toBe(untouched['weights.safetensors'])
  expect(await digests(directory)).toEqual(untouched)

  await services.rest()
  services.close()
  services = createServices(nodePlatform('web'), undefined, few)
  const again = clientOf(services)
  const { keptModelId, ...rest } = (await again.teaching.list()).find(({ id }) => id === songs.id)!
  expect([rest, keptModelId]).toEqual([songs, keptId])
  await again.teaching.remove({ lessonId: songs.id })
  expect((await again.teaching.list()).map(({ id }) => id)).toEqual([voice.id])
  expect((await again.training.list()).map(({ id }) => id)).not.toContain(songs.runId)
  expect((await services.models.find(keptId)).card.name).toBe('Taught')
}, 300_000)

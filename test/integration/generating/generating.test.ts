import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createComputeClient } from '#main/compute/client'
import { compareGenerators } from '#main/compute/tasks/compareGenerators'
import { describeGenerator, generateSounds, writeSounds } from '#main/compute/tasks/generate'
import { mapLatents, reconstructSounds } from '#main/compute/tasks/hearSounds'
import type { GeneratorFileCard } from '#main/models/generate/generatorCard'
import { readClipManifest } from '#main/node/clipManifest'
import { createDragFolders } from '#main/node/dragFolders'
import { createModelStore } from '#main/node/modelStore'
import { readHistory } from '#main/node/runHistory'
import { createGeneratingService, type GeneratingService } from '#main/services/generatingService'
import { createJobQueue, type JobQueue } from '#main/services/jobQueue'
import { createMediaRegistry } from '#main/services/mediaRegistry'
import { createModelService } from '#main/services/modelService'
import { decodeWav, encodeWav } from '#shared/audio/wavCodec'
import type { Dataset } from '#shared/contract/datasets'
import type { Job } from '#shared/contract/jobs'
import { toAppError } from '#shared/errors'
import { fakeComputeProcess } from '#test/fakeComputeProcess'
import { readAll } from '#test/soundFiles'
import { smallSoundVae } from '#test/soundVaes'
import { toneOf, trainToneGenerator, writeTones } from '#test/toneGenerator'

const root = mkdtempSync(join(tmpdir(), 'stemwright-generating-'))
const sounds = join(root, 'sounds')
const { sampleRate, samples } = smallSoundVae.features
const phases = 'griffinLim' as const
const modelId = 'tones'
let service: GeneratingService
let queue: JobQueue
let card: GeneratorFileCard

beforeAll(async () => {
  writeTones(sounds)
  await trainToneGenerator(sounds, join(root, 'run'), join(root, 'cache'))
  card = JSON.parse(readFileSync(join(root, 'run/model/card.json'), 'utf8')) as GeneratorFileCard
  mkdirSync(join(root, 'models'))
  const { manifest } = await readClipManifest(sounds, { validation: [], test: [], without: [] })
  const store = createModelStore([join(root, 'shipped'), join(root, 'models')])
  let count = 0
  const models = createModelService({ store, newId: () => `${++count}`, usedBy: () => undefined, onChange: () => {} })
  await models.keep({ directory: join(root, 'run/model'), name: modelId })
  queue = createJobQueue(() => `job-${++count}`, () => {})
  const dataset = { id: 'd', name: 'Tones', folder: sounds } as Dataset
  const launch = () => fakeComputeProcess({ describeGenerator, generateSounds, writeSounds, reconstructSounds, mapLatents, compareGenerators })
  service = createGeneratingService({
    platform: { newId: () => `${++count}`, dragFolders: createDragFolders(join(root, 'drags')), stems: { tidy: () => Promise.resolve() } } as never,
    datasets: { get: () => Promise.resolve(dataset), open: () => Promise.resolve({ dataset, manifest }) },
    models,
    queue,
    media: createMediaRegistry((id) => `test://${id}`),
    compute: createComputeClient(launch),
  })
  id = (await service.models())[0]!.modelId
})
let id = ''
afterAll(() => {
  service.close()
  rmSync(root, { recursive: true, force: true })
})

async function resultOf(job: Job) {
  const { state } = await queue.finished(job.id)
  if (state.status !== 'succeeded') throw new Error(JSON.stringify(state))
  return state.result as never
}
const failureOf = (work: Promise<unknown>) => work.then(() => undefined, (error: unknown) => toAppError(error))

/** Hertz of the strongest partial of a sound as it is played. */
function loudestHertz({ pcm, sampleRate: rate }: { pcm: string; sampleRate: number }): number {
  const bytes = Buffer.from(pcm, 'base64')
  const values = Float32Array.from({ length: bytes.length / 2 }, (_, i) => bytes.readInt16LE(2 * i))
  let [best, most] = [0, 0]
  for (let hertz = 200; hertz < 3800; hertz += 25) {
    let [re, im] = [0, 0]
    for (let n = 0; n < values.length; n++) {
      re += values[n]! * Math.cos((2 * Math.PI * hertz * n) / rate)
      im += values[n]! * Math.sin((2 * Math.PI * hertz * n) / rate)
    }
    if (re * re + im * im > most) [best, most] = [hertz, re * re + im * im]
  }
  return best
}

describe('a training on short sounds', () => {
  it('learns, and its card says where the sounds lie', async () => {
    const history = await readHistory(join(root, 'run'))
    expect(history.at(-1)!.score).toBeGreaterThan(history[0]!.score)
    expect(card.latent.classes.map(({ label }) => label)).toEqual(['high', 'low'])
    expect(card.latent.highest - card.latent.lowest).toBeGreaterThan(20)
    expect(card.scores.map(({ name }) => name)).toContain('Reconstruction error')
  })

  it('finds the fader of brightness, which is what both kinds differ in', () => {
    expect(card.latent.faders.find(({ id: fader }) => fader === 'brightness')!.correlation).toBeGreaterThan(0.8)
  })
})

describe('sounds that a model makes', () => {
  it('of a class are like it, and the same for the same seed', async () => {
    const high = await service.sampleClass({ modelId: id, label: 'high', seed: 1, count: 3, deviation: 0.2, phases })
    const low = await service.sampleClass({ modelId: id, label: 'low', seed: 1, count: 3, deviation: 0.2, phases })
    for (const sound of high) expect(loudestHertz(sound)).toBeGreaterThan(1800)
    for (const sound of low) expect(loudestHertz(sound)).toBeLessThan(1200)
    expect(await service.sampleClass({ modelId: id, label: 'high', seed: 1, count: 3, deviation: 0.2, phases })).toEqual(high)
    const [again] = await service.decode({ modelId: id, phases, items: [{ latent: high[1]!.latent, seed: high[1]!.seed, name: 'again', moves: [] }] })
    expect(again!.pcm).toBe(high[1]!.pcm)
  })

  it('are drawn from the prior, and lie between two others', async () => {
    expect(await service.sample({ modelId: id, seed: 3, count: 9, spread: 1, phases: 'zero' })).toHaveLength(9)
    const ends = await Promise.all(['high', 'low'].map(async (label) => (await service.centre({ modelId: id, label })).latent))
    const path = await service.interpolate({ modelId: id, from: ends[0]!, to: ends[1]!, steps: 5, seed: 1, phases })
    expect(path[0]!.latent.map((value) => value.toFixed(4))).toEqual(ends[0]!.map((value) => value.toFixed(4)))
    expect(loudestHertz(path[0]!)).toBeGreaterThan(1800)
    expect(loudestHertz(path[4]!)).toBeLessThan(1200)
  })

  it('are refused with a reason where they can not be made', async () => {
    expect(await failureOf(service.sampleClass({ modelId: id, label: 'none', seed: 1, count: 1, deviation: 0, phases }))).toMatchObject({ code: 'INVALID_INPUT', message: expect.stringContaining('high, low') as string })
    expect(await failureOf(service.interpolate({ modelId: id, from: [1], to: [2], steps: 3, seed: 1, phases }))).toMatchObject({ code: 'INVALID_INPUT' })
    expect(await failureOf(service.sample({ modelId: 'gone', seed: 1, count: 1, spread: 1, phases }))).toMatchObject({ code: 'MODEL_NOT_FOUND' })
  })

  it('are written as files that say what they are, and never in place of others', async () => {
    const folder = join(root, 'out')
    mkdirSync(folder)
    const [sound] = await service.sampleClass({ modelId: id, label: 'low', seed: 1, count: 1, deviation: 0.2, phases })
    const request = { modelId: id, phases, sounds: [{ latent: sound!.latent, seed: sound!.seed, name: 'A: low/one' }, { latent: sound!.latent, seed: sound!.seed, name: 'A: low/one' }] }
    const first = (await resultOf(await service.export(request, folder))) as { files: { name: string; path: string }[] }
    expect(first.files.map(({ name }) => name)).toEqual(['A_ low_one.wav', 'A_ low_one 2.wav'])
    const second = (await resultOf(await service.export(request, folder))) as typeof first
    expect(second.files.map(({ name }) => name)).toEqual(['A_ low_one (2).wav', 'A_ low_one 2 (2).wav'])
    const bytes = readFileSync(first.files[0]!.path)
    expect(bytes.includes(Buffer.from('Generated by the model', 'utf16le'))).toBe(true)
    const [written] = await readAll(first.files[0]!.path)
    const heard = Buffer.from(sound!.pcm, 'base64')
    written!.forEach((value, i) => expect(Math.abs(value - heard.readInt16LE(2 * i) / 32768)).toBeLessThan(1e-4))
    const dragged = (await resultOf(await service.prepareDrag(request))) as typeof first
    expect(decodeWav(readFileSync(dragged.files[0]!.path)).sampleRate).toBe(sampleRate)
  })
})

describe('reconstructions', () => {
  it('of a dataset are near what they were', async () => {
    const { sounds: found } = await service.reconstruct({ modelId: id, from: { kind: 'dataset', datasetId: 'd', split: 'train', label: 'high', seed: 1, count: 3 }, phases, seed: 1 })
    expect(found).toHaveLength(3)
    for (const { mse, original, decoded, label } of found) {
      expect(label).toBe('high')
      expect(mse).toBeLessThan(0.05)
      expect(Math.abs(loudestHertz(original) - loudestHertz(decoded))).toBeLessThan(400)
      expect(original.picture).toMatchObject({ frames: 16, bins: 32, binHertz: 125 })
    }
  })

  it('of own files and recordings use the part where something sounds, and name what can not be read', async () => {
    const quiet = new Float32Array(3 * samples)
    quiet.set(toneOf(true, 99), 2 * samples)
    const path = join(root, 'own.wav')
    writeFileSync(path, encodeWav({ sampleRate, channels: [quiet] }, 'int16'))
    const pcm = Buffer.from(Int16Array.from(toneOf(false, 98), (value) => Math.round(32767 * value)).buffer).toString('base64')
    const sources = [{ path }, { path: join(sounds, 'low/broken.wav') }, { recorded: { name: 'Take 1', sampleRate, pcm } }]
    const { sounds: found, warnings } = await service.reconstruct({ modelId: id, from: { kind: 'own', sources }, phases, seed: 1 })
    expect(found.map(({ name }) => name)).toEqual(['own.wav', 'Take 1'])
    expect(loudestHertz(found[0]!.original)).toBeGreaterThan(1800)
    expect(loudestHertz(found[1]!.original)).toBeLessThan(1200)
    expect(warnings.join()).toContain('broken.wav')
    const none = service.reconstruct({ modelId: id, from: { kind: 'own', sources: [{ path: join(root, 'nowhere.wav') }] }, phases, seed: 1 })
    expect(await failureOf(none)).toMatchObject({ code: 'DATASET_EMPTY' })
  })
})

describe('maps and figures', () => {
  it.each(['pca', 'tsne'] as const)('by %s keep both kinds apart, and give sounds at their places', async (method) => {
    const map = (await resultOf(await service.startMap({ modelId: id, datasetId: 'd', method, perplexity: 8, most: 100, seed: 1 }))) as { id: string; points: { x: number; y: number; label: string }[]; warnings: string[] }
    expect(map.points).toHaveLength(48)
    expect(map.warnings.join()).toContain('broken.wav')
    const at = map.points.findIndex(({ label }) => label === 'high')
    expect(loudestHertz(await service.atPlace({ mapId: map.id, x: map.points[at]!.x, y: map.points[at]!.y, seed: 1, phases }))).toBeGreaterThan(1800)
    expect((await service.atPoint({ mapId: map.id, point: at, seed: 1, phases })).label).toBe('high')
    const lows = map.points.flatMap(({ label }, i) => (label === 'low' ? [i] : []))
    const [like] = await service.amongPoints({ mapId: map.id, points: lows, seed: 1, count: 1, spread: 0.3, phases })
    expect(loudestHertz(like!)).toBeLessThan(1200)
    expect(await failureOf(service.atPoint({ mapId: map.id, point: 48, seed: 1, phases }))).toMatchObject({ code: 'INVALID_INPUT' })
  })

  it('compare models on what is held out, and let a judge listen', async () => {
    const { rows, measuredOn } = (await resultOf(await service.startComparison({ modelIds: [id], datasetId: 'd', seed: 1 }))) as { measuredOn: string; rows: Record<string, number>[] }
    expect(measuredOn).toMatch(/sounds for (test|validation)/)
    expect(rows[0]!['mse']).toBeLessThan(0.05)
    expect(rows[0]!['kl']).toBeGreaterThan(0)
    expect(rows[0]!['recognisedReal']).toBeGreaterThan(0.9)
    expect(rows[0]!['recognised']).toBeGreaterThan(0.9)
  })
})

import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sizeOf } from '#main/engine/engine'
import { modelShapes } from '#main/models/separatorNetwork'
import { loadOwnSeparator, saveModel } from '#main/node/modelFiles'
import { packModel } from '#main/node/modelPackage'
import type { FileSource, ModelCard } from '#shared/contract/models'
import type { Job } from '#shared/contract/jobs'
import type { NetworkDescriptionInput } from '#shared/contract/networkAdapter'
import type { SeparationResult } from '#shared/contract/separation'
import { networkDescription } from '#shared/contract/networkAdapter'
import { buildNetwork, constant } from '#test/networks'
import { addsUp, readIntegers, writeNoise } from '#test/sound'
import { openSoundLibrary } from '#test/soundLibrary'
import { writeUntrainedModel } from '#test/untrainedModel'

const { services, scratch, close } = openSoundLibrary()
afterAll(close)

const models = join(scratch, 'models')
const out = join(scratch, 'out')
const song = join(scratch, 'song.wav')
let mine: ModelCard

beforeAll(async () => {
  const run = join(scratch, 'run')
  await writeUntrainedModel(join(run, 'model'))
  const line = { epoch: 1, step: 10, seconds: 1, learningRate: 0.1, beta: 0, train: { loss: 1 }, validation: {}, score: 1, best: true, waiting: 0 }
  await writeFile(join(run, 'history.jsonl'), `${JSON.stringify(line)}\n`)
  mine = (await services.models.keep({ directory: join(run, 'model'), name: 'My model' })).card
  await mkdir(out, { recursive: true })
  await writeNoise(song, 2, 1)
})

async function resultOf<Result>(job: Job | Promise<Job>): Promise<Result> {
  const { state } = await services.jobs.finished((await job).id)
  if (state.status === 'succeeded') return state.result as Result
  throw state.status === 'failed' ? Object.assign(new Error(state.error.message), state.error) : new Error(state.status)
}

const exported = async (id: string) => (await resultOf<{ paths: string[] }>(services.transfers.exportFile(id, out))).paths[0]!
const imported = (source: FileSource) => resultOf<ModelCard>(services.transfers.importFile(source))

async function stemsOf(modelId: string): Promise<{ result: SeparationResult; vocals: Int32Array[]; music: Int32Array[] }> {
  const { id } = await services.songs.import({ path: song })
  const result = await resultOf<SeparationResult>(services.separations.start({ songId: id, modelId, quality: 'fast', format: 'wav24' }))
  const [vocals, music] = await Promise.all(result.stems.map((stem) => readIntegers(services.mediaPath(stem.id)!)))
  return { result, vocals: vocals!, music: music! }
}

describe('a model that is passed on as a file', () => {
  it('separates exactly as it did, and keeps its card and the curve of its training', async () => {
    const card = await imported({ path: await exported(mine.id) })
    expect(card).toMatchObject({ name: 'My model', origin: 'imported', sha256: mine.sha256, parameters: mine.parameters })
    expect(card.id).not.toBe(mine.id)
    expect(await services.models.history(card.id)).toEqual(await services.models.history(mine.id))
    const [before, after] = [await stemsOf(mine.id), await stemsOf(card.id)]
    expect(after.vocals).toEqual(before.vocals)
    expect(addsUp(await readIntegers(song), after.vocals, after.music)).toBe(true)
  })

  // Would catch a model that is kept although it no longer computes what it did where it was trained.
  it('is refused, and leaves nothing, where its network fails the self-test', async () => {
    const folder = join(scratch, 'changed')
    const { card, parameters } = await loadOwnSeparator(join(models, mine.id))
    const shapes = modelShapes(card.config)
    const flat = Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, new Float32Array(sizeOf(shape)).fill(0.1)]))
    await saveModel(folder, card, { ...parameters, ...flat })
    const before = await readdir(models)
    const path = await packModel(folder, join(scratch, 'changed.stemwright-model'))
    await expect(imported({ path })).rejects.toMatchObject({ code: 'MODEL_CORRUPT', message: expect.stringContaining('self-test') as string })
    expect(await readdir(models)).toEqual(before)
  })

  it('is refused, and leaves nothing, where it is damaged, or its card is', async () => {
    const before = await readdir(models)
    const bytes = await readFile(await exported(mine.id))
    const cut = join(scratch, 'cut.stemwright-model')
    await writeFile(cut, bytes.subarray(0, -1))
    await expect(imported({ path: cut })).rejects.toMatchObject({ code: 'MODEL_CORRUPT' })
    for (const card of ['{}', 'no JSON', '{"config":{"family":"duovae"}}', '{"name":"x","config":{"family":"somethingNew"}}']) {
      const folder = join(scratch, 'bad')
      await mkdir(folder, { recursive: true })
      await writeFile(join(folder, 'card.json'), card)
      await writeFile(join(folder, 'weights.safetensors'), await readFile(join(models, mine.id, 'weights.safetensors')))
      const path = await packModel(folder, join(scratch, 'bad.stemwright-model'))
      await expect(imported({ path })).rejects.toMatchObject({ code: 'MODEL_CORRUPT' })
    }
    await expect(imported({ path: song })).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    expect(await readdir(models)).toEqual(before)
  })

  it('is not deleted while a job needs it', async () => {
    const { id } = await services.songs.import({ path: song })
    const job = await services.separations.start({ songId: id, modelId: mine.id, quality: 'best', format: 'wav16' })
    await expect(services.models.remove(mine.id)).rejects.toMatchObject({ code: 'MODEL_IN_USE', message: expect.stringContaining('"song"') as string })
    services.jobs.cancel(job.id)
    await services.jobs.finished(job.id)
  })

  it('is measured in seconds of sound a second, which its card says from then on', async () => {
    const card = await resultOf<ModelCard>(services.transfers.measureSpeed(mine.id))
    expect(card.speed!.realTimeFactor).toBeGreaterThan(0)
    expect((await services.models.find(mine.id)).card.speed).toEqual(card.speed)
  }, 60_000)
})

describe('an ONNX network as a separator', () => {
  const description: NetworkDescriptionInput = {
    name: 'Half',
    licence: 'CC0',
    sampleRate: 44100,
    channels: 2,
    input: 'magnitude',
    output: 'mask',
    stft: { fftSize: 2048, hopLength: 512 },
    segment: 32,
    inputLayout: 'batch channel bin frame',
    outputLayout: 'batch channel bin frame',
  }
  const path = join(scratch, 'half.onnx')
  const take = (file: string, changed: Partial<NetworkDescriptionInput> = {}) =>
    resultOf<ModelCard>(services.transfers.importNetwork({ path: file }, networkDescription.parse({ ...description, ...changed })))

  beforeAll(async () => {
    await writeFile(path, constant([1, 2, 1025, 32], Float32Array.of(0.5), [1]))
    await writeFile(join(scratch, 'half.json'), JSON.stringify(description))
  })

  it('is looked at: what it takes and gives, and what the JSON file beside it says', async () => {
    const found = await resultOf<object>(services.transfers.inspectNetwork({ path }))
    expect(found).toMatchObject({ inputs: [{ name: 'input', shape: [1, 2, 1025, 32] }], outputs: [{ name: 'output' }], description: { name: 'Half', segment: 32 } })
    await writeFile(join(scratch, 'odd.onnx'), await readFile(path))
    await writeFile(join(scratch, 'odd.json'), '{"sampleRate": "fast"}')
    expect(await resultOf<object>(services.transfers.inspectNetwork({ path: join(scratch, 'odd.onnx') }))).toMatchObject({ problem: expect.stringContaining('sampleRate') as string })
  })

  // Would catch stems that no longer sum to the song because a foreign network made them.
  it('separates a song into stems that sum to it exactly', async () => {
    const card = await take(path)
    expect(card).toMatchObject({ name: 'Half', origin: 'imported', kind: 'separator', adapter: { input: 'magnitude' }, licence: 'CC0' })
    const { result, vocals, music } = await stemsOf(card.id)
    const mixture = await readIntegers(song)
    expect(addsUp(mixture, vocals, music)).toBe(true)
    expect(result.nullResidualDbfs).toBeLessThanOrEqual(-138)
    expect(Math.max(...vocals[0]!.map((value, i) => Math.abs(value - mixture[0]![i]! / 2)))).toBeLessThanOrEqual(2)
  })

  it('is exported with its description, from which it is imported again; also as one file', async () => {
    const card = await take(path)
    const { paths } = await resultOf<{ paths: string[] }>(services.transfers.exportOnnx(card.id, out))
    expect(await readFile(paths[0]!)).toEqual(await readFile(path))
    const { description: found } = await resultOf<{ description: NetworkDescriptionInput }>(services.transfers.inspectNetwork({ path: paths[0]! }))
    expect((await take(paths[0]!, found)).adapter).toEqual(card.adapter)
    expect((await imported({ path: await exported(card.id) })).adapter).toEqual(card.adapter)
  })

  it('is refused with what was expected and what was found, and leaves nothing', async () => {
    const before = await readdir(models)
    await expect(take(path, { segment: 33 })).rejects.toMatchObject({ code: 'MODEL_INCOMPATIBLE', message: expect.stringContaining('dimension 4 is 32 where 33 is expected') as string })
    const endless = join(scratch, 'endless.onnx')
    await writeFile(endless, buildNetwork([1, 2, 1025, 32], (graph, input) => graph.add('Div', [input, graph.scalar(0)], [1, 2, 1025, 32])))
    await expect(take(endless)).rejects.toMatchObject({ code: 'MODEL_INCOMPATIBLE', message: expect.stringContaining('not finite') as string })
    await expect(take(song)).rejects.toMatchObject({ code: 'MODEL_INCOMPATIBLE' })
    await expect(take(join(dirname(path), 'nothing.onnx'))).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' })
    expect(await readdir(models)).toEqual(before)
  })

  it('is no model to go on training from', async () => {
    const card = await take(path)
    await expect(loadOwnSeparator(join(models, card.id))).rejects.toMatchObject({ code: 'MODEL_INCOMPATIBLE', message: expect.stringContaining('"Half"') as string })
  })

  it('says that it cannot tell where it guesses', async () => {
    const card = await take(path)
    const { result } = await stemsOf(card.id)
    const [vocals, accompaniment] = result.stems.map(({ soundId }) => soundId!)
    const { id } = await services.songs.import({ path: song })
    const mixture = await resultOf<{ id: string }>(services.sounds.prepare(id))
    const asked = await services.server.handle('repair.doubt', { pair: { mixture: mixture.id, offset: 0, vocals, accompaniment }, modelId: card.id })
    expect(asked).toMatchObject({ ok: true })
    const { jobId } = (asked as { result: { jobId: string } }).result
    expect((await services.jobs.finished(jobId)).state).toMatchObject({ status: 'failed', error: { code: 'MODEL_INCOMPATIBLE' } })
  })
})

import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ComputeProcess } from '#main/compute/client'
import { appRoot } from '#main/node/appRoot'
import { forkCompute } from '#main/node/computeProcess'
import { packModel } from '#main/node/modelPackage'
import { type AppContract, contract } from '#shared/contract/contract'
import { type Client, createClient } from '#shared/contract/client'
import type { ModelCard } from '#shared/contract/models'
import type { Job } from '#shared/contract/jobs'
import { toAppError } from '#shared/errors'
import { mixPictures } from '#shared/images/mixing'
import { idxFiles, writeTree } from '#test/datasetFiles'
import { setUp } from '#test/setUp'
import { blobPicture } from '#test/unmixers'
import { writeUntrainedUnmixer } from '#test/untrainedModel'
import { startWebApp, type WebApp } from '#test/webApp'

let app: WebApp
let client: Client<AppContract>
const processes: ComputeProcess[] = []

/** The web host with real processes, asked as its page asks. */
beforeAll(async () => {
  setUp()
  const launchCompute = () => {
    const process = forkCompute(join(appRoot, 'out/main/compute.js'))
    processes.push(process)
    return process
  }
  app = await startWebApp({ page: join(appRoot, 'out', 'renderer'), launchCompute })
  client = createClient(contract, {
    async request(name, payload) {
      const body = JSON.stringify({ payload })
      return (await fetch(`${app.origin}/api/request/${name}`, { method: 'POST', headers: { 'x-stemwright-token': app.token }, body })).json()
    },
    onEvent: () => () => {},
  })
  await writeUntrainedUnmixer(join(app.scratch, 'models', 'pictures'), undefined, 'Pictures')
})
afterAll(() => app.close())

const average = { rule: 'average', level: 0.5 } as const
const mixtureOf = (seed: number) => [...mixPictures(blobPicture(seed), blobPicture(seed + 50), average)]
const unmix = (seed: number, modelId = 'pictures') => client.playground.unmix({ modelId, ...average, mixtures: [mixtureOf(seed)] })
const codeOf = (work: Promise<unknown>) => work.then(() => 'done', (error: unknown) => toAppError(error).code)
const largestDifference = (a: readonly number[], b: readonly number[]) => Math.max(...a.map((value, i) => Math.abs(value - b[i]!)))

async function resultOf(jobId: string): Promise<Job['state']> {
  return (await app.services.jobs.finished(jobId)).state
}

describe('the Playground over the web host and its own process', () => {
  it('gives each of many questions at once its own answer, which mixes to its mixture exactly', async () => {
    const answers = await Promise.all(Array.from({ length: 24 }, (_, seed) => unmix(seed)))
    answers.forEach(([answer], seed) => expect(largestDifference(answer!.mixture, mixtureOf(seed))).toBeLessThanOrEqual(1e-6))
    const [again] = await unmix(7)
    expect(again!.first).toEqual(answers[7]![0]!.first)
    expect(again!.first).not.toEqual(answers[8]![0]!.first)
  })

  it('takes pictures from a folder, and what they mix to apart', async () => {
    const folder = join(app.scratch, 'pictures')
    const below = (kind: string) => Object.fromEntries(Object.entries(idxFiles(24, 20)).map(([name, bytes]) => [`${kind}/${name}`, bytes]))
    writeTree(folder, { ...below('mnist'), ...below('fashion-mnist') })
    const { jobId } = await client.datasets.add({ folder, layout: 'idx', name: 'Both' })
    expect((await resultOf(jobId)).status).toBe('succeeded')
    const sets = await client.playground.sets()
    expect(sets.map(({ part }) => part).toSorted()).toEqual(['first', 'second'])
    const pictures = await Promise.all(sets.map(({ id }) => client.playground.pictures({ setId: id, seed: 3, count: 4 })))
    const [a, b] = pictures.map(([picture]) => Float32Array.from(picture!.pixels))
    const mixture = [...mixPictures(a!, b!, average)]
    const [answer] = await client.playground.unmix({ modelId: 'pictures', ...average, mixtures: [mixture] })
    expect(largestDifference(answer!.mixture, mixture)).toBeLessThanOrEqual(1e-6)
  })

  // Would catch a Playground that is dead until the app is started again, and one that takes a separation down with it.
  it('says that its process died, and goes on in another one', async () => {
    const before = (await unmix(1))[0]!
    const count = processes.length
    const asked = Array.from({ length: 6 }, (_, seed) => codeOf(unmix(seed)))
    processes.at(-1)!.kill()
    expect((await Promise.all(asked)).filter((code) => code !== 'done' && code !== 'COMPUTE_CRASHED')).toEqual([])
    expect((await unmix(1))[0]!.first).toEqual(before.first)
    expect(processes.length).toBe(count + 1)
  })

  it('refuses what is no question before anything is computed', async () => {
    const tooSmall = client.playground.unmix({ modelId: 'pictures', ...average, mixtures: [[0, 1]] })
    expect(await codeOf(tooSmall)).toBe('INVALID_INPUT')
    expect(await codeOf(client.playground.unmix({ modelId: 'pictures', rule: 'average', level: 2, mixtures: [mixtureOf(1)] }))).toBe('INVALID_INPUT')
    expect(await codeOf(unmix(1, '../pictures'))).toBe('MODEL_NOT_FOUND')
    expect(await codeOf(unmix(1, 'duovae'))).toBe('MODEL_INCOMPATIBLE')
  })
})

describe('a model of pictures as a file', () => {
  const exportTo = async (modelId: string, name: string) => {
    const folder = join(app.scratch, name)
    await mkdir(folder, { recursive: true })
    const state = await resultOf((await client.models.exportFile({ modelId, folder })).jobId)
    return (state as { result: { paths: string[] } }).result.paths[0]!
  }
  const importFrom = async (path: string) => resultOf((await client.models.importFile({ source: { path } })).jobId)

  it('gives the same pictures after it was taken in again, and none once it is deleted though it was warm', async () => {
    const state = await importFrom(await exportTo('pictures', 'out'))
    const card = (state as { result: ModelCard }).result
    expect(card).toMatchObject({ kind: 'images', origin: 'imported', unmixer: { network: 'skip' } })
    expect(await unmix(3, card.id)).toEqual(await unmix(3))
    await client.models.rename({ modelId: card.id, name: 'Mine' })
    expect(await codeOf(unmix(3, card.id))).toBe('done')
    await client.models.remove({ modelId: card.id })
    expect(await codeOf(unmix(3, card.id))).toBe('MODEL_NOT_FOUND')
  })

  it('is refused where it does not compute what its card says, and nothing is left of it', async () => {
    const wrong = join(app.scratch, 'wrong')
    await writeUntrainedUnmixer(wrong)
    const card = JSON.parse(await readFile(join(wrong, 'card.json'), 'utf8')) as { selfTest: { values: number[] } }
    card.selfTest.values = card.selfTest.values.map((value) => value + 0.1)
    await writeFile(join(wrong, 'card.json'), JSON.stringify(card))
    const before = await client.models.list()
    const state = await importFrom(await packModel(wrong, join(app.scratch, 'wrong.stemwright-model')))
    expect(state).toMatchObject({ status: 'failed', error: { code: 'MODEL_CORRUPT' } })
    expect(await client.models.list()).toEqual(before)
  })

  it('is not exported as a network of songs', async () => {
    expect(await codeOf(client.models.exportOnnx({ modelId: 'pictures', folder: app.scratch }))).toBe('MODEL_INCOMPATIBLE')
    expect(await codeOf(client.models.measureSpeed({ modelId: 'pictures' }))).toBe('MODEL_INCOMPATIBLE')
  })
})

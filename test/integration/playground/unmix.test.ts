import { rmSync } from 'node:fs'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createComputeClient } from '#main/compute/client'
import { decodePictures, unmixPictures } from '#main/compute/tasks/unmix'
import { createModelStore } from '#main/node/modelStore'
import { createModelService, type ModelService } from '#main/services/modelService'
import { createPlaygroundService, type PlaygroundService } from '#main/services/playgroundService'
import { toAppError } from '#shared/errors'
import { mixingRules, mixPictures, pictureSize } from '#shared/images/mixing'
import { type FakeComputeProcess, fakeComputeProcess } from '#test/fakeComputeProcess'
import { blobPicture, smallUnmixers } from '#test/unmixers'
import { writeUntrainedModel, writeUntrainedUnmixer } from '#test/untrainedModel'

const root = mkdtempSync(join(tmpdir(), 'stemwright-unmix-'))
const processes: FakeComputeProcess[] = []
let models: ModelService
let playground: PlaygroundService

beforeAll(async () => {
  for (const network of ['dense', 'bottleneck', 'skip', 'unet'] as const) await writeUntrainedUnmixer(join(root, network), smallUnmixers[network], network)
  await writeUntrainedModel(join(root, 'songs'))
  let count = 0
  models = createModelService({
    store: createModelStore([join(root, 'shipped'), root]),
    newId: () => `${++count}0000000`,
    usedBy: () => undefined,
    onChange: () => playground.forgetModels(),
  })
  const launch = () => {
    const process = fakeComputeProcess({ unmixPictures, decodePictures })
    processes.push(process)
    return process
  }
  const datasets = { list: () => Promise.resolve([]), get: nothing, open: nothing }
  playground = createPlaygroundService({ datasets, models, compute: createComputeClient(launch) })
})
afterAll(() => {
  playground.close()
  rmSync(root, { recursive: true, force: true })
})

const nothing = () => Promise.reject(new Error('No dataset is asked for here.'))
const failureOf = (work: Promise<unknown>) => work.then(() => undefined, (error: unknown) => toAppError(error))
const average = { rule: 'average', level: 0.5 } as const
const mixtures = Array.from({ length: 19 }, (_, i) => [...mixPictures(blobPicture(i), blobPicture(100 + i), average)])
const largestDifference = (a: readonly number[], b: readonly number[]) => Math.max(...a.map((value, i) => Math.abs(value - b[i]!)))

describe('taking mixtures apart', () => {
  it.each(['dense', 'bottleneck', 'skip', 'unet'])('gives many of a %s what it gives each alone', async (modelId) => {
    const together = await playground.unmix({ modelId, ...average, mixtures })
    expect(together).toHaveLength(19)
    for (const at of [0, 15, 16, 18]) {
      const [alone] = await playground.unmix({ modelId, ...average, mixtures: [mixtures[at]!] })
      for (const name of ['first', 'second', 'mixture'] as const) {
        expect(alone![name]).toHaveLength(pictureSize)
        expect(largestDifference(alone![name], together[at]![name])).toBeLessThan(1e-5)
      }
      const means = (all: typeof alone) => [...(all?.latents?.first.mean ?? []), ...(all?.latents?.second.logVariance ?? [])]
      expect(largestDifference(means(alone), means(together[at]))).toBeLessThan(1e-4)
    }
  })

  it('says what the latents are: so many channels, and whether the decoders see the mixture besides', async () => {
    const latentsOf = async (modelId: string) => (await playground.unmix({ modelId, ...average, mixtures: [mixtures[0]!] }))[0]!.latents
    expect(await latentsOf('unet')).toBeUndefined()
    expect(await latentsOf('dense')).toMatchObject({ channels: 4, seesMixture: false })
    const skip = (await latentsOf('skip'))!
    expect(skip).toMatchObject({ channels: 4, seesMixture: true })
    expect(skip.first.mean).toHaveLength(7 * 7 * 4)
    expect(skip.second.logVariance).toHaveLength(7 * 7 * 4)
  })

  it.each(mixingRules)('of an exact network mixes to the mixture again by the rule %s', async (rule) => {
    const mixing = { rule, level: 0.3 }
    const mixture = [...mixPictures(blobPicture(1), blobPicture(2), mixing)]
    const [found] = await playground.unmix({ modelId: 'skip', ...mixing, mixtures: [mixture] })
    expect(largestDifference(found!.mixture, mixture)).toBeLessThan(1e-6)
    expect(largestDifference([...mixPictures(new Float32Array(found!.first), new Float32Array(found!.second), mixing)], mixture)).toBeLessThan(1e-6)
  })
})

describe('decoding latents', () => {
  it.each(['dense', 'bottleneck', 'skip'])('of a %s gives its own means the pictures that it took, and others other ones', async (modelId) => {
    const encoded = await playground.unmix({ modelId, ...average, mixtures: mixtures.slice(0, 3) })
    const items = encoded.map(({ latents }, i) => ({ latents: { first: latents!.first.mean, second: latents!.second.mean }, mixture: mixtures[i]! }))
    const decoded = await playground.decode({ modelId, ...average, items })
    decoded.forEach((pictures, i) => expect(largestDifference(pictures.first, encoded[i]!.first)).toBeLessThan(1e-5))
    const moved = items.map(({ latents, mixture }) => ({ latents: { ...latents, first: latents.first.map((value) => value + 2) }, mixture }))
    const others = await playground.decode({ modelId, ...average, items: moved })
    expect(largestDifference(others[0]!.first, decoded[0]!.first)).toBeGreaterThan(1e-3)
  })

  it('refuses latents of another model, and a network that has none', async () => {
    const item = { latents: { first: [0, 0, 0], second: [0, 0, 0] }, mixture: mixtures[0]! }
    expect(await failureOf(playground.decode({ modelId: 'skip', ...average, items: [item] }))).toMatchObject({ code: 'INVALID_INPUT' })
    expect(await failureOf(playground.decode({ modelId: 'unet', ...average, items: [item] }))).toMatchObject({ code: 'MODEL_INCOMPATIBLE' })
  })
})

describe('models that can not be used', () => {
  const unmix = (modelId: string) => playground.unmix({ modelId, ...average, mixtures: [mixtures[0]!] })

  it('are called unknown, made for songs, or damaged', async () => {
    await writeUntrainedUnmixer(join(root, 'damaged'))
    const weights = join(root, 'damaged', 'weights.safetensors')
    const bytes = readFileSync(weights)
    bytes[bytes.length - 3]! ^= 0x40
    writeFileSync(weights, bytes)
    expect(await failureOf(unmix('nothing'))).toMatchObject({ code: 'MODEL_NOT_FOUND' })
    expect(await failureOf(unmix('songs'))).toMatchObject({ code: 'MODEL_INCOMPATIBLE' })
    expect(await failureOf(unmix('damaged'))).toMatchObject({ code: 'MODEL_CORRUPT' })
  })

  it('are those that were deleted while they were warm; a renamed one goes on', async () => {
    await writeUntrainedUnmixer(join(root, 'passing'))
    const before = await unmix('passing')
    await models.rename('passing', 'Called otherwise')
    expect(await unmix('passing')).toEqual(before)
    await models.remove('passing')
    expect(await failureOf(unmix('passing'))).toMatchObject({ code: 'MODEL_NOT_FOUND' })
  })
})

import { createPinia, setActivePinia } from 'pinia'
import { createApp, nextTick } from 'vue'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createOutside, type Host, outsideKey } from '#renderer/api/host'
import { batchSize, useBatchStore } from '#renderer/stores/batchStore'
import { useExploreStore } from '#renderer/stores/exploreStore'
import { useLatentStore } from '#renderer/stores/latentStore'
import { useModelStore } from '#renderer/stores/modelStore'
import { pathLength, usePathStore } from '#renderer/stores/pathStore'
import { usePlaygroundStore } from '#renderer/stores/playgroundStore'
import { sampleCount, usePriorStore } from '#renderer/stores/priorStore'
import type { ModelCard } from '#shared/contract/models'
import type { PictureLatents } from '#shared/contract/playground'
import { AppError } from '#shared/errors'
import { pictureSize } from '#shared/images/mixing'

interface Unmix { readonly modelId: string; readonly rule: string; readonly level: number; readonly mixtures: readonly number[][] }
interface Decode { readonly modelId: string; readonly rule: string; readonly items: readonly { latents: PictureLatents; mixture: number[] }[] }

let unmixed: Unmix[]
let decoded: Decode[]
/** What the network without latents is called. */
const plain = 'unet'
let failing: boolean
/** Lets answers wait until it is called. */
let release: (() => void) | undefined

const card = (id: string): ModelCard => ({
  id,
  name: id,
  summary: '',
  licence: '',
  isDefault: false,
  parameters: 1,
  sha256: '',
  scores: [],
  attributions: [],
  origin: 'shipped',
  kind: 'images',
  unmixer: { network: id === plain ? 'unet' : 'dense', mixing: { rule: 'average', level: 0.5 } },
})
const flat = (value: number) => Array.from({ length: pictureSize }, () => value)
const brightness = (mixture: readonly number[]) => mixture.reduce((sum, value) => sum + value, 0) / mixture.length
/** A network whose latents say how bright a mixture is, and a little besides. */
const latentsOf = (mixture: readonly number[]) => {
  const posterior = (mean: number[]) => ({ mean, logVariance: mean.map((_, at) => (at === 0 ? Math.log(1e-6) : 0)) })
  return { first: posterior([brightness(mixture), 0]), second: posterior([2 * brightness(mixture), 0]), channels: 2, seesMixture: false }
}

async function unmix(question: Unmix) {
  unmixed.push(question)
  if (failing) throw new AppError('MODEL_CORRUPT', 'It is broken.')
  return question.mixtures.map((mixture) => ({
    first: flat(brightness(mixture)),
    second: flat(0),
    mixture: flat(0),
    ...(question.modelId !== plain && { latents: latentsOf(mixture) }),
  }))
}

async function decode(question: Decode) {
  decoded.push(question)
  if (release) await new Promise<void>((resolve) => (release = resolve))
  if (failing) throw new AppError('MODEL_CORRUPT', 'It is broken.')
  return question.items.map(({ latents }) => ({ first: flat(latents.first[0]!), second: flat(latents.second[0]!), mixture: flat(0) }))
}

const settled = async () => {
  for (let turn = 0; turn < 30; turn++) await vi.advanceTimersByTimeAsync(10)
  await nextTick()
}

beforeEach(() => {
  vi.useFakeTimers()
  unmixed = []
  decoded = []
  failing = false
  release = undefined
  const answers: Record<string, (payload: never) => unknown> = {
    'models.list': () => [card('a'), card('b'), card(plain)],
    'playground.sets': () => [],
    'playground.unmix': unmix,
    'playground.decode': decode,
  }
  const host = {
    transport: {
      async request(name: string, payload: unknown) {
        try {
          return { ok: true, result: await answers[name]!(payload as never) }
        } catch (error) {
          return { ok: false, error }
        }
      },
      onEvent: () => () => {},
    },
  } as unknown as Host
  const pinia = createPinia()
  createApp({}).provide(outsideKey, createOutside(host, () => 0)).use(pinia)
  setActivePinia(pinia)
})
afterEach(() => vi.useRealTimers())

async function started() {
  await useModelStore().load()
  const playground = usePlaygroundStore()
  playground.follow()
  const explore = useExploreStore()
  explore.follow()
  await settled()
  return { playground, explore }
}

describe('latents that are moved', () => {
  const moving = async () => {
    const { playground, explore } = await started()
    const latents = useLatentStore()
    latents.follow()
    await settled()
    return { playground, explore, latents }
  }

  it('are in the order of what they say over a batch of pairs, and none is moved at first', async () => {
    const { explore, latents } = await moving()
    expect(latents.ranking?.first.map(({ channel }) => channel)).toEqual([0, 1])
    expect(unmixed.filter(({ mixtures }) => mixtures.length > 1).reduce((sum, { mixtures }) => sum + mixtures.length, 0)).toBe(batchSize)
    expect(latents.pictures).toBe(explore.answer?.pictures)
    expect(decoded).toEqual([])
  })

  // Would catch: offsets that are no standard deviations, that reach the other part, or that decode an older mixture.
  it('are decoded as they are, with the mixture and its rule, and once more when those change', async () => {
    const { playground, explore, latents } = await moving()
    latents.move('first', 0, 2)
    await settled()
    const step = latents.ranking!.first[0]!.deviation
    const { first, second } = explore.answer!.latents!
    expect(decoded.at(-1)!.items[0]!.latents.first[0]).toBeCloseTo(first.mean[0]! + 2 * step, 12)
    expect(decoded.at(-1)!.items[0]!.latents.second).toEqual(second.mean)
    expect(latents.pictures!.first[0]).toBeCloseTo(first.mean[0]! + 2 * step, 5)
    playground.mix({ rule: 'max' })
    await settled()
    expect(decoded.at(-1)!.rule).toBe('max')
    expect(decoded.at(-1)!.items[0]!.mixture).toEqual([...playground.mixture])
    latents.reset()
    await settled()
    expect(latents.pictures).toBe(explore.answer!.pictures)
  })

  // Would catch: a queue of every place of a slider, by which pictures lag seconds behind the hand.
  it('while they are dragged are decoded one at a time, and then the newest', async () => {
    const { latents } = await moving()
    release = () => {}
    latents.move('first', 0, 0.1)
    await settled()
    for (const offset of [0.2, 0.3, 0.4, 0.5]) latents.move('first', 0, offset)
    await settled()
    expect(decoded).toHaveLength(1)
    const answer = release
    release = undefined
    answer()
    await settled()
    expect(decoded).toHaveLength(2)
    const { mean } = useExploreStore().answer!.latents!.first
    expect(decoded[1]!.items[0]!.latents.first[0]).toBeCloseTo(mean[0]! + 0.5 * latents.ranking!.first[0]!.deviation, 12)
  })

  // Would catch: offsets of one model that are used on the latents of another, or that are gone when one comes back to the tab.
  it('belong to their model, for as long as that is looked into', async () => {
    const { explore, latents } = await moving()
    latents.move('second', 1, -1)
    const stop = latents.follow()
    await settled()
    stop()
    expect(latents.offsets.second.get(1)).toBe(-1)
    explore.choose('b')
    await settled()
    expect(latents.isMoved).toBe(false)
    expect(latents.ranking).toBeDefined()
  })

  it('say why they could not be decoded, and go on when they can', async () => {
    const { latents } = await moving()
    failing = true
    latents.move('first', 0, 1)
    await settled()
    expect(latents.failure?.code).toBe('MODEL_CORRUPT')
    failing = false
    latents.move('first', 0, 2)
    await settled()
    expect(latents.failure).toBeUndefined()
  })

  it('are not there in a network without any: nothing is decoded', async () => {
    const { explore, latents } = await moving()
    explore.choose(plain)
    await settled()
    expect(explore.answer).toBeDefined()
    expect(explore.answer!.latents).toBeUndefined()
    expect(latents.ranking).toBeUndefined()
    usePriorStore().follow()
    usePathStore().follow()
    await settled()
    expect(decoded).toEqual([])
  })
})

describe('the model that is looked into', () => {
  // Would catch: a model that is not shown beside the others and never answers; one that is asked twice.
  it('is asked even where it is not among those that are shown, and once', async () => {
    const { playground, explore } = await started()
    expect(playground.chosen.map(({ id }) => id)).not.toContain(plain)
    explore.choose(plain)
    await settled()
    expect(explore.answer).toBeDefined()
    const before = unmixed.length
    playground.mix({ rule: 'sum' })
    await settled()
    expect(unmixed.slice(before).map(({ modelId }) => modelId).sort()).toEqual(['a', 'b', plain])
  })
})

describe('the way to another pair', () => {
  const onTheWay = async () => {
    const { playground, explore } = await started()
    const way = usePathStore()
    way.follow()
    await way.drawFar()
    await settled()
    return { playground, explore, way }
  }

  it('goes from one to the other in equal steps', async () => {
    const { playground, way } = await onTheWay()
    const { pictures, mixtures } = way.path!
    expect([pictures.length, mixtures.length]).toEqual([pathLength, pathLength])
    const [from, to] = [brightness([...playground.mixture]), brightness([...way.farMixture!])]
    expect(from).not.toBeCloseTo(to, 3)
    pictures.forEach(({ first }, at) => expect(first[0]).toBeCloseTo(from + ((to - from) * at) / (pathLength - 1), 5))
    expect(mixtures[0]).toEqual(playground.mixture)
    expect(mixtures.at(-1)).toEqual(way.farMixture)
  })

  // Would catch: a way that is computed for each step of the slider above it, or that stays that of an old rule.
  it('is computed again once the mixing has settled, not for every step of a slider', async () => {
    const { playground, way } = await onTheWay()
    const before = decoded.length
    for (let step = 0; step < 20; step++) {
      playground.mix({ rule: 'alpha', level: 0.5 + step / 100 })
      await vi.advanceTimersByTimeAsync(16)
    }
    expect(decoded.length).toBe(before)
    await settled()
    expect(decoded.length).toBeGreaterThan(before)
    expect(way.path!.mixtures[0]).toEqual(playground.mixture)
  })

  it('turns around', async () => {
    const { playground, way } = await onTheWay()
    const [near, far] = [playground.sources, way.far!]
    way.place = 3
    way.turnAround()
    expect(playground.sources).toEqual(far)
    expect(way.far).toEqual(near)
    expect(way.place).toBe(pathLength - 4)
  })
})

describe('samples', () => {
  // Would catch: samples that are others each time one looks, an Again that does nothing, latents that are not the prior's.
  it('follow from their seed', async () => {
    await started()
    const prior = usePriorStore()
    prior.follow()
    await settled()
    const first = prior.samples!.pictures
    expect(first).toHaveLength(sampleCount)
    const drawn = decoded.at(-1)!.items.map(({ latents }) => latents)
    expect(drawn.every(({ first: values, second }) => values.length === 2 && second.length === 2)).toBe(true)
    prior.again()
    await settled()
    expect(prior.samples!.pictures).not.toEqual(first)
    prior.sow(1)
    await settled()
    expect(prior.samples!.pictures).toEqual(first)
  })

  it('without spread are the middle of the prior, or of the latents of mixtures', async () => {
    await started()
    const prior = usePriorStore()
    prior.follow()
    prior.widen(0)
    await settled()
    expect(decoded.at(-1)!.items.every(({ latents }) => [...latents.first, ...latents.second].every((value) => value === 0))).toBe(true)
    prior.drawFrom('mixtures')
    await settled()
    const batch = useBatchStore().outcome!.entries.map(({ mixture }) => brightness([...mixture]))
    const middle = batch.reduce((sum, value) => sum + value, 0) / batch.length
    for (const { latents } of decoded.at(-1)!.items) expect(latents.first[0]).toBeCloseTo(middle, 6)
  })
})

describe('a batch', () => {
  // Would catch: a batch too large for one request, models that are compared by different pairs.
  it('is taken apart some at a time, and is the same for every model', async () => {
    await started()
    const batch = useBatchStore()
    unmixed = []
    const a = await batch.judge('a')
    expect(Math.max(...unmixed.map(({ mixtures }) => mixtures.length))).toBeLessThanOrEqual(16)
    const b = await batch.judge('b')
    expect(a!.entries).toHaveLength(batchSize)
    expect(b!.entries.map(({ sources }) => sources)).toEqual(a!.entries.map(({ sources }) => sources))
    expect(b!.entries.map(({ mixture }) => brightness([...mixture]))).toEqual(unmixed.slice(-4).flatMap(({ mixtures }) => mixtures.map(brightness)))
    batch.drawAgain()
    const other = await batch.judge('a')
    expect(other!.entries.map(({ sources }) => sources)).not.toEqual(a!.entries.map(({ sources }) => sources))
  })

  it('has different pairs of classes', async () => {
    await started()
    const found = await useBatchStore().judge('a')
    const labels = found!.entries.map(({ sources: { first, second } }) => JSON.stringify([first.origin, second.origin].map((origin) => 'label' in origin && origin.label)))
    expect(new Set(labels).size).toBeGreaterThan(30)
  })

  // Would catch: the answer of a model that came late in place of the one that was asked for last.
  it('gives way to what is asked for later', async () => {
    await started()
    const batch = useBatchStore()
    const [early, late] = await Promise.all([batch.judge('a'), batch.judge('b')])
    expect(early).toBeUndefined()
    expect(late!.modelId).toBe('b')
    expect(batch.outcome!.modelId).toBe('b')
    expect(batch.workingId).toBeUndefined()
  })

  it('says why it could not be taken apart', async () => {
    await started()
    failing = true
    const batch = useBatchStore()
    expect(await batch.judge('a')).toBeUndefined()
    expect(batch.failure?.code).toBe('MODEL_CORRUPT')
  })
})

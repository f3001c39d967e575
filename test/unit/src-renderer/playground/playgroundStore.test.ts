import { createPinia, setActivePinia } from 'pinia'
import { createApp, nextTick } from 'vue'
import { beforeEach, describe, expect, it } from 'vitest'
import { createOutside, type Host, outsideKey } from '#renderer/api/host'
import { useModelStore } from '#renderer/stores/modelStore'
import { usePlaygroundStore } from '#renderer/stores/playgroundStore'
import { useUnmixingStore } from '#renderer/stores/unmixingStore'
import type { ModelCard } from '#shared/contract/models'
import type { PicturePart, PictureSet } from '#shared/contract/playground'
import { mixPictures, pictureSize } from '#shared/images/mixing'

interface Unmix { readonly modelId: string; readonly rule: string; readonly level: number; readonly mixtures: readonly number[][] }

let answers: Record<string, (payload: never) => unknown>
/** Questions to models that wait for their answer, and the most that one model ever had to wait with at once. */
let asked: { question: Unmix; reply: () => void; fail: (error: unknown) => void }[]
let clock: number

const set = (id: string, part: PicturePart): PictureSet => ({ id, datasetId: id, name: id, part, count: 100, classes: [] })
const card = (id: string, network?: 'skip' | 'bottleneck' | 'dense' | 'unet', origin: ModelCard['origin'] = 'shipped'): ModelCard => {
  const facts = { id, name: id, summary: '', licence: '', isDefault: false, parameters: 1, sha256: '', scores: [], attributions: [], origin }
  return network ? { ...facts, kind: 'images', unmixer: { network, mixing: { rule: 'average', level: 0.5 } } } : { ...facts, kind: 'separator' }
}
const picture = (index: number) => ({ pixels: Array.from({ length: pictureSize }, () => index / 1000), index, label: 3 })
const settled = async () => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve()
  await nextTick()
}

beforeEach(() => {
  clock = 0
  asked = []
  answers = {
    'models.list': () => [card('song'), card('tuned', 'skip', 'trained'), card('unet', 'unet'), card('bottleneck', 'bottleneck'), card('skip', 'skip')],
    'playground.sets': () => [],
    'playground.pictures': ({ seed }: { seed: number }) => [picture(seed)],
    'playground.unmix': (question: Unmix) =>
      new Promise((resolve, reject) => {
        asked.push({ question, fail: reject, reply: () => resolve(question.mixtures.map((mixture) => ({ first: mixture, second: mixture, mixture }))) })
      }),
  }
  const host: Host = {
    transport: {
      async request(name, payload) {
        try {
          return { ok: true, result: await answers[name]?.(payload as never) }
        } catch (error) {
          return { ok: false, error }
        }
      },
      onEvent: () => () => {},
    },
    sourceOf: (file) => Promise.resolve({ path: file.name }),
    chooseExportTarget: () => Promise.resolve(undefined),
    beginDrag: () => Promise.resolve(),
  }
  const pinia = createPinia()
  createApp({}).provide(outsideKey, createOutside(host, () => clock)).use(pinia)
  setActivePinia(pinia)
})

async function started() {
  await useModelStore().load()
  const store = usePlaygroundStore()
  store.follow()
  await settled()
  return { store, unmixing: useUnmixingStore(), of: (modelId: string) => asked.filter(({ question }) => question.modelId === modelId) }
}

describe('what is mixed', () => {
  it('is there without any dataset, and always what both pictures mix to', async () => {
    const { store } = await started()
    await store.loadSets()
    expect(store.sources.first.origin).toEqual({ kind: 'shape', label: 3, seed: 1 })
    store.mix({ rule: 'alpha', level: 0.2 })
    expect(store.mixture).toEqual(mixPictures(store.sources.first.pixels, store.sources.second.pixels, { rule: 'alpha', level: 0.2 }))
    const before = store.sources
    await store.randomise()
    expect(store.sources.first.pixels).not.toEqual(before.first.pixels)
    expect(store.sources.second.pixels).not.toEqual(before.second.pixels)
  })

  it('goes over to the pictures of a dataset as soon as there are some, and back when they are gone', async () => {
    const { store } = await started()
    answers['playground.sets'] = () => [set('digits', 'first'), set('more digits', 'first')]
    await store.loadSets()
    expect(store.choices.first.from).toBe('digits')
    expect(store.sources.first.origin).toMatchObject({ kind: 'set', setId: 'digits', label: 3 })
    expect(store.sources.second.origin.kind).toBe('shape')
    answers['playground.sets'] = () => []
    await store.loadSets()
    expect(store.choices.first.from).toBe('shapes')
    expect(store.sources.first.origin.kind).toBe('shape')
  })

  // Would catch: a dataset that is added in the background and takes away what the user looks at, or has drawn.
  it('keeps what is shown when other datasets come', async () => {
    const { store } = await started()
    answers['playground.sets'] = () => [set('digits', 'first')]
    await store.loadSets()
    store.choose('second', { from: 'hand' })
    store.take({ second: { pixels: new Float32Array(pictureSize), origin: { kind: 'hand' } } })
    const before = store.sources
    answers['playground.sets'] = () => [set('digits', 'first'), set('other', 'first'), set('garments', 'second')]
    await store.loadSets()
    await store.randomise(['second'])
    expect(store.sources).toEqual(before)
  })

  // Would catch: a slow answer that puts an older picture over a newer one.
  it('shows the picture that was asked for last', async () => {
    const { store } = await started()
    answers['playground.sets'] = () => [set('digits', 'first')]
    await store.loadSets()
    const replies: ((pictures: unknown) => void)[] = []
    answers['playground.pictures'] = () => new Promise((resolve) => replies.push(resolve))
    const turns = [store.randomise(['first']), store.randomise(['first'])]
    await settled()
    replies[1]!([picture(2)])
    replies[0]!([picture(1)])
    await Promise.all(turns)
    expect(store.sources.first.origin).toMatchObject({ index: 2 })
    const late = store.randomise(['first'])
    await settled()
    store.take({ first: { pixels: new Float32Array(pictureSize), origin: { kind: 'hand' } } })
    replies[2]!([picture(3)])
    await late
    expect(store.sources.first.origin.kind).toBe('hand')
  })
})

describe('models that take it apart', () => {
  it('are those of pictures; at first the two of the app that differ most', async () => {
    const { store } = await started()
    expect(store.models.map(({ id }) => id)).toEqual(['skip', 'bottleneck', 'unet', 'tuned'])
    expect(store.chosen.map(({ id }) => id)).toEqual(['skip', 'bottleneck'])
    store.show('tuned', true)
    store.show('bottleneck', false)
    expect(store.chosen.map(({ id }) => id)).toEqual(['skip', 'tuned'])
    await settled()
    expect(asked.map(({ question }) => question.modelId)).toEqual(['skip', 'bottleneck', 'tuned'])
  })

  // Would catch: a queue of outdated mixtures behind a slider that is dragged.
  it('have one question at a time, and then the newest', async () => {
    const { store, unmixing, of } = await started()
    for (const level of [0.1, 0.2, 0.3, 0.4]) {
      store.mix({ rule: 'alpha', level })
      await settled()
    }
    expect(of('skip').map(({ question }) => question.rule)).toEqual(['average'])
    of('skip')[0]!.reply()
    await settled()
    expect(of('skip').map(({ question }) => question.level)).toEqual([0.5, 0.4])
    expect(unmixing.stateOf('skip').answer).toMatchObject({ question: { mixing: { rule: 'average' } }, milliseconds: undefined })
    clock = 7
    of('skip')[1]!.reply()
    await settled()
    expect(of('skip')).toHaveLength(2)
    expect(unmixing.stateOf('skip').answer).toMatchObject({ question: { mixture: store.mixture }, milliseconds: 7 })
    expect(of('bottleneck')).toHaveLength(1)
  })

  it('say why they could not, keep the others going, and answer when they are asked again', async () => {
    const { store, unmixing, of } = await started()
    of('skip')[0]!.fail({ code: 'MODEL_CORRUPT', message: 'Damaged.' })
    of('bottleneck')[0]!.reply()
    await settled()
    expect(unmixing.stateOf('skip')).toEqual({ answer: undefined, failure: { code: 'MODEL_CORRUPT', message: 'Damaged.' } })
    expect(unmixing.stateOf('bottleneck').failure).toBeUndefined()
    void store.ask('skip')
    await settled()
    of('skip')[1]!.reply()
    await settled()
    expect(unmixing.stateOf('skip')).toMatchObject({ failure: undefined, answer: { question: { mixture: store.mixture } } })
  })
})

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { useGenerateFilesStore } from '#renderer/stores/generateFilesStore'
import { useGenerateMorphStore } from '#renderer/stores/generateMorphStore'
import { useGeneratePlaybackStore } from '#renderer/stores/generatePlaybackStore'
import { useGenerateShapeStore } from '#renderer/stores/generateShapeStore'
import { mostSounds, useGenerateStore, variationCount } from '#renderer/stores/generateStore'
import { useJobStore } from '#renderer/stores/jobStore'
import { generatedSoundOf, generatorOf, type LabOutside, settled, startLab, stubLoudspeaker } from '#test/generatedSounds'

interface Asked { modelId: string; seed: number; count: number; steps: number; from: number[]; to: number[]; label: string; phases: string; items: { latent: number[]; seed: number; name: string; moves: { fader: string; by: number }[] }[] }

let outside: LabOutside
let loudspeaker: ReturnType<typeof stubLoudspeaker>
const payloads = (name: string) => outside.asked.filter((each) => each.name === name).map(({ payload }) => payload as Asked)

beforeEach(() => {
  outside = startLab()
  loudspeaker = stubLoudspeaker()
  outside.answers = {
    'generating.models': () => [generatorOf('lite'), generatorOf('mixture', { classes: ['two'] })],
    'generating.sample': ({ seed, count }: Asked) => Array.from({ length: count }, (_, at) => generatedSoundOf(`any, seed ${seed + at}`, [seed, at], seed)),
    'generating.sampleClass': ({ seed, count, label }: Asked) => Array.from({ length: count }, (_, at) => generatedSoundOf(`${label}, seed ${seed + at}`, [seed, at], seed)),
    'generating.decode': ({ items }: Asked) => items.map(({ latent, seed, name }) => generatedSoundOf(name, latent, seed)),
    'generating.interpolate': ({ steps, from, to }: Asked) => Array.from({ length: steps }, (_, at) => generatedSoundOf(`step ${at}`, at === 0 ? from : at === steps - 1 ? to : [9, 9])),
  }
})
afterEach(() => vi.unstubAllGlobals())

async function started() {
  const store = useGenerateStore()
  await store.load()
  return store
}

describe('sounds that are made', () => {
  // Would catch: a button that makes the same sound twice, and a seed that does not give its sound again.
  it('come from the next seed each time, are selected and heard, and come again from their seed', async () => {
    const store = await started()
    await store.make()
    await store.make()
    await settled()
    expect(payloads('generating.sample').map(({ seed }) => seed)).toEqual([1, 2])
    expect(store.sounds.map(({ sound }) => sound.name)).toEqual(['any, seed 2', 'any, seed 1'])
    expect(store.selected).toBe(store.sounds[0])
    expect(useGeneratePlaybackStore().heard).toBe(store.selectedId)
    store.seed = 1
    await store.make()
    expect(payloads('generating.sample')[2]).toEqual(payloads('generating.sample')[0])
  })

  it('are of the class that is chosen, and of any where the model knows no such class', async () => {
    const store = await started()
    store.label = 'one'
    await store.make(8)
    expect(payloads('generating.sampleClass')).toMatchObject([{ modelId: 'lite', label: 'one', count: 8 }])
    store.choose('mixture')
    expect(store.label).toBeUndefined()
    await store.make()
    expect(payloads('generating.sample')).toMatchObject([{ modelId: 'mixture' }])
  })

  it('give way to newer ones, never the new ones themselves', async () => {
    const store = await started()
    for (let round = 0; round < 4; round++) await store.make(16)
    expect(store.sounds).toHaveLength(mostSounds)
    expect(store.sounds[0]!.sound.latent).toEqual([4, 0])
    const oldest = store.sounds.at(-1)!
    await store.vary(oldest)
    expect(store.sounds.map(({ id }) => id)).toContain(store.selectedId)
  })

  // Would catch: variations that are all alike, or that lie elsewhere than beside their sound.
  it('have variations near them, each another one, behind them', async () => {
    const store = await started()
    await store.make(2)
    const [first, second] = store.sounds
    await store.vary(first!)
    expect(store.sounds.map(({ origin }) => origin)).toEqual(['at random', ...Array.from({ length: variationCount }, () => `a variation of ${first!.sound.name}`), 'at random'])
    expect(store.sounds.at(-1)).toBe(second)
    const latents = payloads('generating.decode')[0]!.items.map(({ latent }) => latent.join())
    expect(new Set([...latents, first!.sound.latent.join()]).size).toBe(variationCount + 1)
    expect(payloads('generating.decode')[0]!.items.every(({ seed }) => seed === first!.sound.seed)).toBe(true)
  })

  it('stop being heard when they are removed', async () => {
    const store = await started()
    await store.make(2)
    await settled()
    const [first, second] = store.sounds
    store.remove(first!.id)
    expect(useGeneratePlaybackStore().heard).toBeUndefined()
    expect(store.selected).toBe(second)
  })
})

describe('a morph', () => {
  // Would catch: steps that all sound at once, or only the first of them.
  it('is heard step after step', async () => {
    const store = await started()
    await store.make(2)
    const morph = useGenerateMorphStore()
    await morph.begin('from', store.sounds[0]!)
    expect(morph.strip).toEqual([])
    morph.steps = 5
    await morph.begin('to', store.sounds[1]!)
    await settled()
    expect(morph.strip.map(({ sound }) => sound.latent)).toEqual([[1, 0], [9, 9], [9, 9], [9, 9], [1, 1]])
    const heard: (string | undefined)[] = []
    for (let round = 0; round < 6; round++) {
      heard.push(useGeneratePlaybackStore().heard)
      await loudspeaker.advance(0.2)
    }
    expect(heard).toEqual([...morph.strip.map(({ id }) => id), undefined])
  })

  // Would catch: a request for what lies between sounds of two models, which has no answer.
  it('has both ends in one model', async () => {
    const store = await started()
    await store.make()
    store.choose('mixture')
    await store.make()
    const morph = useGenerateMorphStore()
    await morph.begin('from', store.sounds[1]!)
    await morph.begin('to', store.sounds[0]!)
    expect([morph.from, morph.to?.modelId]).toEqual([undefined, 'mixture'])
    expect(payloads('generating.interpolate')).toEqual([])
  })

  it('shows the ends that were chosen last, though an older answer comes later', async () => {
    const store = await started()
    await store.make(3)
    const replies: ((sounds: unknown) => void)[] = []
    outside.answers['generating.interpolate'] = () => new Promise((resolve) => replies.push(resolve))
    const morph = useGenerateMorphStore()
    await morph.begin('from', store.sounds[0]!)
    const both = [morph.begin('to', store.sounds[1]!), morph.begin('to', store.sounds[2]!)]
    await settled()
    replies[1]!([generatedSoundOf('new')])
    await settled()
    replies[0]!([generatedSoundOf('old')])
    await Promise.all(both)
    expect(morph.strip.map(({ sound }) => sound.name)).toEqual(['new'])
  })
})

describe('faders', () => {
  it('move the selected sound, are heard when they are let go, and keep what they made as another sound', async () => {
    const store = await started()
    await store.make()
    const base = store.selected!
    const shape = useGenerateShapeStore()
    shape.move('bright', 1.5)
    void shape.hear()
    await settled()
    expect(payloads('generating.decode').at(-1)!.items).toMatchObject([{ latent: base.sound.latent, seed: base.sound.seed, moves: [{ fader: 'bright', by: 1.5 }] }])
    expect(useGeneratePlaybackStore().heard).toBe(shape.shaped!.id)
    shape.keep()
    expect(store.sounds).toHaveLength(2)
    expect(store.sounds[1]).toBe(base)
    expect([shape.isMoved, shape.shaped]).toEqual([false, undefined])
  })

  // Would catch: the shape of the sound before on the one that is selected now.
  it('are in the middle again when another sound is selected', async () => {
    const store = await started()
    await store.make(2)
    const shape = useGenerateShapeStore()
    const replies: ((sounds: unknown) => void)[] = []
    outside.answers['generating.decode'] = () => new Promise((resolve) => replies.push(resolve))
    shape.move('bright', 1)
    store.select(store.sounds[1]!.id)
    await settled()
    replies[0]!([generatedSoundOf('late')])
    await settled()
    expect([shape.moves, shape.shaped]).toEqual([{}, undefined])
  })
})

describe('files', () => {
  const finish = (jobId: string, kind: 'drag' | 'render', name: string) =>
    useJobStore().accept({ id: jobId, kind, title: '', state: { status: 'succeeded', result: { files: [{ path: `/x/${name}`, name, url: `/media/${name}` }], gainDb: 0, warnings: [] } } })

  // Would catch: a file that is computed otherwise than what was heard, because the choice of phases was changed since.
  it('are made as they were heard', async () => {
    const store = await started()
    outside.answers['generating.prepareDrag'] = () => ({ jobId: 'drag' })
    store.phases = 'zero'
    await store.make()
    store.phases = 'griffinLim'
    const files = useGenerateFilesStore()
    files.prepare(store.selected!)
    await settled()
    expect(payloads('generating.prepareDrag')).toMatchObject([{ modelId: 'lite', phases: 'zero', sounds: [{ latent: [1, 0], seed: 1, name: 'any, seed 1' }] }])
    finish('drag', 'drag', 'a.wav')
    await settled()
    const event = { preventDefault: vi.fn<() => void>() }
    files.begin(event as unknown as DragEvent, store.selected!)
    expect([outside.dragged, event.preventDefault.mock.calls]).toEqual([[{ jobId: 'drag', files: [{ name: 'a.wav', url: '/media/a.wav' }] }], []])
  })

  it('of two models are written by a job each, and none where no folder was chosen', async () => {
    const store = await started()
    let job = 0
    outside.answers['generating.export'] = () => {
      const jobId = `render-${++job}`
      queueMicrotask(() => finish(jobId, 'render', `${jobId}.wav`))
      return { jobId }
    }
    await store.make(2)
    store.choose('mixture')
    await store.make()
    await useGenerateFilesStore().save(store.sounds)
    expect(outside.asked.filter(({ name }) => name === 'generating.export').map(({ payload }) => payload as { modelId: string; sounds: unknown[]; folder: string })).toMatchObject([
      { modelId: 'mixture', folder: '/chosen', sounds: [{}] },
      { modelId: 'lite', folder: '/chosen', sounds: [{}, {}] },
    ])
    outside.target = undefined
    await useGenerateFilesStore().save(store.sounds)
    expect(job).toBe(2)
  })
})

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { useGenerateMapStore } from '#renderer/stores/generateMapStore'
import { useGeneratePlaybackStore } from '#renderer/stores/generatePlaybackStore'
import { useGenerateRecordingStore } from '#renderer/stores/generateRecordingStore'
import { useGenerateStore } from '#renderer/stores/generateStore'
import { useJobStore } from '#renderer/stores/jobStore'
import { samplesOfPcm } from '#renderer/playback/pcmText'
import type { LatentMap } from '#shared/contract/generating'
import { isCancellation } from '#shared/errors'
import { generatedSoundOf, generatorOf, type LabOutside, settled, shownSoundOf, startLab, stubLoudspeaker } from '#test/generatedSounds'

let outside: LabOutside
const payloads = (name: string) => outside.asked.filter((each) => each.name === name).map(({ payload }) => payload as Record<string, unknown>)
const mapOf = (id: string): LatentMap => ({
  id, modelId: 'lite', method: 'pca', explained: 0.5, warnings: [],
  points: [{ x: 0, y: 0, label: 'one', name: 'a', split: 'train' }, { x: 1, y: 1, label: 'two', name: 'b', split: 'test' }],
})
const finish = (id: string, state: 'succeeded' | 'cancelled', map = mapOf('map-1')) =>
  useJobStore().accept({ id, kind: 'latentMap', title: '', state: state === 'succeeded' ? { status: state, result: map } : { status: state } })
const recorded = (name: string) => ({ name, original: shownSoundOf(), decoded: generatedSoundOf(name), mse: 0.01, decibelError: 5 })

beforeEach(async () => {
  outside = startLab()
  stubLoudspeaker()
  outside.answers = {
    'generating.models': () => [generatorOf('lite'), generatorOf('mixture')],
    'generating.startMap': () => ({ jobId: 'job' }),
    'generating.atPoint': ({ point }: { point: number }) => recorded(`point ${point}`),
    'generating.atPlace': () => generatedSoundOf('there'),
    'generating.amongPoints': ({ count }: { count: number }) => Array.from({ length: count }, (_, at) => generatedSoundOf(`among ${at}`)),
    'generating.reconstruct': () => ({ sounds: [recorded('x')], warnings: ['y is no sound.'] }),
  }
  await useGenerateStore().load()
})
afterEach(() => vi.unstubAllGlobals())

async function withMap() {
  const store = useGenerateMapStore()
  const started = store.start('digits')
  await settled()
  finish('job', 'succeeded')
  await started
  return store
}

describe('a map', () => {
  it('is there when its job is done; one that is cancelled leaves the map before', async () => {
    const store = await withMap()
    expect([store.map?.id, store.isBusy]).toEqual(['map-1', false])
    outside.answers['generating.startMap'] = () => ({ jobId: 'second' })
    const second = store.start('digits').catch((error: unknown) => isCancellation(error))
    await settled()
    expect(store.isBusy).toBe(true)
    await store.cancel()
    expect(payloads('jobs.cancel')).toEqual([{ jobId: 'second' }])
    finish('second', 'cancelled')
    expect(await second).toBe(true)
    expect([store.map?.id, store.isBusy]).toEqual(['map-1', false])
  })

  // Would catch: a hand that passes over a hundred points and then hears them one after another.
  it('lets be heard what is looked at last, and asks for each point once', async () => {
    const store = await withMap()
    const replies: (() => void)[] = []
    outside.answers['generating.atPoint'] = ({ point }: { point: number }) => new Promise((resolve) => replies.push(() => resolve(recorded(`point ${point}`))))
    const heard = [store.hear(0), store.hear(1), store.hear(0), store.hear(1)]
    await settled()
    expect(replies).toHaveLength(1)
    replies[0]!()
    await settled()
    expect(useGeneratePlaybackStore().heard).toBeUndefined()
    replies[1]!()
    await Promise.all(heard)
    await settled()
    expect(useGeneratePlaybackStore().heard).toBe('map-1 1 decoded')
    expect(payloads('generating.atPoint').map(({ point }) => point)).toEqual([0, 1])
    await store.hear(0)
    expect(payloads('generating.atPoint')).toHaveLength(2)
  })

  it('makes sounds of places and of what is selected', async () => {
    const store = await withMap()
    await store.makeAmong()
    expect(payloads('generating.amongPoints')).toEqual([])
    store.togglePicked(1)
    store.togglePicked(0)
    store.togglePicked(1)
    await store.makeAmong()
    expect(payloads('generating.amongPoints')).toMatchObject([{ mapId: 'map-1', points: [0] }])
    await store.makeAt(0.25, -0.5)
    expect(payloads('generating.atPlace')).toMatchObject([{ mapId: 'map-1', x: 0.25, y: -0.5 }])
    expect(useGenerateStore().sounds.map(({ modelId, sound }) => `${modelId} ${sound.name}`)).toEqual(['lite there', 'lite among 0', 'lite among 1', 'lite among 2', 'lite among 3'])
  })
})

describe('recordings through a model', () => {
  it('are of a dataset, files, or what was recorded; what was left out is told', async () => {
    const store = useGenerateRecordingStore()
    await store.show({ kind: 'dataset', datasetId: 'digits', split: 'test', label: undefined })
    await store.another()
    await store.showFiles([new File([], 'kick.wav')])
    await store.showRecorded(Float32Array.of(0.5, -0.5), 48_000)
    const asked = payloads('generating.reconstruct').map(({ from }) => from as { kind: string; seed?: number; sources?: { recorded?: { pcm: string } }[] })
    expect(asked).toMatchObject([
      { kind: 'dataset', datasetId: 'digits', split: 'test', seed: 1 },
      { kind: 'dataset', datasetId: 'digits', split: 'test', seed: 2 },
      { kind: 'own', sources: [{ path: '/files/kick.wav' }] },
      { kind: 'own', sources: [{ recorded: { sampleRate: 48_000 } }] },
    ])
    expect([...samplesOfPcm(asked[3]!.sources![0]!.recorded!.pcm)]).toEqual([0.5, -0.5])
    expect(store.warnings).toEqual(['y is no sound.'])
  })

  // Would catch: the sound of the model before under the picture of the one that is chosen now.
  it('are other sounds to the player each time', async () => {
    const store = useGenerateRecordingStore()
    await store.show({ kind: 'own', sources: [{ path: '/a.wav' }] })
    const before = store.shown[0]!.id
    await store.show({ kind: 'own', sources: [{ path: '/a.wav' }] })
    expect(store.shown[0]!.id).not.toBe(before)
  })
})

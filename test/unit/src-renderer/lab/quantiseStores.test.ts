import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type LabOutside, settled, startLab, stubLoudspeaker } from '#test/generatedSounds'
import { madeUpAblation, madeUpCoded, madeUpPriors, madeUpQuantiser, madeUpSound } from '#test/quantiseStudies'
import { useGeneratePlaybackStore } from '#renderer/stores/generatePlaybackStore'
import { useJobStore } from '#renderer/stores/jobStore'
import { useQuantiseAblationStore } from '#renderer/stores/quantiseAblationStore'
import { mostDrawn, useQuantiseDrawStore } from '#renderer/stores/quantiseDrawStore'
import { useQuantiseFilesStore } from '#renderer/stores/quantiseFilesStore'
import { useQuantiseHearStore } from '#renderer/stores/quantiseHearStore'
import { useQuantisePriorStore } from '#renderer/stores/quantisePriorStore'
import { CancelledError } from '#shared/errors'
import type { Ablation } from '#shared/contract/quantising'
import type { JobState } from '#shared/jobs/job'

interface Asked { seed: number; count: number; average?: string; models: string[]; temperature: number }

let outside: LabOutside
let kept: Ablation[]
const payloads = (name: string) => outside.asked.filter((each) => each.name === name).map(({ payload }) => payload as Asked)
const job = (id: string, kind: 'ablation' | 'priors' | 'drag', state: JobState<never>) => useJobStore().accept({ id, kind, title: '', state } as never)

beforeEach(() => {
  outside = startLab()
  stubLoudspeaker()
  kept = []
  let jobs = 0
  outside.answers = {
    'quantising.ablations': () => kept,
    'quantising.startAblation': () => ({ jobId: `job-${++jobs}` }),
    'quantising.hearAblation': ({ seed, count }: Asked) => madeUpCoded(seed, count),
    'quantising.models': () => [madeUpQuantiser('plain'), madeUpQuantiser('sampled', 'ours')],
    'quantising.priors': () => [madeUpPriors('priors')],
    'quantising.sample': ({ seed, count }: Asked) => Array.from({ length: count }, (_, at) => madeUpSound(4 + seed + at)),
    'quantising.sampleModel': ({ count }: Asked) => Array.from({ length: count }, () => madeUpSound(5)),
  }
})
afterEach(() => vi.unstubAllGlobals())

describe('ablations', () => {
  const start = async (average: 'own' | 'both') => {
    const store = useQuantiseAblationStore()
    await store.follow()
    store.change({ datasetId: 'fsdd', average })
    return { store, end: store.start() }
  }

  // Would catch: a wish for each model's own averages that is sent as one for all of them, and models in the order of clicks.
  it('are asked for as they are planned', async () => {
    const store = useQuantiseAblationStore()
    store.change({ datasetId: 'fsdd', epochs: 7 })
    store.toggle('M1', false)
    store.toggle('M3', false)
    store.toggle('M1', true)
    void store.start().catch(() => {})
    await settled()
    expect(payloads('quantising.startAblation')).toEqual([{ datasetId: 'fsdd', models: ['M1', 'M2', 'M4', 'M5', 'ours'], epochs: 7, seed: 1 }])
  })

  // Would catch: the second half of both ways shown in place of the first, and neither found beside the other.
  it('in both ways are two jobs, of which each is beside the other', async () => {
    const { store, end } = await start('both')
    await settled()
    expect(payloads('quantising.startAblation').map(({ average }) => average)).toEqual(['residuals', 'as-published'])
    const [first, second] = [madeUpAblation('a', 'residuals'), madeUpAblation('b', 'as-published')]
    kept = [second, first, madeUpAblation('other seed', 'as-published', { request: { ...second.request, seed: 2 } })]
    job('job-1', 'ablation', { status: 'succeeded', result: first as never })
    job('job-2', 'ablation', { status: 'succeeded', result: second as never })
    await end
    expect([store.chosen?.id, store.counterpart?.id]).toEqual(['a', 'b'])
    store.chosenId = 'b'
    expect(store.counterpart?.id).toBe('a')
  })

  // Would catch: an ablation that is done and thrown away because the one behind it was cancelled.
  it('that are done are shown, though those behind them were cancelled', async () => {
    const { store, end } = await start('both')
    await settled()
    kept = [madeUpAblation('a', 'residuals')]
    job('job-1', 'ablation', { status: 'succeeded', result: kept[0] as never })
    job('job-2', 'ablation', { status: 'cancelled' })
    await expect(end).rejects.toThrow(CancelledError)
    expect(store.chosen?.id).toBe('a')
  })

  it('that another window asked for are taken over when they are done', async () => {
    const { store } = await start('own')
    kept = [madeUpAblation('elsewhere', undefined)]
    job('elsewhere', 'ablation', { status: 'running', progress: { stage: 'training', completed: 1, total: 2, unit: 'steps' } })
    expect(store.running.map(({ id }) => id)).toContain('elsewhere')
    job('elsewhere', 'ablation', { status: 'succeeded', result: kept[0] as never })
    await settled()
    expect(store.ablations.map(({ id }) => id)).toEqual(['elsewhere'])
  })
})

describe('sounds that models give back', () => {
  it('are those of the newest question, and are heard one after another', async () => {
    const store = useQuantiseHearStore()
    const replies: ((sounds: unknown) => void)[] = []
    outside.answers['quantising.hearAblation'] = () => new Promise((resolve) => replies.push(resolve))
    const both = [store.show({ ablationId: 'a' }), store.another()]
    await settled()
    replies[1]!(madeUpCoded(2, 1))
    await settled()
    replies[0]!(madeUpCoded(1, 1))
    await Promise.all(both)
    expect(store.sounds.map(({ coded }) => coded.name)).toEqual(['2_jackson_0.wav'])
    expect(store.isBusy).toBe(false)
    void store.playAll(store.sounds[0]!)
    await settled()
    expect(useGeneratePlaybackStore().heard).toBe(`${store.sounds[0]!.key}-original`)
    expect(store.shotsOf(store.sounds[0]!)).toHaveLength(7)
  })

  // Would catch: sounds of the model before beside the name of another one whose sounds could not be made.
  it('go where the next ones cannot be made', async () => {
    const store = useQuantiseHearStore()
    await store.show({ ablationId: 'a' })
    outside.answers['quantising.hearAblation'] = () => Promise.reject(Object.assign(new Error('gone'), { code: 'MODEL_NOT_FOUND' }))
    await expect(store.show({ ablationId: 'b' })).rejects.toThrow('gone')
    expect([store.sounds, store.isBusy]).toEqual([[], false])
  })
})

describe('drawn sounds', () => {
  const started = async () => {
    await useQuantisePriorStore().follow()
    return useQuantiseDrawStore()
  }

  // Would catch: a button that draws the same sound twice, and a seed that does not give its sound again.
  it('come from ours, by the next seed each time, and again from their seed', async () => {
    const store = await started()
    await store.draw(1)
    await store.draw(2)
    store.seed = 1
    await store.draw(1)
    expect(payloads('quantising.sample')).toMatchObject([{ variant: 'ours', seed: 1, count: 1 }, { seed: 2, count: 2 }, { seed: 1, count: 1 }])
    expect(store.sounds.map(({ sound }) => sound.name)).toEqual(['Seed 1, Prior ours', 'Seed 2-1, Prior ours', 'Seed 2-2, Prior ours', 'Seed 1, Prior ours'])
    expect(store.sounds[0]!.sound.pcm).toBe(store.sounds[3]!.sound.pcm)
    expect(useGeneratePlaybackStore().heard).toBe(store.sounds[0]!.id)
  })

  it('come from a model that has learned a prior where that is chosen, and give way to newer ones', async () => {
    const store = await started()
    store.sourceKey = 'sampled'
    for (let round = 0; round < 7; round++) await store.draw(8)
    expect(payloads('quantising.sampleModel')[0]).toEqual({ modelId: 'sampled', seed: 1, count: 8, temperature: 1 })
    expect([store.sounds.length, store.sounds[0]!.sound.name]).toEqual([mostDrawn, 'Seed 7-1, Codes sampled'])
  })

  // Would catch: a file that is drawn anew and sounds otherwise than what was heard.
  it('are dragged out as they were heard, and say how they were made', async () => {
    const store = await started()
    outside.answers['quantising.prepareDrag'] = () => ({ jobId: 'drag' })
    store.temperature = 0.5
    await store.draw(2)
    store.temperature = 2
    const [drawn] = store.sounds
    const files = useQuantiseFilesStore()
    files.prepare(drawn!)
    await settled()
    expect(payloads('quantising.prepareDrag')).toEqual([{ sounds: [{ name: 'Seed 1-1, Prior ours', sampleRate: 8000, pcm: drawn!.sound.pcm }], madeBy: 'the prior "Prior ours" (seed 1, temperature 0.50, 1 of 2)' }])
    job('drag', 'drag', { status: 'succeeded', result: { files: [{ path: '/x/a.wav', name: 'a.wav', url: '/media/a.wav' }], gainDb: 0, warnings: [] } as never })
    await settled()
    files.begin({ preventDefault: vi.fn<() => void>() } as unknown as DragEvent, drawn!)
    expect(outside.dragged).toEqual([{ jobId: 'drag', files: [{ name: 'a.wav', url: '/media/a.wav' }] }])
  })
})

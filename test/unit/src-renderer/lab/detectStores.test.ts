import { createPinia, setActivePinia } from 'pinia'
import { createApp, nextTick } from 'vue'
import { beforeEach, describe, expect, it } from 'vitest'
import { createOutside, type Host, outsideKey } from '#renderer/api/host'
import { useDetectFindStore } from '#renderer/stores/detectFindStore'
import { useDetectSetStore } from '#renderer/stores/detectSetStore'
import { fewWeights, useDetectSweepStore } from '#renderer/stores/detectSweepStore'
import { useJobStore } from '#renderer/stores/jobStore'
import { useProjectStore } from '#renderer/stores/projectStore'
import type { Detector } from '#shared/contract/detecting'
import type { JobState } from '#shared/jobs/job'
import { addTrack, findsOn } from '#shared/project/edits'
import { projectWithSong, songSource } from '#test/projects'
import { madeUpExperiments, madeUpRow, madeUpSet, madeUpSweep } from '#test/sweeps'

let answers: Record<string, (payload: never) => unknown>
let asked: [name: string, payload: unknown][]
let emit: (name: string, payload: unknown) => void
const job = (id: string, kind: string, state: JobState<unknown>) => emit('job.changed', { id, kind, title: kind, state })
const done = (id: string, kind: string, result: unknown) => job(id, kind, { status: 'succeeded', result })
const settled = async () => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve()
  await nextTick()
}
const payloadOf = (name: string) => asked.findLast(([each]) => each === name)?.[1]

beforeEach(async () => {
  asked = []
  const listeners = new Set<(event: unknown) => void>()
  emit = (name, payload) => listeners.forEach((listener) => listener({ name, payload }))
  const { rows: _, perceptrons: __, ours: ___, dbMse: ____, ...facts } = madeUpSweep()
  answers = {
    'jobs.list': () => [],
    'detecting.sets': () => [],
    'detecting.addClips': () => ({ jobId: 'cut' }),
    'detecting.sweeps': () => [facts],
    'detecting.sweep': ({ sweepId }: { sweepId: string }) => ({ ...madeUpSweep(), id: sweepId }),
    'detecting.startSweep': () => ({ jobId: 'learn' }),
    'detecting.experiments': () => ({ jobId: 'try' }),
    'detecting.find': ({ soundId }: { soundId: string }) => ({ jobId: `find ${soundId}` }),
  }
  const host: Host = {
    transport: {
      async request(name, payload) {
        asked.push([name, payload])
        try {
          return { ok: true, result: await answers[name]?.(payload as never) }
        } catch (error) {
          return { ok: false, error }
        }
      },
      onEvent(callback) {
        listeners.add(callback)
        return () => listeners.delete(callback)
      },
    },
    sourceOf: (file) => Promise.resolve({ path: file.name }),
    chooseExportTarget: () => Promise.resolve(undefined),
    beginDrag: () => Promise.resolve(),
  }
  const pinia = createPinia()
  createApp({}).provide(outsideKey, createOutside(host, () => 0)).use(pinia)
  setActivePinia(pinia)
  await useJobStore().follow()
})

describe('sets of sounds', () => {
  it('come from files into a new set, and then into that one', async () => {
    const store = useDetectSetStore()
    await store.follow()
    expect(store.positives).toBeUndefined()
    const adding = store.addFiles([new File([], 'a.wav'), new File([], 'b.wav')])
    await settled()
    expect(payloadOf('detecting.addClips')).toEqual({ name: 'My sound', seconds: 3, sources: [{ path: 'a.wav' }, { path: 'b.wav' }] })
    done('cut', 'soundSet', madeUpSet(4))
    await adding
    expect(store.positives).toEqual({ setId: 'set' })
    void store.addRecorded(Float32Array.of(0, 1), 48_000)
    await settled()
    expect(payloadOf('detecting.addClips')).toEqual({ setId: 'set', seconds: 3, sources: [{ recorded: { name: 'Recording 1', sampleRate: 48_000, pcm: 'AAD/fw==' } }] })
  })

  // Would catch: a class that is half chosen and starts a sweep of nothing, and an empty set that does.
  it('are only searched for where there is something in them', async () => {
    answers['detecting.sets'] = () => [madeUpSet(0)]
    const store = useDetectSetStore()
    await store.follow()
    expect(store.positives).toBeUndefined()
    store.from = 'class'
    store.datasetId = 'esc'
    expect(store.positives).toBeUndefined()
    store.label = 'dog'
    expect(store.positives).toEqual({ datasetId: 'esc', label: 'dog' })
  })

  // Would catch: the answer to the first question, which is older, put over what an event has told meanwhile.
  it('follow what the services tell', async () => {
    let reply: (sets: unknown) => void = () => {}
    answers['detecting.sets'] = () => new Promise((resolve) => (reply = resolve))
    const store = useDetectSetStore()
    const following = store.follow()
    await settled()
    emit('detecting.setsChanged', [madeUpSet(6)])
    reply([])
    await following
    expect(store.set?.clips).toHaveLength(6)
  })
})

describe('sweeps', () => {
  it('show each network as it is done, and what came of all at the end', async () => {
    const store = useDetectSweepStore()
    await store.follow()
    expect(store.row?.weight).toBe(1e8)
    store.change({ datasetId: 'esc', weights: fewWeights })
    const sweeping = store.start({ setId: 'set' }, 2)
    await settled()
    expect(payloadOf('detecting.startSweep')).toEqual({ positives: { setId: 'set' }, others: { datasetId: 'esc' }, seconds: 2, network: 'detectLite', weights: [1e6, 1e7, 1e8], epochs: 50, seed: 1 })
    job('learn', 'detectorSweep', { status: 'running', progress: { stage: 'training', completed: 1, total: 3, unit: 'epochs' } })
    emit('detecting.trained', { jobId: 'learn', row: madeUpRow(1e6) })
    emit('detecting.trained', { jobId: 'another', row: madeUpRow(1e7) })
    expect(store.rows.map(({ weight }) => weight)).toEqual([1e6])
    store.chosenWeight = 10
    done('learn', 'detectorSweep', { ...store.sweeps[0]!, id: 'second' })
    await sweeping
    expect(store.sweep?.id).toBe('second')
    expect(store.row?.weight).toBe(1e8)
  })

  // Would catch: experiments of one sweep that appear under another, which was opened while they ran.
  it('do not take over experiments of a sweep that is no longer shown', async () => {
    const store = useDetectSweepStore()
    await store.follow()
    const trying = store.experiment(1)
    await settled()
    await store.open('other')
    done('try', 'detectorExperiments', madeUpExperiments())
    await trying
    expect(store.experiments).toBeUndefined()
  })

  it('open the one that was asked for last', async () => {
    const replies = new Map<string, (sweep: unknown) => void>()
    const store = useDetectSweepStore()
    await store.follow()
    answers['detecting.sweep'] = ({ sweepId }: { sweepId: string }) => new Promise((resolve) => replies.set(sweepId, resolve))
    const opening = [store.open('slow'), store.open('quick')]
    await settled()
    replies.get('quick')!({ ...madeUpSweep(), id: 'quick' })
    replies.get('slow')!({ ...madeUpSweep(), id: 'slow' })
    await Promise.all(opening)
    expect(store.sweep?.id).toBe('quick')
  })
})

describe('finding on a track', () => {
  const detector = { modelId: 'dog', name: 'My dog', threshold: 0.5 } as Detector
  const events = [{ start: 0.25, end: 0.5, score: 0.8 }, { start: 0.9, end: 2, score: 0.6 }]

  function prepare() {
    const projects = useProjectStore()
    projects.apply('Song', () => {
      const project = { ...projectWithSong(), sources: [songSource('song'), songSource('other')] }
      const [whole] = project.tracks[0]!.clips
      return addTrack(project, { track: { id: 'two', name: 'Two', role: 'other', clips: [{ ...whole!, id: 'a' }, { ...whole!, id: 'b', sourceId: 'other', start: 50_000 }, { ...whole!, id: 'c', start: 100_000 }] } })
    })
    return { projects, store: useDetectFindStore() }
  }

  // Would catch: a sound that is searched once for every clip of it, finds beyond the end of a sound, and several steps of undo.
  it('searches every sound once, and puts all that is found there in one step', async () => {
    const { projects, store } = prepare()
    const before = projects.project
    const finding = store.find('two', detector, 0.4)
    await settled()
    expect(payloadOf('detecting.find')).toEqual({ modelId: 'dog', soundId: 'sound-song', threshold: 0.4 })
    done('find sound-song', 'detections', { events, candidates: events })
    await settled()
    done('find sound-other', 'detections', { events: [], candidates: [{ start: 0, end: 1, score: 0.2 }] })
    expect(await finding).toEqual({ count: 2, surest: 0.8 })
    expect(asked.filter(([name]) => name === 'detecting.find')).toHaveLength(2)
    const found = findsOn(projects.project.tracks.find(({ id }) => id === 'two')!)
    expect(found.map(({ start, end }) => [start, end])).toEqual([[11_025, 22_050], [39_690, 44_100], [111_025, 122_050], [139_690, 144_100]])
    expect(store.searching).toBeUndefined()
    projects.undo()
    expect(projects.project).toEqual(before)
  })

  it('leaves the track as it is when it is cancelled', async () => {
    const { projects, store } = prepare()
    const before = projects.project
    const finding = store.find('two', detector, 0.4)
    await settled()
    job('find sound-song', 'detections', { status: 'cancelled' })
    await expect(finding).rejects.toMatchObject({ name: 'CancelledError' })
    expect(projects.project).toBe(before)
    expect(store.searching).toBeUndefined()
  })
})

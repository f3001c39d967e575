import { createPinia, setActivePinia } from 'pinia'
import { createApp } from 'vue'
import { beforeEach, describe, expect, it } from 'vitest'
import { createOutside, type Host, outsideKey } from '#renderer/api/host'
import { useJobStore } from '#renderer/stores/jobStore'
import { useSeparationStore } from '#renderer/stores/separationStore'
import { useSongStore } from '#renderer/stores/songStore'
import type { Job } from '#shared/contract/jobs'
import type { JobState } from '#shared/jobs/job'

type Answer = (payload: never) => unknown

let answers: Record<string, Answer>
let emit: (event: unknown) => void
let clock: number

const song = (id: string) => ({ id, name: id, sampleRate: 44100, channels: 2, seconds: 60, warnings: [], url: '' })
const job = (id: string, songId: string, state: JobState<never>): Job => ({ id, kind: 'separation', title: songId, songId, state })
const running = (completed: number, stage = 'separating'): JobState<never> => ({
  status: 'running',
  progress: { stage, completed, total: 60, unit: 'seconds' },
})

beforeEach(() => {
  clock = 0
  answers = {}
  const host: Host = {
    transport: {
      async request(name, payload) {
        try {
          return { ok: true, result: await answers[name]?.(payload as never) }
        } catch (error) {
          return { ok: false, error }
        }
      },
      onEvent(callback) {
        emit = callback
        return () => {}
      },
    },
    sourceOf: (file) => Promise.resolve({ path: file.name }),
    chooseExportTarget: () => Promise.resolve(undefined),
    beginDrag: () => Promise.resolve(),
  }
  const pinia = createPinia()
  createApp({}).provide(outsideKey, createOutside(host, () => clock)).use(pinia)
  setActivePinia(pinia)
})

describe('the mirror of the jobs', () => {
  it('does not let the list, asked for before, undo an event that came meanwhile', async () => {
    answers['jobs.list'] = () => {
      emit({ name: 'job.changed', payload: job('a', 's', { status: 'cancelled' }) })
      return [job('a', 's', { status: 'queued' })]
    }
    const jobs = useJobStore()
    await jobs.follow()
    expect(jobs.find('a')?.state.status).toBe('cancelled')
  })

  // Would catch: a job that ends while the queue is put in another order, and looks for ever as if it ran.
  it('takes only the order from the list after a move', async () => {
    const jobs = useJobStore()
    answers['jobs.list'] = () => []
    await jobs.follow()
    for (const id of ['a', 'b', 'c']) jobs.accept(job(id, id, { status: 'queued' }))
    answers['jobs.list'] = () => {
      emit({ name: 'job.changed', payload: job('a', 'a', { status: 'cancelled' }) })
      return [job('a', 'a', running(1)), job('c', 'c', { status: 'queued' }), job('b', 'b', { status: 'queued' })]
    }
    await jobs.move('c', 0)
    expect(jobs.jobs.map(({ id, state }) => `${id} ${state.status}`)).toEqual(['a cancelled', 'c queued', 'b queued'])
  })

  it('estimates the time left from when work began, not from when the engine was loaded', () => {
    const jobs = useJobStore()
    jobs.accept(job('a', 's', running(0)))
    clock = 20_000
    jobs.accept(job('a', 's', running(0.001)))
    clock = 30_000
    jobs.accept(job('a', 's', running(30)))
    // 44 % of all stages took 10 s, so 56 % will take 12.7 s.
    expect(jobs.secondsLeft(jobs.find('a')!)).toBeCloseTo(12.7, 1)
    jobs.accept(job('a', 's', { status: 'queued' }))
    expect(jobs.secondsLeft(jobs.find('a')!)).toBeUndefined()
  })

  it('shows the separation that was asked for last, also when an older job answers it', async () => {
    const jobs = useJobStore()
    const separation = useSeparationStore()
    jobs.accept(job('fast', 's', running(1)))
    jobs.accept(job('best', 's', running(1)))
    expect(separation.jobOf('s')?.id).toBe('best')
    answers['separation.start'] = () => ({ jobId: 'fast' })
    await separation.split(['s'])
    expect(separation.jobOf('s')?.id).toBe('fast')
  })

  // Would catch: stems of a loud MP3, turned down to fit integers, that no longer add up to the song on the timeline.
  it('asks for stems as floats, as a clip of the timeline does', async () => {
    const asked: unknown[] = []
    answers['separation.start'] = (payload: unknown) => {
      asked.push(payload)
      return { jobId: 'a' }
    }
    await useSeparationStore().split(['s'])
    expect(asked).toEqual([{ songId: 's', quality: 'fast', format: 'wav32f' }])
  })
})

describe('opening songs', () => {
  it('opens the rest when one fails, keeps the reason, and selects the first that opened', async () => {
    answers['songs.import'] = ({ path }: { path: string }) => {
      if (path.startsWith('bad')) throw { code: 'NOT_AUDIO', message: 'No sound.' }
      return song(path)
    }
    const songs = useSongStore()
    await songs.openFiles([new File([], 'bad.txt'), new File([], 'one.wav'), new File([], 'two.wav')])
    expect(songs.songs.map(({ id }) => id)).toEqual(['one.wav', 'two.wav'])
    expect(songs.selectedId).toBe('one.wav')
    expect(songs.failures).toEqual([{ fileName: 'bad.txt', failure: { code: 'NOT_AUDIO', message: 'No sound.' } }])
    expect(songs.opening).toEqual([])
  })

  it('puts away one failure and keeps the others', async () => {
    answers['songs.import'] = ({ path }: { path: string }) => {
      throw { code: 'NOT_AUDIO', message: `No sound in ${path}.` }
    }
    const songs = useSongStore()
    await songs.openFiles([new File([], 'a.txt'), new File([], 'b.txt'), new File([], 'c.txt')])
    songs.dismissFailure(songs.failures[1]!)
    expect(songs.failures.map(({ fileName }) => fileName)).toEqual(['a.txt', 'c.txt'])
  })

  it('lists a song once that is opened twice', async () => {
    answers['songs.import'] = () => song('same')
    const songs = useSongStore()
    await songs.openFiles([new File([], 'a.wav'), new File([], 'copy of a.wav')])
    expect(songs.songs).toHaveLength(1)
  })
})

describe('actions that fail', () => {
  it('leave their reason for the user to see', async () => {
    const separation = useSeparationStore()
    answers['separation.start'] = () => {
      throw { code: 'MODEL_NOT_FOUND', message: 'There is no such model.' }
    }
    await separation.split(['s'])
    expect(separation.failure).toEqual({ code: 'MODEL_NOT_FOUND', message: 'There is no such model.' })
  })
})

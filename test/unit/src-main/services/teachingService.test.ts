import { describe, expect, it } from 'vitest'
import { createJobQueue, type JobQueue } from '#main/services/jobQueue'
import type { StoredLesson } from '#main/services/lessonPorts'
import { createTeachingService, type TeachingService, type TeachingWorld } from '#main/services/teachingService'
import { presets } from '#main/training/presets'
import type { Manifest } from '#main/datasets/manifest'
import type { AppEvent } from '#shared/contract/contract'
import type { Dataset } from '#shared/contract/datasets'
import type { Lesson, LessonRequest } from '#shared/contract/teaching'
import type { Run, RunPlan } from '#shared/contract/training'
import { AppError } from '#shared/errors'
import { trainingConfig } from '#shared/training/config'

const voice: LessonRequest = {
  name: 'Me',
  modelId: 'base',
  material: { kind: 'voice', voice: [{ soundId: 'me', start: 44100, end: 44100 * 41 }], music: [] },
  minutes: 15,
}
const best = { epoch: 3, step: 180, score: 5 }
const card = {
  name: 'Base', summary: '', licence: '', config: presets.tiny.model, data: '', attributions: [], scores: [], parameters: 1, sha256: '0'.repeat(64),
  training: { steps: 1, seconds: 1, seed: 1, engine: '', config: {} }, selfTest: { seed: 1, mask: [] }, formatVersion: 1,
}
const dataset = { id: 'songs', name: 'Songs', folder: '/songs', content: 'songs', hash: 'h' } as Dataset
type Compared = { name: string; sdr: number[] }[]

/** Runs that do nothing until they are told to; what lies on the disk outlives the service. */
class Bench {
  readonly runs = new Map<string, Run>()
  readonly documents = new Map<string, StoredLesson>()
  readonly started: { plan: RunPlan; source: { dataset: Dataset; manifest: Manifest } }[] = []
  readonly calls: string[] = []
  readonly events: AppEvent[] = []
  readonly models = new Set(['base'])
  /** What is measured, and of which folders. */
  compared: (directories: string[], signal: AbortSignal) => Promise<Compared> = async () => [{ name: 'end', sdr: [4, 5] }]
  queue!: JobQueue
  service: TeachingService = this.open()
  private ids = 0

  open(): TeachingService {
    let job = 0
    this.queue = createJobQueue(() => `job ${++job}`, () => {})
    const found = (id: string) => ({ directory: `models/${id}`, card: { id, name: 'Base' } })
    const world = {
      platform: {
        lessons: {
          list: async () => structuredClone([...this.documents.values()]),
          write: async (lesson: StoredLesson) => void this.documents.set(lesson.id, structuredClone(lesson)),
          remove: async (id: string) => void this.documents.delete(id),
        },
        sounds: { find: async (id: string) => (id === 'me' ? { audioPath: '/me.wav', name: 'Me', sampleRate: 44100, frames: 44100 * 60 } : undefined) },
        models: { list: async () => [{ id: 'base', card, directory: 'models/base', isShipped: true }] },
        datasets: { hash: (text: string) => String(text.length), pathOf: (folder: string, path: string) => `${folder}/${path}` },
        demoMusic: '/demo.flac',
        newId: () => `id ${++this.ids}`,
        timestamp: () => '2026-01-01T00:00:00Z',
      },
      runs: {
        list: async () => [...this.runs.values()],
        start: async (plan: RunPlan, facts: { lessonId: string; source: { dataset: Dataset; manifest: Manifest } }) => this.start(plan, facts),
        resume: async (id: string) => (this.calls.push(`resume ${id}`), this.become(id, { status: 'queued' })),
        pause: async (id: string) => (this.calls.push(`pause ${id}`), this.runs.get(id)),
        remove: async (id: string) => (this.calls.push(`remove ${id}`), this.forget(id)),
        folder: (id: string) => `runs/${id}`,
        modelFolder: (id: string) => `runs/${id}/model`,
      },
      datasets: { open: async () => ({ dataset, manifest: { entries: [], songs: [{ name: 'a', split: 'train', vocals: [{ path: 'a/v.wav', gain: 1, delay: 0 }], accompaniment: [{ path: 'a/m.wav', gain: 1, delay: 0 }] }] } }) },
      models: {
        findSeparator: async (id: string) => {
          if (this.models.has(id)) return found(id)
          throw new AppError('MODEL_NOT_FOUND', 'There is no such model.')
        },
        keep: async ({ directory, name }: { directory: string; name: string }) => (this.calls.push(`keep ${directory} as ${name}`), found('kept')),
      },
      queue: this.queue,
      compute: { run: (_: string, input: { directories: string[] }, { signal }: { signal: AbortSignal }) => this.compared(input.directories, signal) },
      reader: { run: async () => ({ sampleRate: 44100, frames: 44100 * 60 }) },
      emit: (event: AppEvent) => void this.events.push(event),
    }
    return (this.service = createTeachingService(world as unknown as TeachingWorld))
  }

  /** The app ends, and starts anew. */
  async restart(): Promise<void> {
    this.service.close()
    this.queue.cancelAll()
    await settle()
    this.open()
  }

  become(id: string, change: Partial<Run>, tell = true): Run {
    const run = { ...this.runs.get(id)!, ...change }
    this.runs.set(id, run)
    if (tell) this.service.runChanged(run)
    return run
  }

  forget(id: string): void {
    this.runs.delete(id)
    this.service.runRemoved(id)
  }

  /** The lesson as the UI was last told. */
  get shown(): Lesson {
    return this.events.findLast((event) => event.name === 'lessons.changed')!.payload as Lesson
  }

  private start(plan: RunPlan, { lessonId, source }: { lessonId: string; source: { dataset: Dataset; manifest: Manifest } }): Run {
    this.started.push({ plan, source })
    const id = `run ${this.started.length}`
    const run = { id, name: plan.name, presetId: plan.presetId, status: 'queued', datasetId: source.dataset.id, lessonId, config: trainingConfig.parse({}) }
    this.runs.set(id, run as Run)
    return this.become(id, {})
  }
}

async function settle(): Promise<void> {
  for (let i = 0; i < 10; i++) await new Promise((resolve) => setImmediate(resolve))
}

/** Waits for ever, or until it is cancelled. */
const endless = (_: string[], signal: AbortSignal) => new Promise<Compared>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))

async function learned(bench: Bench, sdr: number[] = [4, 5]): Promise<Lesson> {
  bench.compared = async () => [{ name: 'end', sdr }]
  await bench.service.start(voice)
  bench.become('run 1', { status: 'finished', best })
  await settle()
  return bench.shown
}

describe('a lesson', () => {
  // This would catch a lesson that trains from random weights, with another network, or on what it is measured with.
  it("trains the model's own network from its weights, with the voice and the demo's music, for the time that was given", async () => {
    const bench = new Bench()
    expect(await bench.service.start(voice)).toMatchObject({ name: 'Me', status: 'learning', base: { modelId: 'base', name: 'Base' }, minutes: 15, runId: 'run 1' })
    const [{ plan, source }] = bench.started as [Bench['started'][number]]
    expect(plan).toMatchObject({ presetId: 'tiny', baseModelId: 'base', minutes: 15, name: 'Lesson: Me', overrides: { totalSteps: 1800, learningRate: 3e-4 } })
    expect(trainingConfig.safeParse({ ...presets.tiny.training, ...plan.overrides }).success).toBe(true)
    expect(source.dataset).toMatchObject({ id: '', folder: '', content: 'songs' })
    const trained = source.manifest.entries.filter(({ split }) => split === 'train')
    expect(trained.map(({ kind, parts: [part] }) => [kind, part!.path, part!.delay, part!.end])).toEqual([
      ['voice', '/me.wav', -44100, 44100 * 28],
      ['music', '/demo.flac', 0, 44100 * 42],
    ])
    expect(source.manifest.songs.map(({ split }) => split)).toEqual(['validation', 'test'])
    expect([...bench.documents.values()]).toMatchObject([{ runId: 'run 1', version: 1 }])
  })

  it('learns from own songs but for their ends', async () => {
    const bench = new Bench()
    await bench.service.start({ ...voice, material: { kind: 'songs', datasetId: 'songs' } })
    expect(bench.started[0]!.source.manifest.songs.map(({ split }) => split)).toEqual(['train', 'validation', 'test'])
  })

  it('starts nothing where a sound or the model is gone', async () => {
    const bench = new Bench()
    const gone = { ...voice, material: { kind: 'voice' as const, voice: [{ soundId: 'gone', start: 0, end: 9 }], music: [] } }
    await expect(bench.service.start(gone)).rejects.toMatchObject({ code: 'SOUND_NOT_FOUND' })
    await expect(bench.service.start({ ...voice, modelId: 'other' })).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' })
    expect(bench.started.length + bench.documents.size).toBe(0)
  })

  it('is measured once its run has ended, the base before what was learned, and is kept only when asked for', async () => {
    const bench = new Bench()
    const asked: string[][] = []
    await bench.service.start(voice)
    bench.compared = async (directories) => (asked.push(directories), [{ name: 'a', sdr: [4, 5] }, { name: 'b', sdr: [2, 4] }])
    bench.become('run 1', { status: 'finished', best })
    expect(bench.shown.status).toBe('measuring')
    // Told of twice, as when its size was measured.
    bench.become('run 1', { size: 7 })
    await settle()
    expect(asked).toEqual([['models/base', 'runs/run 1/model']])
    expect(bench.shown).toMatchObject({ status: 'measured', outcome: { before: 3, after: 4.5, recommended: true, excerpts: [{ name: 'a', before: 4, after: 5 }, {}] } })
    expect(bench.calls).toEqual([])
    expect(await bench.service.keep(bench.shown.id, 'Mine')).toMatchObject({ modelId: 'kept', lesson: { keptModelId: 'kept', status: 'measured' } })
    expect(bench.calls).toEqual(['keep runs/run 1/model as Mine'])
  })

  it.each([[4, 4.09, false], [4, 4.11, true], [4, 3, false], [-8, -7.8, true]])('%d dB before and %d dB after: recommended is %s', async (before, after, recommended) => {
    expect((await learned(new Bench(), [before, after])).outcome).toMatchObject({ before, after, recommended })
  })

  it('keeps nothing that was not learned', async () => {
    const bench = new Bench()
    const { id } = await bench.service.start(voice)
    await expect(bench.service.keep(id, 'Mine')).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  })
})

describe('a restart', () => {
  it('in mid-lesson leaves it paused, to go on with', async () => {
    const bench = new Bench()
    const { id } = await bench.service.start(voice)
    bench.become('run 1', { status: 'paused' }, false)
    await bench.restart()
    expect(await bench.service.list()).toMatchObject([{ id, status: 'paused' }])
    expect(await bench.service.resume(id)).toMatchObject({ status: 'learning' })
    expect(bench.calls).toEqual(['resume run 1'])
  })

  // This would catch a lesson that says for ever that it is being measured.
  it('measures what ended while nobody looked', async () => {
    const bench = new Bench()
    await bench.service.start(voice)
    await bench.restart()
    bench.become('run 1', { status: 'finished', best }, false)
    expect(await bench.service.list()).toMatchObject([{ status: 'measuring' }])
    await settle()
    expect(await bench.service.list()).toMatchObject([{ status: 'measured' }])
  })

  it('does not need the list of lessons to be asked for: a run that ends after it is measured', async () => {
    const bench = new Bench()
    await bench.service.start(voice)
    await bench.restart()
    bench.become('run 1', { status: 'finished', best })
    await settle()
    expect(bench.shown.status).toBe('measured')
  })

  // Ending the app cancels its jobs, which the user did not.
  it('in mid-measurement measures anew, and says of no cancellation', async () => {
    const bench = new Bench()
    bench.compared = endless
    await bench.service.start(voice)
    bench.become('run 1', { status: 'finished', best })
    await settle()
    await bench.restart()
    bench.compared = async () => [{ name: 'end', sdr: [4, 5] }]
    expect(await bench.service.list()).toMatchObject([{ status: 'measuring' }])
    await settle()
    expect(await bench.service.list()).toMatchObject([{ status: 'measured' }])
  })
})

describe('a measurement', () => {
  it('that was cancelled says so, stays cancelled after a restart, and can be asked for again', async () => {
    const bench = new Bench()
    bench.compared = endless
    const { id } = await bench.service.start(voice)
    bench.become('run 1', { status: 'finished', best })
    await settle()
    bench.queue.cancel('job 1')
    await settle()
    expect(bench.shown).toMatchObject({ status: 'failed', error: { message: expect.stringContaining('cancelled') as string } })
    await bench.restart()
    expect(await bench.service.list()).toMatchObject([{ status: 'failed' }])
    bench.compared = async () => [{ name: 'end', sdr: [4, 5] }]
    expect(await bench.service.resume(id)).toMatchObject({ status: 'measuring' })
    await settle()
    expect(bench.shown).toMatchObject({ status: 'measured' })
    expect(bench.shown.error).toBeUndefined()
    expect(bench.calls).toEqual([])
  })

  it('that failed and is tried again from the list of jobs counts', async () => {
    const bench = new Bench()
    bench.compared = () => Promise.reject(new AppError('COMPUTE_CRASHED', 'It died.'))
    await bench.service.start(voice)
    bench.become('run 1', { status: 'finished', best })
    await settle()
    expect(bench.shown).toMatchObject({ status: 'failed', error: { code: 'COMPUTE_CRASHED' } })
    bench.compared = async () => [{ name: 'end', sdr: [4, 5] }]
    bench.queue.retry('job 1')
    await settle()
    expect(bench.shown).toMatchObject({ status: 'measured' })
  })

  it('says that the base model was deleted meanwhile; what was learned can be kept all the same', async () => {
    const bench = new Bench()
    const { id } = await bench.service.start(voice)
    bench.models.delete('base')
    bench.become('run 1', { status: 'finished', best })
    await settle()
    expect(bench.shown).toMatchObject({ status: 'failed', error: { code: 'MODEL_NOT_FOUND', message: expect.stringContaining('"Base"') as string } })
    expect(await bench.service.keep(id, 'Mine')).toMatchObject({ modelId: 'kept' })
  })

  it('needs the base model, which is not deleted meanwhile', async () => {
    const bench = new Bench()
    bench.compared = endless
    await bench.service.start(voice)
    bench.become('run 1', { status: 'finished', best })
    expect(bench.queue.needing('base')).toHaveLength(1)
  })

  it('does not begin for a run that was stopped before it had learned anything; that one goes on', async () => {
    const bench = new Bench()
    const { id } = await bench.service.start(voice)
    bench.become('run 1', { status: 'stopped' })
    await settle()
    expect(bench.shown).toMatchObject({ status: 'failed', error: { code: 'INVALID_INPUT' } })
    expect(await bench.service.resume(id)).toMatchObject({ status: 'learning' })
    expect(bench.calls).toEqual(['resume run 1'])
  })
})

describe('deleting', () => {
  it('takes the run along, and a measurement with it, and stays deleted', async () => {
    const bench = new Bench()
    bench.compared = endless
    const { id } = await bench.service.start(voice)
    bench.become('run 1', { status: 'finished', best })
    await settle()
    await bench.service.remove(id)
    await settle()
    expect(bench.calls).toEqual(['pause run 1', 'remove run 1'])
    expect(bench.queue.get('job 1').state.status).toBe('cancelled')
    expect(bench.runs.size + bench.documents.size).toBe(0)
    expect(bench.events.at(-1)).toEqual({ name: 'lessons.removed', payload: { lessonId: id } })
    await expect(bench.service.resume(id)).rejects.toMatchObject({ code: 'LESSON_NOT_FOUND' })
  })

  // This would catch a lesson that cannot be got rid of any more.
  it('works where the run was deleted before; until then the lesson says so', async () => {
    const bench = new Bench()
    const { id } = await bench.service.start(voice)
    bench.forget('run 1')
    expect(bench.shown).toMatchObject({ status: 'failed', error: { code: 'RUN_NOT_FOUND' } })
    await expect(bench.service.resume(id)).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' })
    await expect(bench.service.keep(id, 'Mine')).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' })
    await bench.service.remove(id)
    expect(bench.documents.size).toBe(0)
    expect(bench.calls).toEqual([])
  })
})

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createComputeClient } from '#main/compute/client'
import type { ComputeTasks } from '#main/compute/server'
import { createRunStore } from '#main/node/runStore'
import { createJobQueue } from '#main/services/jobQueue'
import type { ModelService } from '#main/services/modelService'
import type { Platform } from '#main/services/platform'
import { createTrainingService, type TrainingService } from '#main/services/trainingService'
import type { Dataset } from '#shared/contract/datasets'
import type { AppEvent } from '#shared/contract/contract'
import type { SeparationResult } from '#shared/contract/separation'
import type { Run, RunPlan, RunStatus } from '#shared/contract/training'
import type { HistoryLine } from '#shared/training/history'
import { type FakeComputeProcess, fakeComputeProcess } from '#test/fakeComputeProcess'

const dataset = { id: 'd', name: 'Songs', folder: '/songs', content: 'songs', hash: 'h' } as Dataset
const manifest = { entries: [], songs: [] }
const plan: RunPlan = { presetId: 'tiny', datasetId: 'd', overrides: { totalSteps: 20, loss: { energy: 2 } }, resultsEvery: 1 }
const line = { epoch: 1, step: 10, seconds: 1, learningRate: 1, beta: 0, train: {}, validation: {}, score: 3, best: true, waiting: 0 } satisfies HistoryLine
const turn = () => new Promise((resolve) => setImmediate(resolve))
/** The step after which the pretended trainings wait. */
let limit = Infinity

/** Learns nothing, in as many steps as there are in reality, and keeps in a file how far it is. */
const train: ComputeTasks['train'] = async ({ runFolder, config }, _, { onTold, say }) => {
  const file = join(runFolder, 'last.safetensors')
  const heard: { wish?: string } = {}
  onTold((told) => (heard.wish = told))
  say({ kind: 'ready', engine: 'fake' })
  say({ kind: 'preparing', preparing: { completed: 3, total: 7, secondsLeft: 4 } })
  let step = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0
  const isHeld = () => step >= limit && heard.wish === undefined
  const keep = () => {
    writeFileSync(file, String(step))
    say({ kind: 'checkpoint', step })
  }
  while (step < config.totalSteps) {
    await turn()
    while (isHeld()) await turn()
    step += step < limit ? 1 : 0
    say({ kind: 'progress', progress: { step, totalSteps: config.totalSteps, epoch: 0, seconds: step } })
    if (step === 10 && !existsSync(join(runFolder, 'best.safetensors'))) {
      mkdirSync(join(runFolder, 'model'), { recursive: true })
      writeFileSync(join(runFolder, 'model', 'card.json'), '{}')
      writeFileSync(join(runFolder, 'best.safetensors'), String(step))
      say({ kind: 'epoch', line })
      keep()
    }
    const { wish } = heard
    delete heard.wish
    if (wish === 'checkpoint') keep()
    if (wish === 'pause' || wish === 'stop') {
      keep()
      return { reason: wish === 'stop' ? 'stopped' : 'paused' }
    }
  }
  return { reason: 'finished' }
}

const measured = { engine: 'fake', stepsPerSecond: 2, validationSeconds: 1, totalSeconds: 100, memory: 5, waiting: 0, batchSize: 4 }
/** The folders that benchmarks were given, and whether data were in them. */
const benchmarked: [string, boolean][] = []
const benchmark: ComputeTasks['benchmark'] = async ({ runFolder }) => {
  benchmarked.push([runFolder, existsSync(join(runFolder, 'manifest.json'))])
  return measured
}

let folder: string
const opened: TrainingService[] = []
beforeEach(() => {
  limit = Infinity
  folder = mkdtempSync(join(tmpdir(), 'stemwright-service-'))
})
afterEach(async () => {
  for (const each of opened.splice(0)) {
    await each.rest()
    each.close()
  }
  rmSync(folder, { recursive: true, force: true })
})

/** The service over the runs in the folder, as after a start of the app. */
function open() {
  const processes: FakeComputeProcess[] = []
  const events: AppEvent[] = []
  const kept: { directory: string; name: string }[] = []
  const exported: string[] = []
  const listeners: (() => void)[] = []
  let lastId = 0
  const newId = () => `${opened.length}-${++lastId}`
  const launch = () => {
    const process = fakeComputeProcess({ train, exportRun: async ({ directory }) => void exported.push(directory), benchmark })
    processes.push(process)
    return process
  }
  const queue = createJobQueue(newId, () => listeners.forEach((tell) => tell()))
  const models = {
    keep: async (model: { directory: string; name: string }) => ({ card: { id: `model-${kept.push(model)}` } }),
    list: async () => kept.map((_, i) => ({ card: { id: `model-${i + 1}` } })),
  } as unknown as ModelService
  const service = createTrainingService({
    platform: { runs: createRunStore(folder, join(folder, 'cache')), newId, timestamp: () => `2026-01-0${lastId}` } as unknown as Platform,
    trainer: createComputeClient(launch),
    reader: createComputeClient(launch),
    queue,
    datasets: { open: async () => ({ dataset, manifest }) },
    models,
    emit: (event) => events.push(event),
    onJobChange: (listener) => listeners.push(listener),
  })
  opened.push(service)
  return { service, processes, events, kept, exported, queue }
}

async function until(service: TrainingService, id: string, holds: (run: Run) => boolean): Promise<Run> {
  for (;;) {
    const run = await service.get(id)
    if (holds(run)) return run
    await turn()
  }
}
const inState = (service: TrainingService, id: string, status: RunStatus) => until(service, id, (run) => run.status === status)
const statuses = (events: readonly AppEvent[], id: string) =>
  events.flatMap(({ name, payload }) => (name === 'training.changed' && payload.id === id ? [payload.status] : [])).filter((status, i, all) => status !== all[i - 1])

describe('training service', () => {
  it('takes a run from the queue to its end, tells of it, and puts its best among the models', async () => {
    const { service, events, kept } = open()
    const { id, name, config } = await service.start(plan)
    expect([name, config.loss.energy, config.takes.musicSeconds]).toEqual(['DuoVAE tiny on Songs', 2, 6])
    const run = await inState(service, id, 'finished')
    await until(service, id, () => kept.length > 0)
    expect(run).toMatchObject({ engine: 'fake', best: { epoch: 1, step: 10, score: 3 }, progress: { step: 20 }, dataHash: 'h' })
    expect(statuses(events, id)).toEqual(['queued', 'preparing', 'running', 'finished'])
    const told = events.flatMap((event) => (event.name === 'training.changed' && event.payload.id === id ? [event.payload] : []))
    expect(told.filter(({ preparing }) => preparing).map(({ status, preparing }) => [status, preparing])).toContainEqual(['preparing', { completed: 3, total: 7, secondsLeft: 4 }])
    expect(told.some(({ status, preparing }) => status !== 'preparing' && preparing)).toBe(false)
    expect(events.some((event) => event.name === 'training.epoch' && event.payload.runId === id)).toBe(true)
    expect(kept).toEqual([{ directory: join(folder, id, 'model'), name }])
    expect((await service.stopAndKeepBest(id)).modelId, 'the same best was kept twice').toBe('model-1')
    await expect(service.resume(id)).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    expect((await service.start(plan)).name).toBe('DuoVAE tiny on Songs 2')
  })

  it('refuses hyper-parameters, presets and data that do not fit, and keeps nothing of them', async () => {
    const { service } = open()
    await expect(service.start({ ...plan, presetId: 'none' })).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    await expect(service.start({ ...plan, overrides: { batchSize: 0 } })).rejects.toMatchObject({ code: 'INVALID_INPUT', message: expect.stringContaining('batchSize') as string })
    expect(await service.list()).toEqual([])
  })

  // Would catch: two trainings at once, and one that waits for ever behind a paused one.
  it('lets one run learn at a time; pausing it lets the next one begin, and it goes on later from where it was', async () => {
    const { service } = open()
    limit = 5
    const [first, second] = [await service.start(plan), await service.start(plan)]
    await until(service, first.id, ({ progress }) => progress.step >= 3)
    expect((await service.get(second.id)).status).toBe('queued')
    const paused = await service.pause(first.id)
    expect([paused.status, paused.progress.step >= 3]).toEqual(['paused', true])
    limit = Infinity
    await inState(service, second.id, 'finished')
    const at = (await service.get(first.id)).progress.step
    await service.resume(first.id)
    const again = await until(service, first.id, ({ status, progress }) => status === 'running' && progress.step !== at)
    expect(again.progress.step).toBe(at + 1)
    await inState(service, first.id, 'finished')
  })

  it('gives way to a separation and goes on by itself; paused meanwhile it stays paused', async () => {
    const { service, queue, events, processes } = open()
    limit = 4
    const { id } = await service.start(plan)
    await until(service, id, ({ progress }) => progress.step >= 2)
    let release = () => {}
    const separate = () => {
      const done = new Promise<void>((resolve) => (release = resolve))
      return queue.add({ kind: 'separation', title: 'Song', songId: 's' }, async () => {
        await done
        return {} as SeparationResult
      })
    }
    const job = separate()
    await inState(service, id, 'yielding')
    await until(service, id, () => processes[0]!.ended)
    const { progress } = await service.get(id)
    for (let i = 0; i < 50; i++) await turn()
    expect((await service.get(id)).progress, 'it learned beside the separation').toEqual(progress)
    limit = 8
    release()
    await queue.finished(job.id)
    await until(service, id, (run) => run.status === 'running' && run.progress.step > progress.step)
    separate()
    await inState(service, id, 'yielding')
    expect((await service.pause(id)).status).toBe('paused')
    release()
    for (let i = 0; i < 50; i++) await turn()
    expect((await service.get(id)).status).toBe('paused')
    expect(statuses(events, id)).toEqual(['queued', 'preparing', 'running', 'yielding', 'preparing', 'running', 'yielding', 'paused'])
  })

  it('a process that dies fails its run with the reason; the next one runs, and it can be resumed from its checkpoint', async () => {
    const { service, processes } = open()
    limit = 12
    const [first, second] = [await service.start(plan), await service.start(plan)]
    await until(service, first.id, ({ best }) => best !== undefined)
    processes[0]!.crash('signal SIGKILL')
    const failed = await inState(service, first.id, 'failed')
    expect(failed.error).toMatchObject({ code: 'COMPUTE_CRASHED', message: expect.stringContaining('SIGKILL') as string })
    limit = Infinity
    await inState(service, second.id, 'finished')
    await service.resume(first.id)
    const resumed = await until(service, first.id, ({ status }) => status === 'running')
    expect(resumed.error).toBeUndefined()
    await inState(service, first.id, 'finished')
  })

  // Would catch: a run that is said to learn for ever because the app was killed while it did, and one lost with the app.
  it('after the app was killed its runs are paused, with all that was known of them', async () => {
    const { service } = open()
    limit = 12
    const { id } = await service.start({ ...plan, name: 'Night', minutes: 30 })
    const { best } = await until(service, id, (run) => run.best !== undefined)
    await service.star(id, true)
    const before = readFileSync(join(folder, id, 'run.json'), 'utf8')
    await service.rest()
    // As it lay on the disk while it learned, with the lock of a process that is gone.
    writeFileSync(join(folder, id, 'run.json'), before)
    limit = Infinity
    const { service: next, processes } = open()
    expect(await next.list()).toMatchObject([{ id, name: 'Night', status: 'paused', best, starred: true }])
    expect(processes).toHaveLength(0)
    await next.resume(id)
    await inState(next, id, 'finished')
  })

  it('is paused for the end of the app, and begins nothing more', async () => {
    const { service } = open()
    limit = 5
    const [first, second] = [await service.start(plan), await service.start(plan)]
    await until(service, first.id, ({ progress }) => progress.step >= 2)
    expect(service.unfinished()).toBe(2)
    await service.rest()
    expect(service.unfinished()).toBe(0)
    const { service: next } = open()
    expect((await next.list()).map(({ status }) => status)).toEqual(['paused', 'paused'])
    expect(readFileSync(join(folder, first.id, 'last.safetensors'), 'utf8')).toBe(String((await service.get(first.id)).progress.step))
    expect(second.status).toBe('queued')
  })

  it('stopped it keeps its best as a model; a snapshot is of a checkpoint that is written for it', async () => {
    const { service, kept, exported } = open()
    limit = 5
    const { id } = await service.start(plan)
    await expect(service.snapshot(id, 'best', 'Early')).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    limit = 12
    await until(service, id, ({ best }) => best !== undefined)
    expect(await service.snapshot(id, 'last', 'Now')).toEqual({ modelId: 'model-1' })
    expect([exported, kept]).toEqual([[join(folder, id, 'snapshot')], [{ directory: join(folder, id, 'snapshot'), name: 'Now' }]])
    const { run, modelId } = await service.stopAndKeepBest(id, 'Good')
    expect([run.status, modelId, kept.at(-1)]).toEqual(['stopped', 'model-2', { directory: join(folder, id, 'model'), name: 'Good' }])
  })

  it('goes on from its best at half the rate, and says so', async () => {
    const { service } = open()
    limit = 14
    const { id, config } = await service.start(plan)
    await until(service, id, ({ progress }) => progress.step >= 14)
    await service.pause(id)
    limit = 11
    const { learningRate } = (await service.resume(id, 'best')).config
    const again = await until(service, id, ({ status, progress }) => status === 'running' && progress.step === 11)
    expect([learningRate, again.progress.step, again.notes]).toEqual([config.learningRate / 2, 11, [expect.stringContaining('half the learning rate')]])
  })

  // Would catch: figures that were measured beside a training, and throw-away weights that stay.
  it('is measured alone, in a folder that is gone afterwards', async () => {
    limit = 5
    const { service, queue } = open()
    const { id } = await service.start(plan)
    await until(service, id, ({ progress }) => progress.step >= 2)
    const { id: jobId } = await service.benchmark(plan)
    expect((await queue.finished(jobId)).state).toEqual({ status: 'succeeded', result: measured })
    const [[scratch, hadData]] = benchmarked.splice(0) as [[string, boolean]]
    expect([hadData, existsSync(scratch), (await service.list()).length]).toEqual([true, false, 1])
    limit = Infinity
    await inState(service, id, 'finished')
  })

  it('deletes only what does not run, and touches nothing that another Stemwright trains', async () => {
    const { service, events } = open()
    limit = 5
    const { id } = await service.start(plan)
    await expect(service.remove(id)).rejects.toMatchObject({ code: 'RUN_IN_USE' })
    await service.pause(id)
    const lock = join(folder, id, 'run.lock')
    const claim = await createRunStore(folder, folder).claim(id)
    expect(existsSync(lock)).toBe(true)
    const { service: other } = open()
    await expect(other.remove(id)).rejects.toMatchObject({ code: 'RUN_IN_USE' })
    await expect(other.resume(id)).rejects.toMatchObject({ code: 'RUN_IN_USE' })
    claim.release()
    await service.remove(id)
    expect([existsSync(join(folder, id)), events.at(-1)]).toEqual([false, { name: 'training.removed', payload: { runId: id } }])
    await expect(service.get(id)).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' })
  })
})

import { describe, expect, it } from 'vitest'
import type { ManifestImages } from '#main/datasets/manifest'
import { parameterCount } from '#main/models/initialise'
import { separatorNetwork, type SeparatorConfig } from '#main/models/separatorNetwork'
import { unmixer } from '#main/models/unmixer'
import { createJobQueue } from '#main/services/jobQueue'
import { planRows, studyOutlines } from '#main/services/studyOutlines'
import type { StoredStudy } from '#main/services/studyPorts'
import { createStudyService, type StudyService, type StudyWorld } from '#main/services/studyService'
import { presets, type Preset } from '#main/training/presets'
import type { AppEvent } from '#shared/contract/contract'
import type { Dataset } from '#shared/contract/datasets'
import type { Study, StudyRequest } from '#shared/contract/studies'
import type { Run, RunPlan, RunStatus } from '#shared/contract/training'
import { AppError } from '#shared/errors'
import { trainingConfig } from '#shared/training/config'

const dataset: Dataset = {
  id: 'data', name: 'Songs', folder: 'songs', layout: 'stemFolders', content: 'songs', counts: { train: 3, validation: 1, test: 0 }, hash: 'h', available: true, warnings: [], checked: false,
}
const song = (split: 'train' | 'validation') => ({ name: split, vocals: [], accompaniment: [], split })
const pictures = (folder: string, split: ManifestImages['split']): ManifestImages => ({ name: `${folder} ${split}`, images: `${folder}/${split}-images-idx3-ubyte`, from: 0, to: 9, split })
const request: StudyRequest = { outlineId: 'vaeOrUNet', variant: 'tiny', datasetId: 'data', steps: 30, seeds: 2 }

/** Runs that do nothing until they are told to; what lies on the disk outlives the service. */
class Bench {
  readonly runs = new Map<string, Run>()
  readonly documents = new Map<string, StoredStudy>()
  readonly plans: RunPlan[] = []
  readonly calls: string[] = []
  readonly events: AppEvent[] = []
  measured: (folder: string) => Promise<{ measuredOn: string; values: Record<string, number> }> = async () => ({ measuredOn: 'validation', values: { vocals: 3 } })
  service: StudyService = this.open()
  songs = [song('train'), song('validation')]
  images: ManifestImages[] = []
  private ids = 0

  open(): StudyService {
    let id = 0
    const queue = createJobQueue(() => `job ${++id}`, () => {})
    const act = (name: string, status: RunStatus) => async (runId: string) => {
      this.calls.push(`${name} ${runId}`)
      return this.become(runId, status, false)
    }
    const world: StudyWorld = {
      store: {
        list: async () => [...this.documents.values()],
        write: async (study) => void this.documents.set(study.id, structuredClone(study)),
        remove: async (studyId) => void this.documents.delete(studyId),
      },
      runs: {
        list: async () => [...this.runs.values()],
        start: async (plan, { studyId }) => this.start(plan, studyId),
        pause: act('pause', 'paused'),
        resume: act('resume', 'queued'),
        remove: async (runId) => void this.runs.delete(runId),
        history: async () => [],
        folder: (runId) => `runs/${runId}`,
      },
      datasets: { open: async () => ({ dataset, manifest: { entries: [], songs: this.songs, images: this.images } }) },
      queue,
      compute: { run: (_: string, input: { runFolder: string }) => this.measured(input.runFolder) } as unknown as StudyWorld['compute'],
      newId: () => `id ${++this.ids}`,
      timestamp: () => '2026-01-01T00:00:00Z',
      emit: (event) => void this.events.push(event),
    }
    return (this.service = createStudyService(world))
  }

  start(plan: RunPlan, studyId: string): Run {
    this.plans.push(plan)
    const id = `run ${this.plans.length}`
    const config = trainingConfig.parse({ totalSteps: 30 })
    const run: Run = {
      id, name: plan.name ?? '', presetId: plan.presetId, kind: 'separator', status: 'queued', startedAt: '', datasetName: 'Songs', dataHash: 'h', config,
      progress: { step: 0, totalSteps: 30, epoch: 0, seconds: 0 }, scoreName: '', scoreUnit: '', notes: [], starred: false, size: 0, studyId,
    }
    this.runs.set(id, run)
    return run
  }

  become(runId: string, status: RunStatus, tell = true): Run {
    const run = { ...this.runs.get(runId)!, status }
    this.runs.set(runId, run)
    if (tell) this.service.runChanged(run)
    return run
  }

  /** The study as the UI was last told. */
  get shown(): Study {
    return this.events.findLast((event) => event.name === 'studies.changed')!.payload as Study
  }
}

const settle = async (bench: Bench) => {
  for (let i = 0; i < 20; i++) await Promise.resolve()
  await bench.service.settled()
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve))
}

describe('outlines of studies', () => {
  it('name presets that there are, with hyper-parameters that there are', () => {
    for (const outline of studyOutlines) {
      for (const { id } of outline.variants) {
        const rows = planRows(outline, { ...request, variant: id, seeds: 1 })
        expect(rows.length).toBeGreaterThan(1)
        for (const { presetId, overrides } of rows) {
          const preset: Preset = presets[presetId as keyof typeof presets]
          expect(preset.kind).toBe(outline.kind)
          const loss = overrides.loss as Record<string, unknown> | undefined
          expect(trainingConfig.parse({ ...preset.training, ...overrides }).loss).toMatchObject(loss ?? {})
        }
      }
    }
  })

  it('compare networks of one size: within five per cent', () => {
    const outline = studyOutlines.find(({ id }) => id === 'vaeOrUNet')!
    for (const { id } of outline.variants) {
      const sizes = planRows(outline, { ...request, variant: id, seeds: 1 }).map(({ presetId }) =>
        parameterCount(separatorNetwork(presets[presetId as 'tiny'].model as SeparatorConfig).parameters),
      )
      expect(Math.max(...sizes) / Math.min(...sizes)).toBeLessThan(1.05)
    }
  })

  it('compare the networks for pictures that are said to be of one size so, too', () => {
    const rows = planRows(studyOutlines.find(({ id }) => id === 'pictureVaeOrUNet')!, { ...request, variant: 'equal', seeds: 1 })
    const sizes = rows.map(({ presetId }) => parameterCount(unmixer(presets[presetId as 'unmixSkip'].model).parameters))
    expect(sizes).toHaveLength(2)
    expect(Math.max(...sizes) / Math.min(...sizes)).toBeLessThan(1.05)
  })
})

describe('loss functions for pictures', () => {
  const outline = studyOutlines.find(({ id }) => id === 'pictureLosses')!
  const rowsOf = (variant: string) => planRows(outline, { ...request, variant, seeds: 1 })

  // Of the 48 combinations the 12 without a KL weight are four runs: three schedules of nothing are one.
  it('are asked with every weight by every schedule, and no run is done twice', () => {
    for (const variant of ['dense', 'bottleneck']) {
      const plans = rowsOf(variant).map(({ overrides: { beta, klSchedule, loss } }) => ({ beta, klSchedule, picture: (loss as { picture: string }).picture }))
      for (const picture of ['mse', 'l1', 'bce', 'mseSsim']) {
        for (const beta of [0.1, 1, 4]) for (const klSchedule of ['constant', 'warmUp', 'cyclical']) expect(plans).toContainEqual({ beta, klSchedule, picture })
        expect(plans.filter((plan) => plan.picture === picture && plan.beta === 0)).toHaveLength(1)
      }
      expect(plans).toHaveLength(40)
    }
  })

  it('differ in what a row says and in nothing else', () => {
    const rows = rowsOf('dense')
    expect(new Set(rows.map(({ factors }) => JSON.stringify(factors))).size).toBe(rows.length)
    const alike = rows.map(({ overrides, seed, presetId }) => JSON.stringify({ ...overrides, beta: 0, klSchedule: '', loss: {}, seed, presetId }))
    expect(new Set(alike).size).toBe(1)
  })
})

describe('studies', () => {
  it('start every run with the same budget, a case once before any a second time', async () => {
    const bench = new Bench()
    const study = await bench.service.start(request)
    expect(bench.plans.map(({ presetId, overrides }) => `${presetId} ${overrides.seed as number}`)).toEqual(['tiny 1', 'unetTiny 1', 'tiny 2', 'unetTiny 2'])
    expect(new Set(bench.plans.map(({ overrides }) => overrides.totalSteps))).toEqual(new Set([30]))
    expect(study).toMatchObject({ status: 'running', factors: ['Network'], rows: [{ status: 'queued' }, {}, {}, {}] })
  })

  it('measure each run once it has come to its end, and are finished when all are', async () => {
    const bench = new Bench()
    await bench.service.start({ ...request, seeds: 1 })
    bench.measured = async (folder) => ({ measuredOn: 'validation', values: { vocals: folder.endsWith('1') ? 4 : 2 } })
    bench.become('run 1', 'finished')
    // Told of twice, as when its size was measured.
    bench.become('run 1', 'finished')
    await settle(bench)
    expect(bench.shown).toMatchObject({ status: 'running', rows: [{ status: 'measured', values: { vocals: 4 } }, { status: 'queued' }] })
    bench.become('run 2', 'finished')
    await settle(bench)
    expect(bench.shown).toMatchObject({ status: 'finished', measuredOn: 'validation', rows: [{}, { status: 'measured', values: { vocals: 2 } }] })
    expect([...bench.documents.values()][0]!.rows.map(({ measured }) => measured?.values)).toEqual([{ vocals: 4 }, { vocals: 2 }])
  })

  it('go on after a restart where they were: what is paused resumes, what ended is measured, what never began is started', async () => {
    const bench = new Bench()
    await bench.service.start(request)
    bench.become('run 1', 'finished', false)
    bench.become('run 2', 'paused', false)
    const document = [...bench.documents.values()][0]!
    // The app died before the last two were started.
    bench.documents.set(document.id, { ...document, rows: document.rows.map(({ runId, ...row }, i) => (i < 2 ? { ...row, runId } : row)) })
    for (const id of ['run 3', 'run 4']) bench.runs.delete(id)
    bench.open()
    expect((await bench.service.list())[0]).toMatchObject({ status: 'paused', rows: [{ status: 'finished' }, { status: 'paused' }, { status: 'waiting' }, { status: 'waiting' }] })
    await bench.service.resume(document.id)
    await settle(bench)
    expect(bench.calls).toEqual(['resume run 2'])
    expect(bench.plans).toHaveLength(6)
    expect(bench.shown.rows.map(({ status }) => status)).toEqual(['measured', 'queued', 'queued', 'queued'])
  })

  it('show why a measurement failed, and try it again', async () => {
    const bench = new Bench()
    const { id } = await bench.service.start({ ...request, seeds: 1 })
    bench.measured = () => Promise.reject(new AppError('FILE_NOT_FOUND', 'The folder is gone.'))
    bench.become('run 1', 'finished')
    await settle(bench)
    expect(bench.shown.rows[0]).toMatchObject({ status: 'failed', error: { code: 'FILE_NOT_FOUND' } })
    bench.measured = async () => ({ measuredOn: 'validation', values: { vocals: 1 } })
    await bench.service.resume(id)
    await settle(bench)
    expect(bench.shown.rows[0]).toMatchObject({ status: 'measured' })
    expect(bench.shown.rows[0]!.error).toBeUndefined()
  })

  it('pause their runs, and go with them when they are deleted', async () => {
    const bench = new Bench()
    const { id } = await bench.service.start({ ...request, seeds: 1 })
    expect(await bench.service.pause(id)).toMatchObject({ status: 'paused' })
    expect(bench.calls).toEqual(['pause run 2', 'pause run 1'])
    await bench.service.remove(id)
    expect(bench.runs.size + bench.documents.size).toBe(0)
    await expect(bench.service.resume(id)).rejects.toMatchObject({ code: 'STUDY_NOT_FOUND' })
  })

  it('refuse what there is not, and data of which nothing is kept to measure with', async () => {
    const bench = new Bench()
    await expect(bench.service.start({ ...request, variant: 'huge' })).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    bench.songs = [song('train')]
    await expect(bench.service.start(request)).rejects.toMatchObject({ code: 'DATASET_EMPTY' })
    expect(bench.plans).toEqual([])
  })

  // Forty runs that all fail for want of garments would be a bad answer.
  it('of pictures need two kinds of them, and some that are kept', async () => {
    const bench = new Bench()
    const ofPictures = { ...request, outlineId: 'pictureLosses', variant: 'dense', seeds: 1 }
    bench.images = [pictures('mnist', 'train'), pictures('mnist', 'test')]
    await expect(bench.service.start(ofPictures)).rejects.toMatchObject({ code: 'DATASET_EMPTY', message: expect.stringMatching(/two kinds/) as string })
    bench.images.push(pictures('fashion-mnist', 'train'))
    await expect(bench.service.start(ofPictures)).rejects.toMatchObject({ code: 'DATASET_EMPTY', message: expect.stringMatching(/nothing to measure with/) as string })
    expect(bench.plans).toEqual([])
    bench.images.push(pictures('fashion-mnist', 'test'))
    expect((await bench.service.start(ofPictures)).rows).toHaveLength(40)
  })
})

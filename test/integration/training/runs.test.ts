import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ComputeProcess, createComputeClient } from '#main/compute/client'
import type { ComputeInput, TrainingNews, TrainingWish } from '#main/compute/protocol'
import type { Differentiable, Engine } from '#main/engine/engine'
import { presets } from '#main/training/presets'
import { decodeWeights } from '#main/models/weightsFile'
import { appRoot } from '#main/node/appRoot'
import { forkCompute } from '#main/node/computeProcess'
import { loadModel } from '#main/node/modelFiles'
import { createModelStore } from '#main/node/modelStore'
import { nodePlatform } from '#main/node/nodePlatform'
import { readManifestOf } from '#main/node/recordingCache'
import { readHistory } from '#main/node/runHistory'
import { runTraining } from '#main/node/trainingRun'
import { createServices, type Services } from '#main/services/createServices'
import { AppError } from '#shared/errors'
import type { HistoryLine } from '#shared/training/history'
import type { TrainingConfig } from '#shared/training/config'
import { setUp } from '#test/setUp'
import { quietContext } from '#test/soundFiles'
import { openTestEngine } from '#test/testEngine'
import { quickConfig, writeSongs } from '#test/trainingData'
import { writeUntrainedModel } from '#test/untrainedModel'

let folder: string
let data: string

beforeAll(async () => {
  setUp()
  folder = await mkdtemp(join(tmpdir(), 'stemwright-runs-'))
  data = join(folder, 'data')
  await writeSongs(data, { one: 300, two: 410, held: 350 })
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const options = { validation: ['held'], test: [], without: [] }

/** Makes the folder of a run of the app. */
async function newRun(name: string): Promise<string> {
  const runFolder = join(folder, name)
  await mkdir(runFolder, { recursive: true })
  await writeFile(join(runFolder, 'manifest.json'), JSON.stringify(await readManifestOf(data, options)))
  return runFolder
}

interface Sitting {
  config?: Partial<TrainingConfig>
  checkpointSeconds?: number
  /** Is told all news, and may tell the run something or kill its process. */
  onNews?(news: TrainingNews, run: { tell(wish: TrainingWish): void; kill(): void }): void
}

/** One sitting of a run in a process of its own, as the app does it. */
async function sit(runFolder: string, { config = {}, checkpointSeconds = 60, onNews = () => {} }: Sitting = {}) {
  let process: ComputeProcess | undefined
  const client = createComputeClient(() => (process = forkCompute(join(appRoot, 'out/main/compute.js'))))
  const input: ComputeInput<'train'> = {
    runFolder,
    cacheFolder: join(folder, 'cache'),
    presetId: 'tiny',
    dataFolder: data,
    config: quickConfig(config),
    resultsEvery: 0,
    checkpointSeconds,
  }
  const news: TrainingNews[] = []
  const context = {
    signal: new AbortController().signal,
    onProgress: () => {},
    onEvent(each: TrainingNews) {
      news.push(each)
      onNews(each, { tell: (wish) => task.tell(wish), kill: () => process?.kill() })
    },
  }
  const task = client.open('train', input, context)
  try {
    return { reason: (await task.result).reason, news }
  } finally {
    client.close()
  }
}

/** All numbers of a run's last checkpoint, and all of its state but for clocks. */
async function stateOf(runFolder: string, name = 'last') {
  const { arrays, metadata } = decodeWeights(await readFile(join(runFolder, `${name}.safetensors`)))
  const { trainedSeconds: _, pending, ...rest } = JSON.parse(metadata['state']!) as { trainedSeconds: number; pending: object }
  return { step: metadata['step'], arrays, ...rest, pending: { ...pending, seconds: 0, waited: 0 } }
}

const timeless = (lines: HistoryLine[]) => lines.map((line) => ({ ...line, seconds: 0, waiting: 0, stepsPerSecond: 0 }))

const fail = (code: string) => ({ code }) as unknown

describe('a run in its own process', () => {
  it('the same seed gives the same losses, and kill -9 within an epoch costs nothing: it goes on to the same bits', async () => {
    const whole = await newRun('whole')
    const told = await sit(whole)
    expect(told.reason).toBe('finished')
    const far = told.news.findLast((news) => news.kind === 'progress')
    expect(far?.progress, 'a run that has finished must not look as if it lacked its last steps').toMatchObject({ step: 40, totalSteps: 40, epoch: 4 })
    const killed = await newRun('killed')
    const onNews: Sitting['onNews'] = (news, run) => news.kind === 'checkpoint' && news.step === 14 && run.kill()
    // A checkpoint a step, so that it dies on the way from the fourteenth to the fifteenth.
    await expect(sit(killed, { onNews, checkpointSeconds: 0 })).rejects.toMatchObject(fail('COMPUTE_CRASHED') as object)
    const left = await stateOf(killed)
    expect(Number(left.step)).toBeGreaterThanOrEqual(14)
    expect(Number(left.step)).toBeLessThan(20)
    const [first] = await readHistory(killed)
    const wholeHistory = await readHistory(whole)
    expect(first!.trace).toHaveLength(10)
    expect(first!.trace, 'the first ten losses').toEqual(wholeHistory[0]!.trace)
    expect((await sit(killed)).reason).toBe('finished')
    expect(await stateOf(killed)).toEqual(await stateOf(whole))
    expect(timeless(await readHistory(killed))).toEqual(timeless(wholeHistory))
    expect((await loadModel(join(killed, 'model'))).parameters).toEqual((await loadModel(join(whole, 'model'))).parameters)
  })

  it('paused and resumed it comes to the same bits; a checkpoint is written when asked for', async () => {
    const run = await newRun('paused')
    const first = await sit(run, { onNews: (news, { tell }) => news.kind === 'progress' && news.progress.step >= 2 && tell('pause') })
    const { step } = await stateOf(run)
    expect([first.reason, Number(step) > 0 && Number(step) < 40]).toEqual(['paused', true])
    let asked = false
    const second = await sit(run, {
      onNews(news, { tell }) {
        if (news.kind === 'progress' && !asked) tell('checkpoint')
        if (news.kind === 'progress') asked = true
        if (news.kind === 'checkpoint' && asked) tell('pause')
      },
    })
    expect(second.reason).toBe('paused')
    expect((await sit(run)).reason).toBe('finished')
    expect(await stateOf(run)).toEqual(await stateOf(join(folder, 'whole')))
  })

  it('diverging it stops with what it was, and its best and last are intact', async () => {
    const run = await newRun('diverging')
    await sit(run, { onNews: (news, { tell }) => news.kind === 'epoch' && tell('pause') })
    const before = await stateOf(run)
    await expect(sit(run, { config: { learningRate: 1e30 } })).rejects.toMatchObject(fail('TRAINING_DIVERGED') as object)
    expect(await stateOf(run)).toEqual(before)
    expect((await stateOf(run, 'best')).step).toBe('10')
    await loadModel(join(run, 'model'))
    expect((await sit(run)).reason).toBe('finished')
  })

  it.skipIf(process.platform !== 'linux')('a full disk ends it with a clear error; the last checkpoint is whole and it goes on from there', async () => {
    const run = await newRun('full')
    let filled: Promise<void> | undefined
    // Whatever is written to /dev/full fails as on a disk that is full.
    const fill = () => (filled ??= symlink('/dev/full', join(run, 'last.safetensors.part')))
    await expect(sit(run, { onNews: (news) => news.kind === 'epoch' && void fill() })).rejects.toMatchObject({
      code: 'DISK_FULL',
      message: expect.stringContaining('Free some space') as string,
    })
    const lines = await readHistory(run)
    expect(Number((await stateOf(run)).step)).toBeGreaterThanOrEqual(10)
    expect(lines.length).toBeGreaterThan(0)
    expect((await sit(run)).reason).toBe('finished')
    expect(await stateOf(run)).toEqual(await stateOf(join(folder, 'whole')))
    expect((await readHistory(run)).map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4])
  })

  it('data that go away while it learns do not stop it; resumed without them it says so, and goes on when they are back', async () => {
    const run = await newRun('homeless')
    const away = join(folder, 'away')
    let moved: Promise<void> | undefined
    const first = await sit(run, {
      onNews(news, { tell }) {
        if (news.kind === 'epoch' && news.line.epoch === 1) moved = rename(data, away)
        if (news.kind === 'epoch' && news.line.epoch === 2) tell('pause')
      },
    })
    await moved
    expect(first.reason).toBe('paused')
    const before = await stateOf(run)
    await expect(sit(run)).rejects.toMatchObject({ code: 'FILE_NOT_FOUND', message: expect.stringContaining('drive') as string })
    expect(await stateOf(run)).toEqual(before)
    await rename(away, data)
    expect((await sit(run)).reason).toBe('finished')
    expect(await stateOf(run)).toEqual(await stateOf(join(folder, 'whole')))
  })
})

/** Files of all that the app keeps, and services over them with real processes, but for models of this test's own. */
async function openApp(name: string) {
  const library = join(folder, name)
  const before = process.env['STEMWRIGHT_LIBRARY']
  process.env['STEMWRIGHT_LIBRARY'] = library
  const platform = nodePlatform('web')
  if (before === undefined) delete process.env['STEMWRIGHT_LIBRARY']
  else process.env['STEMWRIGHT_LIBRARY'] = before
  const models = join(folder, 'models')
  if (!existsSync(join(models, 'untrained'))) await writeUntrainedModel(join(models, 'untrained'))
  return createServices({ ...platform, models: createModelStore([models, join(library, 'models')]) })
}

describe('runs in the app', () => {
  // Would catch: a split that waits for a night of training, or one that is computed beside it and takes twice as long.
  it('a separation that is started meanwhile comes first, and the run goes on by itself to its model', async () => {
    const app = await openApp('library')
    const seen: string[] = []
    const stop = app.onEvent(({ name, payload }) => {
      if (name === 'training.changed' && payload.status !== seen.at(-1)?.split(' ')[1]) seen.push(`run ${payload.status}`)
      if (name === 'job.changed' && payload.kind === 'separation' && `split ${payload.state.status}` !== seen.findLast((each) => each.startsWith('split'))) seen.push(`split ${payload.state.status}`)
    })
    const until = async (holds: () => boolean | Promise<boolean>) => {
      while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 50))
    }
    try {
      const { id: datasetId } = await app.datasets.add({ folder: data, layout: 'stemFolders', name: 'Songs' })
      await app.datasets.setSplit(datasetId, 'held', 'validation')
      await app.datasets.setSplit(datasetId, 'one', 'train')
      await app.datasets.setSplit(datasetId, 'two', 'train')
      const { batchSize, patches } = quickConfig()
      const plan = { presetId: 'tiny', datasetId, overrides: { batchSize, patches, stepsPerEpoch: 60, totalSteps: 180 }, resultsEvery: 0 }
      const { id } = await app.training.start(plan)
      await until(async () => (await app.training.get(id)).progress.step >= 3)
      const { modelId } = await app.training.snapshot(id, 'last', 'Now')
      expect((await app.models.find(modelId)).card).toMatchObject({ name: 'Now', kind: 'separator', origin: 'trained' })
      const song = await app.songs.import({ path: join(data, 'held', 'vocals.wav') })
      const job = await app.separations.start({ songId: song.id, modelId: 'untrained', quality: 'fast', format: 'wav24' })
      const { state } = await app.jobs.finished(job.id)
      expect(state.status, JSON.stringify(state)).toBe('succeeded')
      const meanwhile = await app.training.get(id)
      expect(meanwhile.progress.step).toBeLessThan(180)
      await until(async () => (await app.training.get(id)).status === 'finished')
      await until(async () => (await app.models.list()).some(({ card }) => card.name === meanwhile.name))
      const told = seen.filter((each) => each !== 'split queued')
      expect(told.indexOf('run yielding')).toBeGreaterThan(0)
      const goesOn = told.findLastIndex((each) => each === 'run preparing')
      expect(goesOn).toBeGreaterThan(told.indexOf('split succeeded'))
      expect(told.at(-1)).toBe('run finished')
      const [line] = await app.training.history(id)
      expect(Object.keys(line!.validation).toSorted()).toEqual(['held', 'kl', 'loss', 'reconstruction'])
    } finally {
      stop()
      await app.rest()
      app.close()
    }
  })
})

describe('the end of the app', () => {
  it('pauses a run with a checkpoint of its last step; the next start goes on with it, and stopping it early leaves a model', async () => {
    const app = await openApp('ended')
    const { id: datasetId } = await app.datasets.add({ folder: data, layout: 'stemFolders', name: 'Songs' })
    const { batchSize, patches } = quickConfig()
    const plan = { presetId: 'tiny', datasetId, overrides: { batchSize, patches, stepsPerEpoch: 500, totalSteps: 500 }, resultsEvery: 0 }
    const { id } = await app.training.start(plan)
    const learned = async ({ training }: Services, steps: number) => {
      while ((await training.get(id)).progress.step < steps) await new Promise((resolve) => setTimeout(resolve, 50))
    }
    await learned(app, 3)
    await app.rest()
    app.close()
    const runFolder = join(folder, 'ended', 'runs', id)
    const step = Number((await stateOf(runFolder)).step)
    expect(step).toBeGreaterThanOrEqual(3)
    const next = await openApp('ended')
    try {
      expect(await next.training.list()).toMatchObject([{ id, status: 'paused' }])
      await next.training.resume(id)
      await learned(next, step + 1)
      const { run, modelId } = await next.training.stopAndKeepBest(id, 'Kept')
      expect([run.status, run.best?.epoch]).toEqual(['stopped', 1])
      expect((await next.models.find(modelId)).card).toMatchObject({ name: 'Kept', kind: 'separator' })
    } finally {
      await next.rest()
      next.close()
    }
  })
})

describe('a run that runs out of memory', () => {
  it('goes on with half the batch from where it was, and says so', async () => {
    const run = await newRun('narrow')
    const engine = await openTestEngine()
    const notes: [string, number | undefined][] = []
    const steps: number[] = []
    try {
      const reason = await runTraining(
        {
          data: { folder: data, ...options },
          manifest: await readManifestOf(data, options),
          validationPieces: [],
          runFolder: run,
          cacheFolder: join(folder, 'cache'),
          preset: presets.tiny,
          overrides: {},
          training: quickConfig({ batchSize: 4, totalSteps: 20 }),
          seconds: Infinity,
          resume: false,
          onEpoch: () => {},
          onStep: ({ step }) => void steps.push(step),
          onNote: (note, batchSize) => void notes.push([note, batchSize]),
        },
        narrow(engine, 7),
        quietContext(),
      )
      expect(reason).toBe('finished')
    } finally {
      await engine.dispose()
    }
    expect(notes).toEqual([[expect.stringContaining('batches of 4'), 2]])
    expect(steps, 'a step was lost or done twice').toEqual(Array.from({ length: 20 }, (_, i) => i + 1))
    expect(JSON.parse(await readFile(join(run, 'config.json'), 'utf8')).training.batchSize).toBe(2)
    await rm(join(run, 'model'), { recursive: true })
  })
})

/** An engine that has memory for so many steps with more than two patches. */
function narrow(engine: Engine, steps: number): Engine {
  let done = 0
  return {
    ...engine,
    async compileGradients(program): Promise<Differentiable> {
      const inner = await engine.compileGradients(program)
      return {
        ...inner,
        gradients(parameters, inputs) {
          const isWide = Object.values(program.inputs).some(([batch]) => batch! > 2)
          if (isWide && ++done > steps) throw new AppError('ENGINE_OUT_OF_MEMORY', 'The engine ran out of memory.')
          return inner.gradients(parameters, inputs)
        },
      }
    },
  }
}

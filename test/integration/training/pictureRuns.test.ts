import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inflateSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Engine } from '#main/engine/engine'
import { requireUnmixerSelfTest } from '#main/models/unmixerSelfTest'
import { decodeWeights } from '#main/models/weightsFile'
import { appRoot } from '#main/node/appRoot'
import { measureHeldOut } from '#main/node/heldOut'
import { loadModel, loadOwnSeparator, loadUnmixer } from '#main/node/modelFiles'
import { readPictureManifest } from '#main/node/pictureFiles'
import { readHistory } from '#main/node/runHistory'
import { benchmarkTraining } from '#main/node/trainingBenchmark'
import { runTraining, type TrainingRun } from '#main/node/trainingRun'
import { createTrainerControl } from '#main/training/control'
import { presets } from '#main/training/presets'
import { trainingConfig } from '#shared/training/config'
import { writePictures } from '#test/pictureFiles'
import { setUp } from '#test/setUp'
import { quietContext } from '#test/soundFiles'
import { openTestEngine } from '#test/testEngine'

let folder: string
let data: string
let engine: Engine

beforeAll(async () => {
  setUp()
  folder = await mkdtemp(join(tmpdir(), 'stemwright-picture-runs-'))
  data = writePictures(join(folder, 'data'))
  engine = await openTestEngine()
})
afterAll(async () => {
  await engine.dispose()
  await rm(folder, { recursive: true, force: true })
})

const stepsPerEpoch = 12
const totalSteps = 4 * stepsPerEpoch
const steps = { stepsPerEpoch, totalSteps, batchSize: 8 }

interface Ran {
  readonly code: number | null
  readonly output: string
}

/** Runs a program of out/main; a line of its output that makes `kill` true ends it there and then. */
function run(program: 'train' | 'evaluate', args: readonly string[], kill: (line: string) => boolean = () => false, env = {}): Promise<Ran> {
  const child = spawn(process.execPath, [join(appRoot, `out/main/${program}.js`), ...args], { env: { ...process.env, ...env } })
  return new Promise((resolve) => {
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text
        if (text.split('\n').some(kill)) child.kill('SIGKILL')
      })
    }
    child.on('close', (code) => resolve({ code, output }))
  })
}

function train(name: string, ...more: string[]): Promise<Ran> {
  return run('train', trainArgs(name, more))
}

function trainArgs(name: string, more: readonly string[] = []): string[] {
  const settings = Object.entries(steps).flatMap(([key, value]) => ['--set', `${key}=${value}`])
  return ['--data', data, '--preset', 'unmixTiny', '--out', join(folder, name), ...settings, ...more]
}

/** All numbers of a run's last checkpoint. */
async function stateOf(name: string) {
  return decodeWeights(await readFile(join(folder, name, 'last.safetensors')))
}

const timeless = async (name: string) =>
  (await readHistory(join(folder, name))).map((line) => ({ ...line, seconds: 0, waiting: 0, stepsPerSecond: 0 }))

/** A run in this process, told to pause after so many steps. */
async function sit(name: string, pauseAfter = Infinity, more: Partial<TrainingRun> = {}) {
  const control = createTrainerControl()
  const runFolder = join(folder, name)
  const asked: TrainingRun = {
    data: { folder: data, validation: [], test: [], without: [] },
    manifest: await readPictureManifest(data),
    validationPieces: [],
    runFolder,
    cacheFolder: join(folder, 'cache'),
    preset: presets.unmixTiny,
    overrides: steps,
    seconds: Infinity,
    resume: existsSync(join(runFolder, 'config.json')),
    onEpoch: () => {},
    onStep: ({ step }) => step === pauseAfter && control.wish('pause'),
    ...more,
  }
  return runTraining(asked, engine, quietContext(), control)
}

describe('training with pictures from the command line', () => {
  it('leaves a model with a card, whose self-test passes, and goes on after kill -9 to the very bits of a run that was let be', async () => {
    const whole = await train('whole')
    expect(whole.code, whole.output).toBe(0)
    // Killed on the way through its third epoch: what is known of the second is its last checkpoint.
    const killed = await run('train', trainArgs('killed'), (line) => line.startsWith('epoch 2'))
    expect(killed.code, killed.output).toBe(null)
    const resumed = await run('train', ['--resume', '--out', join(folder, 'killed')])
    expect(resumed.code, resumed.output).toBe(0)
    expect((await stateOf('killed')).arrays).toEqual((await stateOf('whole')).arrays)
    expect(await timeless('killed')).toEqual(await timeless('whole'))
    const { card, parameters } = await loadUnmixer(join(folder, 'whole/model'))
    expect(card.data).toBe('220 pictures of mnist and 220 pictures of fashion-mnist, mixed at random (average)')
    expect(card.config).toEqual(presets.unmixTiny.model)
    const best = (await timeless('whole')).findLast((line) => line.best)!
    expect(card.scores).toMatchObject([{ name: 'PSNR', value: best.score, unit: 'dB' }])
    await requireUnmixerSelfTest(card.selfTest, card.config, parameters, engine)
    const { 'encoder/0/entry/kernel': kernel = new Float32Array(0) } = parameters
    const spoilt = { ...parameters, 'encoder/0/entry/kernel': kernel.map((value) => -value) }
    await expect(requireUnmixerSelfTest(card.selfTest, card.config, spoilt, engine)).rejects.toMatchObject({ code: 'MODEL_CORRUPT' })
  })

  it('learns: its last epoch takes pictures apart better than its first', async () => {
    const [first, ...others] = await timeless('whole')
    expect(others).toHaveLength(3)
    expect(others.at(-1)!.score).toBeGreaterThan(first!.score + 1)
    expect(Object.keys(first!.validation).toSorted()).toEqual(['fashion-mnist', 'kl', 'loss', 'mnist', 'mse', 'reconstruction'])
    expect(first!.klPerLatent).toHaveLength(2 * presets.unmixTiny.model.latentChannels)
  })

  it('refuses a folder without a second kind, and one with a bad file, and leaves no run behind', async () => {
    const one = await train('one', '--data', join(data, 'mnist'))
    expect([one.code, one.output]).toEqual([3, expect.stringContaining('DATASET_EMPTY')])
    const bad = writePictures(join(folder, 'bad'), 24, 12)
    await writeFile(join(bad, 'mnist/train-images-idx3-ubyte.gz'), (await readFile(join(bad, 'mnist/train-images-idx3-ubyte.gz'))).subarray(0, 200))
    const cut = await train('cut', '--data', bad)
    expect([cut.code, cut.output]).toEqual([3, expect.stringMatching(/DATASET_INVALID: .*mnist\/train-images-idx3-ubyte\.gz .*cut off/)])
    expect([existsSync(join(folder, 'one')), existsSync(join(folder, 'cut'))]).toEqual([false, false])
  })
})

describe('a run with pictures', () => {
  it('paused in the middle of an epoch, twice, comes to the very bits of one that was let be, with pictures to see', async () => {
    const results = { resultsEvery: 2, checkpointSeconds: 0 }
    expect(await sit('let be', Infinity, results)).toBe('finished')
    expect(await sit('paused', 5, results)).toBe('paused')
    expect((await stateOf('paused')).metadata['step']).toBe('5')
    expect(await sit('paused', stepsPerEpoch + 7, results)).toBe('paused')
    expect(await sit('paused', Infinity, results)).toBe('finished')
    expect((await stateOf('paused')).arrays).toEqual((await stateOf('let be')).arrays)
    expect(await timeless('paused')).toEqual(await timeless('let be'))
    const gallery = (name: string) => readFile(join(folder, name, 'results/checkpoints/2/gallery.png'))
    expect(await gallery('paused')).toEqual(await gallery('let be'))
  })

  it('shows mixtures, both pictures, and where they are wrong, in greys that are not one', async () => {
    const index = JSON.parse(await readFile(join(folder, 'let be/results/index.json'), 'utf8')) as { checkpoints: { folder: string; gallery: { rows: string[]; columns: string[] } }[] }
    const { rows, columns } = index.checkpoints.at(-1)!.gallery
    expect([rows.length, columns]).toEqual([6, ['Mixture', 'First', 'First, unmixed', 'First, error × 4', 'Second', 'Second, unmixed', 'Second, error × 4', 'Mixed again']])
    const png = await readFile(join(folder, 'let be/results/checkpoints', index.checkpoints.at(-1)!.folder, 'gallery.png'))
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([8 * 66 - 2, 6 * 66 - 2])
    const at = png.indexOf('IDAT')
    expect(new Set(inflateSync(png.subarray(at + 4, at + 4 + png.readUInt32BE(at - 4)))).size).toBeGreaterThan(50)
  })

  it('begun from a model goes on from its weights, and one from a separator or of another size is refused', async () => {
    const from = join(folder, 'whole/model')
    expect(await sit('further', Infinity, { from, overrides: { ...steps, learningRate: 1e-9 } })).toBe('finished')
    const [before, after] = [await loadModel(from), await loadModel(join(folder, 'further/model'))]
    const [name, values] = Object.entries(before.parameters)[0]!
    expect(Math.max(...values.map((value, i) => Math.abs(value - after.parameters[name]![i]!)))).toBeLessThan(1e-6)
    expect(after.card.data).toContain('trained on from "whole"')
    const misfit = { from: join(appRoot, 'resources/models/duovae') }
    await expect(sit('misfit', Infinity, misfit)).rejects.toMatchObject({ code: 'MODEL_INCOMPATIBLE' })
  })

  it('can be measured beforehand: steps in a second, and memory', async () => {
    const { model, training } = presets.unmixTiny
    const config = trainingConfig.parse({ ...training, ...steps, totalSteps: 500 })
    const asked = { data: { folder: data, validation: [], test: [], without: [] }, manifest: await readPictureManifest(data), runFolder: join(folder, 'measured') }
    const rest = { validationPieces: [], cacheFolder: join(folder, 'cache'), preset: presets.unmixTiny, overrides: {}, seconds: Infinity, resume: false, onEpoch: () => {} }
    const result = await benchmarkTraining({ ...asked, ...rest }, config, engine, 2, quietContext())
    expect(result.stepsPerSecond).toBeGreaterThan(0)
    expect(result.totalSeconds).toBeGreaterThan(500 / result.stepsPerSecond)
    expect(result.batchSize).toBe(8)
    expect(model.network).toBe('skip')
  })

  it('is measured with the test pictures, with deviations', async () => {
    const { measuredOn, values, deviations } = await measureHeldOut(join(folder, 'whole'), data, await readPictureManifest(data), engine, quietContext())
    expect(measuredOn).toBe('10 runs of 1,000 random pairs of test pictures (average)')
    expect(values.mse).toBeGreaterThan(0.001)
    expect(values.mse).toBeLessThan(0.05)
    expect(values.psnr).toBeGreaterThan(13)
    expect(Object.keys(deviations!)).toEqual(['mse', 'psnr', 'ssim'])
    expect(deviations!.mse).toBeLessThan(values.mse! / 10)
  })
})

describe('models of both kinds', () => {
  it('are loaded as what they are, and refused as what they are not', async () => {
    const [pictures, songs] = [join(folder, 'whole/model'), join(appRoot, 'resources/models/duovae')]
    expect((await loadModel(pictures)).card.config.family).toBe('unmixer')
    expect((await loadModel(songs)).card.config.family).toBe('duovae')
    await expect(loadOwnSeparator(pictures)).rejects.toMatchObject({ code: 'MODEL_INCOMPATIBLE', message: expect.stringContaining('"whole"') as string })
    await expect(loadUnmixer(songs)).rejects.toMatchObject({ code: 'MODEL_INCOMPATIBLE' })
    const card = join(folder, 'killed/model/card.json')
    const text = await readFile(card, 'utf8')
    await writeFile(card, text.replace('"rule": "average"', '"rule": "stirred"'))
    await expect(loadModel(join(folder, 'killed/model'))).rejects.toMatchObject({ code: 'MODEL_CORRUPT' })
    await writeFile(card, text.replace('"latentChannels": 4', '"latentChannels": 5'))
    await expect(loadModel(join(folder, 'killed/model'))).rejects.toMatchObject({ code: 'MODEL_CORRUPT' })
  })
})

interface Evaluated {
  readonly measuredOn: string
  readonly models: { name: string; mean: { mse: number; psnr: number; ssim: number }; deviation: { mse: number }; mixtureError: number; milliseconds?: number; parameters: number }[]
}

describe('evaluate --playground', () => {
  const evaluate = async (...args: string[]) => run('evaluate', ['--playground', '--model', join(folder, 'whole/model'), '--runs', '3', '--pairs', '50', ...args])
  const evaluated = async (...args: string[]) => {
    const { code, output } = await evaluate('--data', data, '--json', ...args)
    expect(code, output).toBe(0)
    return JSON.parse(output.slice(output.indexOf('\n{\n') + 1, output.lastIndexOf('\n}\n') + 2)) as Evaluated
  }

  it('tells what models make of random pairs of test pictures, beside what the mixture itself is worth', async () => {
    const { measuredOn, models } = await evaluated()
    expect(measuredOn).toBe('3 runs of 50 random pairs of test pictures (average)')
    const [model, mixture] = models.slice(-2)
    expect([model!.name, mixture!.name]).toEqual(['whole', 'the mixture itself'])
    expect(model!.mean.mse).toBeLessThan(mixture!.mean.mse)
    expect(model!.mean.psnr).toBeGreaterThan(mixture!.mean.psnr)
    expect(model!.mixtureError).toBeLessThan(1e-6)
    expect(model!.milliseconds).toBeGreaterThan(0)
    expect((await evaluated()).models.at(-2)!.mean).toEqual(model!.mean)
    const other = (await evaluated('--seed', '2')).models.at(-2)!
    expect(other.mean.mse).not.toBe(model!.mean.mse)
    expect(Math.abs(other.mean.mse / model!.mean.mse - 1)).toBeLessThan(0.2)
  })

  it('measures with another rule where that is asked for, by which an exact network still mixes to the mixture', async () => {
    const { measuredOn, models } = await evaluated('--rule', 'sum')
    expect(measuredOn).toContain('(sum)')
    expect(models.at(-2)!.mixtureError).toBeLessThan(1e-6)
  })

  it('prints a table, and says clearly what is missing', async () => {
    const table = await evaluate('--data', data)
    expect(table.output).toMatch(/model +parameters +MSE +±/)
    expect(table.output).toMatch(/whole +[\d,]+ +\d\.\d+e-\d/)
    const missing = await run('evaluate', ['--playground'], undefined, { STEMWRIGHT_DATA: join(folder, 'nothing') })
    expect([missing.code, missing.output]).toEqual([3, expect.stringContaining('--data DIR')])
    const empty = await evaluate('--data', join(folder, 'whole'))
    expect([empty.code, empty.output]).toEqual([3, expect.stringContaining('DATASET_EMPTY')])
    const songs = await run('evaluate', ['--playground', '--data', data, '--model', 'duovae'])
    expect([songs.code, songs.output]).toEqual([3, expect.stringContaining('MODEL_INCOMPATIBLE')])
    expect((await evaluate('--runs', '0')).code).toBe(2)
    expect((await evaluate('--data', data, '--rule', 'stir')).code).toBe(2)
  })
})

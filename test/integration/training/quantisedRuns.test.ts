import { cpSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Engine } from '#main/engine/engine'
import { codesName } from '#main/models/quantise/quantiser'
import type { RvqVaeConfig } from '#main/models/quantise/rvqVae'
import { requireRvqSelfTest } from '#main/models/quantise/rvqSelfTest'
import { readClipManifest } from '#main/node/clipManifest'
import { describeSounds, measureRvqVae, readHeldSounds } from '#main/node/heldSounds'
import { loadOther } from '#main/node/modelFiles'
import { readHistory } from '#main/node/runHistory'
import { runTraining, type TrainingRun } from '#main/node/trainingRun'
import { drawFromPrior } from '#main/quantising/priorSampler'
import { decodeCheckpoint } from '#main/training/checkpoint'
import type { Preset } from '#main/training/presets'
import { encodeWav } from '#shared/audio/wavCodec'
import { randomStream } from '#shared/random'
import { smallRvqVae } from '#test/rvqVaes'
import { quietContext } from '#test/soundFiles'
import { openTestEngine } from '#test/testEngine'

/** An eighth of a second, so that a step takes a moment. */
const small: RvqVaeConfig = {
  ...smallRvqVae,
  sound: { sampleRate: 8000, fftSize: 32, hopLength: 16, magnitude: 'log' },
  frames: 64,
  quantiser: { ...smallRvqVae.quantiser, codes: 8, start: 'kMeans', restartBelow: 0.05 },
}
const training = { batchSize: 4, learningRate: 1e-2, weightDecay: 0.01, averageDecay: 0, beta: 0, stepsPerEpoch: 4, totalSteps: 12, patience: 100 } as const
const preset: Preset = { name: 'Small', summary: '', kind: 'clips', contents: ['clips'], model: small, training }

let folder = ''
let engine: Engine
beforeAll(async () => {
  engine = await openTestEngine()
  folder = await mkdtemp(join(tmpdir(), 'quantised-'))
  const random = randomStream(3)
  for (let i = 0; i < 40; i++) {
    const pitch = 0.2 + random.uniform()
    const samples = Float32Array.from({ length: 800 + random.integer(150) }, (_, at) => 0.4 * Math.sin(pitch * at) * Math.exp(-at / 500) + 0.01 * random.normal())
    await writeFile(join(folder, `tone ${i}.wav`), encodeWav({ sampleRate: 8000, channels: [samples] }, 'int16'))
  }
})
afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
  await engine.dispose()
})

async function runIn(name: string, changes: Partial<TrainingRun> = {}): Promise<TrainingRun> {
  const { manifest } = await readClipManifest(folder, { validation: [], test: [], without: [] })
  const data = { folder, validation: [], test: [], without: [] }
  const facts = { validationPieces: [], cacheFolder: folder, preset, overrides: {}, seconds: Infinity, resume: false, onEpoch: () => {} }
  return { data, manifest, runFolder: join(folder, 'runs', name), ...facts, ...changes }
}

async function trainedState(name: string) {
  const bytes = await readFile(join(folder, 'runs', name, 'last.safetensors'))
  const { card } = await loadOther(join(folder, 'runs', name, 'model'), 'rvqvae')
  return { bytes, card }
}

describe('training a quantised VAE', () => {
  // Would catch codebooks that begin anew, restarts that are drawn anew, or data that begin at the first round again.
  it('goes on from the files that kill -9 leaves to the very bits of a run that was let be, codebooks too', async () => {
    const killedAt = join(folder, 'runs', 'killed')
    await runTraining(
      await runIn('whole', {
        checkpointSeconds: 0,
        onCheckpoint: (step) => {
          if (step === 6) cpSync(join(folder, 'runs', 'whole'), killedAt, { recursive: true })
        },
      }),
      engine,
      quietContext(),
    )
    await runTraining(await runIn('killed', { resume: true }), engine, quietContext())
    const [whole, killed] = await Promise.all([trainedState('whole'), trainedState('killed')])
    const shapes = Object.fromEntries(Object.entries((await loadOther(join(folder, 'runs/whole/model'), 'rvqvae')).parameters).map(([name, values]) => [name, [values.length]]))
    const [a, b] = [whole, killed].map(({ bytes }) => decodeCheckpoint(bytes, shapes))
    expect(b!.optimizer.step).toBe(12)
    expect(b!.optimizer.parameters).toEqual(a!.optimizer.parameters)
    expect(b!.optimizer.parameters[codesName(1)]).toEqual(b!.optimizer.average[codesName(1)])
  })


  it('learns, says how on sounds that it does not learn from, and leaves a model that does the same again', async () => {
    const lines = await readHistory(join(folder, 'runs/whole'))
    expect(lines).toHaveLength(3)
    expect(lines.at(-1)!.validation['reconstruction']).toBeLessThan(lines[0]!.validation['reconstruction']!)
    const model = await loadOther(join(folder, 'runs/whole/model'), 'rvqvae')
    await requireRvqSelfTest(model.card.selfTest, model.card.config, model.parameters, engine)
    const { manifest } = await readClipManifest(folder, { validation: [], test: [], without: ['runs'] })
    const held = await readHeldSounds(small, folder, manifest, quietContext())
    expect(describeSounds(held)).toMatch(/^\d+ test sounds$/)
    const [once, again] = [await measureRvqVae(model, held, engine, quietContext()), await measureRvqVae(model, held, engine, quietContext())]
    expect(again).toEqual(once)
    expect(once.layers).toHaveLength(2)
    expect(once.quantisationError).toBeLessThan(once.layers[0]!.error)
  })

  it('learns a prior over its codes without changing itself, from which sounds are drawn', async () => {
    const from = join(folder, 'runs/whole/model')
    const prior: Preset = { ...preset, model: { family: 'rvqprior', variant: 'ours', coder: smallRvqVae }, training: { ...training, learningRate: 1e-3, totalSteps: 8 } }
    await expect(runTraining(await runIn('alone', { preset: prior }), engine, quietContext())).rejects.toMatchObject({ code: 'INVALID_INPUT', message: expect.stringContaining('--from') })
    await runTraining(await runIn('prior', { preset: prior, from }), engine, quietContext())
    const coder = await loadOther(from, 'rvqvae')
    const { card, parameters } = await loadOther(join(folder, 'runs/prior/model'), 'rvqprior')
    expect(card.config.coder).toEqual(coder.card.config)
    for (const [name, values] of Object.entries(coder.parameters)) expect(parameters[name], name).toEqual(values)
    const { low, high, deviation } = card.statistics
    const wish = { count: 2, temperature: 1, random: randomStream(5) }
    const draws = await drawFromPrior(card.config, parameters, { range: [low, high], deviation }, wish, engine, quietContext())
    expect(draws.pictures).toHaveLength(2)
    expect(draws.pictures[0]).toHaveLength(64 * 16 * 2)
    expect(draws.pictures.every((picture) => picture.every(Number.isFinite))).toBe(true)
    expect(draws.pictures[0]).not.toEqual(draws.pictures[1])
    const lines = await readHistory(join(folder, 'runs/prior'))
    expect(lines.at(-1)!.validation['nats']).toBeLessThan(lines[0]!.validation['nats']!)
  })
})

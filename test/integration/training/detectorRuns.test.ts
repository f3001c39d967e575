import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Engine } from '#main/engine/engine'
import { detectorSelfTestValues } from '#main/models/detect/detectorSelfTest'
import { detectorVae, type DetectorVaeConfig } from '#main/models/detect/detectorVae'
import { shapesOf } from '#main/models/layers'
import { readClipManifest } from '#main/node/clipManifest'
import { loadOther } from '#main/node/modelFiles'
import { readHistory } from '#main/node/runHistory'
import { runTraining, type TrainingRun } from '#main/node/trainingRun'
import { decodeCheckpoint } from '#main/training/checkpoint'
import { createTrainerControl } from '#main/training/control'
import { detectPresets } from '#main/training/detectPresets'
import type { Preset } from '#main/training/presets'
import { encodeWav } from '#shared/audio/wavCodec'
import { randomStream } from '#shared/random'
import { quietContext } from '#test/soundFiles'
import { openTestEngine } from '#test/testEngine'

const model: DetectorVaeConfig = { family: 'detectvae', clip: { sampleRate: 8000, fftSize: 512, hopLength: 256, bands: 16, seconds: 1 }, channels: [6, 4], strides: [2, 2], latentUnits: 3 }
const preset: Preset = { ...detectPresets.detectLite, model, training: { ...detectPresets.detectLite.training, batchSize: 4, stepsPerEpoch: 2, totalSteps: 24, loss: { reconstructionWeight: 1e4 } } }

let folder = ''
let engine: Engine
beforeAll(async () => {
  engine = await openTestEngine()
  folder = await mkdtemp(join(tmpdir(), 'detectors-'))
  const random = randomStream(3)
  for (let i = 0; i < 14; i++) {
    const pitch = 0.5 + 0.2 * random.uniform()
    const samples = Float32Array.from({ length: 8000 }, (_, at) => (at > 1000 ? 0.4 * Math.sin(pitch * at) * Math.exp((1000 - at) / 900) : 0) + 1e-3 * random.normal())
    await writeFile(join(folder, `knock ${i}.wav`), encodeWav({ sampleRate: 8000, channels: [samples] }, 'int16'))
  }
  await writeFile(join(folder, 'silence.wav'), encodeWav({ sampleRate: 8000, channels: [new Float32Array(8000)] }, 'int16'))
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

const checkpointOf = async (name: string) => decodeCheckpoint(await readFile(join(folder, 'runs', name, 'last.safetensors')), shapesOf(detectorVae(model).parameters))

describe('training a network that knows one sound', () => {
  const notes: string[] = []

  // Would catch a rule of stopping that forgets over a pause what it has seen, or tests the untrained network again.
  it('ends by its rule, and goes on from a pause to the very same numbers', async () => {
    await runTraining(await runIn('whole', { onNote: (note) => void notes.push(note) }), engine, quietContext())
    const control = createTrainerControl()
    const paused = await runIn('parted', { onStep: ({ step }) => step === 7 && control.wish('pause') })
    expect(await runTraining(paused, engine, quietContext(), control)).toBe('paused')
    await runTraining(await runIn('parted', { resume: true }), engine, quietContext())
    const [whole, parted] = [await checkpointOf('whole'), await checkpointOf('parted')]
    expect(parted.optimizer.step).toBe(whole.optimizer.step)
    expect(parted.optimizer.parameters).toEqual(whole.optimizer.parameters)
    expect(parted.stopping).toEqual(whole.stopping)
    expect(whole.stopping!.train.length).toBe(5)
  }, 120_000)

  it('learns, names what it leaves out, and leaves a model that passes its self-test', async () => {
    const lines = await readHistory(join(folder, 'runs/whole'))
    expect(lines.at(-1)!.train.reconstruction).toBeLessThan(0.8 * lines[0]!.train.reconstruction!)
    expect(notes.join(' ')).toContain('silence.wav')
    const { card, parameters } = await loadOther(join(folder, 'runs/whole/model'), 'detectvae')
    const values = await detectorSelfTestValues(card.config, parameters, engine, card.selfTest.seed)
    values.forEach((value, i) => expect(value).toBeCloseTo(card.selfTest.values[i]!, 4))
    expect(card.detector).toBeUndefined()
  })
})

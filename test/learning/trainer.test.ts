import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Engine, NamedArrays } from '#main/engine/engine'
import { patchSource } from '#main/datasets/patches'
import type { TakeStudio } from '#main/datasets/takes'
import { duoVaeLoss, duoVaeTrainingParameters } from '#main/models/duoVaeLoss'
import { initialParameters } from '#main/models/initialise'
import { shapesOf } from '#main/models/layers'
import { decodeCheckpoint, encodeCheckpoint, freshCheckpoint, type Checkpoint } from '#main/training/checkpoint'
import { trainingConfig } from '#shared/training/config'
import { presets } from '#main/training/presets'
import { train, type TrainerPorts } from '#main/training/trainer'
import type { Stereo } from '#shared/audio/audioClip'
import { createStft, type Stft } from '#shared/dsp/stft'
import { randomStream, type RandomStream } from '#shared/random'
import { quietContext } from '#test/soundFiles'
import { openTestEngine } from '#test/testEngine'
import type { HistoryLine } from '#shared/training/history'

const model = { ...presets.tiny.model, encoderChannels: [8, 8, 8], decoderChannels: [8, 8], latentChannels: 4 }
const specs = duoVaeTrainingParameters(model)
const config = trainingConfig.parse({
  ...presets.tiny.training,
  batchSize: 2,
  totalSteps: 60,
  stepsPerEpoch: 10,
  averageDecay: 0.9,
  patches: { vocalPool: 2, musicPool: 2, scenes: 2, patchesPerScene: 8, reuse: 50 },
})

let engine: Engine
let stft: Stft
beforeAll(async () => {
  engine = await openTestEngine()
  stft = await createStft(model.stft)
})
afterAll(async () => {
  stft.dispose()
  await engine.dispose()
})

/** A wavering harmonic tone in the middle for a voice, wide noise for music: easy to tell apart. */
const studio: TakeStudio = {
  vocals: (random) => stereo(random, 1.6, (i, f) => [1, 2, 3, 4].reduce((s, h) => s + Math.sin(h * (f * i + 40 * Math.sin(i / 2000))) / h, 0) * 0.1, true),
  music: (random) => stereo(random, 3.2, () => 0.1 * random.normal(), false),
}

function stereo(random: RandomStream, seconds: number, value: (i: number, frequency: number) => number, mono: boolean): Stereo {
  const frequency = random.between(0.02, 0.05)
  const side = () => Float32Array.from({ length: seconds * 44100 }, (_, i) => value(i, frequency))
  const left = side()
  return [left, mono ? left.slice() : side()]
}

function ports(save: (checkpoint: Checkpoint, line: HistoryLine) => void, change: (data: NamedArrays, step: number) => NamedArrays = (data) => data): Omit<TrainerPorts, 'differentiable'> {
  const source = patchSource(studio, model, stft, { ...config.patches, seed: config.seed, vocalsPerScene: 2 })
  return {
    program: duoVaeLoss(model, config.batchSize, config.loss),
    batch: async (step) => change(source.batch(step, config.batchSize), step),
    validate: async (parameters) => ({ score: parameters['decoder/vocals/output/bias']![0]!, terms: {} }),
    save: async (checkpoint, line) => save(checkpoint, line),
    now: () => 0,
  }
}

function fresh(): Checkpoint {
  return freshCheckpoint(initialParameters(specs, randomStream(config.seed)))
}

async function run(checkpoint: Checkpoint, totalSteps: number, change?: Parameters<typeof ports>[1]) {
  const lines: HistoryLine[] = []
  let saved: Uint8Array | undefined
  const given = ports((state, line) => {
    lines.push(line)
    saved = encodeCheckpoint(state, shapesOf(specs))
  }, change)
  const differentiable = await engine.compileGradients(given.program)
  try {
    await train({ ...config, totalSteps }, checkpoint, { ...given, differentiable }, { seconds: Infinity }, quietContext())
  } finally {
    differentiable.dispose()
  }
  return { lines, saved: saved! }
}

/** Steps to train in one sitting, with the schedule of the whole run. */
async function sitting(checkpoint: Checkpoint, until: number) {
  const stop = new AbortController()
  let saved: Uint8Array | undefined
  const given = ports((state) => {
    saved = encodeCheckpoint(state, shapesOf(specs))
    if (state.optimizer.step === until) stop.abort()
  })
  const differentiable = await engine.compileGradients(given.program)
  try {
    await train(config, checkpoint, { ...given, differentiable }, { seconds: Infinity }, quietContext(stop.signal)).catch(() => {})
  } finally {
    differentiable.dispose()
  }
  return saved!
}

describe('trainer', () => {
  it('learns: the loss falls by more than half on sounds that are easy to tell apart', async () => {
    const { lines } = await run(fresh(), 200)
    expect(lines).toHaveLength(20)
    expect(lines.at(-1)!.train.energy!).toBeLessThan(lines[0]!.train.energy! / 2)
  })

  it('repeats itself to the bit, and goes on after an interruption as if there had been none', async () => {
    const whole = await sitting(fresh(), 30)
    const first = await sitting(fresh(), 20)
    const resumed = await sitting(decodeCheckpoint(first, shapesOf(specs)), 30)
    expect(Buffer.from(resumed).equals(Buffer.from(whole))).toBe(true)
    expect(Buffer.from(first).equals(Buffer.from(whole))).toBe(false)
  })

  it('stops with a clear error when the data make the loss no number', async () => {
    const poison = (data: NamedArrays, step: number) => (step === 3 ? { ...data, vocalPower: data.vocalPower!.map(() => NaN) } : data)
    await expect(run(fresh(), 10, poison)).rejects.toThrow(expect.objectContaining({ code: 'TRAINING_DIVERGED' }))
  })
})

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
import { createTrainerControl } from '#main/training/control'
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

/** A run with what a test changes of its ports; gives its end, its lines and what was saved last. */
async function controlled(checkpoint: Checkpoint, change: (control: ReturnType<typeof createTrainerControl>) => Partial<TrainerPorts>, totalSteps = 30, checkpointSeconds?: number) {
  const control = createTrainerControl()
  const lines: HistoryLine[] = []
  const files: Uint8Array[] = []
  const encode = (state: Checkpoint) => void files.push(encodeCheckpoint(state, shapesOf(specs)))
  const given = ports((state, line) => {
    lines.push(line)
    encode(state)
  })
  const differentiable = await engine.compileGradients(given.program)
  const changed = change(control)
  const budget = { seconds: Infinity, ...(checkpointSeconds !== undefined && { checkpointSeconds }) }
  try {
    const all = { ...given, differentiable, keep: async (state: Checkpoint) => encode(state), ...changed }
    const reason = await train({ ...config, totalSteps }, checkpoint, all, budget, quietContext(), control)
    return { reason, lines, files }
  } finally {
    differentiable.dispose()
  }
}

const reopened = (file: Uint8Array) => decodeCheckpoint(file, shapesOf(specs))
const isSame = (a: Uint8Array | undefined, b: Uint8Array | undefined) => Buffer.from(a ?? []).equals(Buffer.from(b ?? [])) && (a?.length ?? 0) > 1000

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

  // Would catch: sums, noise or moments that a pause within an epoch loses, which show in the epoch's line or in the weights.
  it('paused within an epoch, and in its validation, it goes on to the very same checkpoint and lines', async () => {
    const whole = await controlled(fresh(), () => ({}))
    expect(whole.reason).toBe('finished')
    const first = await controlled(fresh(), (control) => ({ stepped: ({ step }) => step === 13 && control.wish('pause') }))
    expect([first.reason, reopened(first.files.at(-1)!).optimizer.step]).toEqual(['paused', 13])
    const second = await controlled(reopened(first.files.at(-1)!), (control) => ({
      validate: async (_, context) => {
        control.wish('pause')
        context.signal.throwIfAborted()
        throw new Error('The validation was not broken off.')
      },
    }))
    expect([second.reason, second.lines, reopened(second.files.at(-1)!).optimizer.step]).toEqual(['paused', [], 20])
    const third = await controlled(reopened(second.files.at(-1)!), () => ({}))
    expect(third.reason).toBe('finished')
    expect(isSame(third.files.at(-1), whole.files.at(-1))).toBe(true)
    expect([...first.lines, ...third.lines]).toEqual(whole.lines)
    expect(whole.lines[0]!.trace).toHaveLength(10)
    expect(whole.lines[0]!.klPerLatent).toHaveLength(2 * model.latentChannels)
    expect(whole.lines.flatMap(({ klPerLatent = [] }) => klPerLatent).every((nats) => nats >= 0 && Number.isFinite(nats))).toBe(true)
  })

  // Would catch: checkpoints only once an epoch, which lose hours where epochs are long; and ones that cannot be gone on from.
  it('saves every few minutes of its clock within an epoch, and goes on from there to the same end', async () => {
    const whole = await controlled(fresh(), () => ({}))
    let clock = 0
    const saved = await controlled(fresh(), () => ({ now: () => clock, stepped: () => void (clock += 60) }), 30, 180)
    expect(saved.files.map((file) => reopened(file).optimizer.step)).toEqual([3, 6, 9, 10, 13, 16, 19, 20, 23, 26, 29, 30])
    const timeless = reopened(saved.files[5]!)
    // The clock of that run stood on another time; all else is the same.
    timeless.trainedSeconds = 0
    timeless.pending.seconds = 0
    const resumed = await controlled(timeless, () => ({}))
    expect(isSame(resumed.files.at(-1), whole.files.at(-1))).toBe(true)
  })

  it('stopped in its first epoch it leaves a validated model; asked for a checkpoint it goes on', async () => {
    const stopped = await controlled(fresh(), (control) => ({ stepped: ({ step }) => step === 4 && control.wish('stop') }))
    expect([stopped.reason, stopped.lines.map(({ step, best }) => ({ step, best }))]).toEqual(['stopped', [{ step: 4, best: true }]])
    const asked = await controlled(fresh(), (control) => ({ stepped: ({ step }) => step === 4 && control.wish('checkpoint') }), 10)
    expect([asked.reason, asked.files.map((file) => reopened(file).optimizer.step)]).toEqual(['finished', [4, 10]])
  })

  // Would catch: a checkpoint that is written after the weights were spoilt.
  it('what diverges has saved nothing since its last epoch', async () => {
    const files: Uint8Array[] = []
    const spoilt = controlled(
      fresh(),
      () => ({ save: async (state) => void files.push(encodeCheckpoint(state, shapesOf(specs))), validate: async () => ({ score: files.length === 0 ? 1 : Number.NaN, terms: {} }) }),
    )
    await expect(spoilt).rejects.toMatchObject({ code: 'TRAINING_DIVERGED', message: expect.stringContaining('score') as string })
    expect(files.map((file) => reopened(file).best)).toEqual([{ step: 10, score: 1 }])
  })
})

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Engine } from '#main/engine/engine'
import type { DetectorVaeConfig } from '#main/models/detect/detectorVae'
import { clipFrames } from '#main/models/detect/melClipConfig'
import { splitBySource } from '#main/training/detectorQuality'
import { trainPerceptron } from '#main/training/perceptronStudy'
import { createDetectorTrainer } from '#main/training/trainDetector'
import { randomStream } from '#shared/random'
import { quietContext } from '#test/soundFiles'
import { openTestEngine } from '#test/testEngine'

const small: DetectorVaeConfig = { family: 'detectvae', clip: { sampleRate: 8000, fftSize: 512, hopLength: 400, bands: 16, seconds: 1 }, channels: [6, 4], strides: [2, 2], latentUnits: 3 }

let engine: Engine
beforeAll(async () => {
  engine = await openTestEngine()
})
afterAll(() => engine.dispose())

/** Pictures of one kind: a bright stripe, somewhat moved, in noise. */
function pictures(count: number, seed: number): Float32Array[] {
  const random = randomStream(seed)
  const frames = clipFrames(small.clip)
  return Array.from({ length: count }, () => {
    const at = 4 + random.integer(3)
    return Float32Array.from({ length: frames * 16 }, (_, i) => (Math.abs((i % 16) - at) < 2 ? 0.9 : 0.1) + 0.05 * random.uniform())
  })
}

describe('training a detector', () => {
  it('tests the untrained network first, learns, ends by the rule, and is the same by the same seed', async () => {
    const sounds = { train: pictures(10, 1), test: pictures(4, 2) }
    const trainer = await createDetectorTrainer(small, sounds, 4, engine, () => 0)
    const train = (seed: number) => trainer.train({ weight: 1e4, epochs: 40, seed }, quietContext())
    const [once, again, other] = [await train(1), await train(1), await train(2)]
    trainer.dispose()
    expect(once.history[0]).toEqual({ epoch: 0, test: once.history[0]!.test })
    expect(once.history.at(-1)!.test).toBeLessThan(0.5 * once.history[0]!.test)
    expect(once.stopEpoch).toBe(once.history.length - 1)
    expect(once.stopEpoch >= 5 && (once.stopEpoch === 40 ? once.stopReason === 'epochs' : once.stopReason !== 'epochs')).toBe(true)
    expect(again.parameters).toEqual(once.parameters)
    expect(other.history).not.toEqual(once.history)
    // What it says of an epoch is a clip's share of the document's sum: RL_weight·RL + KL.
    const { train: loss, trainRl, trainKl } = once.history[1]!
    expect(loss! / (1e4 * trainRl! + trainKl!)).toBeCloseTo(1, 4)
  }, 120_000)
})

describe("the document's classifier", () => {
  it('draws a line with no bend where nothing is between its layers, and tells apart what a line can', async () => {
    const random = randomStream(3)
    const points = Array.from({ length: 60 }, (_, i) => ({ kl: random.between(5, 9) + (i % 2) * 6, rl: random.between(0, 0.1), truth: i % 2 === 1 }))
    const { accuracy, losses, grid } = await trainPerceptron('linear', points, engine, randomStream(1), quietContext())
    expect(accuracy).toBeGreaterThan(0.95)
    expect(losses.at(-1)).toMatchObject({ epoch: 999 })
    expect(losses.at(-1)!.loss).toBeLessThan(losses[0]!.loss)
    // Along a row the probability of a line only rises or only falls.
    const row = grid.values.slice(0, grid.columns)
    expect(row.every((value, i) => i === 0 || value >= row[i - 1]!)).toBe(true)
  }, 120_000)
})

describe('splits by source', () => {
  it('never have a source on both sides, and every kind on each', () => {
    const clips = Array.from({ length: 60 }, (_, i) => ({ source: `${i % 3} ${Math.floor(i / 6)}`, class: (['this', 'alike', 'other'] as const)[i % 3]! }))
    for (let seed = 0; seed < 20; seed++) {
      const { train, test } = splitBySource(clips, 0.7, randomStream(seed))
      const learned = new Set(train.map(({ source }) => source))
      expect(test.some(({ source }) => learned.has(source))).toBe(false)
      for (const kind of ['this', 'alike', 'other']) for (const side of [train, test]) expect(side.some((clip) => clip.class === kind)).toBe(true)
      expect(train.length + test.length).toBe(60)
    }
  })
})

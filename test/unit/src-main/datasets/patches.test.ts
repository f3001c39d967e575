import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { patchSource, type PatchConfig } from '#main/datasets/patches'
import type { TakeStudio } from '#main/datasets/takes'
import type { NamedArrays } from '#main/engine/engine'
import { fieldOffsets, fieldSize, rowCount } from '#main/models/bandLayout'
import { featureShape, maskShape } from '#main/models/spectralNetwork'
import { featureKinds } from '#main/models/spectralFeatures'
import { presets } from '#main/training/presets'
import { createStft, type Stft } from '#shared/dsp/stft'
import { randomStream, type RandomStream } from '#shared/random'

const model = presets.tiny.model
const size = 4
const config: PatchConfig = {
  seed: 5,
  vocalPool: 3,
  musicPool: 3,
  vocalsPerScene: 2,
  reuse: 2,
  scenes: 2,
  patchesPerScene: 3,
  balance: { mean: 0, deviation: 0, wander: 0 },
  repeatedVocals: 0,
  hiddenRepetition: 0,
  withoutVocals: 0,
  withoutMusic: 0,
}
let stft: Stft
beforeAll(async () => {
  stft = await createStft(model.stft)
})
afterAll(() => stft.dispose())

const noise = (random: RandomStream, seconds: number) => Float32Array.from({ length: seconds * 44100 }, () => 0.1 * random.normal())
const studio: TakeStudio = {
  vocals: (random) => [noise(random, 1), noise(random, 1)],
  music: (random) => [noise(random, 2), noise(random, 2)],
}
const source = (change: Partial<PatchConfig> = {}, from = studio) => patchSource(from, model, stft, { ...config, ...change })
const sumOf = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0)

describe('patches', () => {
  it('are a function of the step alone, so that a resumed run sees what an uninterrupted one would', () => {
    const inOrder = source()
    const batches = [0, 1, 2, 3].map((step) => inOrder.batch(step, size))
    expect(source().batch(3, size)).toEqual(batches[3])
    expect(inOrder.batch(1, size)).toEqual(batches[1])
    expect(batches[1]).not.toEqual(batches[2])
    expect(source({ seed: 6 }).batch(0, size)).not.toEqual(batches[0])
  })

  it('have the shapes of the network, and mixtures of mean power 1', () => {
    const batch = source().batch(0, size)
    const length = (shape: readonly number[]) => shape.reduce((product, n) => product * n, 1)
    expect(batch.features!.length).toBe(length(featureShape(model, size)))
    const perItem = batch.mixturePower!.length / size
    expect(perItem).toBe(length(maskShape(model, 1)))
    for (let item = 0; item < size; item++) {
      expect(sumOf(batch.mixturePower!.subarray(item * perItem, (item + 1) * perItem)) / perItem).toBeCloseTo(1, 3)
    }
  })

  it('are mixed in complex bins: music equal to the vocals doubles the amplitude or cancels, never just adds power', () => {
    const same = (random: RandomStream) => {
      const [left, right] = [noise(randomStream(1), 2), noise(randomStream(1), 2)]
      random.uniform()
      return [left, right] as [Float32Array, Float32Array]
    }
    const { mixturePower, vocalPower, musicPower } = source({ vocalsPerScene: 1 }, { vocals: same, music: same }).batch(0, 8)
    for (let i = 0; i < mixturePower!.length; i += 97) {
      expect(musicPower![i]! / vocalPower![i]!).toBeCloseTo(1, 3)
      const ratio = mixturePower![i]! / vocalPower![i]!
      expect(Math.min(Math.abs(ratio - 4), ratio)).toBeLessThan(1e-2)
    }
  })

  it('hold no frame that lies beyond a take, where there is silence that no song has', () => {
    const count = 60
    const { musicPower } = source({ patchesPerScene: 40 }).batch(0, count)
    const offsets = fieldOffsets(model.layout, 2, model.frames)
    const rows = rowCount(model.layout)
    const perItem = musicPower!.length / count
    for (let item = 0; item < count; item++) {
      const power = musicPower!.subarray(item * perItem, (item + 1) * perItem)
      const powers = Array.from({ length: model.frames }, (_, frame) =>
        offsets.subarray(frame * rows, (frame + 1) * rows).reduce((sum, at) => sum + power[at]!, 0),
      )
      const mean = powers.reduce((sum, value) => sum + value, 0) / powers.length
      // A frame at the very edge has half of its window outside.
      expect(Math.min(...powers) / mean).toBeGreaterThan(0.7)
    }
  })

  it('can hide what repeats', () => {
    const field = fieldSize(model.layout)
    const repetitionOf = (features: Float32Array) => features.filter((_, i) => Math.floor(i / field) % featureKinds === featureKinds - 1)
    const told = (change: Partial<PatchConfig>) => repetitionOf(source(change).batch(0, size).features!)
    expect(new Set(told({ hiddenRepetition: 1 })).size).toBe(1)
    expect(new Set(told({})).size).toBeGreaterThan(100)
  })

  it('can repeat one or two takes of vocals where there would be one after the other', () => {
    const takesOf = (repeatedVocals: number) => {
      let made = 0
      const counting = { ...studio, vocals: (random: RandomStream) => (made++, studio.vocals(random)) }
      source({ repeatedVocals, vocalsPerScene: 8, vocalPool: 1000 }, counting).batch(0, 1)
      return made
    }
    expect(takesOf(0)).toBeGreaterThan(2)
    expect(takesOf(1)).toBeLessThanOrEqual(2)
  })

  it.each([
    ['vocals', { withoutVocals: 1 }],
    ['music', { withoutMusic: 1 }],
  ] as const)('can be without %s', (stem, change) => {
    const batch: NamedArrays = source(change).batch(0, size)
    const [silent, heard] = stem === 'vocals' ? [batch.vocalPower!, batch.musicPower!] : [batch.musicPower!, batch.vocalPower!]
    expect(sumOf(silent)).toBe(0)
    expect(heard).toEqual(batch.mixturePower)
  })
})

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Engine } from '#main/engine/engine'
import { duoVae, latentShape } from '#main/models/duoVae'
import { duoVaeTrainingParameters } from '#main/models/duoVaeLoss'
import { initialParameters, parameterCount } from '#main/models/initialise'
import { duoVaeConfigSchema } from '#main/models/modelCard'
import { maskProgram } from '#main/models/separatorNetwork'
import { featureShape, maskShape } from '#main/models/spectralNetwork'
import { presets } from '#main/training/presets'
import { randomStream } from '#shared/random'
import { openTestEngine } from '#test/testEngine'

const tiny = presets.tiny.model
let engine: Engine
beforeAll(async () => {
  engine = await openTestEngine()
})
afterAll(() => engine.dispose())

const length = (shape: readonly number[]) => shape.reduce((product, n) => product * n, 1)

describe('DuoVAE', () => {
  // Counted by hand from the layers; other numbers mean that shipped weights fit no longer.
  it.each([
    ['s', 1_361_968],
    ['m', 2_859_648],
    ['tiny', 61_576],
  ] as const)('preset %s has %i parameters, as many as it says', (id, count) => {
    const { model, summary } = presets[id]
    expect(parameterCount(duoVae(model).parameters)).toBe(count)
    const said = count > 1e6 ? `${(count / 1e6).toFixed(1)} million` : `${Math.round(count / 1e4) * 10} thousand`
    expect(summary).toMatch(new RegExp(`^${said} parameters`))
  })

  it('keeps the heads that only training uses apart from what is shipped', () => {
    const shipped = Object.keys(duoVae(tiny).parameters)
    const trained = Object.keys(duoVaeTrainingParameters(tiny))
    expect(trained.filter((name) => !shipped.includes(name))).toEqual([
      'reader/vocals/kernel', 'reader/vocals/bias', 'reader/music/kernel', 'reader/music/bias',
    ])
  })

  it('halves frames and bins at each level down to the latent maps', () => {
    expect(featureShape(presets.s.model, 3)).toEqual([3, 64, 128, 40])
    expect(maskShape(presets.s.model, 3)).toEqual([3, 64, 128, 16])
    expect(latentShape(presets.s.model, 3)).toEqual([3, 8, 16, 48])
  })

  it('has configurations that a card gives back as they were', () => {
    for (const id of ['s', 'm', 'tiny'] as const) {
      const { model } = presets[id]
      expect(duoVaeConfigSchema.parse(JSON.parse(JSON.stringify(model)))).toEqual(model)
    }
  })

  it('gives a share of each row for every patch, whatever else is in the batch', async () => {
    const parameters = initialParameters(duoVae(tiny).parameters, randomStream(1))
    const random = randomStream(2)
    const one = Float32Array.from({ length: length(featureShape(tiny, 1)) }, () => random.normal())
    const other = one.map(() => random.normal())
    const masks = async (...patches: Float32Array[]) => {
      const executable = await engine.compile(maskProgram(tiny, patches.length), parameters)
      const { vocalMask } = await executable.run({ features: Float32Array.from(patches.flatMap((patch) => [...patch])) })
      executable.dispose()
      return vocalMask!
    }
    const alone = await masks(one)
    const together = await masks(other, one)
    expect(alone.length).toBe(length(maskShape(tiny, 1)))
    expect(alone.every((share) => share > 0 && share < 1)).toBe(true)
    alone.forEach((share, i) => expect(together[alone.length + i]).toBeCloseTo(share, 4))
    expect(together.subarray(0, alone.length)).not.toEqual(alone)
  })
})

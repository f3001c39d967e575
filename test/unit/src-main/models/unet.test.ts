import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sizeOf, type Engine, type NamedArrays, type Program } from '#main/engine/engine'
import { duoVae } from '#main/models/duoVae'
import { initialParameters, parameterCount } from '#main/models/initialise'
import { separatorConfigSchema } from '#main/models/modelCard'
import type { SeparatorLossWeights } from '#main/models/maskLoss'
import { separatorLoss, separatorTrainingParameters } from '#main/models/separatorLoss'
import { maskProgram, separatorNetwork } from '#main/models/separatorNetwork'
import { uNet } from '#main/models/unet'
import { createSampler, findDoubt } from '#main/separation/doubt'
import { presets } from '#main/training/presets'
import { randomStream } from '#shared/random'
import { slopes } from '#test/finiteDifferences'
import { quietContext } from '#test/soundFiles'
import { openTestEngine, runProgram } from '#test/testEngine'

const model = { ...presets.unetTiny.model, encoderChannels: [8, 8, 8], decoderChannels: [8, 8] }
const none: SeparatorLossWeights = { spectrum: 0, energy: 0, magnitude: 0, crossEntropy: 0, latent: 0, freeBits: 0 }

let engine: Engine
beforeAll(async () => {
  engine = await openTestEngine()
})
afterAll(() => engine.dispose())

/** Features, and powers of rows that add up as those of two sounds without anything in common. */
function inputsOf(program: Program): NamedArrays {
  const random = randomStream(8)
  const draw = (name: string, value: () => number) => Float32Array.from({ length: sizeOf(program.inputs[name]!) }, value)
  const vocalPower = draw('vocalPower', () => random.uniform() + 0.05)
  const musicPower = draw('musicPower', () => random.uniform() + 0.05)
  return {
    features: draw('features', () => random.normal()),
    vocalPower,
    musicPower,
    mixturePower: vocalPower.map((value, i) => value + musicPower[i]!),
  }
}

describe('plain U-Net', () => {
  it.each([
    ['unet', 's'],
    ['unetTiny', 'tiny'],
  ] as const)('preset %s has the size of preset %s within five per cent, without a latent', (plain, duo) => {
    const parameters = uNet(presets[plain].model).parameters
    const size = parameterCount(parameters)
    expect(Math.abs(size / parameterCount(duoVae(presets[duo].model).parameters) - 1)).toBeLessThan(0.05)
    expect(Object.keys(parameters).filter((name) => name.startsWith('head'))).toEqual([])
    const said = size > 1e6 ? `${(size / 1e6).toFixed(1)} million` : `${Math.round(size / 1e4) * 10} thousand`
    expect(presets[plain].summary).toMatch(new RegExp(`^${said} parameters`))
  })

  it('has a configuration that a card gives back as it was', () => {
    const config = presets.unet.model
    expect(separatorConfigSchema.parse(JSON.parse(JSON.stringify(config)))).toEqual(config)
    expect(() => separatorConfigSchema.parse({ ...config, family: 'duovae' }), 'a DuoVAE without a latent').toThrow(/latentChannels/)
  })

  it('gives shares between 0 and 1, and uses every parameter that it has', async () => {
    const parameters = initialParameters(separatorNetwork(model).parameters, randomStream(1))
    const program = maskProgram(model, 1)
    const { vocalMask } = await runProgram(engine, program, parameters, { features: inputsOf(separatorLoss(model, 1, none)).features! })
    expect(vocalMask!.every((share) => share > 0 && share < 1)).toBe(true)
    const loss = separatorLoss(model, 1, { ...none, energy: 1 })
    const differentiable = await engine.compileGradients(loss)
    // Layers that begin at zero hide those before them; noise on all shows every one.
    const random = randomStream(2)
    const stirred = Object.fromEntries(Object.entries(parameters).map(([name, values]) => [name, values.map((value) => value + 0.1 * random.normal())]))
    const { gradients } = await differentiable.gradients(stirred, inputsOf(loss))
    differentiable.dispose()
    expect(Object.entries(gradients).filter(([, values]) => values.every((value) => value === 0)).map(([name]) => name)).toEqual([])
  })

  it('tells where it doubts by its one mask, with no spread, since it draws nothing', async () => {
    const parameters = initialParameters(separatorNetwork(model).parameters, randomStream(1))
    const sampler = await createSampler(model, parameters, engine, 1)
    const random = randomStream(3)
    const noise = Float32Array.from({ length: 2 * 44100 }, () => 0.1 * random.normal())
    const blocks = (async function* () {
      yield [noise]
    })()
    const found = await findDoubt({ sampleRate: 44100, channels: 1, frames: noise.length, blocks }, sampler, { samples: 2, seed: 1 }, quietContext())
    sampler.dispose()
    expect(found.spread).toBe(0)
    expect(found.curve.some((value) => value > 0.5), 'an untrained mask near a half is in full doubt').toBe(true)
  })
})

describe.each(['unet', 'duovae'] as const)('loss of a separator of family %s', (family) => {
  const config = family === 'unet' ? model : { ...model, family, latentChannels: 4 }
  const parameters = initialParameters(separatorTrainingParameters(config), randomStream(5))

  // These would catch a term that is left out of the sum, or whose gradient is wrong.
  it.each(['spectrum', 'energy', 'magnitude', 'crossEntropy'] as const)('has the slope of its term %s that finite differences find', async (term) => {
    const program = separatorLoss(config, 1, { ...none, [term]: 1 })
    const random = randomStream(6)
    const noise = Object.entries(program.inputs).filter(([name]) => name.startsWith('noise'))
    const inputs = {
      ...inputsOf(program),
      ...Object.fromEntries(noise.map(([name, shape]) => [name, Float32Array.from({ length: sizeOf(shape) }, () => random.normal())])),
      ...(program.inputs.beta && { beta: Float32Array.of(0.1) }),
    }
    const found = await slopes(engine, program, parameters, inputs)
    expect(found.length).toBeGreaterThan(4)
    for (const { parameter, byGradient, measured } of found) expect(Math.abs(measured / byGradient - 1), parameter).toBeLessThan(0.08)
  })
})

describe('cross-entropy of masks', () => {
  it('is least where the mask is the true share, and counts loud rows more', async () => {
    const program = separatorLoss(model, 1, { ...none, crossEntropy: 1 })
    const parameters = initialParameters(separatorTrainingParameters(model), randomStream(5))
    const inputs = inputsOf(program)
    // Vocals and music equally loud everywhere: the share is one half, and its entropy ln 2.
    const even = { ...inputs, musicPower: inputs.vocalPower!, mixturePower: inputs.vocalPower!.map((value) => 2 * value) }
    const bias = 'decoder/vocals/output/bias'
    const kernel = 'decoder/vocals/output/kernel'
    const constant = (logit: number) => ({
      ...parameters,
      [kernel]: parameters[kernel]!.map(() => 0),
      [bias]: parameters[bias]!.map(() => logit),
    })
    const lossAt = async (logit: number) => (await runProgram(engine, program, constant(logit), even)).crossEntropy![0]!
    expect(await lossAt(0)).toBeCloseTo(Math.LN2, 4)
    // -½ ln p - ½ ln(1 - p) at p = 1 / (1 + e^-2).
    const p = 1 / (1 + Math.exp(-2))
    expect(await lossAt(2)).toBeCloseTo(-0.5 * Math.log(p) - 0.5 * Math.log(1 - p), 4)
  })
})

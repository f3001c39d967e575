import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sizeOf, type Engine, type NamedArrays, type Program } from '#main/engine/engine'
import type { Tensor4D } from '#main/engine/tf'
import { blindVae, type BlindVaeConfig } from '#main/models/blindVae'
import { blindVaeLoss, reconstructionError } from '#main/models/blindVaeLoss'
import { initialParameters, parameterCount } from '#main/models/initialise'
import { presets } from '#main/training/presets'
import { randomStream } from '#shared/random'
import { reconstructionLosses, type ReconstructionLoss } from '#shared/training/config'
import { slopes } from '#test/finiteDifferences'
import { openTestEngine, runProgram } from '#test/testEngine'

const small = {
  convvae: { ...presets.conv000.model, frames: 16, bins: 17, encoderChannels: [4, 4], latentChannels: 2 },
  densevae: { ...presets.dense000.model, frames: 16, bins: 17, groupFrames: 4, hiddenUnits: [10], latentUnits: 3 },
} satisfies Record<string, BlindVaeConfig>
const families = Object.keys(small) as (keyof typeof small)[]

let engine: Engine
beforeAll(async () => {
  engine = await openTestEngine()
})
afterAll(() => engine.dispose())

/** Mixtures from 0 to 1, as patches are, and noise. */
function inputsOf(program: Program, beta: number): NamedArrays {
  const random = randomStream(3)
  const draw = (name: string) => (name === 'mixture' ? random.uniform() : random.normal())
  const drawn = Object.entries(program.inputs).map(([name, shape]) => [name, Float32Array.from({ length: sizeOf(shape) }, () => draw(name))])
  return { ...(Object.fromEntries(drawn) as NamedArrays), beta: Float32Array.of(beta) }
}

describe('reconstruction losses', () => {
  const truth = [0, 0.25, 0.5, 1]
  const estimate = [0.2, 0.25, 0.9, 0.5]
  const formulas: Record<ReconstructionLoss, (t: number, p: number) => number> = {
    mse: (t, p) => (p - t) ** 2,
    l1: (t, p) => Math.abs(p - t),
    crossEntropy: (t, p) => -t * Math.log(p) - (1 - t) * Math.log(1 - p),
  }

  it.each(reconstructionLosses)('%s is its formula, as a mean', async (loss) => {
    const program: Program = {
      name: loss,
      parameters: {},
      inputs: { t: [1, 2, 2, 1], p: [1, 2, 2, 1] },
      run: (_, { t, p }) => ({ error: reconstructionError(t as Tensor4D, p as Tensor4D, loss) }),
    }
    const { error } = await runProgram(engine, program, {}, { t: Float32Array.from(truth), p: Float32Array.from(estimate) })
    const expected = truth.reduce((sum, t, i) => sum + formulas[loss](t, estimate[i]!) / truth.length, 0)
    expect(error![0]).toBeCloseTo(expected, 4)
  })

  it('cross-entropy stays finite where a network is sure and wrong', async () => {
    const program: Program = {
      name: 'surely wrong',
      parameters: {},
      inputs: { t: [1, 1, 1, 2], p: [1, 1, 1, 2] },
      run: (_, { t, p }) => ({ error: reconstructionError(t as Tensor4D, p as Tensor4D, 'crossEntropy') }),
    }
    const { error } = await runProgram(engine, program, {}, { t: Float32Array.of(1, 0), p: Float32Array.of(0, 1) })
    expect(error![0]).toBeGreaterThan(10)
    expect(error![0]).toBeLessThan(20)
  })
})

describe.each(families)('blind loss of %s', (family) => {
  const config = small[family]
  const parameters = initialParameters(blindVae(config).parameters, randomStream(4))

  it('is the reconstruction error plus beta times both divergences', async () => {
    const program = blindVaeLoss(config, 2, 'mse')
    const { loss, reconstruction, kl, decibels } = await runProgram(engine, program, parameters, inputsOf(program, 0.5))
    expect(loss![0]).toBeCloseTo(reconstruction![0]! + 0.5 * kl![0]!, 5)
    expect(kl![0]).toBeGreaterThan(0)
    expect(decibels![0]).toBeCloseTo(80 * Math.sqrt(reconstruction![0]!), 3)
  })

  // These would catch an operation whose gradient is wrong, or a term that the gradient leaves out.
  it.each(reconstructionLosses)('has the slope by %s that finite differences find', async (loss) => {
    const program = blindVaeLoss(config, 2, loss)
    const found = await slopes(engine, program, parameters, inputsOf(program, 0.1))
    expect(found.length).toBeGreaterThan(4)
    for (const { parameter, byGradient, measured } of found) expect(Math.abs(measured / byGradient - 1), parameter).toBeLessThan(0.08)
  })
})

describe('the dense VAE', () => {
  it('is as large as the convolutional one, within five per cent', () => {
    const [dense, convolutional] = [presets.dense000, presets.conv000].map(({ model }) => parameterCount(blindVae(model).parameters)) as [number, number]
    expect(Math.abs(dense / convolutional - 1)).toBeLessThan(0.05)
  })

  it('sees each group of frames by itself: another group changes nothing', async () => {
    const config = small.densevae
    const network = blindVae(config)
    const parameters = initialParameters(network.parameters, randomStream(5))
    const program: Program = {
      name: 'groups',
      parameters: Object.fromEntries(Object.entries(network.parameters).map(([name, { shape }]) => [name, shape])),
      inputs: { mixture: [1, config.frames, config.bins, 1] },
      run: (given, { mixture }) => ({ recons: network.apply(given, mixture as Tensor4D).recons }),
    }
    const random = randomStream(6)
    const mixture = Float32Array.from({ length: config.frames * config.bins }, () => random.uniform())
    const group = config.groupFrames * config.bins
    const other = mixture.map((value, i) => (i < group ? value : 1 - value))
    const [one, two] = [await runProgram(engine, program, parameters, { mixture }), await runProgram(engine, program, parameters, { mixture: other })]
    expect(two.recons!.subarray(0, group)).toEqual(one.recons!.subarray(0, group))
    expect(two.recons!.subarray(group)).not.toEqual(one.recons!.subarray(group))
  })
})

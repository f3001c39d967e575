import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sizeOf, type Engine, type NamedArrays } from '#main/engine/engine'
import { initialParameters, parameterCount } from '#main/models/initialise'
import { decodeProgram, pictureShape, unmixer, unmixProgram } from '#main/models/unmixer'
import type { UnmixerConfig } from '#main/models/unmixerConfig'
import { unmixerLoss } from '#main/models/unmixerLoss'
import { presets } from '#main/training/presets'
import { mixingRules, mixPictures, pictureSide, type Mixing } from '#shared/images/mixing'
import { randomStream } from '#shared/random'
import { pictureLosses } from '#shared/training/config'
import { openRungs, worstError, type FoundRung } from '#test/engines'
import { slopes } from '#test/finiteDifferences'
import { openTestEngine, runProgram } from '#test/testEngine'
import { batchOf, blobPicture, smallUnmixers, unmixerLossInputs } from '#test/unmixers'

const kinds = Object.keys(smallUnmixers) as UnmixerConfig['network'][]
const mixings: Mixing[] = mixingRules.flatMap((rule) => (rule === 'alpha' ? [0, 0.3, 1] : [0.5]).map((level) => ({ rule, level })))
const average: Mixing = { rule: 'average', level: 0.5 }

/** Parameters of a network, stirred, since layers that begin at zero hide those before them. */
function stirred(config: UnmixerConfig): NamedArrays {
  const random = randomStream(2)
  const parameters = initialParameters(unmixer(config).parameters, randomStream(1))
  return Object.fromEntries(Object.entries(parameters).map(([name, values]) => [name, values.map((value) => value + 0.05 * random.normal())]))
}

const furthest = (a: Float32Array, b: Float32Array) => a.reduce((most, value, i) => Math.max(most, Number.isNaN(value) ? Infinity : Math.abs(value - b[i]!)), 0)

let engine: Engine
beforeAll(async () => {
  engine = await openTestEngine()
})
afterAll(() => engine.dispose())

describe.each(kinds)('unmixer of kind %s', (kind) => {
  const config = smallUnmixers[kind]
  const parameters = stirred(config)
  const mixtures = batchOf([mixPictures(blobPicture(1), blobPicture(2), average), mixPictures(blobPicture(3), blobPicture(4), average)])
  const inputs = { mixture: mixtures, level: Float32Array.of(0.5) }

  it('gives two pictures from 0 to 1, each of a batch by itself', async () => {
    const both = await runProgram(engine, unmixProgram(config, 2, 'average'), parameters, inputs)
    const alone = await runProgram(engine, unmixProgram(config, 1, 'average'), parameters, { ...inputs, mixture: mixtures.slice(pictureSide ** 2) })
    for (const part of ['first', 'second'] as const) {
      expect(both[part]!.length).toBe(sizeOf(pictureShape(2)))
      expect(both[part]!.every((value) => value >= 0 && value <= 1)).toBe(true)
      expect(furthest(both[part]!.slice(pictureSide ** 2), alone[part]!)).toBeLessThan(1e-5)
    }
  })

  // Would catch a mixture that is merely handed on.
  it.each(mixings)('says what its pictures mix to by rule $rule, level $level', async (mixing) => {
    const mixture = batchOf([mixPictures(blobPicture(1), blobPicture(2), mixing), mixPictures(blobPicture(3), blobPicture(4), mixing)])
    const found = await runProgram(engine, unmixProgram(config, 2, mixing.rule), parameters, { mixture, level: Float32Array.of(mixing.level) })
    const mixed = mixPictures(found.first!, found.second!, mixing)
    expect(furthest(found.mixture!, mixed)).toBeLessThan(1e-6)
    if (kind === 'skip' || kind === 'unet') expect(furthest(mixed, mixture)).toBeLessThanOrEqual(1e-6)
    else expect(furthest(mixed, mixture), 'an untrained network that has only its latents to go by').toBeGreaterThan(0.1)
  })

  it('uses every parameter that it has', async () => {
    const program = unmixerLoss(config, 2, { picture: 'mse' })
    const differentiable = await engine.compileGradients(program)
    const { gradients } = await differentiable.gradients(parameters, unmixerLossInputs(program, average))
    differentiable.dispose()
    expect(Object.entries(gradients).filter(([, values]) => values.every((value) => value === 0)).map(([name]) => name)).toEqual([])
  })

  // Would catch a term that is left out of the sum, or whose gradient is wrong.
  it.each(pictureLosses)('has the slope of its loss %s that finite differences find', async (picture) => {
    const program = unmixerLoss(config, 2, { picture })
    const found = await slopes(engine, program, parameters, unmixerLossInputs(program, average))
    expect(found.length).toBeGreaterThan(4)
    for (const { parameter, byGradient, measured } of found) expect(Math.abs(measured / byGradient - 1), parameter).toBeLessThan(0.08)
  })

  it('is the same to every engine, with its gradients', async () => {
    const program = unmixerLoss(config, 2, { picture: 'mseSsim' })
    const given = unmixerLossInputs(program, average)
    const found: FoundRung[] = await openRungs(async (rung) => {
      const differentiable = await rung.compileGradients(program)
      const { outputs, gradients } = await differentiable.gradients(parameters, given)
      differentiable.dispose()
      const reference = await engine.compileGradients(program)
      const expected = await reference.gradients(parameters, given)
      reference.dispose()
      expect(worstError(expected.outputs, outputs), rung.id).toBeLessThan(1e-4)
      expect(worstError(expected.gradients, gradients), rung.id).toBeLessThan(2e-3)
    })
    const wrong = found.flatMap((rung) => ('reason' in rung && /expected/.test(rung.reason) ? [`${rung.id}: ${rung.reason}`] : []))
    await Promise.all(found.map((rung) => 'engine' in rung && rung.engine.dispose()))
    expect(wrong).toEqual([])
  })
})

describe.each(['dense', 'bottleneck', 'skip'] as const)('latents of an unmixer of kind %s', (kind) => {
  const config = smallUnmixers[kind]
  const parameters = stirred(config)
  const shape = unmixer(config).latentShape(1)!
  const mixture = mixPictures(blobPicture(1), blobPicture(2), average)
  const level = Float32Array.of(0.5)
  const decode = (first: Float32Array, second: Float32Array, seen = mixture) =>
    runProgram(engine, decodeProgram(config, 1, 'average'), parameters, { firstLatents: first, secondLatents: second, mixture: seen, level })

  it('give the same pictures decoded as they were found', async () => {
    const found = await runProgram(engine, unmixProgram(config, 1, 'average'), parameters, { mixture, level })
    const decoded = await decode(found.firstMean!, found.secondMean!)
    for (const name of ['first', 'second', 'mixture']) expect(furthest(decoded[name]!, found[name]!), name).toBeLessThan(1e-5)
    expect(found.firstLogVariance!.length).toBe(sizeOf(shape))
  })

  // Would catch decoders that read each other's latents, and skips in a network that is to have none.
  it('belong to one decoder each', async () => {
    const random = randomStream(9)
    const drawn = () => Float32Array.from({ length: sizeOf(shape) }, () => random.normal())
    const [first, second] = [drawn(), drawn()]
    const before = await decode(first, second)
    const after = await decode(drawn(), second)
    expect(furthest(after.first!, before.first!)).toBeGreaterThan(1e-3)
    if (kind !== 'skip') expect(furthest(after.second!, before.second!)).toBe(0)
    const elsewhere = await decode(first, second, mixture.map((value) => 1 - value))
    const moved = furthest(elsewhere.first!, before.first!)
    if (kind === 'skip') expect(moved).toBeGreaterThan(1e-3)
    else expect(moved).toBe(0)
  })
})

describe('loss of an unmixer', () => {
  const config = smallUnmixers.dense
  const program = unmixerLoss(config, 2, { picture: 'mse' })
  const inputs = unmixerLossInputs(program, average)
  const lossOf = async (parameters: NamedArrays, given = inputs) => {
    const differentiable = await engine.compileGradients(program)
    const { outputs } = await differentiable.gradients(parameters, given)
    differentiable.dispose()
    return outputs
  }

  it('is the mean squared error of both pictures and beta times the KL divergence a pixel, summed over the latents', async () => {
    const zeros = Object.fromEntries(Object.entries(stirred(config)).map(([name, values]) => [name, values.map(() => 0)]))
    // All means at 2, all variances at 1: ½·4 nats an element; both pictures a half throughout what is seen.
    const parameters = { ...zeros, 'head/first/mean/bias': zeros['head/first/mean/bias']!.map(() => 2) }
    const outputs = await lossOf(parameters, { ...inputs, beta: Float32Array.of(3) })
    const grey = Float32Array.from({ length: pictureSide ** 2 }, (_, at) => (Math.min(at % 32, Math.floor(at / 32)) < 2 || Math.max(at % 32, Math.floor(at / 32)) > 29 ? 0 : 0.5))
    const errors = [inputs.first!, inputs.second!].flatMap((pictures) => [...pictures].map((value, i) => (value - grey[i % grey.length]!) ** 2))
    expect(outputs.mse![0]).toBeCloseTo(errors.reduce((sum, error) => sum + error, 0) / errors.length, 6)
    expect(outputs.kl![0]).toBeCloseTo((4 * 2) / (2 * 1024), 8)
    expect(outputs.loss![0]).toBeCloseTo(outputs.mse![0]! + 3 * outputs.kl![0]!, 6)
    expect([...outputs.klPerLatent!]).toEqual([2, 2, 2, 2, 0, 0, 0, 0])
  })
})

describe('presets of unmixers', () => {
  const sizeOfPreset = (id: 'unmixSkip' | 'unmixUnet') => parameterCount(unmixer(presets[id].model).parameters)

  // Would catch a change of sizes that makes the bar on parameters, or the comparison with a plain U-Net, untrue.
  it('have at most 0.4 million parameters with skips, and a U-Net of equal size', () => {
    expect(sizeOfPreset('unmixSkip')).toBeLessThanOrEqual(400_000)
    expect(Math.abs(sizeOfPreset('unmixUnet') / sizeOfPreset('unmixSkip') - 1)).toBeLessThan(0.05)
  })

  it('have a dense network of 784, 512, 256 and 20 units, with four heads and two decoders', () => {
    const { parameters } = unmixer(presets.unmixDense.model)
    const kernels = Object.entries(parameters).filter(([name]) => name.endsWith('kernel'))
    const units = Object.fromEntries(kernels.map(([name, { shape }]) => [name.replace('/kernel', ''), shape.slice(-2)]))
    expect(units).toMatchObject({ 'encoder/0': [784, 512], 'encoder/1': [512, 256], 'head/first/mean': [256, 20], 'decoder/second/output': [512, 784] })
    expect(kernels.filter(([name]) => name.startsWith('head'))).toHaveLength(4)
  })
})

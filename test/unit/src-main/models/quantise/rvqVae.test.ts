import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Engine, LossProgram, NamedArrays } from '#main/engine/engine'
import { initialParameters, parameterCount } from '#main/models/initialise'
import { shapesOf } from '#main/models/layers'
import { quantiserModel } from '#main/models/quantise/ablation'
import { kMeansCodebooks } from '#main/models/quantise/kMeans'
import { codesName } from '#main/models/quantise/quantiser'
import { rvqDecodeProgram, rvqEncodeProgram, rvqVae, type RvqVaeConfig } from '#main/models/quantise/rvqVae'
import { rvqVaeLoss } from '#main/models/quantise/rvqVaeLoss'
import { nextName, runningNames, takeRunningState } from '#main/models/runningState'
import { adamWStep } from '#main/training/adamW'
import { decodeCheckpoint, encodeCheckpoint, freshCheckpoint, type Checkpoint } from '#main/training/checkpoint'
import { quantiserModels } from '#shared/contract/quantising'
import { randomStream } from '#shared/random'
import { worstError } from '#test/engines'
import { quietContext } from '#test/soundFiles'
import { smallRvqVae } from '#test/rvqVaes'
import { openTestEngine, runProgram } from '#test/testEngine'

const batch = 8
const weights = { commitment: 0.25 }
const variance = 0.5

let engine: Engine
beforeAll(async () => {
  engine = await openTestEngine()
})
afterAll(() => engine.dispose())

const begun = (config: RvqVaeConfig) => initialParameters(rvqVae(config).parameters, randomStream(1))

/** Slow waves of some directions, so that few codes can tell them. */
function pictures(seed: number): Float32Array {
  const random = randomStream(seed)
  const all = new Float32Array(batch * 16 * 16 * 2)
  for (let item = 0; item < batch; item++) {
    const [across, down] = [random.integer(2), random.integer(2)]
    for (let i = 0; i < 512; i++) {
      const [frame, bin, channel] = [i >> 5, (i >> 1) & 15, i & 1]
      all[item * 512 + i] = Math.sin((0.4 + 0.4 * across) * frame + (0.4 + 0.4 * down) * bin + 1.5 * channel)
    }
  }
  return all
}

function inputsOf(program: LossProgram, seed: number, noise = 1): NamedArrays {
  const random = randomStream(seed)
  return Object.fromEntries(
    Object.entries(program.inputs).map(([name, shape]) =>
      name === 'picture' ? [name, pictures(seed)] : name === 'variance' ? [name, Float32Array.of(variance)] : [name, Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => noise * random.normal())],
    ),
  )
}

/** Steps from the first that the checkpoint has not done; returns the last step's outputs. */
async function trained(config: RvqVaeConfig, checkpoint: Checkpoint, until: number) {
  const program = rvqVaeLoss(config, batch, weights)
  const differentiable = await engine.compileGradients(program)
  const { optimizer } = checkpoint
  let reported: NamedArrays = {}
  while (optimizer.step < until) {
    const { outputs, gradients } = await differentiable.gradients(optimizer.parameters, inputsOf(program, optimizer.step))
    adamWStep(optimizer, gradients, 0.01, { beta1: 0.9, beta2: 0.98, epsilon: 1e-8, weightDecay: 0.01, maxGradientNorm: 10, averageDecay: 0.9 })
    reported = takeRunningState(optimizer, outputs)
  }
  differentiable.dispose()
  return reported
}

describe('RVQ-VAE of source 004', () => {
  it('has the layers and sizes that were described', () => {
    const network = rvqVae(quantiserModel('M1'))
    expect(network.pictureShape(1)).toEqual([1, 128, 128, 2])
    expect(network.latentShape(1)).toEqual([1, 32, 32, 128])
    const running = new Set(runningNames(network.parameters))
    const learned = Object.fromEntries(Object.entries(network.parameters).filter(([name]) => !running.has(name)))
    expect(parameterCount(learned)).toBe(608 + 18_496 + 8_320 + 73_792 + 18_464 + 578)
    expect(parameterCount(network.parameters) - parameterCount(learned)).toBe(5 * (128 * 128 + 128))
  })

  it('changes one thing after the other from M1 to M5', () => {
    const told = quantiserModels.map((model) => {
      const { quantiser, probabilistic } = quantiserModel(model)
      return `${model} ${quantiser.start} ${quantiser.gamma} ${quantiser.layers > 5 ? 'more' : quantiser.layers} ${probabilistic}`
    })
    expect(told.slice(0, 5)).toEqual(['M1 uniform 0.99 5 false', 'M2 glorot 0.99 5 false', 'M3 glorot 0.99 5 true', 'M4 glorot 0.999 5 false', 'M5 glorot 0.999 more false'])
    expect(quantiserModel('M5', 'as-published').quantiser.average).toBe('as-published')
  })

  // Would catch codes that are not those that the picture is made of.
  it('encodes pictures as numbers of codes whose sum it decodes', async () => {
    const parameters = begun(smallRvqVae)
    const { codes, quantised, latent } = await runProgram(engine, rvqEncodeProgram(smallRvqVae, batch), parameters, { picture: pictures(3) })
    expect(codes!.length).toBe(batch * 4 * 4 * 2)
    quantised!.forEach((value, i) => {
      const [position, d] = [Math.floor(i / 4), i % 4]
      const sum = [0, 1].reduce((total, layer) => total + parameters[codesName(layer)]![codes![position * 2 + layer]! * 4 + d]!, 0)
      expect(value).toBeCloseTo(sum, 5)
    })
    const plain = await runProgram(engine, rvqDecodeProgram(smallRvqVae, batch, { snap: false }), parameters, { latent: quantised! })
    const snapped = await runProgram(engine, rvqDecodeProgram(smallRvqVae, batch, { snap: true }), parameters, { latent: latent! })
    expect(worstError(plain, snapped)).toBeLessThan(1e-4)
    const { outputs } = await (await engine.compileGradients(rvqVaeLoss(smallRvqVae, batch, weights))).gradients(parameters, { picture: pictures(3), variance: Float32Array.of(variance) })
    const target = pictures(3)
    const mse = plain.picture!.reduce((sum, value, i) => sum + (value - target[i]!) ** 2, 0) / target.length
    expect(outputs.mse![0]).toBeCloseTo(mse, 4)
    expect(outputs.reconstruction![0]).toBeCloseTo(mse / variance, 4)
    expect(outputs.loss![0]).toBeCloseTo(mse / 0.5 + 0.25 * outputs.commitment![0]!, 4)
  })

  it('learns encoder and decoder by gradient, and every codebook by its rule', async () => {
    const program = rvqVaeLoss(smallRvqVae, batch, weights)
    const { outputs, gradients } = await (await engine.compileGradients(program)).gradients(begun(smallRvqVae), inputsOf(program, 3))
    const running = runningNames(rvqVae(smallRvqVae).parameters)
    const still = Object.keys(gradients).filter((name) => gradients[name]!.every((value) => value === 0))
    expect(still.toSorted()).toEqual(running.toSorted())
    for (const name of running) expect(outputs[nextName(name)]!.length, name).toBe(gradients[name]!.length)
    expect(outputs).toHaveProperty('perplexity2')
  })

  it('compares samples where its decoder gives a distribution, whose mean lies within ±1', async () => {
    const config = { ...smallRvqVae, probabilistic: true }
    const parameters = begun(config)
    const program = rvqVaeLoss(config, batch, weights)
    const differentiable = await engine.compileGradients(program)
    const [quiet, noisy] = [
      await differentiable.gradients(parameters, inputsOf(program, 3, 0)),
      await differentiable.gradients(parameters, inputsOf(program, 3, 1)),
    ]
    // An untrained deviation is about exp(0).
    expect(noisy.outputs.mse![0]! - quiet.outputs.mse![0]!).toBeGreaterThan(0.5)
    const latent = new Float32Array(batch * 4 * 4 * 4).fill(100)
    const { picture } = await runProgram(engine, rvqDecodeProgram(config, batch, { snap: false }), parameters, { latent })
    expect(picture!.length).toBe(batch * 512)
    expect(picture!.every((value) => Math.abs(value) < 1 + 1e-5)).toBe(true)
  })

  // Would catch codebooks that are left out of checkpoints, or that the optimiser moves.
  it('learns, and goes on from a checkpoint within it to the very same bits', async () => {
    const config = { ...smallRvqVae, quantiser: { ...smallRvqVae.quantiser, restartBelow: 0.05 } }
    const shapes = shapesOf(rvqVae(config).parameters)
    const whole = freshCheckpoint(begun(config))
    const first = await trained(config, whole, 1)
    const last = await trained(config, whole, 80)
    expect(last.reconstruction![0]!).toBeLessThan(0.5 * first.reconstruction![0]!)
    const before = freshCheckpoint(begun(config))
    await trained(config, before, 30)
    const after = decodeCheckpoint(encodeCheckpoint(before, shapes), shapes)
    await trained(config, after, 80)
    expect(encodeCheckpoint(after, shapes)).toEqual(encodeCheckpoint(whole, shapes))
    expect(whole.optimizer.average[codesName(1)]).toEqual(whole.optimizer.parameters[codesName(1)])
  })

  it('begins with codebooks of its own encoder by k-means, which commit less at once', async () => {
    const parameters = begun(smallRvqVae)
    const { latent } = await runProgram(engine, rvqEncodeProgram(smallRvqVae, batch), parameters, { picture: pictures(3) })
    const means = await kMeansCodebooks(smallRvqVae.quantiser, latent!, randomStream(4), quietContext())
    const differentiable = await engine.compileGradients(rvqVaeLoss(smallRvqVae, batch, weights))
    const at = async (given: NamedArrays) => (await differentiable.gradients(given, { picture: pictures(3), variance: Float32Array.of(variance) })).outputs.commitment![0]!
    expect(await at({ ...parameters, ...means })).toBeLessThan(0.5 * (await at(parameters)))
  })
})

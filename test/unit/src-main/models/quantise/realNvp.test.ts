import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Differentiable, Engine, NamedArrays } from '#main/engine/engine'
import { initialParameters } from '#main/models/initialise'
import { maskOf } from '#main/models/quantise/flow/coupling'
import { mapSize, realNvp, type RealNvpConfig } from '#main/models/quantise/flow/realNvp'
import { realNvpBeginProgram, realNvpForwardProgram, realNvpInverseProgram, realNvpLoss } from '#main/models/quantise/flow/realNvpLoss'
import { runningNames, takeRunningState } from '#main/models/runningState'
import { adamWStep, initialOptimizerState } from '#main/training/adamW'
import { randomStream } from '#shared/random'
import { openRungs, worstError } from '#test/engines'
import { slopes } from '#test/finiteDifferences'
import { openTestEngine, runProgram } from '#test/testEngine'

let engine: Engine
beforeAll(async () => {
  engine = await openTestEngine()
})
afterAll(() => engine.dispose())

const small: RealNvpConfig = {
  family: 'realnvp',
  shape: [4, 4, 2],
  scales: 1,
  couplings: 2,
  filters: [4, 6],
  residualBlocks: 1,
  normalisation: 'batch',
  preprocess: { kind: 'none' },
  base: { kind: 'gaussian' },
}
const size = mapSize(small.shape)

const variants: [string, Partial<RealNvpConfig>][] = [
  ['batch normalisation', {}],
  ['ActNorm and a mixture', { normalisation: 'act', base: { kind: 'mixture', modes: 3 } }],
  ['the logit of limited values', { preprocess: { kind: 'logit', range: [-4, 4] } }],
  ['a sigmoid before the logit', { preprocess: { kind: 'sigmoid' }, normalisation: 'none' }],
  ['two scales', { shape: [4, 4, 2], scales: 2, filters: [4] }],
]

/** Parameters, stirred, since couplings begin as the identity, which would hide what they do. */
function stirred(config: RealNvpConfig): NamedArrays {
  const random = randomStream(2)
  const parameters = initialParameters(realNvp(config).parameters, randomStream(1))
  return Object.fromEntries(
    Object.entries(parameters).map(([name, values]) => [name, values.map((value) => value + (name.endsWith('variance') ? 0.3 * random.uniform() : 0.15 * random.normal()))]),
  )
}

function normals(length: number, seed: number): Float32Array {
  const random = randomStream(seed)
  return Float32Array.from({ length }, () => random.normal())
}

/** log |det| of a square matrix, row by row, by elimination. */
function logDeterminantOf(matrix: Float64Array[]): number {
  let sum = 0
  for (let column = 0; column < matrix.length; column++) {
    let pivot = column
    for (let row = column; row < matrix.length; row++) if (Math.abs(matrix[row]![column]!) > Math.abs(matrix[pivot]![column]!)) pivot = row
    ;[matrix[column], matrix[pivot]] = [matrix[pivot]!, matrix[column]!]
    sum += Math.log(Math.abs(matrix[column]![column]!))
    for (let row = column + 1; row < matrix.length; row++) {
      const factor = matrix[row]![column]! / matrix[column]![column]!
      for (let k = column; k < matrix.length; k++) matrix[row]![k]! -= factor * matrix[column]![k]!
    }
  }
  return sum
}

/** Latents of one item of a batch, one after the other. */
function latentOf(outputs: NamedArrays, item: number, batch: number): number[] {
  return Object.keys(outputs)
    .filter((name) => /^latent\d+$/.test(name))
    .sort()
    .flatMap((name) => {
      const each = outputs[name]!.length / batch
      return Array.from(outputs[name]!.subarray(item * each, (item + 1) * each))
    })
}

describe.each(variants)('RealNVP with %s', (_, change) => {
  const config: RealNvpConfig = { ...small, ...change }
  const parameters = stirred(config)

  it('comes back to what it was given', async () => {
    const map = normals(3 * size, 4)
    const { logDeterminant: _det, logProbability: _log, ...latents } = await runProgram(engine, realNvpForwardProgram(config, 3), parameters, { map })
    expect(Object.values(latents).reduce((sum, { length }) => sum + length, 0)).toBe(3 * size)
    const back = await runProgram(engine, realNvpInverseProgram(config, 3), parameters, latents)
    expect(Math.max(...back.map!.map((value, i) => Math.abs(value - map[i]!)))).toBeLessThan(1e-4)
    expect(Math.max(...latentOf(latents, 0, 3).map((value, i) => Math.abs(value - map[i]!))), 'it does nothing').toBeGreaterThan(0.1)
  })

  // Would catch a determinant that leaves out a layer, a preprocess or the number of places, or has the wrong sign.
  it('says the determinant of its Jacobian', async () => {
    const distance = 4e-3
    const at = normals(size, 5)
    const batch = 2 * size + 1
    const maps = new Float32Array(batch * size)
    for (let item = 0; item < batch; item++) {
      maps.set(at, item * size)
      if (item > 0) maps[item * size + ((item - 1) >> 1)]! += item % 2 ? distance : -distance
    }
    const outputs = await runProgram(engine, realNvpForwardProgram(config, batch), parameters, { map: maps })
    const columns = Array.from({ length: size }, (_, i) => {
      const [up, down] = [latentOf(outputs, 2 * i + 1, batch), latentOf(outputs, 2 * i + 2, batch)]
      return Float64Array.from(up, (value, k) => (value - down[k]!) / (2 * distance))
    })
    expect(Math.abs(outputs.logDeterminant![0]! - logDeterminantOf(columns))).toBeLessThan(0.02)
    expect(Math.abs(outputs.logDeterminant![0]!)).toBeGreaterThan(0.3)
  })
})

describe('RealNVP', () => {
  // Shallow, since statistics of few values bend the loss within the distance that differences are taken over.
  it.each(variants.slice(0, 4))('has the slope of its loss that finite differences find, with %s', async (_, change) => {
    const config: RealNvpConfig = { ...small, couplings: 1, filters: [3], residualBlocks: 0, ...change }
    const program = realNvpLoss(config, 16, { dequantisation: 0.1, kernelPenalty: 5e-5 })
    const found = await slopes(engine, program, stirred(config), { map: normals(16 * size, 6), noiseMap: normals(16 * size, 7) })
    expect(found.length).toBeGreaterThan(3)
    for (const { parameter, byGradient, measured } of found) expect(Math.abs(measured / byGradient - 1), parameter).toBeLessThan(0.08)
  })

  it('keeps other values in one coupling than in the next', () => {
    for (const kind of ['checkerboard', 'channels'] as const) {
      const [even, odd] = [false, true].map((isOdd) => maskOf(small.shape, { kind, odd: isOdd }).values)
      expect(even!.map((value, i) => value + odd![i]!).every((sum) => sum === 1)).toBe(true)
      expect(even!.reduce((a, b) => a + b)).toBe(even!.length / 2)
    }
    const board = maskOf([2, 3, 5], { kind: 'checkerboard', odd: false })
    expect([[...board.values], board.shape]).toEqual([[1, 0, 1, 0, 1, 0], [1, 2, 3, 1]])
    const half = maskOf([2, 3, 4], { kind: 'channels', odd: true })
    expect([[...half.values], half.shape]).toEqual([[0, 0, 1, 1], [1, 1, 1, 4]])
  })

  // Would catch normalisations that begin from anything but the batch: a deep flow then learns nothing.
  it.each(['batch', 'act'] as const)('begins with latents of mean 0 and variance 1 (%s)', async (normalisation) => {
    const config: RealNvpConfig = { ...small, normalisation, couplings: 3 }
    const parameters = initialParameters(realNvp(config).parameters, randomStream(1))
    const map = normals(32 * size, 8).map((value) => 7 + 3 * value)
    takeRunningState({ parameters, average: { ...parameters } }, await runProgram(engine, realNvpBeginProgram(config, 32), parameters, { map }))
    const outputs = await runProgram(engine, realNvpForwardProgram(config, 32), parameters, { map })
    const latents = Array.from({ length: 32 }, (_, item) => latentOf(outputs, item, 32)).flat()
    const mean = latents.reduce((a, b) => a + b) / latents.length
    expect(mean).toBeCloseTo(0, 2)
    expect(latents.reduce((sum, value) => sum + (value - mean) ** 2, 0) / latents.length).toBeCloseTo(1, 1)
  })

  // Values near 2 or -2: their entropy is 0.91 nats, and no single normal comes below 2.12.
  it('learns values of two kinds with a mixture as its base, and gives such samples', async () => {
    const config: RealNvpConfig = { ...small, shape: [2, 2, 1], scales: 0, couplings: 1, filters: [4], normalisation: 'act', base: { kind: 'mixture', modes: 2 } }
    const batch = 64
    const random = randomStream(9)
    const draw = () => Float32Array.from({ length: batch * 4 }, () => (random.chance(0.5) ? 2 : -2) + 0.3 * random.normal())
    const state = initialOptimizerState(initialParameters(realNvp(config).parameters, randomStream(1)))
    takeRunningState(state, await runProgram(engine, realNvpBeginProgram(config, batch), state.parameters, { map: draw() }))
    const differentiable = await engine.compileGradients(realNvpLoss(config, batch, { dequantisation: 0, kernelPenalty: 0 }))
    let nats = 0
    for (let step = 0; step < 250; step++) {
      const { outputs, gradients } = await differentiable.gradients(state.parameters, { map: draw() })
      adamWStep(state, gradients, 0.03, { beta1: 0.9, beta2: 0.98, epsilon: 1e-8, weightDecay: 0, maxGradientNorm: 10, averageDecay: 0.9 })
      nats = takeRunningState(state, outputs).nats![0]!
    }
    differentiable.dispose()
    expect(nats).toBeLessThan(1.1)
    const [latent0] = realNvp(config).sample(state.parameters, 256, 1, randomStream(10))
    const { map } = await runProgram(engine, realNvpInverseProgram(config, 256), state.parameters, { latent0: latent0! })
    const near = map!.filter((value) => Math.abs(Math.abs(value) - 2) < 0.9)
    expect(near.length / map!.length).toBeGreaterThan(0.9)
    expect(map!.filter((value) => value > 0).length / map!.length).toBeGreaterThan(0.35)
    expect(map!.filter((value) => value < 0).length / map!.length).toBeGreaterThan(0.35)
  })

  it('refuses maps that cannot be halved that often', () => {
    expect(() => realNvp({ ...small, shape: [6, 6, 2], scales: 2 })).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }))
  })

  // Last, and with time: all engines of the machine start for it.
  it('is the same to every engine, with its gradients and what it gives as running state', async () => {
    const config: RealNvpConfig = { ...small, couplings: 1, filters: [3], residualBlocks: 0, preprocess: { kind: 'sigmoid' }, base: { kind: 'mixture', modes: 2 } }
    const program = realNvpLoss(config, 4, { dequantisation: 0.1, kernelPenalty: 5e-5 })
    const given = { map: normals(4 * size, 6), noiseMap: normals(4 * size, 7) }
    const results: Awaited<ReturnType<Differentiable['gradients']>>[] = []
    await openRungs(async (rung) => results.push(await (await rung.compileGradients(program)).gradients(stirred(config), given)))
    expect(results.length).toBeGreaterThan(1)
    for (const { outputs, gradients } of results.slice(1)) {
      expect(worstError(results[0]!.outputs, outputs)).toBeLessThan(2e-4)
      expect(worstError(results[0]!.gradients, gradients)).toBeLessThan(2e-3)
    }
    for (const running of runningNames(realNvp(config).parameters)) expect(results[0]!.outputs, running).toHaveProperty([`next/${running}`])
  }, 180_000)
})

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Engine, NamedArrays, NamedTensors, Program } from '#main/engine/engine'
import { tf, type Tensor2D, type Tensor3D } from '#main/engine/tf'
import type { MixturePrior } from '#main/models/generate/generatorConfig'
import { estimatedKl, posteriorOf, posteriorSize, samplesOf } from '#main/models/generate/mixturePrior'
import { randomStream } from '#shared/random'
import { openTestEngine, runProgram } from '#test/testEngine'

const latents = 3
const triangular: MixturePrior = { kind: 'mixture', components: 2, posterior: 'triangular', samples: 4000 }
const raw = (deviation: number) => Math.log(Math.expm1(deviation) / (Math.E - 1))

let engine: Engine
beforeAll(async () => {
  engine = await openTestEngine()
})
afterAll(() => engine.dispose())

/** Runs what is computed of one posterior's numbers and noise. */
function run(prior: MixturePrior, numbers: number[], compute: (parameters: NamedTensors, numbers: Tensor2D, noise: Tensor3D) => NamedTensors, parameters: NamedArrays = {}): Promise<NamedArrays> {
  const random = randomStream(2)
  const program: Program = {
    name: 'mixture',
    parameters: Object.fromEntries(Object.keys(parameters).map((name) => [name, [prior.components, latents]])),
    inputs: { numbers: [1, numbers.length], noise: [1, latents, prior.samples] },
    run: (held, inputs) => compute(held, inputs.numbers as Tensor2D, inputs.noise as Tensor3D),
  }
  return runProgram(engine, program, parameters, { numbers: Float32Array.from(numbers), noise: Float32Array.from({ length: latents * prior.samples }, () => random.normal()) })
}

describe('a triangular posterior', () => {
  it('lays its numbers into the triangle as TensorFlow Probability does', async () => {
    const { factor, logDeterminant } = await run(triangular, [9, 8, 7, 1, 2, 3, 4, 5, 6], (_, numbers) => {
      const { factor, logDeterminant } = posteriorOf(triangular, numbers, latents)
      return { factor, logDeterminant }
    })
    // fill_triangular([1..6]) is [[4,0,0],[6,5,0],[3,2,1]]; the diagonal goes through softplus, plus 1e-5.
    const softplus = (value: number) => Math.log1p(Math.exp(value)) + 1e-5
    const expected = [softplus(4), 0, 0, 6, softplus(5), 0, 3, 2, softplus(1)]
    expected.forEach((value, i) => expect(factor![i]).toBeCloseTo(value, 4))
    expect(logDeterminant![0]).toBeCloseTo(Math.log(softplus(4) * softplus(5) * softplus(1)), 4)
  })

  it('has samples of that covariance', async () => {
    const numbers = [1, -2, 0.5, 1, 0.3, -0.4, 0.2, 0.6, 0.1]
    const { samples, factor } = await run(triangular, numbers, (_, given, noise) => {
      const posterior = posteriorOf(triangular, given, latents)
      return { samples: samplesOf(posterior, noise), factor: tf.matMul(posterior.factor as Tensor3D, posterior.factor as Tensor3D, false, true) }
    })
    const row = (i: number) => samples!.subarray(i * 4000, (i + 1) * 4000)
    const mean = (values: Float32Array) => values.reduce((a, b) => a + b, 0) / values.length
    for (let i = 0; i < latents; i++) {
      expect(mean(row(i))).toBeCloseTo(numbers[i]!, 0)
      for (let j = 0; j < latents; j++) {
        const product = row(i).map((value, k) => (value - numbers[i]!) * (row(j)[k]! - numbers[j]!))
        expect(Math.abs(mean(product) - factor![i * latents + j]!)).toBeLessThan(0.08)
      }
    }
  })
})

describe('the divergence to a mixture', () => {
  const diagonal: MixturePrior = { ...triangular, posterior: 'diagonal' }
  const standard = { 'prior/mean': new Float32Array(6), 'prior/deviation': new Float32Array(6) }
  const kl = (prior: MixturePrior, numbers: number[], parameters: NamedArrays) =>
    run(prior, numbers, (held, given, noise) => ({ kl: estimatedKl(prior, held, posteriorOf(prior, given, latents), noise) }), parameters)

  it('is the closed form where both components are N(0, I)', async () => {
    const deviations = [0.5, 1, 2]
    const means = [1, 0, -0.5]
    const closed = means.reduce((sum, m, i) => sum + 0.5 * (m ** 2 + deviations[i]! ** 2 - 1) - Math.log(deviations[i]!), 0)
    const numbers = [...means, ...deviations.map((value) => Math.log(Math.expm1(value)))]
    expect(posteriorSize(diagonal, latents)).toBe(numbers.length)
    expect((await kl(diagonal, numbers, standard)).kl![0]! / closed).toBeCloseTo(1, 1)
  })

  it('is log 2 more where only one of both components is near', async () => {
    const far = { ...standard, 'prior/mean': Float32Array.of(0, 0, 0, 50, 50, 50) }
    const numbers = [0, 0, 0, ...[1, 1, 1].map((value) => Math.log(Math.expm1(value)))]
    expect((await kl(diagonal, numbers, far)).kl![0]).toBeCloseTo(Math.LN2, 3)
    expect((await kl(diagonal, numbers, standard)).kl![0]).toBeCloseTo(0, 3)
  })

  it('counts the deviations of components', async () => {
    const wide = { ...standard, 'prior/deviation': new Float32Array(6).fill(raw(2)) }
    const widest = Math.log1p(Math.exp(raw(2) + Math.log(Math.E - 1)))
    const numbers = [0, 0, 0, ...[1, 1, 1].map((value) => Math.log(Math.expm1(value)))]
    const closed = 3 * (Math.log(widest) + 1 / (2 * widest ** 2) - 0.5)
    expect((await kl(diagonal, numbers, wide)).kl![0]! / closed).toBeCloseTo(1, 1)
  })
})

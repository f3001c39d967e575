import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Engine, Program } from '#main/engine/engine'
import { tf, type Tensor4D } from '#main/engine/tf'
import { klDivergence, reparameterise, type VarianceParameter } from '#main/models/latent'
import { randomStream } from '#shared/random'
import { openTestEngine } from '#test/testEngine'

let engine: Engine
beforeAll(async () => {
  engine = await openTestEngine()
})
afterAll(() => engine.dispose())

const count = 100_000

async function sample(mean: number, spread: number, varianceParameter: VarianceParameter): Promise<Float32Array> {
  const shape = [1, 1, 1, count]
  const program: Program = {
    name: `sample ${varianceParameter}`,
    parameters: {},
    inputs: { mean: shape, spread: shape, noise: shape },
    run: (_, inputs) => ({
      z: reparameterise({ mean: inputs.mean as Tensor4D, logVariance: inputs.spread as Tensor4D }, inputs.noise as Tensor4D, varianceParameter),
    }),
  }
  const random = randomStream(3)
  const executable = await engine.compile(program, {})
  const { z } = await executable.run({
    mean: new Float32Array(count).fill(mean),
    spread: new Float32Array(count).fill(spread),
    noise: Float32Array.from({ length: count }, () => random.normal()),
  })
  executable.dispose()
  return z!
}

function moments(values: Float32Array): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return { mean, deviation: Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length) }
}

describe('reparameterisation', () => {
  it('draws with the deviation exp(logVariance / 2)', async () => {
    const { mean, deviation } = moments(await sample(2, Math.log(0.25), 'logVariance'))
    expect(mean).toBeCloseTo(2, 1)
    expect(Math.abs(deviation / 0.5 - 1)).toBeLessThan(0.02)
  })

  it('draws with the deviation exp(v) in the wording of source 000', async () => {
    const { deviation } = moments(await sample(2, Math.log(0.25), 'logStd'))
    expect(Math.abs(deviation / 0.25 - 1)).toBeLessThan(0.02)
  })
})

describe('KL divergence to the standard normal', () => {
  const kl = async (mean: number, logVariance: number) => {
    const program: Program = {
      name: 'kl',
      parameters: {},
      inputs: { mean: [1, 1, 1, 4], logVariance: [1, 1, 1, 4] },
      run: (_, inputs) => ({ kl: tf.sum(klDivergence({ mean: inputs.mean as Tensor4D, logVariance: inputs.logVariance as Tensor4D })) }),
    }
    const executable = await engine.compile(program, {})
    const result = await executable.run({ mean: new Float32Array(4).fill(mean), logVariance: new Float32Array(4).fill(logVariance) })
    executable.dispose()
    return result.kl![0]! / 4
  }

  it('is 0 for the standard normal itself', async () => expect(await kl(0, 0)).toBeCloseTo(0, 12))
  it('is ½ a dimension one deviation away', async () => expect(await kl(1, 0)).toBeCloseTo(0.5, 6))
  it('is ½(v - 1 - ln v) for variance v', async () => expect(await kl(0, Math.log(4))).toBeCloseTo(0.5 * (4 - 1 - Math.log(4)), 5))
})

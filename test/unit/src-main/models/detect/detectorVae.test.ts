import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { melBatches } from '#main/datasets/clips/melBatches'
import type { Engine, NamedArrays } from '#main/engine/engine'
import { detectorLoss } from '#main/models/detect/detectorLoss'
import { detectorNetwork } from '#main/models/detect/detectorNetworks'
import { detectorDecodeProgram, detectorScoreProgram, detectorVae, type DetectorVaeConfig } from '#main/models/detect/detectorVae'
import { clipFrames } from '#main/models/detect/melClipConfig'
import { initialParameters, parameterCount } from '#main/models/initialise'
import { randomStream } from '#shared/random'
import { slopes } from '#test/finiteDifferences'
import { openTestEngine, runProgram } from '#test/testEngine'

const small: DetectorVaeConfig = {
  family: 'detectvae',
  clip: { sampleRate: 8000, fftSize: 512, hopLength: 400, bands: 16, seconds: 1 },
  channels: [6, 4],
  strides: [2, 2],
  latentUnits: 3,
}
const frames = clipFrames(small.clip)

let engine: Engine
beforeAll(async () => {
  engine = await openTestEngine()
})
afterAll(() => engine.dispose())

const random = randomStream(5)
const pictures = Array.from({ length: 3 }, () => Float32Array.from({ length: frames * 16 }, () => random.uniform()))
const parameters = initialParameters(detectorVae(small).parameters, randomStream(2))
const noise = (count: number) => {
  const stream = randomStream(9)
  return Float32Array.from({ length: count * 3 }, () => stream.normal())
}

describe("source 003's VAE", () => {
  it.each([[1, 44], [2, 87], [3, 130]])('sees %i s as %i frames', (seconds, expected) => {
    expect(clipFrames(detectorNetwork('detect', seconds).clip)).toBe(expected)
  })

  it('flattens to 2304 numbers and has as many latents as the document says', () => {
    const { parameters: specs, latentShape } = detectorVae(detectorNetwork('detect', 3))
    expect(specs['encoder/latent/kernel']!.shape).toEqual([1, 1, 2304, 256])
    expect(specs['decoder/latent/kernel']!.shape).toEqual([1, 1, 128, 2304])
    expect(latentShape(1)).toEqual([1, 1, 1, 128])
    const encoder = 9 * (512 + 512 * 256 + 256 * 128 + 128 * 64 + 64 * 32) + 512 + 256 + 128 + 64 + 32
    const decoder = 9 * (32 * 32 + 32 * 64 + 64 * 128 + 128 * 256 + 256) + 32 + 64 + 128 + 256 + 1
    expect(parameterCount(specs)).toBe(encoder + 2304 * 256 + 256 + 128 * 2304 + 2304 + decoder)
  })

  it('gives pictures of the size that it sees, from 0 to 1', async () => {
    const { decoded } = await runProgram(engine, detectorDecodeProgram(small, 2), parameters, { latent: noise(2) })
    expect(decoded).toHaveLength(2 * frames * 16)
    expect(decoded!.every((value) => value > 0 && value < 1)).toBe(true)
  })

  it('scores by the decoded means: RL is their squared error, KL the sum over latents', async () => {
    const clip = pictures[0]!
    const { mean, logVariance, decoded, rl, kl } = await runProgram(engine, detectorScoreProgram(small, 1), parameters, { clip })
    expect(rl![0]).toBeCloseTo(clip.reduce((sum, value, i) => sum + (value - decoded![i]!) ** 2, 0) / clip.length, 5)
    expect(kl![0]).toBeCloseTo(mean!.reduce((sum, m, i) => sum + 0.5 * (Math.exp(logVariance![i]!) - logVariance![i]! - 1 + m * m), 0), 4)
    // Means, not samples: the same every time.
    const again = await runProgram(engine, detectorDecodeProgram(small, 1), parameters, { latent: mean! })
    again.decoded!.forEach((value, i) => expect(value).toBeCloseTo(decoded![i]!, 5))
  })

  it('sums KL over the batch, but takes the mean of the error: twice the batch doubles only KL', async () => {
    const twice = (values: Float32Array) => Float32Array.from([...values, ...values])
    const lossOf = async (count: 1 | 2) => {
      const [first] = melBatches([pictures[0]!], [0], 1, 1e3)
      const inputs: NamedArrays = { ...first!, noise: noise(1) }
      if (count === 2) Object.assign(inputs, { clip: twice(inputs.clip!), present: Float32Array.of(1, 1), noise: twice(inputs.noise!) })
      return runProgram(engine, detectorLoss(small, count), parameters, inputs)
    }
    const [one, two] = [await lossOf(1), await lossOf(2)]
    expect(two.kl![0]! / one.kl![0]!).toBeCloseTo(2, 4)
    expect(two.reconstruction![0]! / one.reconstruction![0]!).toBeCloseTo(1, 4)
    expect(one.loss![0]! / (1e3 * one.reconstruction![0]! + one.kl![0]!)).toBeCloseTo(1, 5)
  })

  it('counts a batch that is not full as the smaller one that it is', async () => {
    const [full] = melBatches(pictures, [0, 1], 2, 50)
    const [padded] = melBatches(pictures, [0, 1], 4, 50)
    const seen = { ...padded!, noise: Float32Array.from([...noise(2), 7, 7, 7, 7, 7, 7]) }
    const [a, b] = [await runProgram(engine, detectorLoss(small, 2), parameters, { ...full!, noise: noise(2) }), await runProgram(engine, detectorLoss(small, 4), parameters, seen)]
    expect(b.loss![0]! / a.loss![0]!).toBeCloseTo(1, 5)
  })

  it('has gradients that agree with finite differences', async () => {
    const [batch] = melBatches(pictures, [0, 1, 2], 3, 200)
    for (const { byGradient, measured } of await slopes(engine, detectorLoss(small, 3), parameters, { ...batch!, noise: noise(3) })) {
      expect(Math.abs(measured / byGradient - 1)).toBeLessThan(0.05)
    }
  })
})

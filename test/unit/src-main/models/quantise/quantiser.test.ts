import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Engine, LossProgram, NamedArrays } from '#main/engine/engine'
import { tf, type Tensor2D } from '#main/engine/tf'
import { initialParameters } from '#main/models/initialise'
import { shapesOf } from '#main/models/layers'
import { kMeansCodebooks } from '#main/models/quantise/kMeans'
import { codesName, commitment, nextCodebooks, quantise, quantisedOutput, quantiserParameters, usage, useName, type QuantiserConfig } from '#main/models/quantise/quantiser'
import { takeRunningState } from '#main/models/runningState'
import { randomStream } from '#shared/random'
import { quietContext } from '#test/soundFiles'
import { openTestEngine } from '#test/testEngine'

const dimensions = 4
const vectors = 256
const config: QuantiserConfig = { layers: 2, codes: 8, dimensions, start: 'uniform', gamma: 0.9, average: 'residuals', restartBelow: 0 }

let engine: Engine
beforeAll(async () => {
  engine = await openTestEngine()
})
afterAll(() => engine.dispose())

/** Vectors around as many far-apart places as there are codes. */
function clusteredVectors(seed: number): Float32Array {
  const places = randomStream(77)
  const centres = Array.from({ length: 8 }, () => Array.from({ length: dimensions }, () => places.normal()))
  const random = randomStream(seed)
  return Float32Array.from({ length: vectors }, () => random.integer(8)).reduce((all, cluster, i) => {
    for (let d = 0; d < dimensions; d++) all[i * dimensions + d] = centres[cluster]![d]! + 0.05 * random.normal()
    return all
  }, new Float32Array(vectors * dimensions))
}

/** The vectors as parameters, so that gradients by them can be seen. */
function program(given: QuantiserConfig): LossProgram {
  return {
    name: `quantiser ${JSON.stringify(given)}`,
    parameters: { vectors: [vectors, dimensions], ...shapesOf(quantiserParameters(given)) },
    inputs: { noise: [given.codes, vectors / given.codes], slope: [vectors, dimensions] },
    run(parameters, { noise, slope }) {
      const x = parameters.vectors as Tensor2D
      const layers = quantise(given, parameters, x)
      const quantised = quantisedOutput(x, layers)
      const committed = commitment(x, layers)
      const { used, perplexity } = usage(layers[0]!)
      return {
        loss: tf.add(tf.sum(tf.mul(quantised, slope!)), committed),
        quantised: tf.add(quantised, 0),
        error: tf.mean(tf.square(tf.sub(x, quantised))),
        committed,
        used,
        perplexity,
        ...nextCodebooks(given, parameters, layers, noise as Tensor2D),
      }
    },
  }
}

function noises(seed = 5): NamedArrays {
  const random = randomStream(seed)
  const normal = (length: number) => Float32Array.from({ length }, () => random.normal())
  return { noise: normal(vectors), slope: normal(vectors * dimensions) }
}

async function once(given: QuantiserConfig, parameters: NamedArrays) {
  const differentiable = await engine.compileGradients(program(given))
  try {
    return await differentiable.gradients(parameters, noises())
  } finally {
    differentiable.dispose()
  }
}

/** Updates the codebooks with fresh vectors of the same clusters; returns the error of the last step. */
async function settle(given: QuantiserConfig, start: NamedArrays, steps: number) {
  const differentiable = await engine.compileGradients(program(given))
  const parameters: NamedArrays = { ...start, vectors: clusteredVectors(0) }
  try {
    let outputs: NamedArrays = {}
    for (let step = 0; step < steps; step++) {
      parameters.vectors = clusteredVectors(step)
      outputs = (await differentiable.gradients(parameters, noises(step))).outputs
      takeRunningState({ parameters, average: { ...parameters } }, outputs)
    }
    return { error: outputs.error![0]!, used: outputs.used![0]!, perplexity: outputs.perplexity![0]!, parameters }
  } finally {
    differentiable.dispose()
  }
}

const begun = (given: QuantiserConfig) => initialParameters(quantiserParameters(given), randomStream(3))

/** Quantises with plain loops, from the description and not from the code. */
function plainly(given: QuantiserConfig, parameters: NamedArrays, x: Float32Array) {
  const sum = new Float32Array(x.length)
  let committed = 0
  const chosen: number[][] = []
  for (let layer = 0; layer < given.layers; layer++) {
    const codes = parameters[codesName(layer)]!
    const places: number[] = []
    for (let v = 0; v < vectors; v++) {
      const distance = (k: number) => Array.from({ length: dimensions }, (_, d) => (x[v * dimensions + d]! - sum[v * dimensions + d]! - codes[k * dimensions + d]!) ** 2).reduce((a, b) => a + b)
      const place = Array.from({ length: given.codes }, (_, k) => k).reduce((best, k) => (distance(k) < distance(best) ? k : best), 0)
      places.push(place)
    }
    for (let v = 0; v < vectors; v++) for (let d = 0; d < dimensions; d++) sum[v * dimensions + d]! += codes[places[v]! * dimensions + d]!
    committed += x.reduce((total, value, i) => total + (value - sum[i]!) ** 2, 0) / x.length
    chosen.push(places)
  }
  return { sum, committed, chosen }
}

describe('residual quantiser', () => {
  const start = begun(config)
  const given = { ...start, vectors: clusteredVectors(1) }

  it('chooses the nearest code of every layer, and reports how far the vectors lie from it', async () => {
    const { outputs } = await once(config, given)
    const expected = plainly(config, start, given.vectors)
    for (const [i, value] of expected.sum.entries()) expect(outputs.quantised![i]).toBeCloseTo(value, 5)
    expect(outputs.committed![0]).toBeCloseTo(expected.committed, 4)
    const counts = new Map<number, number>()
    for (const code of expected.chosen[0]!) counts.set(code, (counts.get(code) ?? 0) + 1 / vectors)
    expect(outputs.used![0]).toBe(counts.size)
    const entropy = [...counts.values()].reduce((sum, share) => sum - share * Math.log(share), 0)
    expect(outputs.perplexity![0]).toBeCloseTo(Math.exp(entropy), 3)
  })

  // Would catch gradients that stop at the quantiser, reach the codebooks, or leave the commitment out.
  it('hands gradients to the vectors as if it were not there, adds those of the commitment, and gives none to codebooks', async () => {
    const { gradients } = await once(config, given)
    const { slope } = noises()
    const sums = [1, 2].map((layers) => plainly({ ...config, layers }, start, given.vectors).sum)
    const size = given.vectors.length
    for (let i = 0; i < size; i++) {
      const pull = sums.reduce((total, sum) => total + (2 * (given.vectors[i]! - sum[i]!)) / size, 0)
      expect(gradients.vectors![i]).toBeCloseTo(slope![i]! + pull, 4)
    }
    for (let layer = 0; layer < config.layers; layer++) {
      for (const name of [codesName(layer), useName(layer)]) expect(gradients[name]!.every((value) => value === 0), name).toBe(true)
    }
  })

  it('moves codebooks by the moving averages of the number and of the sum of what chose each code', async () => {
    const { outputs } = await once(config, given)
    const { chosen } = plainly(config, start, given.vectors)
    const codes = start[codesName(0)]!
    for (let k = 0; k < config.codes; k++) {
      const mine = chosen[0]!.flatMap((code, v) => (code === k ? [v] : []))
      const share = mine.length / (vectors / config.codes)
      const use = 0.9 + 0.1 * share
      expect(outputs[`next/${useName(0)}`]![k]).toBeCloseTo(use, 4)
      for (let d = 0; d < dimensions; d++) {
        const sum = mine.reduce((total, v) => total + given.vectors[v * dimensions + d]!, 0) / (vectors / config.codes)
        const expected = (0.9 * codes[k * dimensions + d]! + 0.1 * sum) / use
        // Smoothing moves it a hundred-thousandth.
        expect(outputs[`next/${codesName(0)}`]![k * dimensions + d]).toBeCloseTo(expected, 3)
      }
    }
  })

  // The bar: with everything else equal, codebooks that follow the residuals end at a fifth of the error at most.
  it('learns where the vectors are, which it does not where it averages its own codes as was published', async () => {
    const settings = { ...config, layers: 1 }
    const correct = await settle(settings, begun(settings), 120)
    const published = await settle({ ...settings, average: 'as-published' }, begun(settings), 120)
    expect(published.error / correct.error).toBeGreaterThan(5)
  })

  // Would catch codes that are never found staying dead for ever.
  it('puts codes that nobody uses where vectors are', async () => {
    const start = begun(config)
    start[codesName(0)] = start[codesName(0)]!.map((value, i) => (i < dimensions ? value : value + 50))
    const stuck = await settle(config, start, 120)
    const restarted = await settle({ ...config, restartBelow: 0.05 }, start, 120)
    expect(stuck.used).toBe(1)
    expect(restarted.used).toBe(8)
    expect(restarted.error).toBeLessThan(stuck.error / 5)
  })

  it('begins with codes at the clusters when they come from k-means, each layer with what is left', async () => {
    const means = await kMeansCodebooks({ ...config, start: 'kMeans' }, clusteredVectors(1), randomStream(4), quietContext())
    const found = await settle(config, means, 1)
    const random = await settle(config, begun(config), 1)
    expect(found.used).toBe(8)
    expect(found.perplexity).toBeGreaterThan(6)
    expect(found.error).toBeLessThan(0.0026)
    expect(found.error).toBeLessThan(random.error / 20)
  })

  it('refuses to begin with more codes than there are vectors', async () => {
    const few = new Float32Array(7 * dimensions)
    await expect(kMeansCodebooks(config, few, randomStream(4), quietContext())).rejects.toMatchObject({ code: 'DATASET_EMPTY' })
  })
})

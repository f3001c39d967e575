import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Engine, Program } from '#main/engine/engine'
import { tf, type Tensor4D } from '#main/engine/tf'
import { adaptiveAveragePooling, convVae } from '#main/models/convVae'
import { initialParameters, parameterCount } from '#main/models/initialise'
import { shapesOf } from '#main/models/layers'
import { presets } from '#main/training/presets'
import { randomStream } from '#shared/random'
import { openTestEngine, runProgram } from '#test/testEngine'

const config = presets.conv000.model
let engine: Engine
beforeAll(async () => {
  engine = await openTestEngine()
})
afterAll(() => engine.dispose())

describe('adaptive average pooling', () => {
  const pool = async (values: number[], shape: [number, number, number, number], frames: number, bins: number) => {
    const layer = adaptiveAveragePooling(frames, bins)
    const program: Program = {
      name: `pool ${frames} ${bins}`,
      parameters: {},
      inputs: { x: shape },
      run: (parameters, { x }) => ({ y: tf.add(layer.apply(parameters, x as Tensor4D), 0) }),
    }
    return [...(await runProgram(engine, program, {}, { x: Float32Array.from(values) })).y!]
  }

  it('averages over overlapping fields where sizes do not divide, as PyTorch does', async () => {
    // Five to three: inputs 0-1, 1-3 and 3-4.
    const shrunk = await pool([0, 3, 6, 12, 20], [1, 5, 1, 1], 3, 1)
    for (const [i, value] of [1.5, 7, 16].entries()) expect(shrunk[i]).toBeCloseTo(value, 5)
  })

  it('pools frames and bins, and each channel by itself', async () => {
    // Two frames of two bins, channels beside each other: one holds 1 to 4, the other tens of it.
    const pooled = await pool([1, 10, 2, 20, 3, 30, 4, 40], [1, 2, 2, 2], 1, 2)
    for (const [i, value] of [2, 20, 3, 30].entries()) expect(pooled[i]).toBeCloseTo(value, 5)
  })

  it('leaves alone what has the size already', async () => {
    expect(await pool([1, 2, 3, 4], [1, 2, 2, 1], 2, 2)).toEqual([1, 2, 3, 4])
  })
})

describe('ConvVAE of source 000', () => {
  const network = convVae(config)
  const parameters = initialParameters(network.parameters, randomStream(1))

  it('has latent maps of a sixteenth, rounded up, and the layers that were described', () => {
    expect(network.latentShape(2)).toEqual([2, 33, 17, 64])
    expect(parameterCount(network.parameters)).toBe(521_922)
  })

  it('gives back patches of 517 × 257, the mean of both components', async () => {
    const program: Program = {
      name: 'convvae',
      parameters: shapesOf(network.parameters),
      inputs: { mixture: [1, config.frames, config.bins, 1] },
      run(given, { mixture }) {
        const { recons, components } = network.apply(given, mixture as Tensor4D)
        return { recons, first: components[0], second: components[1] }
      },
    }
    const random = randomStream(2)
    const mixture = Float32Array.from({ length: 517 * 257 }, () => random.normal())
    const { recons, first, second } = await runProgram(engine, program, parameters, { mixture })
    expect(recons!.length).toBe(517 * 257)
    for (let i = 0; i < recons!.length; i += 1009) expect(recons![i]).toBeCloseTo((first![i]! + second![i]!) / 2, 5)
    expect(first).not.toEqual(second)
  })
})

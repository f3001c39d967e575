import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Engine, NamedArrays } from '#main/engine/engine'
import { tf, type Tensor4D } from '#main/engine/tf'
import { initialParameters } from '#main/models/initialise'
import { unmixerConfigSchema } from '#main/models/modelCard'
import { decodeProgram, unmixer, unmixProgram } from '#main/models/unmixer'
import type { ConvUnmixerConfig } from '#main/models/unmixerConfig'
import { unmixerLoss } from '#main/models/unmixerLoss'
import { meanOfViews, viewsOf } from '#main/models/unmixerViews'
import { mixingRules, mixPictures, pictureSide, pictureSize, type Mixing } from '#shared/images/mixing'
import { randomStream } from '#shared/random'
import { openRungs, worstError } from '#test/engines'
import { openTestEngine, runProgram } from '#test/testEngine'
import { batchOf, blobPicture, smallUnmixers, unmixerLossInputs } from '#test/unmixers'

const average: Mixing = { rule: 'average', level: 0.5 }
const level = Float32Array.of(0.5)
const one = smallUnmixers.skip as ConvUnmixerConfig
const five: ConvUnmixerConfig = { ...one, views: 5 }
const exact: ConvUnmixerConfig[] = [five, { ...(smallUnmixers.unet as ConvUnmixerConfig), views: 5 }]
const shifts = [[0, 0], [-1, 0], [1, 0], [0, -1], [0, 1]] as const
const furthest = (a: Float32Array, b: Float32Array) => a.reduce((most, value, i) => Math.max(most, Number.isNaN(value) ? Infinity : Math.abs(value - b[i]!)), 0)

/** Parameters that make every layer matter, the last ones too, which begin at zero. */
function stirred(config: ConvUnmixerConfig): NamedArrays {
  const random = randomStream(2)
  const parameters = initialParameters(unmixer(config).parameters, randomStream(1))
  return Object.fromEntries(Object.entries(parameters).map(([name, values]) => [name, values.map((value) => value + 0.1 * random.normal())]))
}

/** A picture whose place (row, column) holds what was at (row + down, column + right), black where that is outside. */
function moved(picture: Float32Array, down: number, right: number): Float32Array {
  return picture.map((_, at) => {
    const [row, column] = [Math.floor(at / pictureSide) + down, (at % pictureSide) + right]
    return Math.min(row, column) < 0 || Math.max(row, column) >= pictureSide ? 0 : picture[row * pictureSide + column]!
  })
}

let engine: Engine
beforeAll(async () => {
  engine = await openTestEngine()
})
afterAll(() => engine.dispose())

// Would catch a view that is put back the wrong way, and edges that count what no view has shown.
it('the mean of what five views show is what the middle one shows, up to the edges', async () => {
  const values = batchOf([1, 2].map((seed) => Float32Array.from({ length: pictureSize }, (_, at) => seed + at)))
  const program = {
    name: 'views',
    parameters: {},
    inputs: { pictures: [2, pictureSide, pictureSide, 1] },
    run: (_: object, { pictures }: Record<string, unknown>) => ({
      middle: tf.add(viewsOf(pictures as Tensor4D, 1), 0),
      mean: meanOfViews(viewsOf(pictures as Tensor4D, 5), 5),
    }),
  } as const
  const { middle, mean } = await runProgram(engine, program, {}, { pictures: values })
  expect(mean!.length).toBe(2 * 28 * 28)
  expect(furthest(mean!, middle!)).toBeLessThan(1e-3)
})

describe('a network that looks at five views of a mixture', () => {
  const parameters = stirred(one)
  const mixture = mixPictures(blobPicture(1), blobPicture(2), average)

  it('says of each pixel the mean of what it says of each of them alone', async () => {
    const alone = unmixProgram(one, 1, 'average')
    const range = (at: number) => [Math.max(0, 2 * mixture[at]! - 1), Math.min(1, 2 * mixture[at]!)] as const
    const [sums, counts] = [new Float32Array(pictureSize), new Float32Array(pictureSize)]
    for (const [down, right] of shifts) {
      const { first } = await runProgram(engine, alone, parameters, { mixture: moved(mixture, down, right), level })
      const back = moved(first!, -down, -right)
      for (let row = Math.max(2, 2 + down); row < Math.min(30, 30 + down); row++) {
        for (let column = Math.max(2, 2 + right); column < Math.min(30, 30 + right); column++) {
          const at = row * pictureSide + column
          const [low, high] = range(at)
          const mask = (back[at]! - low) / (high - low)
          sums[at]! += Math.log(mask / (1 - mask))
          counts[at]!++
        }
      }
    }
    const found = await runProgram(engine, unmixProgram(five, 1, 'average'), parameters, { mixture, level })
    const single = await runProgram(engine, alone, parameters, { mixture, level })
    const told = [...mixture.keys()].filter((at) => counts[at]! > 0 && range(at)[1] - range(at)[0] > 0.2)
    const expected = told.map((at) => range(at)[0] + (range(at)[1] - range(at)[0]) / (1 + Math.exp(-sums[at]! / counts[at]!)))
    expect(told.length).toBeGreaterThan(100)
    expect(Math.max(...told.map((at, i) => Math.abs(found.first![at]! - expected[i]!)))).toBeLessThan(1e-4)
    expect(furthest(found.first!, single.first!), 'views that all say the same').toBeGreaterThan(1e-3)
    expect(found.firstMean).toEqual(single.firstMean)
  })

  // Would catch views of one picture of a batch that end up in another.
  it('takes each of a batch by itself', async () => {
    const other = mixPictures(blobPicture(3), blobPicture(4), average)
    const both = await runProgram(engine, unmixProgram(five, 2, 'average'), parameters, { mixture: batchOf([mixture, other]), level })
    const alone = await runProgram(engine, unmixProgram(five, 1, 'average'), parameters, { mixture: other, level })
    for (const name of ['first', 'second'] as const) expect(furthest(both[name]!.slice(pictureSize), alone[name]!), name).toBeLessThan(1e-5)
    expect(furthest(both.secondMean!.slice(both.secondMean!.length / 2), alone.secondMean!)).toBeLessThan(1e-5)
  })

  it.each(exact.flatMap((config) => mixingRules.map((rule) => ({ config, network: config.network, rule }))))('($network) mixes to the mixture again by rule $rule', async ({ config, rule }) => {
    const mixing = { rule, level: 0.3 }
    const mixed = mixPictures(blobPicture(1), blobPicture(2), mixing)
    const found = await runProgram(engine, unmixProgram(config, 1, rule), stirred(config), { mixture: mixed, level: Float32Array.of(0.3) })
    expect(furthest(found.mixture!, mixed)).toBeLessThanOrEqual(1e-6)
    expect(furthest(mixPictures(found.first!, found.second!, mixing), mixed)).toBeLessThanOrEqual(1e-6)
  })

  // Would catch a picture that jumps when a slider of its latents is touched.
  it('decodes its own latents to the pictures that it took, and moves on from there with them', async () => {
    const found = await runProgram(engine, unmixProgram(five, 1, 'average'), parameters, { mixture, level })
    const decode = (by: number) =>
      runProgram(engine, decodeProgram(five, 1, 'average'), parameters, {
        firstLatents: found.firstMean!.map((value) => value + by), secondLatents: found.secondMean!, mixture, level,
      })
    const [same, nearly, far] = [await decode(0), await decode(0.001), await decode(2)]
    expect(furthest(same.first!, found.first!)).toBeLessThan(1e-5)
    expect(furthest(nearly.first!, found.first!)).toBeLessThan(1e-2)
    expect(furthest(far.first!, found.first!)).toBeGreaterThan(1e-2)
    expect(furthest(far.mixture!, mixture)).toBeLessThanOrEqual(1e-6)
  })

  it('learns as if it looked at one', async () => {
    const lossOf = async (config: ConvUnmixerConfig) => {
      const program = unmixerLoss(config, 2, { picture: 'mse' })
      const differentiable = await engine.compileGradients(program)
      const { outputs } = await differentiable.gradients(parameters, unmixerLossInputs(program, average))
      differentiable.dispose()
      return outputs
    }
    expect(await lossOf(five)).toEqual(await lossOf(one))
  })

  it('is the same to every engine', async () => {
    const program = unmixProgram(five, 2, 'average')
    const inputs = { mixture: batchOf([mixture, mixPictures(blobPicture(5), blobPicture(6), average)]), level }
    const expected = await runProgram(engine, program, parameters, inputs)
    const found = await openRungs(async (rung) => expect(worstError(expected, await runProgram(rung, program, parameters, inputs)), rung.id).toBeLessThan(1e-4))
    const wrong = found.flatMap((rung) => ('reason' in rung && /expected/.test(rung.reason) ? [`${rung.id}: ${rung.reason}`] : []))
    await Promise.all(found.map((rung) => 'engine' in rung && rung.engine.dispose()))
    expect(wrong).toEqual([])
  })
})

describe('the card of a network', () => {
  it('may say that it looks at five views; without a word it looks at one', () => {
    expect(unmixerConfigSchema.parse(five)).toEqual(five)
    expect(unmixerConfigSchema.parse(one)).toEqual(one)
  })

  it.each([{ ...five, views: 4 }, { ...(smallUnmixers.bottleneck as ConvUnmixerConfig), views: 5 as const }])('is refused with views that it cannot have', (config) => {
    expect(unmixerConfigSchema.safeParse(config).success).toBe(false)
  })
})

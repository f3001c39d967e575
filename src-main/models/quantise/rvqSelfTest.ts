import { sizeOf, type Engine, type NamedArrays } from '#main/engine/engine'
import { onlyOf } from '#main/models/layers'
import { rvqDecodeProgram, rvqEncodeProgram, rvqVae, type RvqVaeConfig } from '#main/models/quantise/rvqVae'
import { requireValues } from '#main/models/selfTest'
import { randomStream } from '#shared/random'

/** Values that are kept and compared of what the encoder and the decoder give, spread over it. */
const probes = 32

/**
 * Values that a network gives for a picture, and for latents, of the given seed. The decoder is not shown what the encoder gives: where
 * two codes are as near, engines may choose differently.
 */
export async function rvqSelfTestValues(config: RvqVaeConfig, given: NamedArrays, engine: Engine, seed: number): Promise<number[]> {
  const network = rvqVae(config)
  const parameters = onlyOf(network.parameters, given)
  const random = randomStream(seed)
  const noise = (shape: readonly number[]) => Float32Array.from({ length: sizeOf(shape) }, () => random.normal())
  const latent = await firstOutput(rvqEncodeProgram(config, 1), 'latent', { picture: noise(network.pictureShape(1)) }, parameters, engine)
  const picture = await firstOutput(rvqDecodeProgram(config, 1, { snap: false }), 'picture', { latent: noise(network.latentShape(1)) }, parameters, engine)
  return [latent, picture].flatMap((values) => Array.from({ length: probes }, (_, i) => values[Math.floor((i * values.length) / probes)]!))
}

async function firstOutput(program: ReturnType<typeof rvqEncodeProgram>, output: string, inputs: NamedArrays, parameters: NamedArrays, engine: Engine): Promise<Float32Array> {
  const network = await engine.compile(program, parameters)
  try {
    return (await network.run(inputs))[output]!
  } finally {
    network.dispose()
  }
}

/**
 * @throws AppError MODEL_CORRUPT when the values are not those of the card, or the network cannot be computed as the card
 *   describes it; ENGINE_OUT_OF_MEMORY or ENGINE_LOST when that is not the model's fault.
 */
export async function requireRvqSelfTest(expected: { seed: number; values: readonly number[] }, config: RvqVaeConfig, parameters: NamedArrays, engine: Engine): Promise<void> {
  await requireValues(expected.values, () => rvqSelfTestValues(config, parameters, engine, expected.seed), engine)
}

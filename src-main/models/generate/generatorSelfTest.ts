import type { Engine, NamedArrays } from '#main/engine/engine'
import type { GeneratorConfig } from '#main/models/generate/generatorConfig'
import { decodeSoundProgram } from '#main/models/generate/soundVae'
import { requireValues } from '#main/models/selfTest'
import { randomStream } from '#shared/random'

/** Values that are kept and compared, spread over the picture. */
const probes = 64

/** What a network decodes from latents of the given seed, at `probes` places. */
export async function generatorSelfTestValues(config: GeneratorConfig, parameters: NamedArrays, engine: Engine, seed: number): Promise<number[]> {
  const random = randomStream(seed)
  const latent = Float32Array.from({ length: config.latents }, () => random.normal())
  const network = await engine.compile(decodeSoundProgram(config, 1), parameters)
  try {
    const { picture } = await network.run({ latent })
    const step = Math.floor(picture!.length / probes) + 1
    return Array.from({ length: Math.ceil(picture!.length / step) }, (_, i) => picture![i * step]!)
  } finally {
    network.dispose()
  }
}

/** @throws AppError as `requireSelfTest` of `selfTest` */
export async function requireGeneratorSelfTest(
  expected: { seed: number; values: readonly number[] },
  config: GeneratorConfig,
  parameters: NamedArrays,
  engine: Engine,
): Promise<void> {
  await requireValues(expected.values, () => generatorSelfTestValues(config, parameters, engine, expected.seed), engine)
}

import type { Engine, NamedArrays } from '#main/engine/engine'
import { requireValues } from '#main/models/selfTest'
import { unmixProgram } from '#main/models/unmixer'
import type { UnmixerConfig } from '#main/models/unmixerConfig'
import { pictureSize } from '#shared/images/mixing'
import { randomStream } from '#shared/random'

/** Values that are kept and compared of each picture, spread over it. */
const probes = 32

/** Grey values that a network gives for a mixture of the given seed, of the first picture, then of the second. */
export async function unmixerSelfTestValues(config: UnmixerConfig, parameters: NamedArrays, engine: Engine, seed: number): Promise<number[]> {
  const { rule, level } = config.mixing
  const random = randomStream(seed)
  const mixture = Float32Array.from({ length: pictureSize }, () => random.uniform())
  const network = await engine.compile(unmixProgram(config, 1, rule), parameters)
  try {
    const { first, second } = await network.run({ mixture, level: Float32Array.of(level) })
    // Odd, so that the places lie in every column.
    const step = 31
    return [first!, second!].flatMap((picture) => Array.from({ length: probes }, (_, i) => picture[i * step]!))
  } finally {
    network.dispose()
  }
}

/**
 * @throws AppError MODEL_CORRUPT when the values are not those of the card, or the network cannot be computed as the card
 *   describes it; ENGINE_OUT_OF_MEMORY or ENGINE_LOST when that is not the model's fault.
 */
export async function requireUnmixerSelfTest(
  expected: { seed: number; values: readonly number[] },
  config: UnmixerConfig,
  parameters: NamedArrays,
  engine: Engine,
): Promise<void> {
  await requireValues(expected.values, () => unmixerSelfTestValues(config, parameters, engine, expected.seed), engine)
}

import { sizeOf, type Engine, type NamedArrays } from '#main/engine/engine'
import { detectorScoreProgram, detectorVae, type DetectorVaeConfig } from '#main/models/detect/detectorVae'
import { requireValues } from '#main/models/selfTest'
import { randomStream } from '#shared/random'

/** Values of the decoded clip that are kept and compared, spread over it. */
const probes = 32

/** What a network gives for a clip of noise of the given seed: values of what it decodes, and RL. */
export async function detectorSelfTestValues(config: DetectorVaeConfig, parameters: NamedArrays, engine: Engine, seed: number): Promise<number[]> {
  const random = randomStream(seed)
  const clip = Float32Array.from({ length: sizeOf(detectorVae(config).clipShape(1)) }, () => random.uniform())
  const network = await engine.compile(detectorScoreProgram(config, 1), parameters)
  try {
    const { decoded, rl } = await network.run({ clip })
    const step = Math.floor(decoded!.length / probes)
    return [...Array.from({ length: probes }, (_, i) => decoded![i * step]!), rl![0]!]
  } finally {
    network.dispose()
  }
}

/** @throws AppError MODEL_CORRUPT when the values are not those of the card; ENGINE_OUT_OF_MEMORY or ENGINE_LOST when that is not the model's fault */
export async function requireDetectorSelfTest(expected: { seed: number; values: readonly number[] }, config: DetectorVaeConfig, parameters: NamedArrays, engine: Engine): Promise<void> {
  await requireValues(expected.values, () => detectorSelfTestValues(config, parameters, engine, expected.seed), engine)
}

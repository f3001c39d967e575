import { sizeOf, type Engine, type NamedArrays } from '#main/engine/engine'
import { maskProgram, type SeparatorConfig } from '#main/models/separatorNetwork'
import { featureShape } from '#main/models/spectralNetwork'
import { AppError } from '#shared/errors'
import { randomStream } from '#shared/random'

/** Values that are kept and compared, spread over the whole mask. */
const probes = 32

/** Masks that a network gives for noise of the given seed, at `probes` places. */
export async function selfTestMask(config: SeparatorConfig, parameters: NamedArrays, engine: Engine, seed: number): Promise<number[]> {
  const random = randomStream(seed)
  const size = sizeOf(featureShape(config, 1))
  const features = Float32Array.from({ length: size }, () => random.normal())
  const network = await engine.compile(maskProgram(config, 1), parameters)
  try {
    const { vocalMask } = await network.run({ features })
    const step = Math.floor(vocalMask!.length / probes)
    return Array.from({ length: probes }, (_, i) => vocalMask![i * step]!)
  } finally {
    network.dispose()
  }
}

/**
 * @throws AppError MODEL_CORRUPT when the masks are not those of the card, or the network cannot be computed as the card
 *   describes it; ENGINE_OUT_OF_MEMORY or ENGINE_LOST when that is not the model's fault.
 */
export async function requireSelfTest(
  expected: { seed: number; mask: readonly number[] },
  config: SeparatorConfig,
  parameters: NamedArrays,
  engine: Engine,
): Promise<void> {
  await requireValues(expected.mask, () => selfTestMask(config, parameters, engine, expected.seed), engine)
}

/** Root mean square by which engines may differ; a wrong weight or operation moves values by far more. */
const tolerance = 2e-3

/** @throws AppError what `requireSelfTest` throws, where `compute` does not give what is expected */
export async function requireValues(expected: readonly number[], compute: () => Promise<readonly number[]>, engine: Engine): Promise<void> {
  const values = await compute().catch((error: unknown) => {
    if (error instanceof AppError && error.code.startsWith('ENGINE_')) throw error
    throw failed(engine, 'its network does not fit its card', error)
  })
  if (values.length !== expected.length) throw failed(engine, 'its card holds another number of results')
  const error = Math.sqrt(values.reduce((sum, value, i) => sum + (value - expected[i]!) ** 2, 0) / values.length)
  if (!(error <= tolerance)) throw failed(engine, `its results are off by ${error.toPrecision(2)}`)
}

function failed(engine: Engine, why: string, cause?: unknown): AppError {
  return new AppError(
    'MODEL_CORRUPT',
    `The model failed its self-test on ${engine.label}: ${why}. ` +
      'It was not used; choose another model or engine, or install it again.',
    { cause },
  )
}

import type { Engine, NamedArrays } from '#main/engine/engine'
import { onlyOf } from '#main/models/layers'
import { mapSize } from '#main/models/quantise/flow/realNvp'
import type { MapStatistics } from '#main/models/quantise/flow/variants'
import { rvqPrior, rvqPriorInverseProgram, unscaledMap, type RvqPriorConfig } from '#main/models/quantise/rvqPrior'
import { createSoundCoder } from '#main/quantising/soundCoder'
import { checkpointCancel, type WorkContext } from '#shared/jobs/work'
import type { RandomStream } from '#shared/random'

/** Sounds that a prior draws, as pictures, and the latents that they are decoded from. */
export interface PriorDraws {
  /** As the flow gives them, before they are quantised. */
  readonly latents: readonly Float32Array[]
  readonly pictures: readonly Float32Array[]
}

/**
 * Draws `count` latent maps, one at a time, and decodes what their nearest codes sum to.
 * @param temperature what the deviation of the prior is multiplied with
 * @throws the engine's errors; the signal's reason
 */
export async function drawFromPrior(
  config: RvqPriorConfig,
  parameters: NamedArrays,
  statistics: MapStatistics,
  { count, temperature, random }: { count: number; temperature: number; random: RandomStream },
  engine: Engine,
  context: WorkContext,
): Promise<PriorDraws> {
  const { network } = rvqPrior(config)
  const flow = onlyOf(network.parameters, parameters)
  const inverse = await engine.compile(rvqPriorInverseProgram(config, 1), flow)
  const latents: Float32Array[] = []
  try {
    for (let index = 0; index < count; index++) {
      const drawn = network.sample(flow, 1, temperature, random.fork(index))
      const { map } = await inverse.run(Object.fromEntries(drawn.map((latent, i) => [`latent${i}`, latent])))
      latents.push(bounded(unscaledMap(map!.subarray(0, mapSize(rvqPrior(config).flow.shape)), config.variant, statistics), statistics))
      context.onProgress({ stage: 'sampling', completed: index + 1, total: count, unit: 'files' })
      await checkpointCancel(context)
    }
  } finally {
    inverse.dispose()
  }
  const coder = await createSoundCoder(config.coder, parameters, engine, Math.min(4, count))
  try {
    return { latents, pictures: await coder.decode(latents, { snap: true }) }
  } finally {
    coder.dispose()
  }
}

/** A flow that was hardly trained may throw values out of all range, or lose them; whatever it does is to be heard, not to fail. */
function bounded(map: Float32Array, { deviation }: MapStatistics): Float32Array {
  const most = 100 * deviation
  return map.map((value) => (Number.isFinite(value) ? Math.min(most, Math.max(-most, value)) : 0))
}

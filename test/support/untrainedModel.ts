import { openEngine } from '#main/engine/select'
import { initialParameters } from '#main/models/initialise'
import { selfTestMask } from '#main/models/selfTest'
import { separatorNetwork, type SeparatorConfig } from '#main/models/separatorNetwork'
import { saveModel } from '#main/node/modelFiles'
import { presets } from '#main/training/presets'
import { randomStream } from '#shared/random'

/** Writes a complete model that has learned nothing: tests of all that is around a model need no more. */
export async function writeUntrainedModel(directory: string, config: SeparatorConfig = presets.tiny.model): Promise<void> {
  const parameters = initialParameters(separatorNetwork(config).parameters, randomStream(1))
  const engine = await openEngine()
  const mask = await selfTestMask(config, parameters, engine, 1)
  await engine.dispose()
  await saveModel(
    directory,
    {
      name: 'Untrained',
      summary: 'Random weights.',
      licence: 'none',
      config,
      data: 'None.',
      attributions: [],
      scores: [],
      training: { steps: 0, seconds: 0, seed: 1, engine: engine.label, config: {} },
      selfTest: { seed: 1, mask },
    },
    parameters,
  )
}

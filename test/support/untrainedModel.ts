import type { NamedArrays } from '#main/engine/engine'
import { openEngine } from '#main/engine/select'
import { initialParameters } from '#main/models/initialise'
import type { UnmixerFileCard } from '#main/models/modelCard'
import { selfTestMask } from '#main/models/selfTest'
import { separatorNetwork, type SeparatorConfig } from '#main/models/separatorNetwork'
import { unmixer } from '#main/models/unmixer'
import type { UnmixerConfig } from '#main/models/unmixerConfig'
import { unmixerSelfTestValues } from '#main/models/unmixerSelfTest'
import { saveModel } from '#main/node/modelFiles'
import { presets } from '#main/training/presets'
import { randomStream } from '#shared/random'
import { smallUnmixers } from '#test/unmixers'

const untrained = (engine: string) => ({
  name: 'Untrained',
  summary: 'Random weights.',
  licence: 'none',
  data: 'None.',
  attributions: [],
  scores: [],
  training: { steps: 0, seconds: 0, seed: 1, engine, config: {} },
})

/** Writes a complete model that has learned nothing: tests of all that is around a model need no more. */
export async function writeUntrainedModel(directory: string, config: SeparatorConfig = presets.tiny.model): Promise<void> {
  const parameters = initialParameters(separatorNetwork(config).parameters, randomStream(1))
  const engine = await openEngine()
  const mask = await selfTestMask(config, parameters, engine, 1)
  await engine.dispose()
  await saveModel(directory, { ...untrained(engine.label), config, selfTest: { seed: 1, mask } }, parameters)
}

/** The same of a network that takes pictures apart. */
export async function writeUntrainedUnmixer(directory: string, config: UnmixerConfig = smallUnmixers.skip, name = 'Untrained', scores: UnmixerFileCard['scores'] = []): Promise<void> {
  const parameters = stirred(initialParameters(unmixer(config).parameters, randomStream(1)))
  const engine = await openEngine()
  const values = await unmixerSelfTestValues(config, parameters, engine, 1)
  await engine.dispose()
  await saveModel(directory, { ...untrained(engine.label), name, scores, config, selfTest: { seed: 1, values } }, parameters)
}

/** Layers that begin at zero hide those before them, and what is changed there would change nothing. */
function stirred(parameters: NamedArrays): NamedArrays {
  const random = randomStream(2)
  return Object.fromEntries(Object.entries(parameters).map(([name, values]) => [name, values.map((value) => value + 0.05 * random.normal())]))
}

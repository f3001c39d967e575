import type { WritingWays } from '#main/services/generatedFiles'
import type { GeneratorModels } from '#main/services/generatorModels'
import type { RestingCompute } from '#main/services/restingCompute'
import type { AppContract } from '#shared/contract/contract'
import type { PayloadOf } from '#shared/contract/defineContract'
import { AppError } from '#shared/errors'

/** Sounds of a generator that are to be written. */
export type GeneratorSounds = PayloadOf<AppContract['requests']['generating']['prepareDrag']>

/** Returns how they are; `check` throws MODEL_NOT_FOUND, MODEL_CORRUPT, MODEL_INCOMPATIBLE, and writing INVALID_INPUT for latents of another model. */
export function generatorWriting(known: GeneratorModels, compute: RestingCompute): WritingWays<GeneratorSounds> {
  return {
    check: ({ modelId }) => known.find(modelId),
    async write({ modelId, phases, sounds }, folder, context) {
      const { files, card, facts } = await known.find(modelId)
      if (sounds.some(({ latent }) => latent.length !== facts.latents)) {
        throw new AppError('INVALID_INPUT', `These are not sounds of "${card.name}". Nothing was written; choose the model that they come from.`)
      }
      const latents = Float32Array.from(sounds.flatMap(({ latent }) => latent))
      return compute.run('writeSounds', { ...files, phases, latents, folder, sounds: sounds.map(({ name, seed }) => ({ name, seed })) }, context)
    },
    namesOf: ({ sounds }) => sounds.map(({ name }) => name),
    modelsOf: ({ modelId }) => [modelId],
  }
}

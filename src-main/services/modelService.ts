import { z } from 'zod'
import type { ModelStore, StoredModel } from '#main/services/platform'
import { modelCard, type ModelCard } from '#shared/contract/models'
import { AppError } from '#shared/errors'

/** The model that is used where none is named. */
export const defaultModelId = 'duovae'

export interface InstalledModel {
  readonly card: ModelCard
  readonly directory: string
}

export interface ModelService {
  /** Those whose card can be used. */
  list(): Promise<InstalledModel[]>
  /** @throws AppError MODEL_NOT_FOUND, which names the models there are; MODEL_CORRUPT */
  find(id?: string): Promise<InstalledModel>
}

/** Returns the service over the models of `store`, which are looked up anew each time. */
export function createModelService(store: ModelStore): ModelService {
  return {
    async list() {
      const models = (await store.list()).map(readModel)
      return models.flatMap((model) => (model instanceof AppError ? [] : [model]))
    },
    async find(id = defaultModelId) {
      const stored = await store.list()
      const found = stored.find((model) => model.id === id)
      if (!found) {
        const known = stored.map((model) => model.id).join(', ') || 'none'
        throw new AppError('MODEL_NOT_FOUND', `There is no model called "${id}". The models installed here are: ${known}.`)
      }
      const model = readModel(found)
      if (model instanceof AppError) throw model
      return model
    },
  }
}

/** What of a card is shown; the card itself may say more. */
const shownOfCard = modelCard.omit({ id: true, isDefault: true }).partial({ scores: true, attributions: true })

function readModel({ id, directory, card }: StoredModel): InstalledModel | AppError {
  const parsed = shownOfCard.safeParse(card)
  if (!parsed.success) {
    return new AppError('MODEL_CORRUPT', `The card of the model "${id}" cannot be used: ${z.prettifyError(parsed.error)}. Install the model again.`)
  }
  return { directory, card: { scores: [], attributions: [], ...parsed.data, id, isDefault: id === defaultModelId } }
}

import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { ModelStore, StoredModel } from '#main/services/platform'

/** Returns the models in `folders`: every sub-folder that holds a card.json, under its own name. */
export function createModelStore(folders: readonly string[]): ModelStore {
  return {
    async list() {
      const found = await Promise.all(folders.map(modelsIn))
      return found.flat()
    },
  }
}

async function modelsIn(folder: string): Promise<StoredModel[]> {
  const names = await readdir(folder).catch(() => [])
  const models = await Promise.all(names.sort().map((name) => readModel(name, join(folder, name))))
  return models.filter((model) => model !== undefined)
}

async function readModel(id: string, directory: string): Promise<StoredModel | undefined> {
  const text = await readFile(join(directory, 'card.json'), 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  try {
    return { id, directory, card: JSON.parse(text) as unknown }
  } catch {
    // A card that is no JSON is reported by whoever checks cards, with the model's name.
    return { id, directory, card: text }
  }
}

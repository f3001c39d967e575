import { createHash } from 'node:crypto'
import { cp, readdir, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createDocumentFile } from '#main/node/documentFile'
import { exists } from '#main/node/temporaryFile'
import { writeWhole } from '#main/node/wholeFile'
import { makeStagingFolder, removeAbandoned, reporting } from '#main/node/stagingFolder'
import { readHistory } from '#main/node/runHistory'
import type { ModelStore, StoredModel } from '#main/services/platform'
import { AppError } from '#shared/errors'

const cardName = 'card.json'
const weightsName = 'weights.safetensors'
const historyName = 'history.jsonl'

/** How often a folder is copied again that its training writes meanwhile, and milliseconds in between. */
const copies = 20
const pauseMs = 100

/**
 * Returns the models in `folders`: every sub-folder that holds a card.json, under its own name. The last folder is the user's,
 * where models are kept, renamed and removed; those before it come with the app and stay as they are.
 */
export function createModelStore(folders: readonly string[]): ModelStore {
  const library = folders.at(-1)!
  return {
    async list() {
      const found = await Promise.all(folders.map((folder) => modelsIn(folder, folder !== library)))
      return found.flat()
    },
    async keep(id, directory, describe) {
      const folder = await reporting(library, () => makeStagingFolder(library))
      try {
        const card = await copyModel(directory, folder)
        await copyHistory(directory, folder)
        return await publish(library, folder, id, describe(card))
      } finally {
        await rm(folder, { recursive: true, force: true })
      }
    },
    async stage() {
      const folder = await reporting(library, () => makeStagingFolder(library))
      return {
        folder,
        publish: async (idOf, describe) => {
          const card = await readCard(folder)
          const { name } = card as { name?: unknown }
          return publish(library, folder, idOf(typeof name === 'string' ? name : ''), describe(card))
        },
        discard: () => rm(folder, { recursive: true, force: true }),
      }
    },
    rewrite: ({ id, directory }, card) =>
      reporting(directory, async () => {
        await writeWhole(join(directory, cardName), asJson(card))
        return { id, directory, card, isShipped: false }
      }),
    async remove({ id, directory }) {
      // Under a hidden name first: a model that is half removed must not be offered.
      const hidden = join(library, `.removed-${id}`)
      await reporting(directory, async () => {
        await rm(hidden, { recursive: true, force: true })
        await rename(directory, hidden)
        await rm(hidden, { recursive: true, force: true })
      })
      await removeAbandoned(library)
    },
    history: ({ directory }) => readHistory(directory),
    speeds: createDocumentFile(join(library, 'speeds.json')),
  }
}

async function modelsIn(folder: string, isShipped: boolean): Promise<StoredModel[]> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => !name.startsWith('.'))
  const models = await Promise.all(names.sort().map((name) => readModel(name, join(folder, name), isShipped)))
  return models.filter((model) => model !== undefined)
}

async function readModel(id: string, directory: string, isShipped: boolean): Promise<StoredModel | undefined> {
  const text = await readFile(join(directory, cardName), 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  try {
    return { id, directory, card: JSON.parse(text) as unknown, isShipped }
  } catch {
    // A card that is no JSON is reported by whoever checks cards, with the model's name.
    return { id, directory, card: text, isShipped }
  }
}

async function readCard(directory: string): Promise<object> {
  const text = await readFile(join(directory, cardName), 'utf8').catch((cause: unknown) => {
    throw new AppError('MODEL_NOT_FOUND', `There is no complete model in ${directory}. Nothing was kept of it.`, { cause })
  })
  const card = parsed(text)
  if (typeof card === 'object' && card !== null) return card
  throw new AppError('MODEL_CORRUPT', `The model's card in ${directory} is damaged. Nothing was kept of it.`)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A training may replace its best model while it is copied: weights and card must be of one moment. Returns the card. */
async function copyModel(from: string, to: string): Promise<object> {
  await readCard(from)
  for (let attempt = 1; ; attempt++) {
    await reporting(to, () => cp(from, to, { recursive: true, filter: (path) => !path.endsWith('.part') })).catch(passing)
    const card = await readCard(to).catch(() => ({}))
    if (await belongTogether(to, card)) return card
    if (attempt === copies) {
      throw new AppError('MODEL_CORRUPT', `The weights in ${from} are not those of their card. Nothing was kept of them; train on, and try again.`)
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }
}

/** A file that was renamed away while it was copied is tried again; a disk that refuses is not. */
function passing(error: unknown): void {
  const { cause } = error as { cause?: { code?: unknown } }
  if (cause?.code !== 'ENOENT') throw error
}

async function belongTogether(folder: string, card: object): Promise<boolean> {
  const weights = await readFile(join(folder, weightsName)).catch(() => undefined)
  return weights !== undefined && createHash('sha256').update(weights).digest('hex') === (card as { sha256?: unknown }).sha256
}

/** The history of the run whose folder a model lies in is the curve of its training. */
async function copyHistory(from: string, to: string): Promise<void> {
  const own = join(from, historyName)
  const source = (await exists(own)) ? own : join(dirname(from), historyName)
  if (await exists(source)) await reporting(to, () => cp(source, join(to, historyName)))
}

function publish(library: string, folder: string, id: string, card: object): Promise<StoredModel> {
  return reporting(library, async () => {
    await writeWhole(join(folder, cardName), asJson(card))
    const directory = join(library, id)
    await rename(folder, directory)
    return { id, directory, card, isShipped: false }
  })
}

function asJson(card: object): string {
  return `${JSON.stringify(card, undefined, 2)}\n`
}

import { describe, expect, it } from 'vitest'
import { createModelService } from '#main/services/modelService'
import type { ModelStore, StoredModel } from '#main/services/platform'
import type { ModelCard } from '#shared/contract/models'

const card = { name: 'Duo', summary: 'Two decoders.', licence: 'CC0', parameters: 3, sha256: 'ab', config: { more: 'than is shown' } }
const stored = [
  { id: 'duovae', directory: 'models/duovae', card, isShipped: true },
  { id: 'broken', directory: 'models/broken', card: { ...card, parameters: 'many' }, isShipped: false },
  { id: 'mine', directory: 'models/mine', card: { ...card, name: 'Mine', origin: 'trained' }, isShipped: false },
  { id: 'blind', directory: 'models/blind', card: { ...card, name: 'Blind', config: { family: 'convvae' } }, isShipped: false },
]

/** A store whose models are a list in memory; nothing that it is not asked for here exists. */
function openService(usedBy: (id: string) => string | undefined = () => undefined) {
  const models: StoredModel[] = [...stored]
  const told: ModelCard[][] = []
  const replace = (model: StoredModel) => {
    models.splice(models.findIndex(({ id }) => id === model.id), 1, model)
    return model
  }
  const store = {
    speeds: { read: async () => undefined },
    list: async () => [...models],
    rewrite: async (model: StoredModel, changed: object) => replace({ ...model, card: changed }),
    remove: async ({ id }: StoredModel) => void models.splice(models.findIndex((model) => model.id === id), 1),
    keep: async (id: string, directory: string, describe: (card: object) => object) => {
      models.push({ id, directory, card: describe(card), isShipped: false })
      return models.at(-1)!
    },
  } as unknown as ModelStore
  const service = createModelService({ store, newId: () => '01234567-89', usedBy, onChange: (cards) => told.push(cards) })
  return { service, told, ids: () => models.map(({ id }) => id) }
}

const { service } = openService()

describe('model service', () => {
  it('gives the default model and says that it is the default', async () => {
    const { directory, card: shown } = await service.find()
    expect(directory).toBe('models/duovae')
    expect(shown).toMatchObject({ id: 'duovae', name: 'Duo', isDefault: true, scores: [], attributions: [] })
  })

  it('names the installed models where there is none of that name', async () => {
    await expect(service.find('nothing')).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND', message: expect.stringContaining('duovae, broken, mine, blind') as string })
  })

  it('lists the others when one card is damaged, and says so only to whoever asks for that one', async () => {
    expect((await service.list()).map((model) => model.card.id)).toEqual(['duovae', 'mine', 'blind'])
    await expect(service.find('broken')).rejects.toMatchObject({ code: 'MODEL_CORRUPT', message: expect.stringContaining('broken') as string })
  })

  // Would catch a rename that loses what the card says besides what is shown.
  it('renames a model of the user, keeps the rest of its card and tells the page', async () => {
    const { service, told } = openService()
    expect((await service.rename('mine', 'Ours')).card).toMatchObject({ id: 'mine', name: 'Ours', licence: 'CC0', origin: 'trained' })
    expect(told.at(-1)!.map(({ name }) => name)).toEqual(['Duo', 'Ours', 'Blind'])
  })

  it('changes and deletes nothing that comes with the app', async () => {
    const { service, ids } = openService()
    await expect(service.rename('duovae', 'Ours')).rejects.toMatchObject({ code: 'MODEL_PROTECTED' })
    await expect(service.remove('duovae')).rejects.toMatchObject({ code: 'MODEL_PROTECTED' })
    expect(ids()).toContain('duovae')
  })

  it('deletes no model that a job needs, and says which job that is', async () => {
    const { service, ids } = openService((id) => (id === 'mine' ? 'the job "A song"' : undefined))
    await expect(service.remove('mine')).rejects.toMatchObject({ code: 'MODEL_IN_USE', message: expect.stringContaining('"A song"') as string })
    await service.remove('broken')
    expect(ids()).toEqual(['duovae', 'mine', 'blind'])
  })

  it('splits no song with a network that never learned what vocals are', async () => {
    expect((await service.find('blind')).card.kind).toBe('blind')
    await expect(service.findSeparator('blind')).rejects.toMatchObject({ code: 'MODEL_INCOMPATIBLE' })
  })

  it('keeps a model under an id that can be read and is its own', async () => {
    const { service } = openService()
    const kept = await service.keep({ directory: 'runs/1/model', name: 'My voice: take 2' })
    expect(kept.card).toMatchObject({ id: 'my-voice-take-2-01234567', name: 'My voice: take 2', origin: 'trained' })
    expect((await service.keep({ directory: 'runs/1/model', name: '声' })).card.id).toBe('model-01234567')
  })
})

import { describe, expect, it } from 'vitest'
import { createModelService } from '#main/services/modelService'

const card = { name: 'Duo', summary: 'Two decoders.', licence: 'CC0', parameters: 3, sha256: 'ab', config: { more: 'than is shown' } }
const stored = [
  { id: 'duovae', directory: 'models/duovae', card },
  { id: 'broken', directory: 'models/broken', card: { ...card, parameters: 'many' } },
]
const service = createModelService({ list: async () => stored })

describe('model service', () => {
  it('gives the default model and says that it is the default', async () => {
    const { directory, card: shown } = await service.find()
    expect(directory).toBe('models/duovae')
    expect(shown).toMatchObject({ id: 'duovae', name: 'Duo', isDefault: true, scores: [], attributions: [] })
  })

  it('names the installed models where there is none of that name', async () => {
    await expect(service.find('nothing')).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND', message: expect.stringContaining('duovae, broken') as string })
  })

  it('lists the others when one card is damaged, and says so only to whoever asks for that one', async () => {
    expect((await service.list()).map((model) => model.card.id)).toEqual(['duovae'])
    await expect(service.find('broken')).rejects.toMatchObject({ code: 'MODEL_CORRUPT', message: expect.stringContaining('broken') as string })
  })
})

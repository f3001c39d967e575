import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { createModelStore } from '#main/node/modelStore'

const scratch = await mkdtemp(join(tmpdir(), 'stemwright-models-'))
afterAll(() => rm(scratch, { recursive: true, force: true }))

const line = { epoch: 1, step: 10, seconds: 1, learningRate: 0.1, beta: 0, train: { loss: 1 }, validation: {}, score: 1, best: true, waiting: 0 }
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
let count = 0
let run = ''
let library = ''

async function writeModel(weights: string, card: object = {}): Promise<void> {
  await mkdir(join(run, 'model'), { recursive: true })
  await writeFile(join(run, 'model', 'weights.safetensors'), weights)
  await writeFile(join(run, 'model', 'card.json'), JSON.stringify({ name: 'run', sha256: sha256(weights), config: { deep: 1 }, ...card }))
}

beforeEach(async () => {
  run = join(scratch, `run-${++count}`)
  library = join(scratch, `library-${count}`)
  await writeModel('weights')
  await writeFile(join(run, 'history.jsonl'), `${JSON.stringify(line)}\n`)
})

const named = (card: object) => ({ ...card, name: 'Kept' })

describe('model store', () => {
  // Would catch a kept model that still leans on its run, which may be deleted.
  it('keeps a run\'s model whole, with the history of the run', async () => {
    const store = createModelStore([join(scratch, 'shipped'), library])
    const kept = await store.keep('kept', join(run, 'model'), named)
    await rm(run, { recursive: true })
    expect(await store.list()).toMatchObject([{ id: 'kept', card: { name: 'Kept', config: { deep: 1 } }, isShipped: false }])
    expect(await readFile(join(kept.directory, 'weights.safetensors'), 'utf8')).toBe('weights')
    expect(await store.history(kept)).toEqual([line])
    expect(await readdir(library)).toEqual(['kept'])
  })

  // Would catch weights of one epoch under the card of another.
  it('waits while a training replaces the model, and takes the newer one', async () => {
    await writeModel('newer', { sha256: 'the card is written last' })
    const keeping = createModelStore([library]).keep('kept', join(run, 'model'), named)
    await new Promise((resolve) => setTimeout(resolve, 150))
    await writeModel('newer')
    expect((await keeping).card).toMatchObject({ sha256: sha256('newer') })
  })

  it('leaves nothing of a model that is damaged or not there', async () => {
    const store = createModelStore([library])
    await writeModel('weights', { sha256: 'of something else' })
    await expect(store.keep('kept', join(run, 'model'), named)).rejects.toMatchObject({ code: 'MODEL_CORRUPT' })
    await expect(store.keep('kept', join(run, 'nothing'), named)).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' })
    expect(await readdir(library)).toEqual([])
    expect(await store.list()).toEqual([])
  })

  it('says where a model may not be kept', async () => {
    await writeFile(library, 'a file in the way')
    const store = createModelStore([library])
    await expect(store.keep('kept', join(run, 'model'), named)).rejects.toMatchObject({ code: 'OUTPUT_NOT_WRITABLE' })
  })

  it('renames and removes what it keeps', async () => {
    const store = createModelStore([library])
    const kept = await store.keep('kept', join(run, 'model'), named)
    const renamed = await store.rewrite(kept, { ...(kept.card as object), name: 'Other' })
    expect(await store.list()).toEqual([renamed])
    await store.remove(renamed)
    expect(await readdir(library)).toEqual([])
  })
})

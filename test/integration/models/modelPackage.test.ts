import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { packModel, unpackModel } from '#main/node/modelPackage'

const scratch = await mkdtemp(join(tmpdir(), 'stemwright-package-'))
afterAll(() => rm(scratch, { recursive: true, force: true }))

let count = 0
let folder = ''
let packed = ''
let target = ''
beforeEach(async () => {
  folder = join(scratch, `model-${++count}`)
  target = join(scratch, `target-${count}`)
  await mkdir(folder)
  await mkdir(target)
  await writeFile(join(folder, 'card.json'), '{"name":"Mine"}')
  await writeFile(join(folder, 'weights.safetensors'), Buffer.alloc(5000, 7))
  await writeFile(join(folder, 'history.jsonl'), '{}\n')
  await writeFile(join(folder, 'weights.safetensors.part'), 'left by a crash')
  packed = await packModel(folder, join(scratch, `mine-${count}.stemwright-model`))
})

/** The packed file with some bytes changed. */
async function changed(change: (bytes: Buffer) => Buffer): Promise<string> {
  const path = `${packed}.changed`
  await writeFile(path, change(await readFile(packed)))
  return path
}

const withList = (list: unknown) => (bytes: Buffer) => {
  const text = Buffer.from(JSON.stringify(list))
  const head = Buffer.from(bytes.subarray(0, 24))
  head.writeUInt32LE(text.length, 20)
  return Buffer.concat([head, text, bytes.subarray(24 + bytes.readUInt32LE(20))])
}
const entry = (name: string, size = 15) => ({ name, size, sha256: '0'.repeat(64) })

describe('a model in one file', () => {
  it('holds every file of the model to the byte, and nothing else', async () => {
    await unpackModel(packed, target)
    expect((await readdir(target)).sort()).toEqual(['card.json', 'history.jsonl', 'weights.safetensors'])
    for (const name of await readdir(target)) expect(await readFile(join(target, name))).toEqual(await readFile(join(folder, name)))
    expect(await packModel(folder, packed)).toBe(packed.replace('.stemwright-model', ' (2).stemwright-model'))
  })

  it.each([
    ['one flipped bit', (bytes: Buffer) => { bytes[bytes.length - 100]! ^= 1; return bytes }, 'MODEL_CORRUPT', 'SHA-256 differs'],
    ['a missing end', (bytes: Buffer) => bytes.subarray(0, bytes.length - 10), 'MODEL_CORRUPT', 'cut short'],
    ['only its first bytes', (bytes: Buffer) => bytes.subarray(0, 18), 'MODEL_CORRUPT', 'cut short'],
    ['an end in its list', (bytes: Buffer) => bytes.subarray(0, 60), 'MODEL_CORRUPT', 'cut short'],
    ['more at its end', (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc(3)]), 'MODEL_CORRUPT', '3 bytes follow its end'],
    ['nothing', () => Buffer.alloc(0), 'INVALID_INPUT', 'no model of Stemwright'],
    ['a song', () => Buffer.from('RIFF....WAVEfmt and so on, long enough to have a head'), 'INVALID_INPUT', 'no model of Stemwright'],
    ['a list that is too long', (bytes: Buffer) => { bytes.writeUInt32LE(2 ** 31, 20); return bytes }, 'MODEL_CORRUPT', 'longer than any'],
    ['a list that is no list', (bytes: Buffer) => { bytes[24] = 0; return bytes }, 'MODEL_CORRUPT', 'no JSON'],
    ['a file that would leave the folder', withList({ files: [entry('../../evil'), entry('card.json')] }), 'MODEL_CORRUPT', 'list of files'],
    ['a file too large to be believed', withList({ files: [entry('card.json'), entry('weights.safetensors', 2 ** 40)] }), 'MODEL_CORRUPT', 'more than any model'],
    ['a file twice', withList({ files: [entry('card.json'), entry('card.json')] }), 'MODEL_CORRUPT', 'twice'],
    ['no network', withList({ files: [entry('card.json'), entry('history.jsonl')] }), 'MODEL_CORRUPT', 'lacks the card or the network'],
    ['a newer version', (bytes: Buffer) => { bytes.writeUInt32LE(2, 16); return bytes }, 'MODEL_INCOMPATIBLE', 'newer Stemwright'],
  ])('is refused with %s', async (_, change, code, message) => {
    const path = await changed(change)
    await expect(unpackModel(path, target)).rejects.toMatchObject({ code, message: expect.stringContaining(message) as string })
  })

  it('is refused where it is not there', async () => {
    await expect(unpackModel(join(scratch, 'nothing'), target)).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' })
    await expect(packModel(join(scratch, 'nothing'), join(scratch, 'x'))).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' })
  })
})

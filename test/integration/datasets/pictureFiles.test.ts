import { existsSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { check } from '#main/compute/tasks/check'
import type { ManifestImages } from '#main/datasets/manifest'
import { appRoot } from '#main/node/appRoot'
import { readHeldPictures } from '#main/node/heldPictures'
import { readIdxFile, readPictureManifest, readPictures, readSources } from '#main/node/pictureFiles'
import { pictureSize } from '#shared/images/mixing'
import { idxBytes, openDatasets, removeFolder, writeTree } from '#test/datasetFiles'
import { writePictures } from '#test/pictureFiles'
import { quietContext } from '#test/soundFiles'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stemwright-pictures-'))
})
afterEach(() => removeFolder(folder))

const pictures = idxBytes([6, 28, 28], Uint8Array.from({ length: 6 * 784 }, (_, i) => (i * i) % 251))
const refusal = (words: string, code = 'DATASET_INVALID') => ({ code, message: expect.stringContaining(words) as string }) as unknown

/** Things that are no file of pictures, by what is said of them. */
const badFiles: [what: string, files: Record<string, Uint8Array | string>, words: string][] = [
  ['packed and cut off', { 'a.gz': gzipSync(pictures).subarray(0, 40) }, 'was cut off'],
  ['not packed, though called so', { 'a.gz': pictures }, 'no gzip file'],
  ['packed and damaged', { 'a.gz': gzipSync(pictures).map((byte, i) => (i === 30 ? byte ^ 255 : byte)) }, "can't be unpacked"],
  ['with another magic number', { a: idxBytes([6, 28], new Uint8Array(6 * 28)) }, 'not an IDX file'],
  ['of text', { a: 'These are no pictures at all.' }, 'not an IDX file'],
  ['shorter than its header says', { a: pictures.subarray(0, 1000) }, 'where its header promises 4704'],
  ['longer than its header says', { a: Buffer.concat([pictures, Uint8Array.of(1)]) }, 'where its header promises 4704'],
  ['of 0 bytes', { a: '' }, '0 bytes'],
  ['of 0 bytes, called packed', { 'a.gz': '' }, '0 bytes'],
  ['a folder', { 'a/b': 'x' }, 'is a folder'],
]

describe('a file of pictures', () => {
  it.each(badFiles)('that is %s is refused by its name', async (_, files, words) => {
    writeTree(folder, files)
    const path = join(folder, Object.keys(files)[0]!.split('/')[0]!)
    await expect(readIdxFile(path, 3)).rejects.toMatchObject(refusal(words) as object)
    await expect(readIdxFile(path, 3)).rejects.toMatchObject({ message: expect.stringContaining(path) as string })
  })

  it('that is gone is called so', async () => {
    await expect(readIdxFile(join(folder, 'gone.gz'), 3)).rejects.toMatchObject(refusal('not there any more', 'FILE_NOT_FOUND') as object)
  })

  it('is read packed and unpacked alike, whatever it is called', async () => {
    writeTree(folder, { plain: pictures, 'packed.gz': gzipSync(pictures), 'packed-too': gzipSync(pictures) })
    const [plain, packed, too] = await Promise.all(['plain', 'packed.gz', 'packed-too'].map((name) => readIdxFile(join(folder, name), 3)))
    expect([plain!.shape, plain!.values.length]).toEqual([[6, 28, 28], 4704])
    expect([packed, too]).toEqual([plain, plain])
  })

  it('whose labels are fewer is refused with both numbers', async () => {
    writeTree(folder, { images: pictures, labels: idxBytes([5], new Uint8Array(5)) })
    const image: ManifestImages = { name: 'x', images: 'images', labels: 'labels', from: 0, to: 6, split: 'train' }
    await expect(readPictures(folder, [image])).rejects.toMatchObject(refusal('6 pictures, and its file of labels 5') as object)
  })
})

describe('a folder of pictures', () => {
  it('gives those of each split with their labels; a file that is there packed and unpacked counts once', async () => {
    writePictures(folder, 240, 60)
    const before = await readPictureManifest(folder)
    const { values, shape } = await readIdxFile(join(folder, 'mnist/train-images-idx3-ubyte.gz'), 3)
    writeTree(folder, { 'mnist/train-images-idx3-ubyte': idxBytes(shape, values) })
    const { images = [] } = await readPictureManifest(folder)
    expect(images).toHaveLength(before.images!.length)
    const counts = async (split: 'train' | 'validation' | 'test') => {
      const { first, second } = await readSources(folder, images, split)
      return [first.count, first.labels?.length, second.count, first.pixels.length / pictureSize]
    }
    expect(await counts('train')).toEqual([220, undefined, 220, 220])
    expect(await counts('validation')).toEqual([20, undefined, 20, 20])
    expect(await counts('test')).toEqual([60, 60, 60, 60])
    expect((await readHeldPictures(folder, images)).split).toBe('test')
  })

  it('with a bad file says which, to the command line and in the app', async () => {
    const files = { 'mnist/train-images-idx3-ubyte': 'no pictures', 'fashion-mnist/train-images-idx3-ubyte': '' }
    writeTree(folder, files)
    await expect(readPictureManifest(folder)).rejects.toMatchObject(refusal('mnist/train-images-idx3-ubyte was left out') as object)
    const { datasets, close } = openDatasets(join(folder, 'library'))
    const { layouts, warnings } = await datasets.inspectFolder(folder)
    close()
    expect(layouts).toEqual([])
    expect(warnings.join(' ')).toMatch(/mnist\/train-images-idx3-ubyte .*not an IDX file/)
    expect(warnings.join(' ')).toMatch(/fashion-mnist\/train-images-idx3-ubyte .*0 bytes/)
  })

  it('without any, or with one kind alone, is refused with advice', async () => {
    await expect(readPictureManifest(folder)).rejects.toMatchObject(refusal('no IDX file', 'DATASET_EMPTY') as object)
    writeTree(folder, { 'mnist/t10k-images-idx3-ubyte': pictures })
    const { images = [] } = await readPictureManifest(folder)
    await expect(readSources(folder, images, 'test')).rejects.toMatchObject(refusal('fashion-mnist', 'DATASET_EMPTY') as object)
    await expect(readHeldPictures(folder, images)).rejects.toMatchObject(refusal('kept from training', 'DATASET_EMPTY') as object)
  })

  it('is read without what is left out of it', async () => {
    writePictures(folder, 24, 12)
    writeTree(folder, { 'aside/broken-images-idx3-ubyte': 'no pictures', 'aside/more-images-idx3-ubyte': pictures })
    const { images = [] } = await readPictureManifest(folder, ['aside/'])
    expect(new Set(images.map(({ images: path }) => path.split('/')[0]))).toEqual(new Set(['mnist', 'fashion-mnist']))
    await expect(readPictureManifest(folder)).rejects.toMatchObject({ code: 'DATASET_INVALID' })
  })

  it('that was cut off after it was added is a finding of the check', async () => {
    writePictures(folder, 24, 12)
    const { images = [] } = await readPictureManifest(folder)
    writeTree(folder, { 'mnist/t10k-images-idx3-ubyte.gz': gzipSync(pictures).subarray(0, 50) })
    const { findings } = await check({ folder, manifest: { entries: [], songs: [], images } }, quietContext())
    const unreadable = findings.filter(({ kind }) => kind === 'unreadable')
    expect(unreadable).toMatchObject([{ level: 'problem', message: expect.stringContaining('was cut off') as string }])
  })
})

const shared = process.env['STEMWRIGHT_DATA'] ?? join(appRoot, '../shared/data')
const isThere = existsSync(join(shared, 'fashion-mnist'))

describe.skipIf(!isThere)(`MNIST and Fashion-MNIST${isThere ? '' : ' (skipped: the data are not there)'}`, () => {
  it('are found in a folder with much else, with their official numbers and labels', async () => {
    const { images = [] } = await readPictureManifest(shared)
    const test = await readSources(shared, images, 'test')
    expect([test.first.count, test.second.count]).toEqual([10_000, 10_000])
    expect([...test.first.labels!.subarray(0, 5)]).toEqual([7, 2, 1, 0, 4])
    expect([...test.second.labels!.subarray(0, 5)]).toEqual([9, 2, 1, 1, 6])
    const train = await readSources(shared, images, 'train')
    expect([train.first.count, train.second.count]).toEqual([55_000, 55_000])
    const mean = test.first.pixels.reduce((sum, value) => sum + value, 0) / test.first.pixels.length / 255
    expect(mean * (32 / 28) ** 2).toBeCloseTo(0.1325, 3)
  })
})

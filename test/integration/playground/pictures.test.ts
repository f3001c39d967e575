import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createComputeClient } from '#main/compute/client'
import { countClasses, readPictures } from '#main/compute/tasks/pictures'
import type { DatasetService } from '#main/services/datasetService'
import { createPlaygroundService, type PlaygroundService } from '#main/services/playgroundService'
import { toAppError } from '#shared/errors'
import { pictureSide } from '#shared/images/mixing'
import { idxFiles, openDatasets, removeFolder, writeTree } from '#test/datasetFiles'
import { type FakeComputeProcess, fakeComputeProcess } from '#test/fakeComputeProcess'

let root: string
let datasets: DatasetService
let playground: PlaygroundService
let processes: FakeComputeProcess[]
let close: () => void

const models = { find: () => Promise.reject(new Error('No model is asked for here.')) }

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'stemwright-playground-'))
  processes = []
  const opened = openDatasets(join(root, 'library'))
  datasets = opened.datasets
  const launch = () => {
    const process = fakeComputeProcess({ readPictures, countClasses })
    processes.push(process)
    return process
  }
  playground = createPlaygroundService({ datasets, models, compute: createComputeClient(launch), idleMs: 20 })
  close = () => {
    opened.close()
    playground.close()
  }
})
afterEach(() => {
  close()
  removeFolder(root)
})

const below = (folder: string, files: Record<string, Uint8Array>) =>
  Object.fromEntries(Object.entries(files).map(([name, bytes]) => [`${folder}/${name}`, bytes]))

async function addBoth(digits = idxFiles(24, 40)['t10k-images-idx3-ubyte']!) {
  const folder = join(root, 'pictures')
  const files = { ...idxFiles(24, 40), 't10k-images-idx3-ubyte': digits }
  writeTree(folder, { ...below('mnist', files), ...below('fashion-mnist', idxFiles(24, 30)) })
  return datasets.add({ folder, layout: 'idx', name: 'Both' })
}

const codeOf = (work: Promise<unknown>) => work.then(() => 'done', (error: unknown) => toAppError(error).code)

describe('sets of pictures', () => {
  it('are those of the test, digits first and garments second, with their classes, and never what was learned from', async () => {
    const { id } = await addBoth()
    const sets = await playground.sets()
    expect(sets.map(({ name, part, count }) => ({ name, part, count }))).toEqual(
      expect.arrayContaining([
        { name: 'MNIST, test', part: 'first', count: 40 },
        { name: 'Fashion-MNIST, test', part: 'second', count: 30 },
      ]),
    )
    expect(sets).toHaveLength(2)
    expect(sets.every(({ datasetId }) => datasetId === id)).toBe(true)
    const garments = sets.find(({ part }) => part === 'second')!
    expect(garments.classes[9]).toBe('Ankle boot')
    expect(sets.find(({ part }) => part === 'first')!.classes).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'])
  })

  it('come from datasets of one kind alone too, and from what validates where nothing is kept for the test', async () => {
    const folder = join(root, 'Fashion-MNIST')
    const { 'train-images-idx3-ubyte.gz': train, 'train-labels-idx1-ubyte.gz': labels } = idxFiles(24, 1)
    writeTree(folder, { 'train-images-idx3-ubyte.gz': train!, 'train-labels-idx1-ubyte.gz': labels! })
    await datasets.add({ folder, layout: 'idx', name: 'Fashion-MNIST' })
    expect(await playground.sets()).toMatchObject([{ name: 'Fashion-MNIST, validation', part: 'second', count: 2 }])
  })

  it('follow what the user puts into another split', async () => {
    const { id } = await addBoth()
    await playground.sets()
    await datasets.setSplit(id, 'mnist/t10k', 'train')
    expect((await playground.sets()).map(({ name }) => name).toSorted()).toEqual(['Fashion-MNIST, test', 'MNIST, validation'])
  })

  it('are those of the other datasets where the folder of one is gone', async () => {
    const { id } = await addBoth()
    const lost = join(root, 'lost')
    writeTree(lost, idxFiles(24, 20))
    await datasets.add({ folder: lost, layout: 'idx', name: 'Lost' })
    removeFolder(lost)
    expect((await playground.sets()).map(({ datasetId }) => datasetId)).toEqual([id, id])
  })
})

describe('pictures', () => {
  const setOf = async (part: string) => (await playground.sets()).find((set) => set.part === part)!

  it('are a function of the seed, in the middle of black, with the label and the place that they have', async () => {
    await addBoth()
    const { id } = await setOf('first')
    const pictures = await playground.pictures({ setId: id, seed: 5, count: 8 })
    expect(await playground.pictures({ setId: id, seed: 5, count: 8 })).toEqual(pictures)
    expect(await playground.pictures({ setId: id, seed: 6, count: 8 })).not.toEqual(pictures)
    for (const { pixels, index, label } of pictures) {
      expect(label).toBe(((index * 37) % 256) % 10)
      const corner = (pictureSide - 4) / 2
      expect(pixels[corner * pictureSide + corner]).toBeCloseTo(((index * 16 * 37) % 256) / 255, 6)
      expect(pixels.filter((value) => value > 0).length).toBeLessThanOrEqual(16)
    }
  })

  it('are of one class where that is asked for, and the very one whose place is given', async () => {
    await addBoth()
    const { id } = await setOf('second')
    const pictures = await playground.pictures({ setId: id, seed: 1, count: 5, label: 4 })
    expect(pictures.map(({ label }) => label)).toEqual([4, 4, 4, 4, 4])
    const [first] = pictures
    expect(await playground.pictures({ setId: id, seed: 99, count: 1, index: first!.index })).toEqual([first])
    expect(await codeOf(playground.pictures({ setId: id, seed: 1, count: 1, index: 30 }))).toBe('DATASET_EMPTY')
    expect(await codeOf(playground.pictures({ setId: id, seed: 1, count: 1, label: 77 }))).toBe('DATASET_EMPTY')
  })

  it('of a file that was cut off say so when they are asked for, and others still come', async () => {
    await addBoth(idxFiles(24, 40)['t10k-images-idx3-ubyte']!.subarray(0, 100))
    const [digits, clothes] = [await setOf('first'), await setOf('second')]
    expect(digits.classes).toEqual([])
    expect(await codeOf(playground.pictures({ setId: digits.id, seed: 1, count: 1 }))).toBe('DATASET_INVALID')
    expect(await playground.pictures({ setId: clothes.id, seed: 1, count: 1 })).toHaveLength(1)
  })

  it('that are not there any more are called so', async () => {
    await addBoth()
    const { id } = await setOf('first')
    expect(await codeOf(playground.pictures({ setId: 'nothing/t10k', seed: 1, count: 1 }))).toBe('DATASET_NOT_FOUND')
    expect(await codeOf(playground.pictures({ setId: `${id}0`, seed: 1, count: 1 }))).toBe('DATASET_EMPTY')
  })

  it('need no process once nothing was asked for a while, and come again afterwards', async () => {
    await addBoth()
    const { id } = await setOf('first')
    const [process] = processes
    await expect.poll(() => process!.ended).toBe(true)
    expect(await playground.pictures({ setId: id, seed: 1, count: 1 })).toHaveLength(1)
    expect(processes).toHaveLength(2)
  })
})

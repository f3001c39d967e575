import { existsSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { requireTrainable } from '#main/datasets/manifest'
import { appRoot } from '#main/node/appRoot'
import type { DatasetService } from '#main/services/datasetService'
import { openDatasets, removeFolder } from '#test/datasetFiles'

const folder = process.env['STEMWRIGHT_DATA'] ?? join(appRoot, '../shared/data')
const isThere = existsSync(join(folder, 'stems'))

let library: string
let datasets: DatasetService
let close: () => void
beforeAll(() => {
  library = mkdtempSync(join(tmpdir(), 'stemwright-real-'))
  ;({ datasets, close } = openDatasets(library))
})
afterAll(() => {
  close()
  removeFolder(library)
})

describe.skipIf(!isThere)(`a folder with everything in it${isThere ? '' : ' (skipped: the data are not there)'}`, () => {
  it('is songs with loose voices and music first, and each collection in it by itself', async () => {
    const { layouts, warnings, tracks } = await datasets.inspectFolder(folder)
    expect(layouts.map(({ layout, content }) => `${layout} ${content}`)).toEqual(['stemFolders songs', 'fsdd clips', 'esc clips', 'idx images', 'loose songs'])
    expect(layouts.map(({ summary }) => summary)).toEqual([
      '7 songs with stems, 41 groups of voices, 9 groups of music',
      '3,000 spoken digits by 6 speakers',
      '400 clips in 10 classes',
      '140,000 pictures in 4 files',
      '41 groups of voices, 9 groups of music: 1,367 files',
    ])
    expect(warnings).toEqual(['3,400 other sound files without stems were left out.'])
    expect(tracks).toEqual([])
  })

  it('becomes the data of a training with the splits that the user wants', async () => {
    const { id } = await datasets.add({ folder, layout: 'stemFolders', name: 'Everything' })
    for (const { name, what } of await datasets.items(id)) {
      if (what === 'song') await datasets.setSplit(id, name, name === 'potassium' ? 'validation' : name === 'francium' ? 'test' : 'train')
    }
    const { dataset, manifest } = await datasets.open(id)
    expect(manifest.songs.map(({ name, split }) => `${name} ${split}`)).toEqual([
      'caesium train', 'francium test', 'hydrogen train', 'lithium train', 'potassium validation', 'rubidium train', 'sodium train',
    ])
    expect(dataset.counts).toEqual({ train: 55, validation: 1, test: 1 })
    expect(manifest.entries.filter(({ kind }) => kind === 'voice')).toHaveLength(1291)
    expect(manifest.entries.filter(({ kind }) => kind === 'music')).toHaveLength(76)
    requireTrainable(manifest, false)
  })

  it('holds the official numbers of digits and pictures', async () => {
    const digits = await datasets.add({ folder: join(folder, 'fsdd'), layout: 'fsdd', name: 'Digits' })
    expect(digits.counts).toEqual({ train: 2400, validation: 300, test: 300 })
    const pictures = await datasets.add({ folder: join(folder, 'mnist'), layout: 'idx', name: 'MNIST' })
    expect(pictures.counts).toEqual({ train: 55_000, validation: 5_000, test: 10_000 })
    const sounds = await datasets.add({ folder: join(folder, 'esc10'), layout: 'esc', name: 'ESC-10' })
    expect(Object.values(sounds.counts).reduce((sum, count) => sum + count)).toBe(304)
    const clips = (await datasets.open(sounds.id)).manifest.clips!
    expect(clips).toHaveLength(400)
    expect(clips.filter(({ label }) => label === 'Dog bark')).toHaveLength(40)
    const groups = new Map(clips.map(({ group, split }) => [group, split]))
    for (const { group, split } of clips) expect(groups.get(group)).toBe(split)
  })
})

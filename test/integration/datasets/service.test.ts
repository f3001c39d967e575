import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { DatasetService } from '#main/services/datasetService'
import type { CheckReport, Dataset } from '#shared/contract/datasets'
import { toAppError } from '#shared/errors'
import { blip, idxFiles, openDatasets, removeFolder, writeTree } from '#test/datasetFiles'

let root: string
let folder: string
let datasets: DatasetService
let told: Dataset[][]
let close: () => void

const song = (name: string) => ({ [`${name}/vocals.wav`]: blip(1), [`${name}/accompaniment.wav`]: blip(2) })

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'stemwright-service-'))
  folder = join(root, 'songs')
  writeTree(folder, { ...song('one'), ...song('two'), ...song('three') })
  ;({ datasets, told, close } = openDatasets(join(root, 'library')))
})
afterEach(() => {
  close()
  removeFolder(root)
})

const add = (name = 'Songs') => datasets.add({ folder, layout: 'stemFolders', name })
const codeOf = (work: Promise<unknown>) => work.then(() => 'done', (error: unknown) => toAppError(error).code)

describe('datasets', () => {
  it('are kept over a restart, told of, renamed, and forgotten without touching their files', async () => {
    const added = await add()
    expect(told.at(-1)).toEqual([added])
    await datasets.rename(added.id, 'Mine')
    const again = openDatasets(join(root, 'library'))
    expect(await again.datasets.list()).toEqual([{ ...added, name: 'Mine' }])
    await again.datasets.remove(added.id)
    again.close()
    expect(await datasets.list()).toEqual([])
    expect(readdirSync(join(root, 'library'))).toEqual([])
    expect(readdirSync(folder)).toEqual(['one', 'three', 'two'])
    expect(await codeOf(datasets.items(added.id))).toBe('DATASET_NOT_FOUND')
    expect(await codeOf(datasets.open(added.id))).toBe('DATASET_NOT_FOUND')
  })

  it('keep the splits of songs that were there, and those that the user chose, when songs come and go', async () => {
    const { id, hash } = await add()
    const changed = await datasets.setSplit(id, 'two', 'test')
    expect(changed.hash).not.toBe(hash)
    const before = Object.fromEntries((await datasets.items(id)).map(({ name, split }) => [name, split]))
    expect(before).toMatchObject({ two: 'test' })
    writeTree(folder, Object.fromEntries(Array.from({ length: 30 }, (_, i) => Object.entries(song(`new ${i}`))).flat()))
    expect((await datasets.refresh(id)).counts).not.toEqual(changed.counts)
    const after = Object.fromEntries((await datasets.items(id)).map(({ name, split }) => [name, split]))
    expect(after).toMatchObject(before)
    rmSync(join(folder, 'two'), { recursive: true })
    expect((await datasets.open(id)).manifest.songs.map(({ name }) => name)).not.toContain('two')
    writeTree(folder, song('two'))
    expect((await datasets.open(id)).manifest.songs.find(({ name }) => name === 'two')!.split).toBe('test')
    expect(await codeOf(datasets.setSplit(id, 'nothing', 'train'))).toBe('INVALID_INPUT')
  })

  it('have another hash when a file changes, and the same when nothing does', async () => {
    const { id, hash } = await add()
    expect((await datasets.open(id)).dataset.hash).toBe(hash)
    const count = told.length
    utimesSync(join(folder, 'one/vocals.wav'), 1000, 1000)
    const { dataset } = await datasets.open(id)
    expect(dataset.hash).not.toBe(hash)
    expect(told.length, 'the page is told').toBe(count + 1)
    expect((await datasets.refresh(id)).hash).toBe(dataset.hash)
  })

  it('stay in the list while their folder is away, and come back with it', async () => {
    const { id } = await add()
    renameSync(folder, `${folder} away`)
    expect((await datasets.list())[0]).toMatchObject({ id, available: false })
    expect((await datasets.items(id)).length).toBe(3)
    expect(await codeOf(datasets.open(id))).toBe('FILE_NOT_FOUND')
    expect(await codeOf(datasets.refresh(id))).toBe('FILE_NOT_FOUND')
    await datasets.setSplit(id, 'one', 'test')
    renameSync(`${folder} away`, folder)
    expect((await datasets.refresh(id)).available).toBe(true)
    rmSync(folder, { recursive: true })
    writeTree(folder, { 'readme.txt': 'empty' })
    expect(await codeOf(datasets.open(id))).toBe('DATASET_EMPTY')
  })

  it('say whether their check is of what they are now', async () => {
    const { id, hash } = await add()
    const report: CheckReport = { datasetId: id, hash, findings: [], items: [], seconds: { train: 1, validation: 2, test: 3 } }
    expect(await datasets.reportOf(id)).toBe(undefined)
    await datasets.keepReport(report)
    expect((await datasets.list())[0]!.checked).toBe(true)
    expect(await datasets.reportOf(id)).toEqual(report)
    expect((await datasets.setSplit(id, 'one', 'test')).checked).toBe(false)
    expect(await datasets.reportOf(id), 'an old report is still worth reading').toEqual(report)
    expect(await codeOf(datasets.keepReport({ ...report, datasetId: 'gone' }))).toBe('DATASET_NOT_FOUND')
  })

  it('are changed by two windows at once without losing either change', async () => {
    const { id } = await add()
    await Promise.all([datasets.setSplit(id, 'one', 'test'), datasets.setSplit(id, 'two', 'validation'), datasets.rename(id, 'Both')])
    expect((await datasets.list())[0]).toMatchObject({ name: 'Both' })
    expect(Object.fromEntries((await datasets.items(id)).map(({ name, split }) => [name, split]))).toMatchObject({ one: 'test', two: 'validation' })
  })

  it('leave out a document that is damaged, and keep it', async () => {
    const { id } = await add('Good')
    writeFileSync(join(root, 'library/broken.json'), '{"version":1')
    expect((await datasets.list()).map((dataset) => dataset.id)).toEqual([id])
    expect(readFileSync(join(root, 'library/broken.json'), 'utf8')).toBe('{"version":1')
  })
})

describe('folders', () => {
  it('that cannot be used are refused, each with what is wrong', async () => {
    writeTree(root, { 'empty/.hidden': 'x', 'texts/a.txt': 'x', 'texts/b.pdf': 'x' })
    expect(await codeOf(datasets.inspectFolder(join(root, 'none')))).toBe('FILE_NOT_FOUND')
    expect(await codeOf(datasets.inspectFolder(join(folder, 'one/vocals.wav')))).toBe('FILE_NOT_FOUND')
    expect(await codeOf(datasets.inspectFolder('songs'))).toBe('INVALID_INPUT')
    expect(await datasets.inspectFolder(join(root, 'empty'))).toMatchObject({ layouts: [], warnings: ['The folder is empty.'] })
    const texts = await datasets.inspectFolder(join(root, 'texts'))
    expect(texts.layouts).toEqual([])
    expect(texts.warnings[0]).toContain('None of the 2 files')
    expect(await codeOf(datasets.add({ folder: join(root, 'texts'), layout: 'loose', name: 'x' }))).toBe('DATASET_EMPTY')
    expect(await codeOf(datasets.add({ folder, layout: 'irmas', name: 'x' }))).toBe('DATASET_EMPTY')
    expect(await datasets.list()).toEqual([])
  })

  it('hold hidden files and links that lead nowhere or in circles, which are passed over', async () => {
    writeTree(folder, { '._junk/vocals.wav': blip(), '__MACOSX/one/vocals.wav': blip() })
    symlinkSync(folder, join(folder, 'circle'))
    symlinkSync(join(root, 'nowhere.wav'), join(folder, 'broken.wav'))
    symlinkSync(join(folder, 'one'), join(folder, 'linked'))
    const { layouts, warnings } = await datasets.inspectFolder(folder)
    expect(layouts[0]!.items.map(({ name }) => name)).toEqual(['one', 'three', 'two'])
    expect(warnings).toEqual([])
  })

  it('offer every layout that fits, whole songs first', async () => {
    writeTree(folder, Object.fromEntries(['0_jackson_0', '1_theo_1', '2_theo_2', '3_theo_3', '4_theo_4'].map((name) => [`digits/${name}.wav`, blip()])))
    writeTree(join(folder, 'mnist'), idxFiles(12, 3))
    const { layouts } = await datasets.inspectFolder(folder)
    expect(layouts.map(({ layout }) => layout)).toEqual(['stemFolders', 'fsdd', 'idx', 'loose'])
    expect(layouts.map(({ summary }) => summary)).toEqual(['3 songs with stems', '5 spoken digits by 2 speakers', '15 pictures in 2 files', '11 recordings without stems'])
  })
})

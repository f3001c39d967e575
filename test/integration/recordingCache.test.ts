import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { wholeFile } from '#main/datasets/manifest'
import { cacheRecordings, openRecordings } from '#main/node/recordingCache'
import { makeFolder } from '#main/node/makeFolder'
import { TemporaryFile } from '#main/node/temporaryFile'
import { quietContext } from '#test/soundFiles'
import { writeNoise } from '#test/sound'

let folder: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'stemwright-cache-'))
  await writeNoise(join(folder, 'song.wav'), 2, 5)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the cache of decoded recordings', () => {
  it('is filled by two trainings at the same time, and leaves nothing half-written', async () => {
    const cache = join(folder, 'cache')
    const entries = [{ id: 'song.wav', parts: [wholeFile('song.wav')], kind: 'music' as const, group: 'song', split: 'train' as const }]
    const fill = () => cacheRecordings(folder, entries, cache, 22050, quietContext())
    const [first, second] = await Promise.all([fill(), fill(), fill(), fill()])
    expect(second).toEqual(first)
    expect(readdirSync(cache).map((name) => name.split('.').at(-1)).sort()).toEqual(['json', 's16'])
    expect(readFileSync(first![0]!.file).length).toBe(first![0]!.frames * 4)
    const { recordings, close } = openRecordings(first!)
    expect(Math.max(...recordings[0]!.read(0, 1000)[0].map(Math.abs))).toBeGreaterThan(0.01)
    close()
  })
})

describe.skipIf(!existsSync('/proc/self'))(`folders that cannot be made${existsSync('/proc/self') ? '' : ' (skipped: no /proc here)'}`, () => {
  it('are refused under /proc, where making them with Node never comes back', async () => {
    await expect(makeFolder('/proc/self/stems/of/a/song')).rejects.toMatchObject({ code: 'ENOENT' })
    await expect(TemporaryFile.create('/proc/stems/Song - Vocals.wav')).rejects.toMatchObject({ code: 'OUTPUT_NOT_WRITABLE' })
  })
})

describe('folders that can be made', () => {
  it('are, by several at the same time, with those above them', async () => {
    const place = join(folder, 'a/b/c')
    await Promise.all([makeFolder(place), makeFolder(place), makeFolder(join(folder, 'a/b/d'))])
    expect(readdirSync(join(folder, 'a/b')).sort()).toEqual(['c', 'd'])
    await expect(makeFolder(join(folder, 'song.wav/stems'))).rejects.toMatchObject({ code: 'ENOTDIR' })
  })
})

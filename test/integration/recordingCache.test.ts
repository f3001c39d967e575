import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs'
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

describe('the limit of the cache', () => {
  const entry = (name: string) => ({ id: name, parts: [wholeFile(name)], kind: 'music' as const, group: name, split: 'train' as const })
  const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000)

  it('removes what was not used for longest, and neither what is asked for now nor what another training just asked for', async () => {
    const cache = join(folder, 'limited')
    const names = ['a.wav', 'b.wav', 'c.wav', 'd.wav']
    for (const [i, name] of names.entries()) await writeNoise(join(folder, name), 1, 10 + i)
    const all = await cacheRecordings(folder, names.map(entry), cache, 22050, quietContext())
    const noteOf = (i: number) => all[i]!.file.replace('.s16', '.json')
    const size = statSync(all[0]!.file).size + statSync(noteOf(0)).size
    utimesSync(noteOf(0), hoursAgo(3), hoursAgo(3))
    utimesSync(noteOf(1), hoursAgo(9), hoursAgo(9))
    utimesSync(noteOf(2), hoursAgo(6), hoursAgo(6))
    await cacheRecordings(folder, [entry('b.wav')], cache, 22050, quietContext(), 3.5 * size)
    const left = () => names.filter((_, i) => existsSync(all[i]!.file) && existsSync(noteOf(i)))
    expect(left(), 'c is the oldest that is not asked for').toEqual(['a.wav', 'b.wav', 'd.wav'])
    await cacheRecordings(folder, [entry('b.wav')], cache, 22050, quietContext(), 0)
    expect(left(), 'd was used within the hour').toEqual(['b.wav', 'd.wav'])
    expect(readdirSync(cache)).toHaveLength(4)
    const again = await cacheRecordings(folder, names.map(entry), cache, 22050, quietContext())
    expect(again).toEqual(all)
  })

  it('decodes again what is there only in part, and what has changed', async () => {
    const cache = join(folder, 'partly')
    await writeNoise(join(folder, 'e.wav'), 1, 30)
    const [first] = await cacheRecordings(folder, [entry('e.wav')], cache, 22050, quietContext())
    rmSync(first!.file)
    const [second] = await cacheRecordings(folder, [entry('e.wav')], cache, 22050, quietContext())
    expect(statSync(second!.file).size).toBe(first!.frames * 4)
    rmSync(join(folder, 'e.wav'))
    await writeNoise(join(folder, 'e.wav'), 2, 30)
    const [third] = await cacheRecordings(folder, [entry('e.wav')], cache, 22050, quietContext())
    expect(third!.frames).toBe(2 * first!.frames)
    await expect(cacheRecordings(folder, [entry('none.wav')], cache, 22050, quietContext())).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' })
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

import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { splitClips } from '#main/datasets/clips/clipSet'
import { readClipManifest } from '#main/node/clipManifest'
import { readClips } from '#main/node/clipRecordings'
import { encodeWav } from '#shared/audio/wavCodec'
import { wavHeader } from '#shared/audio/wavHeader'
import { quietContext } from '../../support/soundFiles'

const anywhere = { validation: [], test: [], without: [] }
const limits = { sampleRate: 16000, longestSeconds: 3 }
let folder = ''

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clips-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

function tone(seconds: number, sampleRate: number, frequency = 440): Float32Array {
  return Float32Array.from({ length: Math.round(seconds * sampleRate) }, (_, i) => 0.5 * Math.sin((2 * Math.PI * frequency * i) / sampleRate))
}

async function write(path: string, samples: readonly Float32Array[], sampleRate = 16000): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true })
  await writeFile(join(folder, path), encodeWav({ sampleRate, channels: [...samples] }, 'int16'))
}

async function read(changes: Partial<Parameters<typeof readClips>[2]> = {}) {
  const { manifest } = await readClipManifest(folder, anywhere)
  return readClips(folder, manifest.clips!, { ...limits, ...changes }, quietContext())
}

describe('a folder of short sounds', () => {
  it('gives one channel at one rate, whatever the files have', async () => {
    await write('kick/mono.wav', [tone(0.5, 16000)])
    await write('kick/fast.wav', [tone(0.5, 48000)], 48000)
    await write('snare/sides.wav', [tone(0.5, 16000), tone(0.5, 16000).map((value) => -value / 2)])
    const { clips, notes } = await read()
    expect(notes).toEqual([])
    expect(clips.map(({ path, label, samples }) => [path, label, samples.length])).toEqual([
      ['kick/fast.wav', 'kick', 8000],
      ['kick/mono.wav', 'kick', 8000],
      ['snare/sides.wav', 'snare', 8000],
    ])
    const [fast, mono, sides] = clips.map(({ samples }) => samples)
    // Away from the ends, where a resampled tone begins out of nothing.
    for (let i = 500; i < 7500; i++) expect(fast![i]).toBeCloseTo(mono![i]!, 3)
    for (let i = 0; i < 8000; i++) expect(sides![i]).toBeCloseTo(mono![i]! / 4, 3)
  })

  it('names what can not be used, and uses the rest', async () => {
    await write('good.wav', [tone(0.5, 16000)])
    await write('better.wav', [tone(0.5, 16000, 300)])
    await write('blip.wav', [tone(0.01, 16000)])
    await write('silence.wav', [new Float32Array(8000)])
    await writeFile(join(folder, 'empty.wav'), '')
    await writeFile(join(folder, 'letter.wav'), 'Dear reader, this is no sound. '.repeat(50))
    await writeFile(join(folder, 'notes.txt'), 'no sound by its name')
    const { clips, notes } = await read()
    expect(clips.map(({ path }) => path)).toEqual(['better.wav', 'good.wav'])
    expect(notes).toHaveLength(1)
    expect(notes[0]).toMatch(/^4 of 6 sounds can't be used and were left out\./)
    for (const name of ['blip.wav', 'silence.wav', 'empty.wav', 'letter.wav']) expect(notes[0]).toContain(name)
  })

  it('decodes no more than the beginning of a recording of four hours', async () => {
    await write('short.wav', [tone(0.5, 16000)])
    // Silence to the end of four hours, as a hole in the file; decoded it would take a gigabyte.
    const frames = 4 * 3600 * 16000
    const header = wavHeader({ encoding: 'int16', sampleRate: 16000, channels: 1 }, frames, 0)
    await writeFile(join(folder, 'long.wav'), [header, encodeWav({ sampleRate: 16000, channels: [tone(4, 16000)] }, 'int16').subarray(header.length)])
    await truncate(join(folder, 'long.wav'), header.length + 2 * frames)
    const { clips, notes } = await read()
    const long = clips.find(({ path }) => path === 'long.wav')!
    expect(long.samples.length).toBe(3 * 16000)
    expect(long.isCut).toBe(true)
    expect(clips.find(({ path }) => path === 'short.wav')!.isCut).toBe(false)
    expect(notes).toEqual(['Of sounds that are longer than 3 s only the beginning is used: long.wav.'])
  })

  it('takes of too many no more than fits into memory, from all folders', async () => {
    for (const kind of ['a', 'b']) for (let i = 0; i < 20; i++) await write(`${kind}/${i}.wav`, [tone(0.5, 16000, 200 + i)])
    const { clips, notes } = await read({ totalSeconds: 6 })
    expect(clips).toHaveLength(12)
    expect(new Set(clips.map(({ label }) => label)).size).toBe(2)
    expect(notes[0]).toMatch(/^28 of 40 sounds were left out/)
  })

  it('reads a file again that has changed, and decodes others once', async () => {
    await write('a.wav', [tone(0.5, 16000)])
    await write('b.wav', [tone(0.5, 16000)])
    const first = await read()
    expect(await read()).toBe(first)
    await write('b.wav', [tone(0.75, 16000)])
    expect((await read()).clips[1]!.samples).toHaveLength(12000)
  })

  it('is refused where nothing, or one sound alone, can be used', async () => {
    await expect(readClipManifest(folder, anywhere)).rejects.toMatchObject({ code: 'DATASET_EMPTY', message: expect.stringContaining('no sound') })
    await write('only.wav', [tone(0.5, 16000)])
    await expect(readClipManifest(folder, anywhere)).rejects.toMatchObject({ code: 'DATASET_EMPTY', message: expect.stringContaining('one sound alone') })
    await writeFile(join(folder, 'broken.wav'), 'RIFF')
    await expect(read()).rejects.toMatchObject({ code: 'DATASET_EMPTY', message: expect.stringContaining('broken.wav') })
    await expect(readClipManifest(join(folder, 'nowhere'), anywhere)).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' })
  })

  it('stops when it is cancelled', async () => {
    await write('a.wav', [tone(0.5, 16000)])
    await write('b.wav', [tone(0.5, 16000, 500)])
    const { manifest } = await readClipManifest(folder, anywhere)
    const asked = new AbortController()
    const context = { ...quietContext(asked.signal), onProgress: () => asked.abort() }
    await expect(readClips(folder, manifest.clips!, limits, context)).rejects.toThrow(/abort/i)
  })
})

describe('what a folder of short sounds is read as', () => {
  it('takes digits by their names, and says which files are no digits', async () => {
    for (const take of [0, 5, 20, 21]) await write(`7_ann_${take}.wav`, [tone(0.4, 8000)], 8000)
    await write('memo.wav', [tone(0.4, 8000)], 8000)
    const { manifest, notes } = await readClipManifest(folder, anywhere)
    expect(manifest.clips!.map(({ label, split }) => `${label} ${split}`)).toEqual(['7 test', '7 train', '7 train', '7 validation'])
    expect(notes).toEqual(['1 sound that is not named as the others was left out: "memo.wav".'])
  })

  it('keeps sounds in their splits when others are added, and takes names for validation', async () => {
    const names = Array.from({ length: 30 }, (_, i) => `shots/hit ${i}.wav`)
    for (const name of names.slice(0, 15)) await write(name, [tone(0.1, 16000)])
    const before = (await readClipManifest(folder, anywhere)).manifest.clips!
    for (const name of names.slice(15)) await write(name, [tone(0.1, 16000)])
    const after = new Map((await readClipManifest(folder, anywhere)).manifest.clips!.map(({ path, split }) => [path, split]))
    expect(before.every(({ path, split }) => after.get(path) === split)).toBe(true)
    expect(new Set(after.values())).toContain('validation')
    const { manifest } = await readClipManifest(folder, { ...anywhere, validation: [names[3]!] })
    expect(manifest.clips!.find(({ path }) => path === names[3])!.split).toBe('validation')
    await expect(readClipManifest(folder, { ...anywhere, test: ['nobody'] })).rejects.toMatchObject({ code: 'DATASET_INVALID' })
  })

  it('learns from what was held out where the rest can not be read', async () => {
    await write('train/a.wav', [tone(0.5, 16000)])
    await write('validation/b.wav', [tone(0.5, 16000)])
    await write('validation/c.wav', [tone(0.5, 16000)])
    await writeFile(join(folder, 'train/a.wav'), 'no sound any more')
    const { train, held, note } = splitClips((await read()).clips)
    expect(train.map(({ path }) => path)).toEqual(['validation/b.wav', 'validation/c.wav'])
    expect(held).toHaveLength(2)
    expect(note).toMatch(/No sound is kept for validation/)
  })
})

import { execFileSync } from 'node:child_process'
import { appendFileSync, chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openAudio } from '#main/node/audioReader'
import { createAudioWriter } from '#main/node/audioWriter'
import { writeStemFiles } from '#main/node/stemFiles'
import { extensionOf } from '#shared/project/fileNames'
import { asStored, fixtureKind, fixtureKinds, tones, writeFixture } from '#test/audioFixtures'
import { blocksOf, largestDifference, quietContext, readAll } from '#test/soundFiles'

let folder: string
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'bad-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const at = (name: string) => join(folder, name)
const isRoot = process.getuid?.() === 0

function fixture(name: string, planes = tones(2, 88_200, 44100), rate = 44100): string {
  writeFixture(at(name), fixtureKind(name), planes, rate)
  return at(name)
}

function rateFor(name: string): number {
  return name === 'opus.opus' ? 48000 : 44100
}

describe('a file that is no song', () => {
  it('missing', () => expect(openAudio(at('no.wav'))).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' }))
  it('a folder', () => expect(openAudio(folder)).rejects.toMatchObject({ code: 'FILE_UNREADABLE' }))

  it('empty', async () => {
    writeFileSync(at('empty.mp3'), '')
    await expect(openAudio(at('empty.mp3'))).rejects.toMatchObject({ code: 'FILE_EMPTY' })
  })

  it.skipIf(isRoot)('without permission (root may read everything: skipped as root)', async () => {
    chmodSync(fixture('16.wav'), 0)
    await expect(openAudio(at('16.wav'))).rejects.toMatchObject({ code: 'FILE_UNREADABLE' })
  })

  const pixel = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64')
  const noise = Buffer.from(tones(1, 50_000, 44100)[0]!.buffer)
  it.each([
    ['text', Buffer.from('Lorem ipsum dolor sit amet. '.repeat(500))],
    ['a picture', pixel],
    ['noise', noise],
    ['a playlist', Buffer.from('#EXTM3U\n#EXTINF:3,\nsong.wav\n#EXT-X-ENDLIST\n')],
    ['a bare RIFF header', Buffer.from('RIFF\x24\0\0\0WAVE')],
    ['four zeros', Buffer.alloc(4)],
  ])('not audio: %s', async (_, bytes) => {
    writeFileSync(at('thing.mp3'), bytes)
    await expect(openAudio(at('thing.mp3'))).rejects.toMatchObject({ code: 'NOT_AUDIO' })
  })

  it('zero seconds', async () => {
    const writer = await createAudioWriter(at('none.wav'), { format: 'wav24', sampleRate: 44100, channels: 2 })
    await writer.finish()
    await expect(openAudio(at('none.wav'))).rejects.toMatchObject({ code: 'AUDIO_ZERO_LENGTH' })
  })

  it.each(fixtureKinds)('a tenth of a second of $name', async ({ name }) => {
    const rate = rateFor(name)
    const path = fixture(name, tones(1, rate / 10, rate), rate)
    await expect(openAudio(path)).rejects.toMatchObject({ code: 'AUDIO_TOO_SHORT' })
    expect((await openAudio(path, { minimumSeconds: 0.05 })).info.channels).toBe(1)
  })

  it.each(['drms', 'enca', 'aavd'])('copy-protected (%s)', async (entry) => {
    const path = fixture('aac.m4a')
    const bytes = readFileSync(path)
    bytes.write(entry, bytes.indexOf('mp4a'), 'latin1')
    writeFileSync(path, bytes)
    await expect(openAudio(path)).rejects.toMatchObject({ code: 'AUDIO_PROTECTED' })
  })
})

describe('samples that make no sense', () => {
  it.each([
    ['32f.wav', Number.NaN, 'NaN'],
    ['32f.wav', Number.POSITIVE_INFINITY, 'Infinity'],
    ['64f.wav', Number.NEGATIVE_INFINITY, '-Infinity'],
  ])('%s with %f says where', async (name, value, text) => {
    const planes = tones(2, 88_200, 44100)
    planes[1]![66_150] = value
    const reader = await openAudio(fixture(name, planes))
    const drain = async () => {
      for await (const block of reader.blocks()) void block
    }
    await expect(drain()).rejects.toMatchObject({ code: 'AUDIO_NOT_FINITE', message: expect.stringContaining(`(${text}) in channel 2 at 1.500 s`) })
  })

  it('digital silence', async () => {
    const silence = [new Float32Array(44_100), new Float32Array(44_100)]
    const paths = { vocals: at('v.wav'), accompaniment: at('m.wav') }
    const request = { sourcePath: fixture('16.wav', silence), paths, vocals: blocksOf(silence), format: 'wav24', overwrite: false, seed: 1 } as const
    await expect(writeStemFiles(request, quietContext())).rejects.toMatchObject({ code: 'AUDIO_SILENT' })
    expect(readdirSync(folder)).toEqual(['16.wav'])
  })
})

describe('a file that was cut off', () => {
  const cut = (path: string, part: number) => truncateSync(path, Math.floor(readFileSync(path).length * part))

  async function salvage(path: string): Promise<{ planes: Float32Array[]; warnings: readonly string[]; frames: number | undefined }> {
    const reader = await openAudio(path)
    for await (const block of reader.blocks()) void block
    return { planes: await readAll(path), warnings: reader.warnings, frames: reader.info.frames }
  }

  it.each(fixtureKinds.filter(({ samples, muxer }) => samples !== 'lossy' && muxer !== 'flac'))('$name: what is there is used', async ({ name, samples }) => {
    const planes = tones(2, 88_200, 44100)
    const path = fixture(name, planes)
    cut(path, 0.5)
    const { planes: found, warnings, frames } = await salvage(path)
    expect(found[0]!.length).toBeGreaterThan(43_900)
    expect(frames).toBe(found[0]!.length)
    expect(largestDifference(found, asStored(planes.map((plane) => plane.slice(0, found[0]!.length)), samples))).toBe(0)
    expect(warnings).toEqual(['The file is cut off: 1.0 s of the 2.0 s it should hold could be read and were used.'])
  })

  it.each(['16.flac', '24.flac', 'lame.mp3'])('%s: what is there is used', async (name) => {
    const path = fixture(name)
    cut(path, 0.5)
    const { planes, warnings } = await salvage(path)
    expect(planes[0]!.length).toBeGreaterThan(30_000)
    expect(warnings.join()).toMatch(/cut off: \d\.\d s of the 2\.0 s it should hold/)
  })

  it.each(['vorbis.ogg', 'opus.opus'])('%s: what is there is used', async (name) => {
    const rate = rateFor(name)
    const path = fixture(name, tones(2, 10 * rate, rate), rate)
    cut(path, 0.6)
    const { planes, warnings } = await salvage(path)
    expect(planes[0]!.length).toBeGreaterThan(2 * rate)
    expect(warnings.join()).toMatch(/cut off before its end: the \d\.\d s that could be read were used/)
  })

  it('an M4A with its index at the end can not be used', async () => {
    const path = fixture('aac.m4a')
    cut(path, 0.7)
    await expect(openAudio(path)).rejects.toMatchObject({ code: 'NOT_AUDIO', message: expect.stringContaining('cut off') })
  })

  // Would catch: a warning on every file, which teaches people to ignore it.
  it.each(fixtureKinds)('a whole $name gives no warning, with an old-style tag behind it neither', async ({ name }) => {
    const rate = rateFor(name)
    const path = fixture(name, tones(2, 2 * rate, rate), rate)
    expect((await salvage(path)).warnings).toEqual([])
    if (name !== 'lame.mp3') return
    appendFileSync(path, Buffer.concat([Buffer.from('TAGTitle'), Buffer.alloc(120)]))
    expect((await salvage(path)).warnings).toEqual([])
  })

  it('a recording from a pipe, which has no length in its header, is whole', async () => {
    const path = fixture('16.wav')
    const bytes = readFileSync(path)
    bytes.writeUInt32LE(0xffffffff, 4)
    bytes.writeUInt32LE(0xffffffff, bytes.indexOf('data') + 4)
    writeFileSync(path, bytes)
    const { planes, warnings } = await salvage(path)
    expect(planes[0]).toHaveLength(88_200)
    expect(warnings).toEqual([])
  })
})

describe('a file that is damaged in the middle', () => {
  // Would catch: what comes behind the damage moving forward, which shifts stems against the song.
  it.each(['16.flac', 'vorbis.ogg', 'opus.opus', 'aac.m4a'])('%s: the rest stays in its place', async (name) => {
    const rate = rateFor(name)
    const path = fixture(name, tones(1, 10 * rate, rate), rate)
    const whole = await readAll(path)
    const bytes = readFileSync(path)
    const middle = Math.floor(bytes.length / 2)
    bytes.fill(0x55, middle, middle + 300)
    writeFileSync(path, bytes)
    const reader = await openAudio(path)
    for await (const block of reader.blocks()) void block
    const found = await readAll(path)
    expect(found[0]).toHaveLength(10 * rate)
    const tail = (planes: Float32Array[]) => planes.map((plane) => plane.slice(-2 * rate))
    expect(largestDifference(tail(found), tail(whole))).toBeLessThan(1e-4)
    expect(reader.warnings.join()).toMatch(/damaged in \d place/)
  })
})

describe('a place that can not be written', () => {
  const options = { format: 'wav24', sampleRate: 44100, channels: 1 } as const

  it('below a file', async () => {
    writeFileSync(at('file'), 'x')
    await expect(createAudioWriter(join(at('file'), 'song.wav'), options)).rejects.toMatchObject({ code: 'OUTPUT_NOT_WRITABLE' })
  })

  it.skipIf(isRoot)('a read-only folder (root may write everywhere: skipped as root)', async () => {
    mkdirSync(at('locked'), { mode: 0o500 })
    await expect(createAudioWriter(join(at('locked'), 'song.wav'), options)).rejects.toMatchObject({ code: 'OUTPUT_NOT_WRITABLE' })
  })

  it('a taken name is refused', async () => {
    writeFileSync(at('mine.wav'), 'mine')
    await expect(createAudioWriter(at('mine.wav'), options)).rejects.toMatchObject({ code: 'OUTPUT_EXISTS' })
    expect(readFileSync(at('mine.wav'), 'latin1')).toBe('mine')
  })

  it('a rate that MP3 does not have is refused before anything is made', async () => {
    const mp3 = { format: 'mp3', sampleRate: 96000, channels: 2 } as const
    await expect(createAudioWriter(at('high.mp3'), mp3)).rejects.toMatchObject({ code: 'AUDIO_UNSUPPORTED', message: expect.stringContaining('FLAC') })
    expect(readdirSync(folder)).toEqual([])
  })
})

describe('a full disk', () => {
  let disk: string | undefined
  beforeAll(() => void (disk = mountSmallDisk()))
  afterAll(() => {
    if (disk === undefined) return
    execFileSync('umount', [disk])
    rmSync(disk, { recursive: true })
  })

  // The disk takes the parked vocals (10.6 MB) but not the stems as well.
  it.for(['wav24', 'flac', 'mp3', 'm4a'] as const)('%s is told and cleaned up', async (format, { skip }) => {
    if (disk === undefined) return skip('mounting a small file system is not allowed here')
    const extension = extensionOf(format)
    const source = fixture('24.wav', tones(2, 30 * 44100, 44100, 0.4))
    const vocals = (await readAll(source)).map((plane) => plane.map((value) => value / 3))
    const paths = { vocals: join(disk, `v${extension}`), accompaniment: join(disk, `m${extension}`) }
    const request = { sourcePath: source, paths, vocals: blocksOf(vocals), format, overwrite: false, seed: 1 } as const
    await expect(writeStemFiles(request, quietContext())).rejects.toMatchObject({ code: 'DISK_FULL' })
    expect(readdirSync(disk)).toEqual([])
  })
})

/** A file system of 11 MB, or undefined where mounting is not allowed. */
function mountSmallDisk(): string | undefined {
  if (!isRoot || process.platform !== 'linux') return undefined
  const place = mkdtempSync(join(tmpdir(), 'small-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=10900k', 'tmpfs', place], { stdio: 'ignore' })
    return place
  } catch {
    rmSync(place, { recursive: true })
    return undefined
  }
}

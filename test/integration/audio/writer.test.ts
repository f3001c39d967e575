import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openAudio } from '#main/node/audioReader'
import { audioFormats, createAudioWriter, type AudioFormat, type AudioWriterOptions } from '#main/node/audioWriter'
import { extensionOf } from '#shared/project/fileNames'
import { asStored, tones } from '#test/audioFixtures'
import { largestDifference, readAll } from '#test/soundFiles'

let folder: string
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'writer-'))))
afterEach(() => rmSync(folder, { recursive: true }))

async function write(format: AudioFormat, planes: readonly Float32Array[], sampleRate: number, more: Partial<AudioWriterOptions> = {}) {
  const path = join(folder, `song${extensionOf(format)}`)
  const writer = await createAudioWriter(path, { format, sampleRate, channels: planes.length, overwrite: true, ...more })
  // An odd size, so that blocks never line up with an encoder's frames.
  for (let at = 0; at < planes[0]!.length; at += 7001) await writer.write(planes.map((plane) => plane.subarray(at, at + 7001)))
  await writer.finish()
  return path
}

const stored = { wav16: 's16', wav24: 's24', wav32f: 'float', flac: 's24', aiff: 's24' } as const

describe('lossless formats', () => {
  // Would catch: a lost last frame, a missing padding byte (odd 24-bit mono), byte order, a header of the first write.
  it.each((['wav16', 'wav24', 'wav32f', 'flac', 'aiff'] as const).flatMap((format) => [1, 2, 6].map((channels) => ({ format, channels }))))(
    '$format with $channels channel(s) holds the samples to the bit',
    async ({ format, channels }) => {
      const planes = asStored(tones(channels, 44_101, 44100), stored[format])
      const path = await write(format, planes, 44100)
      expect(largestDifference(await readAll(path), planes)).toBe(0)
      expect((await openAudio(path)).info).toMatchObject({ frames: 44_101, channels, sampleRate: 44100 })
    },
  )

  it.each([8000, 192000])('24 bit FLAC and 32 bit float WAV at %i Hz', async (rate) => {
    const planes = asStored(tones(2, rate, rate), 's24')
    expect(largestDifference(await readAll(await write('flac', planes, rate)), planes)).toBe(0)
    expect(largestDifference(await readAll(await write('wav32f', planes, rate)), planes)).toBe(0)
  })

  it.each(['flac', 'aiff'] as const)('16 bit %s', async (format) => {
    const planes = asStored(tones(2, 44_100, 44100), 's16')
    const path = await write(format, planes, 44100, { bitDepth: 16 })
    expect((await openAudio(path)).info.bitDepth).toBe(16)
    expect(largestDifference(await readAll(path), planes)).toBe(0)
  })

  it('RF64 past the limit', async () => {
    const planes = asStored(tones(2, 44_100, 44100), 's24')
    const path = await write('wav24', planes, 44100, { riffLimit: 100_000, tags: { title: 'Long' } })
    expect(readFileSync(path).toString('latin1', 0, 4)).toBe('RF64')
    expect(largestDifference(await readAll(path), planes)).toBe(0)
    expect((await openAudio(path)).info.tags.title).toBe('Long')
  })

  it('16 bit is dithered only where it must be', async () => {
    const between = [new Float32Array(44_100).fill(0.25 / 32768)]
    const written = (await readAll(await write('wav16', between, 44100)))[0]!
    expect(new Set(written).size).toBeGreaterThan(2)
    const silence = [new Float32Array(44_100)]
    expect(largestDifference(await readAll(await write('wav16', silence, 44100)), silence)).toBe(0)
  })
})

describe('lossy formats', () => {
  it.each([
    ...[8000, 11025, 22050, 44100, 48000].map((rate) => ['mp3', rate] as const),
    ...[8000, 44100, 96000].map((rate) => ['m4a', rate] as const),
  ])('%s at %i Hz keeps length and place', async (format, rate) => {
    const planes = tones(2, rate + 555, rate, 0.4)
    const decoded = await readAll(await write(format, planes, rate))
    expect(decoded[0]).toHaveLength(rate + 555)
    const from = Math.floor(rate / 4)
    let error = 0
    let energy = 0
    for (let i = from; i < 3 * from; i++) {
      error += (decoded[0]![i]! - planes[0]![i]!) ** 2
      energy += planes[0]![i]! ** 2
    }
    // White noise at -14 dB is what coding may lose; a shift of one sample would cost more at any rate.
    expect(10 * Math.log10(energy / error)).toBeGreaterThan(12)
  })
})

describe('tags', () => {
  it.each(audioFormats)('%s keeps title, artist and comment in any script', async (format) => {
    const tags = { title: 'Größe – 夜', artist: 'Ψ', comment: 'one\ntwo' }
    const { info } = await openAudio(await write(format, tones(1, 44_100, 44100), 44100, { tags }))
    expect(info.tags).toMatchObject(tags)
  })
})

describe('tags of the file itself', () => {
  // Would catch: a song's loudness or gapless data being copied to stems, where players would act on it.
  it('are not handed on', async () => {
    const tags = { title: 'Song', replaygain_track_gain: '-7 dB', itunsmpb: '0 840', encoder: 'X', bpm: '120' }
    const { info } = await openAudio(await write('flac', tones(1, 44_100, 44100), 44100, { tags }))
    expect(info.tags).toEqual({ title: 'Song', bpm: '120' })
  })
})

describe('life of a file', () => {
  it('is invisible until finished, and gone after an abort', async () => {
    const path = join(folder, 'song.wav')
    const writer = await createAudioWriter(path, { format: 'wav24', sampleRate: 44100, channels: 1 })
    await writer.write([new Float32Array(1000)])
    expect(readdirSync(folder).filter((name) => !name.startsWith('.'))).toEqual([])
    await writer.abort()
    expect(readdirSync(folder)).toEqual([])
  })

  it('two writers of one name: the second to finish is refused and takes nothing along', async () => {
    const path = join(folder, 'song.wav')
    const options = { format: 'wav16', sampleRate: 44100, channels: 1 } as const
    const [first, second] = [await createAudioWriter(path, options), await createAudioWriter(path, options)]
    await first.write([new Float32Array(1000).fill(0.5)])
    await first.finish()
    await expect(second.finish()).rejects.toMatchObject({ code: 'OUTPUT_EXISTS' })
    await second.abort()
    expect(readdirSync(folder)).toEqual(['song.wav'])
    expect((await readAll(path))[0]).toHaveLength(1000)
  })
})

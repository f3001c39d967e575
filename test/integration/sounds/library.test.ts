import { copyFileSync, existsSync, readdirSync, readFileSync, renameSync, statSync, symlinkSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createAudioWriter } from '#main/node/audioWriter'
import { decodeSound } from '#main/node/soundFiles'
import { keepTile, tilePath } from '#main/node/tileFiles'
import type { JobProgress } from '#shared/jobs/job'
import { decodePeaks, PeakCollector } from '#shared/audio/peaks'
import { wavHeader } from '#shared/audio/wavHeader'
import { drawTile } from '#shared/dsp/spectrogramTile'
import { fixtureKind, fixtureKinds, tones, writeFixture } from '#test/audioFixtures'
import { openSoundLibrary, type SoundLibrary } from '#test/soundLibrary'
import { largestDifference, quietContext, readAll } from '#test/soundFiles'

let app: SoundLibrary
beforeAll(() => void (app = openSoundLibrary()))
afterAll(() => app.close())

const rateOf = ({ codec }: { codec: string }) => (codec === 'libopus' ? 48000 : 44100)
const audioOf = (id: string) => app.services.sounds.path(id)
const written = async (name: string, planes: Float32Array[], format: 'wav16' | 'wav24' | 'wav32f' = 'wav24') => {
  const path = join(app.scratch, name)
  const writer = await createAudioWriter(path, { format, sampleRate: 44100, channels: planes.length, overwrite: true })
  await writer.write(planes)
  await writer.finish()
  return path
}

describe('a song in the library', () => {
  // Would catch: a width too small for the source, a lost block, a shifted channel, peaks of something else.
  it.each(fixtureKinds.flatMap((kind, number) => [1, 2].map((channels) => ({ kind, number, channels, name: kind.name }))))(
    '$name with $channels channel(s) holds what the reader gives, to the bit',
    async ({ kind, number, channels }) => {
      const path = join(app.scratch, `${channels}-${kind.name}`)
      const rate = rateOf(kind)
      writeFixture(path, kind, tones(channels, rate + 321 + number, rate, 0.99), rate)
      const sound = await app.decoded(path)
      const expected = await readAll(path)
      expect(sound).toMatchObject({ sampleRate: rate, channels, frames: expected[0]!.length, name: `${channels}-${kind.name.split('.')[0]!}` })
      expect(largestDifference(await readAll(await audioOf(sound.id)), expected)).toBe(0)
      const collector = new PeakCollector(rate, channels)
      collector.add(expected)
      const peaks = readFileSync(app.services.mediaPath(sound.peaksUrl.split('/').at(-1)!)!)
      expect(decodePeaks(peaks)).toEqual(collector.finish())
    },
  )

  it.each([
    ['u8.wav', 16, 1],
    ['16.flac', 16, 1],
    ['24.aiff', 24, 1],
    ['32i.wav', 32, 3],
    ['64f.wav', 32, 3],
    ['lame.mp3', 32, 3],
  ])('keeps the width of %s: %i bits, WAV format %i', async (name, bits, code) => {
    const path = join(app.scratch, `width-${name}`)
    writeFixture(path, fixtureKind(name), tones(2, 44100, 44100), 44100)
    const header = readFileSync(await audioOf((await app.decoded(path)).id)).subarray(0, 100)
    const at = header.indexOf('fmt ')
    expect([header.readUInt16LE(at + 22), header.readUInt16LE(at + 8)]).toEqual([bits, code])
  })

  it('is mixed down as separation does it where it has more than two channels', async () => {
    const path = join(app.scratch, 'six.wav')
    const planes = tones(6, 44100, 44100, 0.9)
    writeFixture(path, fixtureKind('24.wav'), planes, 44100)
    const sound = await app.decoded(path)
    expect(sound.channels).toBe(2)
    expect(sound.warnings).toEqual([expect.stringContaining('mixed down to stereo')])
    expect((await app.reopen().sounds.get(sound.id)).warnings).toEqual(sound.warnings)
    const [fl, fr, fc, , sl, sr] = await readAll(path)
    const side = (front: Float32Array, surround: Float32Array) =>
      front.map((value, i) => value + Math.SQRT1_2 * fc![i]! + Math.SQRT1_2 * surround[i]!)
    expect(largestDifference(await readAll(await audioOf(sound.id)), [side(fl!, sl!), side(fr!, sr!)])).toBeLessThan(1e-6)
  })

  it('is one sound whatever file holds it, and is found again without being decoded, also after a restart', async () => {
    const planes = tones(2, 50_000, 44100)
    const flac = join(app.scratch, 'same.flac')
    const wav = join(app.scratch, 'same.wav')
    writeFixture(flac, fixtureKind('24.flac'), planes, 44100)
    writeFixture(wav, fixtureKind('24.wav'), planes, 44100)
    const first = await app.decoded(flac)
    expect((await app.decoded(wav)).id).toBe(first.id)
    const again = app.reopen()
    const song = await again.songs.import({ path: wav })
    expect((await again.sounds.prepare(song.id)).state).toMatchObject({ status: 'succeeded', result: { id: first.id } })
    expect((await again.sounds.list()).filter(({ id }) => id === first.id)).toHaveLength(1)
  })

  it('is the same song when its sound is opened, so that it is separated only once', async () => {
    const path = await written('opened.wav', tones(2, 40_000, 44100, 0.2))
    const { id } = await app.decoded(path)
    const song = app.services.songs.list().find((open) => open.path === path)!
    const again = await app.services.songs.import({ soundId: id })
    expect(again.id).toBe(song.id)
    expect((await app.services.sounds.prepare(again.id)).state).toMatchObject({ result: { id } })
  })

  it('is refused by another id with SOUND_NOT_FOUND, and no id leads out of the library', async () => {
    for (const id of ['0'.repeat(32), '../stems', '']) {
      await expect(app.services.sounds.get(id)).rejects.toMatchObject({ code: 'SOUND_NOT_FOUND' })
    }
  })
})

describe('a WAV file that becomes a sound', () => {
  it('is moved, or left in place on request, and gives the same sound the second time', async () => {
    const planes = tones(2, 30_000, 44100, 0.3)
    const file = await written('stem.wav', planes)
    const copy = join(app.scratch, 'copy.wav')
    copyFileSync(file, copy)
    const sound = await app.services.sounds.adopt(file, { name: 'Vocals' })
    expect(existsSync(file)).toBe(false)
    expect(sound).toMatchObject({ name: 'Vocals', channels: 2, frames: 30_000 })
    expect((await app.services.sounds.adopt(copy, { name: 'Other', keep: true })).id).toBe(sound.id)
    expect(existsSync(copy)).toBe(true)
    expect(largestDifference(await readAll(await audioOf(sound.id)), await readAll(copy))).toBe(0)
    expect(readdirSync(join(app.library, 'sounds')).filter((name) => name.startsWith('.'))).toEqual([])
  })

  // Would catch: a sound that is lost, or forgets a song of which it was made, because two jobs brought it at once.
  it('is one sound of several songs when these bring it at the same time', async () => {
    const names = ['one', 'two', 'three', 'four']
    const files = await Promise.all(names.map((name) => written(`at-once-${name}.wav`, tones(1, 5000, 44100, 0.3))))
    const adopted = await Promise.all(files.map((file, i) => app.services.sounds.adopt(file, { name: 'Same', song: { sha256: `hash-${i}`, name: names[i]! } })))
    expect(new Set(adopted.map(({ id }) => id)).size).toBe(1)
    const { id } = adopted[0]!
    expect(await app.services.sounds.songsOf(id)).toEqual(new Set(names.map((_, i) => `hash-${i}`)))
    expect((await readAll(await audioOf(id)))[0]).toHaveLength(5000)
  })

  it('differs from another by its rate, its channels and every sample', async () => {
    const planes = tones(2, 20_000, 44100, 0.3)
    const changed = planes.map((plane) => plane.slice())
    changed[1]![19_999]! += 2 ** -23
    const swapped = [planes[1]!, planes[0]!]
    const ids = new Set<string>()
    for (const variant of [planes, changed, swapped, [planes[0]!]]) {
      ids.add((await app.services.sounds.adopt(await written('variant.wav', variant, 'wav32f'), { name: 'Variant' })).id)
    }
    expect(ids.size).toBe(4)
  })

  it('stays where it is when it is no WAV file that the library can hold', async () => {
    const path = join(app.scratch, 'wide.wav')
    writeFixture(path, fixtureKind('24.wav'), tones(4, 20_000, 44100), 44100)
    await expect(app.services.sounds.adopt(path, { name: 'Wide' })).rejects.toMatchObject({ code: 'AUDIO_UNSUPPORTED' })
    expect(existsSync(path)).toBe(true)
  })
})

describe('tiles of a sound in the library', () => {
  it('are drawn once and kept, and only those that exist', async () => {
    const frames = 4_000_000
    const planes = tones(1, frames, 44100, 0.5)
    const { id, spectrogram } = await app.services.sounds.adopt(await written('drawn.wav', planes, 'wav16'), { name: 'Drawn' })
    const top = spectrogram.levels - 1
    const first = await app.services.sounds.tile({ soundId: id, level: top, index: 0 })
    const file = app.services.mediaPath(first.url.split('/').at(-1)!)!
    const bytes = readFileSync(file)
    expect(bytes.length).toBe(first.columns * (spectrogram.fftSize / 2 + 1))
    const sound = { frames, channels: 1, read: async (from: number, count: number) => planes.map((plane) => plane.subarray(from, from + count)) }
    // 16 bit make a noise of their own, far below the tones.
    const expected = await drawTile(sound, spectrogram, top, 0, quietContext())
    const louder = [...expected.entries()].filter(([, value]) => value > 90)
    expect(louder.length).toBeGreaterThan(100)
    expect(louder.every(([at, value]) => Math.abs(value - bytes[at]!) <= 1)).toBe(true)
    const drawnAt = statSync(file).mtimeMs
    await Promise.all([1, 2, 3].map(() => app.services.sounds.tile({ soundId: id, level: top, index: 0 })))
    expect(statSync(file).mtimeMs).toBe(drawnAt)
    for (const [level, index] of [[top + 1, 0], [top, 1], [0, 10 ** 6]] as const) {
      await expect(app.services.sounds.tile({ soundId: id, level, index })).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    }
    expect((await app.services.sounds.list()).find((listed) => listed.id === id)!.bytes).toBeGreaterThan(frames * 2 + bytes.length)
  })
})

describe('decoding', () => {
  it('tells how far it is in seconds, and leaves nothing once it is cancelled', async () => {
    const path = await written('cancelled.wav', tones(1, 3_000_000, 44100), 'wav16')
    const song = await app.services.songs.import({ path })
    const before = readdirSync(join(app.library, 'sounds'))
    const { id } = await app.services.sounds.prepare(song.id)
    const progress = await new Promise<JobProgress>((resolve) => {
      const stop = app.services.onEvent((event) => {
        if (event.name !== 'job.changed' || event.payload.id !== id || event.payload.state.status !== 'running') return
        if (event.payload.state.progress.completed === 0) return
        stop()
        resolve(event.payload.state.progress)
      })
    })
    app.services.jobs.cancel(id)
    expect(progress).toMatchObject({ stage: 'decoding', unit: 'seconds', total: 3_000_000 / 44100 })
    expect(progress.completed).toBeGreaterThanOrEqual(16384 / 44100)
    expect((await app.services.jobs.finished(id)).state).toEqual({ status: 'cancelled' })
    expect(readdirSync(join(app.library, 'sounds'))).toEqual(before)
    expect((await app.decoded(path)).frames).toBe(3_000_000)
  })

  it('of what is no sound any more fails with its reason, and can be tried again', async () => {
    const path = await written('gone.wav', tones(1, 44100, 44100))
    const song = await app.services.songs.import({ path })
    renameSync(path, `${path}.away`)
    const { id } = await app.services.sounds.prepare(song.id)
    expect((await app.services.jobs.finished(id)).state).toMatchObject({ status: 'failed', error: { code: 'FILE_NOT_FOUND' } })
    renameSync(`${path}.away`, path)
    expect((await app.decoded(path)).frames).toBe(44100)
  })
})

describe('the folder of tiles', () => {
  it('does not grow without end, and loses only what is drawn again at once', async () => {
    const path = await written('explored.wav', tones(1, 45 * 131_072, 44100), 'wav16')
    const folder = join(app.scratch, 'tiles')
    await keepTile(path, folder, 3, 0, quietContext(), 12)
    for (let index = 0; index < 40; index++) await keepTile(path, folder, 0, index, quietContext(), 12)
    const names = readdirSync(folder)
    expect(names.length).toBeLessThanOrEqual(12)
    expect(names).toContain('3-0.tile')
    expect(names).toContain('0-39.tile')
  })

  // Would catch: a tile that is asked for while another request forgets old ones, and fails for a file that is not there.
  it('is tidied by several requests at once', async () => {
    const path = await written('raced.wav', tones(1, 45 * 131_072, 44100), 'wav16')
    const folder = join(app.scratch, 'raced tiles')
    await keepTile(path, folder, 0, 0, quietContext(), 4)
    // Listed, and no longer there when it is looked at.
    symlinkSync(join(folder, 'gone'), tilePath(folder, 1, 7))
    await Promise.all(Array.from({ length: 40 }, (_, index) => keepTile(path, folder, 0, index, quietContext(), 4)))
    expect(existsSync(tilePath(folder, 0, 39))).toBe(true)
  })
})

describe('a song of three hours', () => {
  const frames = 3 * 3600 * 8000

  // Would catch: anything that holds a whole song in memory, and sizes or places that do not fit into 32 bits.
  it('is looked at piece by piece', async () => {
    const path = join(app.scratch, 'long.wav')
    const file = await open(path, 'w')
    const header = wavHeader({ encoding: 'int16', sampleRate: 8000, channels: 1 }, frames, 0)
    await file.write(header)
    await file.truncate(header.length + frames * 2)
    await file.write(Buffer.from([0, 64]), 0, 2, header.length + (frames - 1) * 2)
    await file.close()
    const before = process.memoryUsage().rss
    let most = 0
    const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 20)
    const sound = await app.services.sounds.adopt(path, { name: 'Long' })
    const last = Math.floor((frames - 1) / sound.spectrogram.hop / sound.spectrogram.columns)
    const tile = await app.services.sounds.tile({ soundId: sound.id, level: 0, index: last })
    clearInterval(watch)
    expect(sound.frames).toBe(frames)
    expect(most - before).toBeLessThan(120 * 2 ** 20)
    const peaks = decodePeaks(readFileSync(app.services.mediaPath(sound.peaksUrl.split('/').at(-1)!)!))!
    const highest = peaks.levels.map(({ channels }) => channels[0]!.at(-1))
    expect(new Set(highest)).toEqual(new Set([0.5]))
    expect(readFileSync(app.services.mediaPath(tile.url.split('/').at(-1)!)!).some((value) => value > 0)).toBe(true)
  })

  it('is decoded to RF64 where a WAV cannot hold it', async () => {
    const path = join(app.scratch, 'limit.wav')
    const planes = tones(2, 100_000, 44100)
    writeFixture(path, fixtureKind('16.wav'), planes, 44100)
    const target = { audioPath: join(app.scratch, 'rf64.wav'), peaksPath: join(app.scratch, 'rf64.peaks') }
    const { id } = await decodeSound(path, target, quietContext(), 100_000)
    expect(readFileSync(target.audioPath).toString('latin1', 0, 4)).toBe('RF64')
    expect(largestDifference(await readAll(target.audioPath), await readAll(path))).toBe(0)
    expect((await app.services.sounds.adopt(target.audioPath, { name: 'Long' })).id).toBe(id)
  })
})

import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { audibleWork, frameRange, saveStems } from '#main/compute/tasks/stems'
import { openAudio } from '#main/node/audioReader'
import { createAudioWriter } from '#main/node/audioWriter'
import { mixtureBlocks } from '#main/node/mixtureBlocks'
import { WavFile } from '#main/node/wavFile'
import type { Job } from '#shared/contract/jobs'
import type { SeparationResult } from '#shared/contract/separation'
import type { Song } from '#shared/contract/songs'
import type { JobProgress } from '#shared/jobs/job'
import { overallShare } from '#shared/jobs/overallShare'
import { checkpointCancel } from '#shared/jobs/work'
import { tones } from '#test/audioFixtures'
import { writeNoise } from '#test/sound'
import { openSoundLibrary, type SoundLibrary } from '#test/soundLibrary'
import { largestDifference, readAll } from '#test/soundFiles'

/** For machines that have other things to do. */
const patience = { timeout: 60_000 }
/** Waits before every block of the separation that is listed here, for tests that look at one while it runs. */
const gates: (() => Promise<void>)[] = []
const musicOf = (samples: Float32Array) => {
  const vocals = vocalsOf(samples)
  return samples.map((value, i) => value - vocals[i]!)
}
const vocalsOf = (samples: Float32Array) => samples.map((value) => Math.floor((value * 2 ** 23) / 3) / 2 ** 23)

let app: SoundLibrary
beforeAll(() => {
  app = openSoundLibrary({
    async separate({ path, start, length, output, preview: files }, silent) {
      const song = await openAudio(path)
      const range = frameRange({ start, length }, song.info.sampleRate)
      const { preview, context } = audibleWork(song, range, files, silent)
      const vocals = async function* () {
        let frames = 0
        for await (const block of mixtureBlocks(song, range)) {
          await gates.shift()?.()
          context.onProgress({ stage: 'separating', completed: frames / 44100, total: 10, unit: 'seconds' })
          yield block.map(vocalsOf)
          frames += block[0]!.length
          await checkpointCancel(context)
        }
      }
      const stems = await saveStems({ song, path, range, vocals: vocals(), output, preview }, context)
      return { ...stems, seconds: stems.frames / 44100, engine: 'stand-in' }
    },
  })
  mkdirSync(join(app.scratch, 'models', 'duovae'), { recursive: true })
  const card = { name: 'Thirds', summary: 'Takes a third.', licence: 'CC0', parameters: 1, sha256: 'ab'.repeat(32) }
  writeFileSync(join(app.scratch, 'models', 'duovae', 'card.json'), JSON.stringify(card))
})
afterAll(() => app.close())

async function start(path: string, services = app.services, options = {}): Promise<Job> {
  const song = await services.songs.import({ path })
  return services.separations.start({ songId: song.id, quality: 'fast', format: 'wav24', ...options })
}

async function separated(path: string, services = app.services, options = {}): Promise<SeparationResult> {
  const { state } = await services.jobs.finished((await start(path, services, options)).id)
  if (state.status !== 'succeeded') throw new Error(`The job did not succeed: ${JSON.stringify(state)}`)
  // The song itself comes into the library behind its stems.
  await songsKept(services)
  return state.result as SeparationResult
}

/** Waits until the songs that are being decoded are in the library. */
async function songsKept(services = app.services): Promise<void> {
  for (const { id, kind } of services.jobs.list()) if (kind === 'sound') await services.jobs.finished(id)
}

/** Every file of the library, but for the lists that hold no sound. */
const libraryFiles = () =>
  readdirSync(app.library, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .sort()
const soundNames = () => readdirSync(join(app.library, 'sounds')).sort()

describe('stems of a finished separation', () => {
  it('are sounds of the library that sum to the song, and are found again after a restart', async () => {
    const path = join(app.scratch, 'one.wav')
    await writeNoise(path, 1.5, 1)
    const { stems } = await separated(path)
    const ids = stems.map(({ soundId }) => soundId!)
    const [vocals, music] = await Promise.all(ids.map(async (id) => readAll(await app.services.sounds.path(id))))
    const song = await readAll(path)
    expect(largestDifference(vocals!, song.map(vocalsOf))).toBe(0)
    expect(largestDifference(vocals!.map((plane, c) => plane.map((value, i) => value + music![c]![i]!)), song)).toBe(0)
    expect((await app.services.sounds.list()).filter(({ id }) => ids.includes(id)).map(({ name }) => name).sort()).toEqual(['one - Music', 'one - Vocals'])
    const again = await start(path, app.reopen())
    expect(again.state).toMatchObject({ status: 'succeeded', result: { stems: ids.map((soundId) => ({ soundId })) } })
  })

  // Would catch: songs that were split from the queue and never opened, whose stems lie on the disk under no song.
  it('bring their song into the library, which is listed after a restart without its file', async () => {
    const path = join(app.scratch, 'only-queued.wav')
    await writeNoise(path, 1, 30)
    await separated(path)
    const { id } = app.services.jobs.list().find(({ kind, title }) => kind === 'sound' && title === 'only-queued')!
    await app.services.jobs.finished(id)
    rmSync(path)
    const services = app.reopen()
    const reply = await services.server.handle('songs.list', undefined)
    const songs = (reply.ok ? reply.result : []) as Song[]
    expect(songs.filter(({ name }) => name === 'only-queued')).toMatchObject([{ sampleRate: 44100, frames: 44100 }])
    await separated(join(app.scratch, 'one.wav'))
    expect(app.services.jobs.list().filter(({ kind, title }) => kind === 'sound' && title === 'only-queued')).toHaveLength(1)
  })

  it('become sounds again where those were lost, without another separation', async () => {
    const path = join(app.scratch, 'lost.wav')
    await writeNoise(path, 1, 2)
    const { stems, elapsedSeconds } = await separated(path)
    const ids = stems.map(({ soundId }) => soundId!)
    const store = app.reopen()
    for (const id of ids) await store.sounds.get(id)
    for (const sound of await store.sounds.list()) if (ids.includes(sound.id)) await removeSound(sound.id)
    const again = await separated(path, store)
    expect(again.elapsedSeconds).toBe(elapsedSeconds)
    expect(again.stems.map(({ soundId }) => soundId)).toEqual(ids)
    await expect(store.sounds.get(ids[0]!)).resolves.toMatchObject({ frames: 44100 })
  })

  // Would catch: stems that were turned down to fit a format, beside a song that was not.
  it('of a song that passes full scale sum to its sound at its own level, as floats', async () => {
    const path = join(app.scratch, 'loud.wav')
    const writer = await createAudioWriter(path, { format: 'wav32f', sampleRate: 44100, channels: 2 })
    const planes = tones(2, 60_000, 44100, 1.6)
    await writer.write(planes)
    await writer.finish()
    const sound = await app.decoded(path)
    const { stems, nullResidualDbfs, warnings } = await separated(path, app.services, { format: 'wav32f' })
    const [vocals, music] = await Promise.all(stems.map(async ({ soundId }) => readAll(await app.services.sounds.path(soundId!))))
    const sum = vocals!.map((plane, c) => plane.map((value, i) => value + music![c]![i]!))
    expect(largestDifference(sum, await readAll(await app.services.sounds.path(sound.id)))).toBeLessThanOrEqual(1e-6)
    expect(largestDifference(sum, planes)).toBeLessThanOrEqual(1e-6)
    expect([nullResidualDbfs <= -120, warnings]).toEqual([true, []])
  })

  it('in FLAC are decoded for it', async () => {
    const path = join(app.scratch, 'packed.wav')
    await writeNoise(path, 1, 3)
    const { stems } = await separated(path, app.services, { format: 'flac' })
    const vocals = await readAll(await app.services.sounds.path(stems[0]!.soundId!))
    expect(largestDifference(vocals, (await readAll(path)).map(vocalsOf))).toBe(0)
  })
})

describe('deleting everything about a song', () => {
  const ask = async (name: string, payload: unknown) => {
    const reply = await app.services.server.handle(name, payload)
    if (!reply.ok) throw new Error(JSON.stringify(reply.error))
    return reply.result as { jobId: string }
  }
  const resultOf = async ({ jobId }: { jobId: string }) => {
    const { state } = await app.services.jobs.finished(jobId)
    if (state.status !== 'succeeded') throw new Error(JSON.stringify(state))
    return state.result as { vocals: { id: string }; accompaniment: { id: string } }
  }

  /** Decodes, draws, separates, repairs and auditions a song, as a user would. */
  async function workOn(path: string) {
    const sound = await app.decoded(path)
    await app.services.sounds.tile({ soundId: sound.id, level: 0, index: 0 })
    const [vocals, music] = (await separated(path)).stems.map(({ soundId }) => soundId!)
    const pair = { mixture: sound.id, offset: 0, vocals: vocals!, accompaniment: music! }
    const regions = [{ kind: 'box', start: 1000, end: 20_000, low: 500, high: 4000 }]
    const repaired = await resultOf(await ask('repair.move', { pair, regions, from: 'vocals' }))
    await resultOf(await ask('repair.audition', { soundId: vocals, regions }))
    await app.services.sounds.tile({ soundId: repaired.vocals.id, level: 0, index: 0 })
    return { sound, ids: [sound.id, vocals!, music!, repaired.vocals.id, repaired.accompaniment.id] }
  }

  it('leaves nothing of it on the disk, and another song, and the user file, as they were', async () => {
    const other = join(app.scratch, 'kept.wav')
    await writeNoise(other, 1, 8)
    const kept = await workOn(other)
    await app.services.sounds.tile({ soundId: kept.sound.id, level: 0, index: 0 })
    await ask('sounds.deleteEverything', { soundId: (await app.decoded(await noise('first.wav', 9))).id })
    const before = libraryFiles()
    const path = await noise('unwanted.wav', 10)
    const { sound, ids } = await workOn(path)
    expect(libraryFiles().length).toBeGreaterThan(before.length + 15)
    // What an app that was killed had begun is of nobody knows which song.
    for (const place of ['sounds', 'stems', 'previews']) {
      mkdirSync(join(app.library, place, '.staged-4194305-abc'), { recursive: true })
      writeFileSync(join(app.library, place, '.staged-4194305-abc', 'sound.wav'), 'of the song')
    }
    const told: unknown[] = []
    const stop = app.services.onEvent((event) => event.name === 'sounds.removed' && told.push(event.payload))
    await ask('sounds.deleteEverything', { soundId: sound.id })
    stop()
    expect(libraryFiles()).toEqual(before)
    expect(new Set((told[0] as { soundIds: string[] }).soundIds)).toEqual(new Set(ids))
    for (const id of ids) await expect(app.services.sounds.get(id)).rejects.toMatchObject({ code: 'SOUND_NOT_FOUND' })
    for (const id of kept.ids) await expect(app.services.sounds.get(id)).resolves.toMatchObject({ id })
    expect(app.services.songs.list().some(({ path: open }) => open === path)).toBe(false)
    expect(app.services.jobs.list().some(({ title }) => title.includes('unwanted'))).toBe(false)
    expect((await readAll(path))[0]!.length).toBe(44100)
    expect((await separated(path)).frames).toBe(44100)
  })

  // Would catch: songs of earlier days that lie on the disk, and that nothing in the app lists or deletes.
  it('reaches songs of an earlier start, which are listed, split without the file, and listed no more', async () => {
    const path = await noise('earlier.wav', 40)
    const { ids } = await workOn(path)
    rmSync(path)
    const services = app.reopen()
    const request = async (name: string, payload?: unknown) => {
      const reply = await services.server.handle(name, payload)
      if (!reply.ok) throw new Error(JSON.stringify(reply.error))
      return reply.result
    }
    const listed = async () => ((await request('songs.list')) as Song[]).filter(({ name }) => name === 'earlier')
    const [song] = await listed()
    expect(song).toMatchObject({ sampleRate: 44100, frames: 44100, seconds: 1 })
    const again = await services.separations.start({ songId: song!.id, quality: 'fast', format: 'wav24' })
    expect((await services.jobs.finished(again.id)).state).toMatchObject({ status: 'succeeded', result: { frames: 44100 } })
    await request('sounds.deleteEverything', { soundId: ids[0] })
    expect(await listed()).toEqual([])
    for (const id of ids) await expect(services.sounds.get(id)).rejects.toMatchObject({ code: 'SOUND_NOT_FOUND' })
  })

  it('ends a separation of it that runs, whose stems appear nowhere', async () => {
    const path = await noise('running-away.wav', 11)
    const sound = await app.decoded(path)
    const before = libraryFiles().filter((file) => !file.includes(sound.id))
    const held = heldSeparation(3)
    const { id } = await start(path)
    await held.next()
    const deleted = ask('sounds.deleteEverything', { soundId: sound.id })
    held.release()
    await deleted
    held.end()
    expect(libraryFiles().filter((file) => !before.includes(file))).toEqual([])
    expect(() => app.services.jobs.get(id)).toThrowError(expect.objectContaining({ code: 'JOB_NOT_FOUND' }) as Error)
  })

  it('keeps a sound that another song gave as well', async () => {
    const [one, two] = [await noise('one-parent.wav', 12), await noise('two-parent.wav', 13)]
    const parents = [await app.decoded(one), await app.decoded(two)]
    const child = await noise('child.wav', 14)
    const ids = new Set<string>()
    for (const { id } of parents) ids.add((await app.services.sounds.adopt(child, { name: 'Child', madeOf: [id], keep: true })).id)
    const [shared] = [...ids]
    await ask('sounds.deleteEverything', { soundId: parents[0]!.id })
    await expect(app.services.sounds.get(shared!)).resolves.toMatchObject({ id: shared })
    await ask('sounds.deleteEverything', { soundId: parents[1]!.id })
    await expect(app.services.sounds.get(shared!)).rejects.toMatchObject({ code: 'SOUND_NOT_FOUND' })
  })
})

async function noise(name: string, seed: number): Promise<string> {
  const path = join(app.scratch, name)
  await writeNoise(path, 1, seed)
  return path
}

async function removeSound(id: string): Promise<void> {
  const { rm } = await import('node:fs/promises')
  await rm(join(app.library, 'sounds', id), { recursive: true })
}

/** Lets a separation of `blocks` blocks go on block by block. */
function heldSeparation(blocks: number) {
  const open: (() => void)[] = []
  let released = false
  for (let i = 0; i < blocks; i++) gates.push(() => (released ? Promise.resolve() : new Promise((resolve) => open.push(resolve))))
  return {
    /** Lets one more block through. */
    async next() {
      await expect.poll(() => open.length, patience).toBeGreaterThan(0)
      open.shift()!()
    },
    /** Lets the rest through. */
    release() {
      released = true
      for (const go of open.splice(0)) go()
    },
    /** Forgets the blocks that were never asked for. */
    end: () => void gates.splice(0),
  }
}

describe('a separation that is running', () => {
  const readyOf = (job: Job) => (job.state.status === 'running' ? job.state.progress.ready : undefined)
  const fileOf = (url: string) => app.services.mediaPath(url.split('/').at(-1)!)

  it('can be heard as far as it is, sample by sample what the stems will be', async () => {
    const path = join(app.scratch, 'running.wav')
    await writeNoise(path, 2, 4)
    const song = await readAll(path)
    const held = heldSeparation(6)
    const { id } = await start(path)
    for (let blocks = 1; blocks <= 4; blocks++) await held.next()
    await expect.poll(() => readyOf(app.services.jobs.get(id))?.frames, patience).toBe(3 * 16384)
    const ready = readyOf(app.services.jobs.get(id))!
    for (const [url, of] of [[ready.vocalsUrl, vocalsOf], [ready.accompanimentUrl, musicOf]] as const) {
      const file = await WavFile.open(fileOf(url)!)
      expect(file.layout).toMatchObject({ sampleRate: 44100, channels: 2, encoding: 'float32', dataBytes: 2 * 44100 * 8 })
      expect(file.frames).toBeGreaterThanOrEqual(ready.frames)
      const heard = await file.read(0, ready.frames)
      expect(largestDifference(heard, song.map((plane) => of(plane).slice(0, ready.frames)))).toBe(0)
      await file.close()
    }
    held.release()
    const { state } = await app.services.jobs.finished(id)
    expect(state.status).toBe('succeeded')
    // Whoever plays them has time to go over to the finished ones.
    expect((await readFile(fileOf(ready.vocalsUrl)!)).length).toBeGreaterThan(2 * 44100 * 8)
  })

  it('goes through its stages once each, never back, with what can be heard to the end', async () => {
    const path = await noise('stages.wav', 15)
    const seen: JobProgress[] = []
    const stop = app.services.onEvent((event) => {
      if (event.name === 'job.changed' && event.payload.kind === 'separation' && event.payload.state.status === 'running') seen.push(event.payload.state.progress)
    })
    await separated(path)
    stop()
    const shares = seen.filter(({ stage }) => stage !== 'starting').map(overallShare)
    expect(shares).toEqual(shares.toSorted((a, b) => a - b))
    expect([...new Set(seen.map(({ stage }) => stage))]).toEqual(['starting', 'separating', 'writing', 'checking', 'finishing'])
    expect(seen.at(-1)).toMatchObject({ stage: 'finishing', completed: 2, total: 2, ready: { frames: 44100 } })
  })

  it('leaves nothing that could be heard, and no sounds, once it is cancelled', async () => {
    const path = join(app.scratch, 'cancelled.wav')
    await writeNoise(path, 2, 5)
    await songsKept()
    const before = soundNames()
    const held = heldSeparation(6)
    const { id } = await start(path)
    for (let blocks = 1; blocks <= 3; blocks++) await held.next()
    await expect.poll(() => readyOf(app.services.jobs.get(id)), patience).toBeDefined()
    const { vocalsUrl } = readyOf(app.services.jobs.get(id))!
    const file = fileOf(vocalsUrl)!
    app.services.jobs.cancel(id)
    held.release()
    expect((await app.services.jobs.finished(id)).state).toEqual({ status: 'cancelled' })
    held.end()
    expect(fileOf(vocalsUrl)).toBeUndefined()
    await expect(readFile(file)).rejects.toMatchObject({ code: 'ENOENT' })
    expect(soundNames()).toEqual(before)
  })

  it('does not keep a song from being opened', async () => {
    const path = join(app.scratch, 'slow.wav')
    await writeNoise(path, 2, 6)
    const other = join(app.scratch, 'other.wav')
    await writeNoise(other, 1, 7)
    const held = heldSeparation(6)
    const { id } = await start(path)
    await held.next()
    expect((await app.decoded(other)).frames).toBe(44100)
    expect(app.services.jobs.get(id).state.status).toBe('running')
    held.release()
    await app.services.jobs.finished(id)
  })
})

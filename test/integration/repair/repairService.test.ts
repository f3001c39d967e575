import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Job } from '#shared/contract/jobs'
import type { StemPair } from '#shared/contract/repair'
import type { Sound } from '#shared/contract/sounds'
import { encodeWav } from '#shared/audio/wavCodec'
import { addSource, addTrack, addClip, replaceStems } from '#shared/project/edits'
import { emptyProject } from '#shared/project/project'
import { stemPairSources } from '#shared/project/songEdits'
import { playedPair, repairedStems, stemPairOf, withPreview } from '#shared/project/stemRepairs'
import { openSoundLibrary, type SoundLibrary } from '#test/soundLibrary'
import { largestDifference, readAll } from '#test/soundFiles'

const rate = 44_100
const length = 2 * rate
const grid = (value: number) => Math.round(value * 2 ** 23) / 2 ** 23
const voice = Float32Array.from({ length }, (_, i) => grid(0.3 * Math.sin(i * 0.05) + 0.1 * Math.sin(i * 0.5)))
const music = Float32Array.from({ length }, (_, i) => grid(0.3 * Math.sin(i * 0.11) + 0.02 * Math.sin(i * 0.5)))
const mixture = voice.map((value, i) => value + music[i]!)

let library: SoundLibrary
let pair: StemPair
beforeEach(async () => {
  library = openSoundLibrary()
  const sound = async (name: string, samples: Float32Array): Promise<Sound> => {
    const path = join(library.scratch, `${name}.wav`)
    writeFileSync(path, encodeWav({ sampleRate: rate, channels: [samples] }, 'int24'))
    return library.services.sounds.adopt(path, { name, song: { sha256: 'abc', name: 'Song' } })
  }
  const [song, vocals, accompaniment] = [await sound('Song', mixture), await sound('Vocals', voice), await sound('Music', music)]
  pair = { mixture: song.id, offset: 0, vocals: vocals.id, accompaniment: accompaniment.id }
})
afterEach(() => library.close())

/** Asks as the page does, and gives the result of the job. */
async function ask<Kind extends Job['kind']>(kind: Kind, name: string, payload: unknown) {
  const response = await library.services.server.handle(`repair.${name}`, payload)
  const { jobId } = (response as { result: { jobId: string } }).result
  const { state, kind: found } = await library.services.jobs.finished(jobId)
  if (found !== kind || state.status !== 'succeeded') throw new Error(`${name}: ${JSON.stringify(state)}`)
  return state.result as Extract<Extract<Job, { kind: Kind }>['state'], { status: 'succeeded' }>['result']
}

const samplesOf = async (soundId: string) => readAll(await library.services.sounds.path(soundId))
const regions = [{ kind: 'box', start: 20_000, end: 60_000, low: 3000, high: 4000 }]

describe('the repair service', () => {
  it('makes sounds of the library of what it moved; the old ones stay, and undoing is an edit', async () => {
    const result = await ask('repair', 'move', { pair, regions, from: 'vocals' })
    expect(result.nullResidualDbfs).toBe(-200)
    expect(result.vocals.id).not.toBe(pair.vocals)
    const [[vocals], [rest]] = [await samplesOf(result.vocals.id), await samplesOf(result.accompaniment.id)]
    expect(largestDifference([vocals!.map((value, i) => value + rest![i]!)], [mixture])).toBe(0)
    expect(largestDifference(await samplesOf(pair.vocals), [voice])).toBe(0)
    expect((await library.services.sounds.list()).map(({ songName }) => songName)).toEqual(Array(5).fill('Song'))

    const song = { id: 'song', name: 'Song', soundId: pair.mixture, sampleRate: rate, channels: 1, frames: length }
    const facts = { mixture: song, offset: 0, frames: length, modelId: 'm', quality: 'fast' }
    const sources = stemPairSources({ ...facts, vocals: { id: 'v', soundId: pair.vocals, name: 'Vocals' }, accompaniment: { id: 'm', soundId: pair.accompaniment, name: 'Music' } })
    let before = addSource(emptyProject('p', 'P'), { source: song })
    for (const source of [sources.vocals, sources.accompaniment]) {
      before = addTrack(addSource(before, { source }), { track: { id: `t-${source.id}`, name: source.name, role: source.stem!.name } })
      before = addClip(before, { trackId: `t-${source.id}`, clip: { id: `c-${source.id}`, sourceId: source.id, start: 500 } })
    }
    const played = playedPair(before, 'm')!
    expect(stemPairOf(played)).toEqual(pair)
    const after = replaceStems(before, repairedStems(played, result, { vocals: 'v2', accompaniment: 'm2' }))
    expect(stemPairOf(playedPair(after, 'v2')!)).toEqual({ ...pair, vocals: result.vocals.id, accompaniment: result.accompaniment.id })
    expect(after.tracks.flatMap(({ clips }) => clips).map(({ sourceId, start }) => [sourceId, start])).toEqual([['v2', 500], ['m2', 500]])

    const preview = await ask('reshapePreview', 'previewReshape', { pair, exponent: 2, start: 30_000, length: 10_000 })
    const heard = withPreview(before, played, preview)
    for (const { clips } of heard.tracks) {
      expect(clips.map(({ start, offset, length: frames }) => [start, offset, frames])).toEqual([[500, 0, 30_000], [30_500, 0, 10_000], [40_500, 40_000, length - 40_000]])
    }
    expect(playedPair(heard, heard.tracks[0]!.clips[1]!.sourceId)).toMatchObject({ offset: 30_000, exponent: 2 })
  })

  // Would catch: an exponent that is taken of an exponent, and losses on the way to cleaner stems and back.
  it('reshapes from the stems as they were separated, however often', async () => {
    const cleaner = await ask('repair', 'reshape', { pair, exponent: 3 })
    const cleanerPair = { ...pair, vocals: cleaner.vocals.id, accompaniment: cleaner.accompaniment.id }
    const fuller = await ask('repair', 'reshape', { pair: cleanerPair, current: 3, exponent: 0.5 })
    expect(fuller.vocals.id).toBe((await ask('repair', 'reshape', { pair, exponent: 0.5 })).vocals.id)
    const fullerPair = { ...pair, vocals: fuller.vocals.id, accompaniment: fuller.accompaniment.id }
    const back = await ask('repair', 'reshape', { pair: fullerPair, current: 0.5, exponent: 1 })
    expect([back.vocals.id, back.accompaniment.id, back.nullResidualDbfs]).toEqual([pair.vocals, pair.accompaniment, -200])
  })

  it('keeps the music as it is when a gain changes the vocals', async () => {
    const result = await ask('repair', 'gain', { pair, regions, stem: 'vocals', decibels: -120 })
    expect(result.accompaniment.id).toBe(pair.accompaniment)
    expect(result.nullResidualDbfs).toBeGreaterThan(-30)
  })

  it('lets previews and auditions be heard, and lets go of the oldest', async () => {
    const first = await ask('audition', 'audition', { soundId: pair.vocals, regions })
    const found = (soundId: string) => library.services.server.handle('sounds.get', { soundId })
    expect(await found(first.sound.id)).toMatchObject({ result: { id: first.sound.id, frames: first.sound.frames } })
    const mediaId = first.sound.audioUrl.split('/').at(-1)!
    const path = library.services.mediaPath(mediaId)!
    const [heard] = await readAll(path)
    const middle = heard!.subarray(35_000 - first.start, 45_000 - first.start)
    expect(Math.max(...middle)).toBeCloseTo(0.1, 2)
    for (let i = 0; i < 6; i++) await ask('reshapePreview', 'previewReshape', { pair, exponent: 2, start: 0, length: 4000 })
    expect(await found(first.sound.id)).toMatchObject({ error: { code: 'SOUND_NOT_FOUND' } })
    expect(existsSync(path)).toBe(false)
    expect(await library.services.sounds.list()).toHaveLength(3)
  })

  it('fails as a job, with its reason, where nothing is selected', async () => {
    const nothing = [{ kind: 'box', start: 1e7, end: 2e7, low: 0, high: 100 }]
    await expect(ask('repair', 'move', { pair, regions: nothing, from: 'vocals' })).rejects.toThrow(/INVALID_INPUT/)
    expect(await library.services.sounds.list()).toHaveLength(3)
  })
})

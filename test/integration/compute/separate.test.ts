import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openAudio } from '#main/node/audioReader'
import { createModelStore } from '#main/node/modelStore'
import { nodePlatform } from '#main/node/nodePlatform'
import { createSoundStore } from '#main/node/soundStore'
import { createStemStore } from '#main/node/stemStore'
import { createServices, type Services } from '#main/services/createServices'
import { presets } from '#main/training/presets'
import type { SeparationRequest, SeparationResult } from '#shared/contract/separation'
import { setUp } from '#test/setUp'
import { writeNoise } from '#test/sound'
import { largestDifference, readAll } from '#test/soundFiles'
import { writeUntrainedModel } from '#test/untrainedModel'

describe('services over the real compute process, engine and network', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'stemwright-services-'))
  const library = join(scratch, 'library')
  let services: Services

  beforeAll(async () => {
    setUp()
    await writeUntrainedModel(join(scratch, 'models', 'duovae'))
    await writeUntrainedModel(join(scratch, 'models', 'plain'), presets.unetTiny.model)
    services = openServices()
  })
  afterAll(() => {
    services.close()
    rmSync(scratch, { recursive: true, force: true })
  })

  function openServices() {
    const platform = nodePlatform('cli')
    const models = createModelStore([join(scratch, 'models')])
    return createServices({ ...platform, models, stems: createStemStore(library), sounds: createSoundStore(join(scratch, 'sounds')) })
  }

  async function separate(path: string, options: Partial<SeparationRequest> = {}): Promise<SeparationResult> {
    const song = await services.songs.import({ path })
    const { id } = await services.separations.start({ songId: song.id, quality: 'fast', format: 'wav32f', ...options })
    const { state } = await services.jobs.finished(id)
    if (state.status !== 'succeeded') throw new Error(`The job did not succeed: ${JSON.stringify(state)}`)
    return state.result as SeparationResult
  }

  const pathsOf = ({ stems }: SeparationResult) => stems.map(({ id }) => services.mediaPath(id)!)

  it('separates with a plain U-Net as with any model, and says where it doubts', async () => {
    const path = join(scratch, 'plain.wav')
    await writeNoise(path, 1.5, 44_100, 'wav24', 44_100)
    const result = await separate(path, { modelId: 'plain' })
    expect(result).toMatchObject({ model: 'plain', frames: 66_150 })
    expect(result.nullResidualDbfs).toBeLessThanOrEqual(-120)
    const input = { mixture: path, offset: 0, length: 66_150, modelDirectory: join(scratch, 'models', 'plain'), seed: 1 }
    expect(await services.compute.run('doubt', input)).toMatchObject({ spread: 0 })
  })

  it.each([8_000, 44_100, 96_000])('gives stems that sum to the song, of its rate, channels and length, at %i Hz', async (sampleRate) => {
    const path = join(scratch, `${sampleRate}.wav`)
    await writeNoise(path, 1.234, sampleRate, 'wav24', sampleRate)
    const { info } = await openAudio(path)
    const result = await separate(path)
    expect(result).toMatchObject({ sampleRate, channels: 2, frames: info.frames, model: 'duovae', seconds: info.frames! / sampleRate })
    expect(result.nullResidualDbfs).toBeLessThanOrEqual(-120)
    const [vocals, music] = await Promise.all(pathsOf(result).map((stem) => readAll(stem)))
    const sum = vocals!.map((plane, channel) => plane.map((value, i) => value + music![channel]![i]!))
    expect(largestDifference(sum, await readAll(path))).toBeLessThanOrEqual(10 ** (-120 / 20))
    expect(largestDifference(vocals!, sum)).toBeGreaterThan(0.01)
  })

  it('reuses a finished result, also after a restart, but not for other options', async () => {
    const path = join(scratch, '44100.wav')
    const first = await separate(path)
    const jobs = services.jobs.list().length
    await separate(path)
    expect(services.jobs.list()).toHaveLength(jobs)
    services.close()
    services = openServices()
    const song = await services.songs.import({ path })
    const job = await services.separations.start({ songId: song.id, quality: 'fast', format: 'wav32f' })
    expect(job.state).toMatchObject({ status: 'succeeded', result: { elapsedSeconds: first.elapsedSeconds } })
    const best = await separate(path, { quality: 'best' })
    expect(pathsOf(best)).not.toEqual(pathsOf(first))
  })

  it('exports the stems in another format, beside what is there', async () => {
    const path = join(scratch, '44100.wav')
    await separate(path)
    const { id } = services.jobs.list().find(({ kind, state }) => kind === 'separation' && state.status === 'succeeded')!
    const folder = join(scratch, 'exported')
    for (let times = 0; times < 2; times++) {
      const { state } = await services.jobs.finished(services.separations.export(id, folder, 'flac').id)
      expect(state).toMatchObject({ status: 'succeeded' })
    }
    expect(readdirSync(folder).sort()).toEqual(['44100 - Music (2).flac', '44100 - Music.flac', '44100 - Vocals (2).flac', '44100 - Vocals.flac'])
    const [music, vocals] = await Promise.all(['Music', 'Vocals'].map((stem) => readAll(join(folder, `44100 - ${stem}.flac`))))
    const sum = vocals!.map((plane, channel) => plane.map((value, i) => value + music![channel]![i]!))
    expect(largestDifference(sum, await readAll(path))).toBe(0)
  })

  it('keeps nothing of a job that was cancelled', async () => {
    const path = join(scratch, 'long.wav')
    await writeNoise(path, 60, 9)
    const before = readdirSync(library)
    const song = await services.songs.import({ path })
    const running = new Promise<void>((resolve) => {
      services.onEvent(({ name, payload }) => {
        if (name === 'job.changed' && payload.state.status === 'running' && payload.state.progress.completed > 0) resolve()
      })
    })
    const { id } = await services.separations.start({ songId: song.id, quality: 'fast', format: 'wav32f' })
    await Promise.race([running, services.jobs.finished(id)])
    services.jobs.cancel(id)
    expect((await services.jobs.finished(id)).state).toEqual({ status: 'cancelled' })
    expect(readdirSync(library)).toEqual(before)
    expect(existsSync(path)).toBe(true)
  })
})

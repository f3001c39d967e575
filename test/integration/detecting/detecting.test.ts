import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createComputeClient } from '#main/compute/client'
import { cutClips, findSound } from '#main/compute/tasks/detectSounds'
import { sweepDetectors, tryDetector } from '#main/compute/tasks/detectorSweep'
import { readClipManifest } from '#main/node/clipManifest'
import { createDetectingStore } from '#main/node/detectingStore'
import { createModelStore } from '#main/node/modelStore'
import { createDetectingService, type DetectingService } from '#main/services/detectingService'
import { createJobQueue, type JobQueue } from '#main/services/jobQueue'
import { createMediaRegistry } from '#main/services/mediaRegistry'
import { createModelService } from '#main/services/modelService'
import { encodeWav } from '#shared/audio/wavCodec'
import type { AppEvent } from '#shared/contract/contract'
import { sweepRequest, type DetectionResult, type ExperimentResult, type SoundSet, type SweepFacts } from '#shared/contract/detecting'
import type { Job } from '#shared/contract/jobs'
import { findEvents } from '#shared/detection/findEvents'
import { randomStream } from '#shared/random'
import { fakeComputeProcess } from '#test/fakeComputeProcess'
import { readAll } from '#test/soundFiles'

const root = mkdtempSync(join(tmpdir(), 'stemwright-detecting-'))
const own = join(root, 'own')
const others = join(root, 'others')
const random = randomStream(6)
const song = join(root, 'song.wav')
const chirpsAt = [2, 6.5, 7.8, 15]

/** A sound that falls within a third of a second, each a little different. */
function chirp(rate: number): Float32Array {
  const from = random.between(1500, 2500)
  return Float32Array.from({ length: 0.3 * rate }, (_, i) => Math.sin((2 * Math.PI * from * (1 - Math.exp(-4 * (i / rate)))) / 4) * Math.exp((-8 * i) / rate) * 0.5)
}
/** Tones that stay, knocks, noise that swells, and the hiss of a room. */
function other(kind: number, rate: number): Float32Array {
  const pitch = random.between(100, 4000)
  if (kind === 3) return quiet(rate)
  return Float32Array.from({ length: rate }, (_, i) =>
    kind === 0 ? 0.3 * Math.sin((2 * Math.PI * pitch * i) / rate) : kind === 1 ? random.normal() * Math.exp((-60 * (i % (rate / 4))) / rate) * 0.3 : (0.3 * random.normal() * i) / rate,
  )
}
const quiet = (length: number) => Float32Array.from({ length }, () => 1e-3 * random.normal())
function placed(length: number, rate: number, at: readonly number[]): Float32Array {
  const samples = quiet(length)
  for (const seconds of at) chirp(rate).forEach((value, i) => (samples[Math.round(seconds * rate) + i]! += value))
  return samples
}
const write = (path: string, sampleRate: number, ...channels: Float32Array[]) => writeFileSync(path, encodeWav({ sampleRate, channels }, 'int16'))

let service: DetectingService
let queue: JobQueue
const events: AppEvent[] = []

beforeAll(async () => {
  for (const folder of [own, others, join(root, 'empty')]) mkdirSync(folder)
  for (let i = 0; i < 7; i++) {
    const rate = [8000, 22_050, 44_100][i % 3]!
    const samples = placed(rate, rate, [0.1 + 0.05 * i])
    write(join(own, `chirp ${i}.wav`), rate, samples, ...(i % 2 ? [samples] : []))
  }
  write(join(own, 'tiny.wav'), 22_050, chirp(22_050).subarray(0, 220))
  writeFileSync(join(own, 'broken.wav'), encodeWav({ sampleRate: 22_050, channels: [quiet(9000)] }, 'int16').subarray(0, 30))
  writeFileSync(join(own, 'letter.wav'), 'Dear musician, this is no sound.')
  for (const [kind, name] of ['tone', 'knock', 'swell', 'hiss'].entries()) {
    mkdirSync(join(others, name))
    for (let i = 0; i < 6; i++) write(join(others, name, `${name} ${i}.wav`), 22_050, other(kind, 22_050))
  }
  const samples = placed(20 * 44_100, 44_100, chirpsAt)
  other(1, 44_100).forEach((value, i) => (samples[11 * 44_100 + i]! += value))
  write(song, 44_100, samples, samples)
  const { manifest } = await readClipManifest(others, { validation: [], test: [], without: [] })
  let count = 0
  const newId = () => `id-${++count}`
  queue = createJobQueue(newId, () => {})
  const launch = () => createComputeClient(() => fakeComputeProcess({ cutClips, findSound, sweepDetectors, tryDetector }))
  service = createDetectingService({
    store: createDetectingStore(join(root, 'data')),
    platform: { newId, timestamp: () => '2026-01-01T00:00:00Z' },
    datasets: { open: () => Promise.resolve({ dataset: { id: 'others', name: 'Others', folder: others } as never, manifest }) },
    models: createModelService({ store: createModelStore([join(root, 'shipped'), join(root, 'models')]), newId, usedBy: () => undefined, onChange: () => {} }),
    sounds: { get: () => Promise.resolve({ name: 'Song' } as never), path: () => Promise.resolve(song) },
    queue,
    media: createMediaRegistry((id) => `test://${id}`),
    trainer: launch(),
    compute: launch(),
    emit: (event) => void events.push(event),
  })
})
afterAll(() => {
  service.close()
  rmSync(root, { recursive: true, force: true })
})

async function ended<Result>(job: Job): Promise<Result> {
  const { state } = await queue.finished(job.id)
  if (state.status !== 'succeeded') throw new Error(JSON.stringify(state))
  return state.result as Result
}

const recorded = () => ({ name: 'From the microphone', sampleRate: 16_000, pcm: Buffer.from(Int16Array.from(placed(16_000, 16_000, [0.2]), (value) => value * 32_000).buffer).toString('base64') })

describe('finding a sound, from files to finds', () => {
  let set: SoundSet
  let sweep: SweepFacts

  it('keeps clips of files, of a long recording and of the microphone, and names what cannot be used', async () => {
    set = await ended(await service.addClips({ name: 'Chirp', seconds: 1, sources: [{ path: own }, { path: song }, { recorded: recorded() }] }))
    expect(set.warnings).toHaveLength(3)
    for (const name of ['tiny', 'broken', 'letter']) expect(set.warnings.join(' ')).toContain(`${name}.wav was left out`)
    // The song has five places in which something is heard: four chirps, and knocks.
    expect(set.clips.filter(({ source }) => source === 'song.wav').length).toBeGreaterThanOrEqual(4)
    expect(set.clips.filter(({ source }) => source.startsWith('chirp'))).toHaveLength(7)
    expect(set.clips.at(-1)).toMatchObject({ name: 'From the microphone', seconds: 1 })
    const [samples] = await readAll(join(root, 'data/clips', set.id, `${set.clips[0]!.id}.wav`))
    expect(samples).toHaveLength(22_050)
    expect((await service.sets()).map(({ id }) => id)).toEqual([set.id])
  })

  it('takes clips out of a set, and refuses what holds no sound without losing anything', async () => {
    const wrong = set.clips.filter(({ source }) => source === 'song.wav')
    for (const { id } of wrong) set = await service.removeClip({ setId: set.id, clipId: id })
    expect(set.clips).toHaveLength(8)
    const job = await service.addClips({ setId: set.id, seconds: 1, sources: [{ path: join(root, 'empty') }] })
    expect((await queue.finished(job.id)).state).toMatchObject({ status: 'failed', error: { code: 'DATASET_EMPTY' } })
    expect((await service.sets())[0]!.clips).toHaveLength(8)
  })

  it('sweeps, says every row as it comes, and tells the sound from others that it has not learned from', async () => {
    const request = sweepRequest.parse({ positives: { setId: set.id }, others: { datasetId: 'others', alike: 'swell' }, seconds: 1, weights: [1e4, 1e7], epochs: 6 })
    sweep = await ended(await service.startSweep(request))
    const full = await service.sweep(sweep.id)
    expect(full.rows.map(({ weight }) => weight)).toEqual([1e4, 1e7])
    expect(events.filter(({ name }) => name === 'detecting.trained')).toHaveLength(2)
    expect(full.counts).toEqual({ train: 6, test: 2, alike: 6, other: 18 })
    expect(full.rows[0]!.points).toHaveLength(2 + 6 + 18)
    expect(full.rows.every(({ history, stopEpoch }) => history.length === stopEpoch + 1)).toBe(true)
    expect(full.bestWeight).toBe(full.rows.toSorted((a, b) => a.meanRl - b.meanRl)[0]!.weight)
    expect(full.ours.accuracy).toBeGreaterThan(0.9)
    expect(full.perceptrons.map(({ kind, grid }) => [kind, grid.values.length])).toEqual([['linear', 1600], ['relu', 1600]])
    expect((await service.sweeps())[0]).toEqual(sweep)
  }, 240_000)

  it('lets the experiments be seen and heard', async () => {
    const { reconstructions, generations } = await ended<ExperimentResult>(await service.experiments({ sweepId: sweep.id, seed: 1 }))
    expect(reconstructions.map((one) => one.class)).toEqual(['this', 'other'])
    expect(generations).toHaveLength(4)
    for (const panel of [...generations, reconstructions[0]!.original]) {
      expect(panel.decibels).toHaveLength(panel.bands * panel.frames)
      expect(panel.url).toMatch(/^test:\/\/detecting-/)
    }
  }, 120_000)

  it('keeps a detector that finds every chirp of a song where it is, and nothing else', async () => {
    const detector = await service.keep({ sweepId: sweep.id, name: 'My chirp', threshold: 0.6 })
    expect(detector).toMatchObject({ name: 'My chirp', seconds: 1, threshold: 0.6, isShipped: false })
    expect((await service.detectors()).map(({ modelId }) => modelId)).toEqual([detector.modelId])
    const found = await ended<DetectionResult>(await service.find({ modelId: detector.modelId, soundId: 'song' }))
    expect(found.threshold).toBe(0.6)
    expect(found.seconds).toBeCloseTo(20, 2)
    expect(found.events).toHaveLength(chirpsAt.length)
    for (const [i, at] of chirpsAt.entries()) expect(Math.abs(found.events[i]!.start - at)).toBeLessThan(0.1)
    expect(findEvents(found.candidates, { threshold: found.threshold })).toEqual(found.events)
  }, 120_000)

  it('refuses a sweep over too few recordings, and removes what is no longer wanted', async () => {
    const few = await ended<SoundSet>(await service.addClips({ name: 'Few', seconds: 1, sources: [{ path: join(own, 'chirp 0.wav') }] }))
    const job = await service.startSweep(sweepRequest.parse({ positives: { setId: few.id }, others: { datasetId: 'others' }, seconds: 1, weights: [1], epochs: 1 }))
    expect((await queue.finished(job.id)).state).toMatchObject({ status: 'failed', error: { code: 'DATASET_EMPTY' } })
    await service.removeSet(few.id)
    await service.removeSweep(sweep.id)
    expect((await service.sets()).map(({ name }) => name)).toEqual(['Chirp'])
    await expect(service.sweep(sweep.id)).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' })
  }, 120_000)
})

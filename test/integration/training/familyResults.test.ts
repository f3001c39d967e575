import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Engine } from '#main/engine/engine'
import { initialParameters } from '#main/models/initialise'
import { separatorNetwork } from '#main/models/separatorNetwork'
import { familyOf } from '#main/node/families'
import { readManifestOf } from '#main/node/recordingCache'
import { readResultIndex } from '#main/node/resultIndex'
import { writeResults } from '#main/node/runResults'
import type { TrainingRun } from '#main/node/trainingRun'
import { createSeparator, separateVocals } from '#main/separation/separator'
import { presets, type PresetId } from '#main/training/presets'
import { concatenate } from '#shared/audio/concatenate'
import { decodeWav, encodeWav } from '#shared/audio/wavCodec'
import { randomStream } from '#shared/random'
import { trainingConfig } from '#shared/training/config'
import { quietContext } from '#test/soundFiles'
import { openTestEngine } from '#test/testEngine'

const sampleRate = 44100
let folder: string
let engine: Engine

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stemwright-family-results-'))
  engine = await openTestEngine()
  const random = randomStream(4)
  const seconds = 14
  for (const song of ['one', 'held']) {
    await mkdir(join(folder, 'data', song), { recursive: true })
    const save = (stem: string, value: (i: number) => number) => {
      const side = () => Float32Array.from({ length: seconds * sampleRate }, (_, i) => value(i))
      return writeFile(join(folder, 'data', song, `${stem}.wav`), encodeWav({ sampleRate, channels: [side(), side()] }, 'int16'))
    }
    await save('vocals', (i) => (i > 5 * sampleRate ? 0.2 * Math.sin((i * 300) / 7000 + 3 * Math.sin(i / 9000)) : 0))
    await save('accompaniment', () => 0.1 * random.normal())
  }
})
afterAll(async () => {
  await engine.dispose()
  await rm(folder, { recursive: true, force: true })
})

async function resultsOf(presetId: PresetId, validation: readonly string[] = ['held']) {
  const manifest = await readManifestOf(join(folder, 'data'), { validation, test: [], without: [] })
  const run = { data: { folder: join(folder, 'data') }, manifest, validationPieces: [], cacheFolder: join(folder, 'cache') } as unknown as TrainingRun
  const { model, training } = presets[presetId]
  const config = trainingConfig.parse(training)
  const family = familyOf(run, model, config, engine)
  const runFolder = join(folder, `${presetId}-${validation.length}`)
  const parameters = initialParameters(family.specs, randomStream(3))
  await writeResults({ runFolder, family, parameters, line: { epoch: 1, step: 10, score: 0 } }, quietContext())
  const index = await readResultIndex(runFolder)
  const read = async (path: string) => decodeWav(await readFile(join(runFolder, 'results', path)))
  return { clips: index.clips!, checkpoint: index.checkpoints[0]!, read, parameters, model }
}

describe('results to hear', () => {
  it('of a separator are what separating the song gives, with music as the rest of it', async () => {
    const { clips, checkpoint, read, parameters, model } = await resultsOf('tiny')
    expect(new Set(clips.map(({ name, split }) => `${name.slice(0, 4)} ${split}`))).toEqual(new Set(['held validation']))
    if (model.family !== 'duovae') throw new Error('another preset')
    const names = Object.keys(separatorNetwork(model).parameters)
    const separator = await createSeparator(model, Object.fromEntries(names.map((name) => [name, parameters[name]!])), engine)
    const mixture = await read('clips/1/mixture.wav')
    const blocks: Float32Array[][] = []
    const input = { sampleRate, channels: 2, blocks: (async function* () { yield mixture.channels })() }
    for await (const block of separateVocals(input, separator, { quality: 'fast' }, quietContext())) blocks.push(block)
    separator.dispose()
    const { start, end } = clips[0]!.span
    expect(start).toBeGreaterThan(2 * sampleRate)
    const expected = concatenate(blocks.map(([left]) => left!)).slice(start, end)
    const [vocals, music, clip] = await Promise.all(['checkpoints/1/1-vocals.wav', 'checkpoints/1/1-accompaniment.wav', 'clips/1/input.wav'].map(read))
    const worst = (a: Float32Array, b: (i: number) => number) => a.reduce((most, value, i) => Math.max(most, Math.abs(value - b(i))), 0)
    expect(worst(vocals!.channels[0]!, (i) => expected[i]!)).toBeLessThan(2 ** -23)
    expect(worst(clip!.channels[0]!, (i) => vocals!.channels[0]![i]! + music!.channels[0]![i]!)).toBeLessThanOrEqual(2 ** -23)
    expect(Object.keys(checkpoint.clips['1']!.sdr)).toEqual(['vocals', 'accompaniment'])
  })

  // A clip that the network learns from would flatter it, so the page must be able to say so.
  it('come from training songs, and say so, where none is held out', async () => {
    const { clips } = await resultsOf('tiny', [])
    expect(new Set(clips.map(({ split }) => split))).toEqual(new Set(['train']))
    expect(new Set(clips.map(({ name }) => name.split(',')[0]))).toEqual(new Set(['one', 'held']))
  })

  it('of a blind network are its two components, which add up to the mixture, and its reconstruction', async () => {
    const { clips, checkpoint, read } = await resultsOf('conv000')
    const heard = checkpoint.clips[clips[0]!.id]!
    expect(Object.keys(heard.parts)).toEqual(['first', 'second', 'reconstruction'])
    expect(Object.keys(heard.sdr).sort()).toEqual(['first', 'reconstruction', 'second'])
    const [first, second, clip] = await Promise.all(['checkpoints/1/1-first.wav', 'checkpoints/1/1-second.wav', 'clips/1/input.wav'].map(read))
    for (let i = 0; i < first!.channels[1]!.length; i += 13) {
      expect(Math.abs(clip!.channels[1]![i]! - first!.channels[1]![i]! - second!.channels[1]![i]!)).toBeLessThanOrEqual(2 ** -22)
    }
  })
})

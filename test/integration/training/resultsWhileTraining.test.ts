import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Engine } from '#main/engine/engine'
import { decodeWeights } from '#main/models/weightsFile'
import { readManifestOf } from '#main/node/recordingCache'
import { readResultIndex } from '#main/node/resultIndex'
import { createResultStore } from '#main/node/resultStore'
import { readHistory } from '#main/node/runHistory'
import { runTraining, type TrainingRun } from '#main/node/trainingRun'
import { presets } from '#main/training/presets'
import { bestLine } from '#shared/training/verdict'
import { setUp } from '#test/setUp'
import { quietContext } from '#test/soundFiles'
import { openTestEngine } from '#test/testEngine'
import { quickConfig, writeSongs } from '#test/trainingData'

let folder: string
let engine: Engine

beforeAll(async () => {
  setUp()
  folder = await mkdtemp(join(tmpdir(), 'stemwright-results-training-'))
  engine = await openTestEngine()
  await writeSongs(join(folder, 'data'), { one: 300, two: 410, held: 350 })
})
afterAll(async () => {
  await engine.dispose()
  await rm(folder, { recursive: true, force: true })
})

async function trained(name: string, totalSteps: number, more: Partial<TrainingRun> = {}): Promise<string> {
  const data = { folder: join(folder, 'data'), validation: ['held'], test: [], without: [] }
  const runFolder = join(folder, name)
  const run: TrainingRun = {
    data,
    manifest: await readManifestOf(data.folder, data),
    validationPieces: [],
    runFolder,
    cacheFolder: join(folder, 'cache'),
    preset: presets.tiny,
    overrides: more.resume ? { totalSteps } : quickConfig({ stepsPerEpoch: 2, totalSteps }),
    seconds: Infinity,
    resume: false,
    onEpoch: () => {},
    ...more,
  }
  await runTraining(run, engine, quietContext())
  return runFolder
}

const weights = async (runFolder: string) => decodeWeights(await readFile(join(runFolder, 'last.safetensors'))).arrays

describe('results while a network learns', () => {
  it('come after every so many epochs, of clips that are not learned from, and go on where the run does', async () => {
    const heard = await trained('heard', 6, { resultsEvery: 2 })
    const first = await readResultIndex(heard)
    expect(first.checkpoints.filter(({ onlyAsBest }) => !onlyAsBest).map(({ epoch, step }) => [epoch, step])).toEqual([[2, 4]])
    expect(first.clips!.every(({ name, split }) => name.startsWith('held') && split === 'validation')).toBe(true)
    await trained('heard', 8, { resultsEvery: 2, resume: true })
    const second = await readResultIndex(heard)
    expect(second.clips).toEqual(first.clips)
    expect(second.checkpoints.filter(({ onlyAsBest }) => !onlyAsBest).map(({ epoch }) => epoch)).toEqual([2, 4])
    const newest = second.checkpoints.find(({ epoch }) => epoch === 4)!.folder
    expect((await readdir(join(heard, 'results/checkpoints', newest))).filter((name) => name.endsWith('-vocals.wav'))).toHaveLength(first.clips!.length)
  })

  // Whoever listens would judge another network than the one that is kept.
  it('are there of the epoch that is kept, also where its turn was not come', async () => {
    const heard = await trained('seldom', 6, { resultsEvery: 100 })
    const best = bestLine(await readHistory(heard))!.epoch
    const { clips, bestEpoch } = await createResultStore(folder).read('seldom')
    expect(bestEpoch).toBe(best)
    expect(clips.length).toBeGreaterThan(0)
    for (const { outputs } of clips) expect(outputs.map(({ epoch }) => epoch)).toEqual([best])
  })

  // A listener that moved the run's random numbers, or its average weights, would make every training depend on it.
  it('change nothing of what is learned, to the bit', async () => {
    const silent = await trained('silent', 4)
    const heard = await trained('heard too', 4, { resultsEvery: 1 })
    expect(await weights(heard)).toEqual(await weights(silent))
    expect(await readdir(silent)).not.toContain('results')
  })
})

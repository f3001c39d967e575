import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ComputeClient } from '#main/compute/client'
import { writeComparison } from '#main/node/clipComparison'
import { createResultStore } from '#main/node/resultStore'
import { appendHistory } from '#main/node/runHistory'
import { createJobQueue, type JobQueue } from '#main/services/jobQueue'
import { createMediaRegistry } from '#main/services/mediaRegistry'
import type { ModelService } from '#main/services/modelService'
import { createResultService, type ResultService } from '#main/services/resultService'
import { AppError } from '#shared/errors'
import type { ClipComparison } from '#shared/contract/results'
import { writeHeardEpoch } from '#test/heardRuns'

let folder: string
let queue: JobQueue
let service: ResultService
let asked: { modelDirectory: string; hasModel: boolean }[]
const media = createMediaRegistry((id) => `/media/${id}`)

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stemwright-result-service-'))
  asked = []
  let id = 0
  queue = createJobQueue(() => `job ${++id}`, () => {})
  // Halves the mixture, as the process that has the model would write it.
  const compute = {
    run: async (_: string, input: { runFolder: string; modelDirectory: string; name: string; output: string }) => {
      asked.push({ modelDirectory: input.modelDirectory, hasModel: existsSync(join(input.modelDirectory, 'card.json')) })
      await writeComparison(input, async ({ mixture }) => {
        const half = { ...mixture, channels: mixture.channels.map((samples) => samples.map((value) => value / 2)) }
        return { parts: { vocals: half, accompaniment: half }, sdr: { vocals: 1, accompaniment: 2 } }
      })
    },
  } as unknown as ComputeClient
  const models = {
    find: async (modelId: string) => {
      const directory = join(folder, 'models', modelId)
      return { directory, card: { name: `Model ${modelId}`, sha256: modelId.repeat(8), data: '1 songs (Evening), remixed at random' } }
    },
    list: async () => [],
  } as unknown as ModelService
  await mkdir(join(folder, 'models', 'm1'), { recursive: true })
  await writeFile(join(folder, 'models', 'm1', 'card.json'), '{}')
  const runName = async (runId: string) => `Run ${runId}`
  service = createResultService({ store: createResultStore(join(folder, 'runs')), compute, queue, models, media, runName })
  for (const epoch of [1, 2]) await writeHeardEpoch(join(folder, 'runs'), 'r1', epoch)
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function compared(other: Parameters<ResultService['compare']>[1]): Promise<ClipComparison> {
  const job = await queue.finished((await service.compare('r1', other)).id)
  if (job.state.status !== 'succeeded') throw new Error(JSON.stringify(job.state))
  return job.state.result as ClipComparison
}

describe('results for the page', () => {
  it('are listed with addresses of files that are there, and only those of the run', async () => {
    const { clips, galleries, bestEpoch } = await service.list('r1')
    expect(clips.map(({ name, seconds, outputs, scores }) => [name, seconds, outputs.length, scores.length])).toEqual([['Evening, 1:12', 3, 2, 2], ['Morning, 0:40', 3, 2, 2]])
    expect(galleries).toEqual([])
    expect(bestEpoch).toBe(2)
    const urls = clips.flatMap(({ input, targets, outputs }) => [input, ...Object.values(targets), ...outputs.flatMap(({ parts }) => Object.values(parts))]).flatMap(({ url, spectrogramUrl }) => [url, spectrogramUrl])
    expect(new Set(urls).size).toBe(2 * 2 * (1 + 2 + 2 * 2))
    expect(urls.filter((url) => !existsSync(media.path(url.slice('/media/'.length))!))).toEqual([])
    expect(await service.list('another')).toEqual({ runId: 'another', clips: [], galleries: [] })
  })

  // Runs of earlier versions, and those whose clips could not be made, have nothing to be heard of their best.
  it('name the epoch that the run keeps, not the best of those that can be heard', async () => {
    const line = { epoch: 7, step: 1750, seconds: 1, learningRate: 1, beta: 0, train: {}, validation: {}, score: 9, best: true, waiting: 0 }
    await appendHistory(join(folder, 'runs/r1'), line)
    expect((await service.list('r1')).bestEpoch).toBe(7)
  })

  it('of another model are made once, and found after that', async () => {
    const first = await compared({ kind: 'model', modelId: 'm1' })
    expect(first.name).toBe('Model m1')
    expect(Object.values(first.clips).map(({ sdr }) => sdr)).toEqual([{ vocals: 1, accompaniment: 2 }, { vocals: 1, accompaniment: 2 }])
    expect(Object.values(first.clips).map(({ learned }) => learned)).toEqual(['yes', 'no'])
    expect(existsSync(media.path(first.clips['2']!.parts.vocals!.url.slice('/media/'.length))!)).toBe(true)
    expect(asked).toEqual([{ modelDirectory: join(folder, 'models', 'm1'), hasModel: true }])
    expect(await compared({ kind: 'model', modelId: 'm1' })).toEqual(first)
    expect(asked).toHaveLength(1)
    expect((await readdir(join(folder, 'runs/r1/results/compared'))).filter((name) => name.startsWith('.'))).toEqual([])
  })

  // The best of a run that goes on becomes another one: what was made of the old one must not be shown for it.
  it('of another run are those of its best model as it is now', async () => {
    const card = (sha256: string) => writeFile(join(folder, 'runs/r2/model/card.json'), JSON.stringify({ sha256 }))
    await expect(service.compare('r1', { kind: 'run', runId: 'r2' })).rejects.toThrow(expect.objectContaining({ code: 'MODEL_NOT_FOUND' }))
    await mkdir(join(folder, 'runs/r2/model'), { recursive: true })
    await card('one')
    expect((await compared({ kind: 'run', runId: 'r2' })).name).toBe('Run r2')
    await card('two')
    await compared({ kind: 'run', runId: 'r2' })
    expect(asked.map(({ hasModel }) => hasModel)).toEqual([true, true])
    expect(asked.map(({ modelDirectory }) => modelDirectory)).not.toContain(join(folder, 'runs/r2/model'))
  })

  it('are refused where there is nothing to be heard', async () => {
    await expect(service.compare('empty', { kind: 'model', modelId: 'm1' })).rejects.toBeInstanceOf(AppError)
  })
})

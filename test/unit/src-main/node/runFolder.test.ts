import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { keepRunConfig, openRunConfig } from '#main/node/runFolder'
import type { TrainingRun } from '#main/node/trainingRun'
import { presets } from '#main/training/presets'
import { trainingConfig } from '#shared/training/config'

const runFolder = mkdtempSync(join(tmpdir(), 'stemwright-run-folder-'))
afterAll(() => rmSync(runFolder, { recursive: true }))

describe('a run that is continued', () => {
  // Would catch a hyper-parameter that is given with --resume and passed over without a word.
  it('takes over what is given again, and keeps all else as it began', async () => {
    const data = { folder: 'songs', validation: [], test: [], without: [] }
    const began = trainingConfig.parse({ batchSize: 3, learningRate: 1e-2, totalSteps: 50, loss: { energy: 2, reconstruction: 'l1' } })
    await keepRunConfig(runFolder, { model: presets.tiny.model, training: began, data })
    const overrides = { learningRate: 1e-4, totalSteps: 70, loss: { energy: 7 } } as TrainingRun['overrides']
    const run = { runFolder, preset: presets.s, overrides, resume: true, data }
    const { model, training } = await openRunConfig(run)
    expect(model).toEqual(presets.tiny.model)
    expect(training).toEqual({ ...began, learningRate: 1e-4, totalSteps: 70, loss: { ...began.loss, energy: 7 } })
    expect((await openRunConfig({ ...run, overrides: {} })).training).toEqual(began)
  })
})

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ComputeInput, ComputeResult } from '#main/compute/protocol'
import type { TaskLine } from '#main/compute/server'
import type { Manifest } from '#main/datasets/manifest'
import { openEngine } from '#main/engine/select'
import { holdsRun, runFiles } from '#main/node/runFiles'
import { readHistory } from '#main/node/runHistory'
import { exportCheckpoint, runTraining, type RunListener, type TrainingRun } from '#main/node/trainingRun'
import { createTrainerControl } from '#main/training/control'
import { createDecodingPace, createPace } from '#main/training/pace'
import { presets, type Preset } from '#main/training/presets'
import type { Run } from '#shared/contract/training'
import { AppError } from '#shared/errors'
import type { WorkContext } from '#shared/jobs/work'

/** Seconds between two reports of how far a run is. */
const reportSeconds = 0.5

const now = () => performance.now() / 1000

/** @throws what `runTraining` throws; AppError ENGINE_UNAVAILABLE */
export async function train(input: ComputeInput<'train'>, context: WorkContext, line: TaskLine<'train'>): Promise<ComputeResult<'train'>> {
  const control = createTrainerControl()
  line.onTold(control.wish)
  const engine = await openEngine({ purpose: 'training' })
  line.say({ kind: 'ready', engine: engine.label })
  const seconds = input.seconds ?? Infinity
  const pace = createPace({ ...input.config, seconds }, now())
  let reported = -Infinity
  let unsaid: Run['progress'] | undefined
  const sayProgress = (): void => {
    if (unsaid) line.say({ kind: 'progress', progress: unsaid })
    unsaid = undefined
  }
  const listener: RunListener = {
    onStep(report) {
      const at = now()
      unsaid = pace.step(report, at)
      if (at - reported < reportSeconds) return
      reported = at
      sayProgress()
    },
    onEpoch(epoch) {
      sayProgress()
      line.say({ kind: 'epoch', line: epoch })
    },
    onCheckpoint: (step) => line.say({ kind: 'checkpoint', step }),
    onNote: (note, batchSize) => line.say({ kind: 'note', note, batchSize }),
  }
  const decoding = createDecodingPace()
  const telling: WorkContext = {
    ...context,
    onProgress(progress) {
      if (progress.stage !== 'decoding') return context.onProgress(progress)
      const preparing = decoding(progress.completed, progress.total, now())
      const isInside = progress.completed > 0 && progress.completed < progress.total
      if (isInside && now() - reported < reportSeconds) return
      reported = now()
      line.say({ kind: 'preparing', preparing })
    },
  }
  const run = { ...(await runOf(input)), ...listener, seconds, resultsEvery: input.resultsEvery, checkpointSeconds: input.checkpointSeconds }
  try {
    return { reason: await runTraining(run, engine, telling, control) }
  } finally {
    // The last steps fall between two reports, and a run that has ended must not look as if it lacked them.
    sayProgress()
    await engine.dispose()
  }
}

/** @throws what `exportCheckpoint` throws; AppError ENGINE_UNAVAILABLE */
export async function exportRun({ directory, ...input }: ComputeInput<'exportRun'>): Promise<void> {
  const engine = await openEngine({ purpose: 'training' })
  await exportCheckpoint(await runOf(input), engine, directory, await readHistory(input.runFolder))
}

/** A run of the app, as its folder and its record say. */
export async function runOf({ runFolder, cacheFolder, presetId, dataFolder, config, from }: Omit<ComputeInput<'exportRun'>, 'directory'>): Promise<TrainingRun> {
  const manifest = JSON.parse(await readFile(join(runFolder, runFiles.manifest), 'utf8')) as Manifest
  return {
    data: { folder: dataFolder, validation: [], test: [], without: [] },
    manifest,
    validationPieces: [],
    runFolder,
    cacheFolder,
    preset: presetOf(presetId),
    overrides: {},
    training: config,
    seconds: Infinity,
    resume: holdsRun(runFolder),
    from,
    onEpoch: () => {},
  }
}

function presetOf(presetId: string): Preset {
  const all: Record<string, Preset> = presets
  const preset = all[presetId]
  if (preset) return preset
  throw new AppError('INVALID_INPUT', `This version knows no preset called "${presetId}", so the run was not gone on with.`)
}

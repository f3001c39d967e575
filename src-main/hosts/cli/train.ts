import { join } from 'node:path'
import type { Manifest } from '#main/datasets/manifest'
import { openEngine } from '#main/engine/select'
import { callersFolder, exitStatus, interruptSignal, runCommand } from '#main/hosts/cli/command'
import { createProgressBar } from '#main/hosts/cli/progressBar'
import { parseTrainOptions, trainUsage, type TrainOptions } from '#main/hosts/cli/trainOptions'
import { appRoot } from '#main/node/appRoot'
import { readClipManifest } from '#main/node/clipManifest'
import { readPictureManifest } from '#main/node/pictureFiles'
import { readManifestOf } from '#main/node/recordingCache'
import { loadPieces } from '#main/node/referenceSongs'
import { readRunConfig, runTraining, type RunData } from '#main/node/trainingRun'
import { workContext } from '#main/node/workContext'
import { trainingConfig, type TrainingConfig } from '#shared/training/config'
import { kindOfFamily, presets, type NetworkConfig } from '#main/training/presets'
import type { StopReason } from '#main/training/trainer'
import { isCancellation } from '#shared/errors'
import type { HistoryLine } from '#shared/training/history'

const reasons: Record<StopReason, string> = {
  finished: 'Finished.',
  time: 'The time is used up.',
  noProgress: 'No progress for a while, so the run was stopped.',
  paused: 'Paused.',
  stopped: 'Stopped.',
}

await runCommand(trainUsage, async (args) => {
  const options = parseTrainOptions(args, callersFolder('train'))
  if (!options) {
    process.stdout.write(trainUsage)
    return exitStatus.done
  }
  try {
    const reason = await startTraining(options)
    process.stderr.write(`${reasons[reason]} The best model is in ${join(options.runFolder, 'model')}.\n`)
    return exitStatus.done
  } catch (error) {
    if (isCancellation(error)) {
      process.stderr.write('\nStopped. The best model so far is kept; --resume goes on from the step where it stopped.\n')
    }
    throw error
  }
})

async function startTraining(options: TrainOptions): Promise<StopReason> {
  const { data, training, model } = await openRun(options)
  const { runFolder, resume, from, seconds, resultsEvery } = options
  const preset = presets[options.preset]
  const overrides = withLength(options, training)
  const onNote = (note: string) => void process.stderr.write(`${note}\n`)
  const manifest = await manifestFor(model, data, onNote)
  const validationPieces = data.validationFolder && 'stft' in model ? await loadPieces(data.validationFolder, model.stft.sampleRate) : []
  const signal = interruptSignal()
  const bar = createProgressBar(process.stderr, 'train', () => performance.now())
  const engine = await openEngine({ purpose: 'training' })
  process.stderr.write(`Training on ${engine.label}.\n`)
  /** Seconds of all steps of this sitting, as far as is known, and those spent waiting for data. */
  const clock = { seconds: 0, waited: 0, step: resume ? undefined : 0 }
  const onEpoch = (line: HistoryLine) => {
    bar.clear()
    const { step, stepsPerSecond, waiting } = line
    const took = stepsPerSecond && clock.step !== undefined ? (step - clock.step) / stepsPerSecond : 0
    clock.seconds += took
    clock.waited += took * waiting
    clock.step = step
    process.stdout.write(`${describe(line)}\n`)
  }
  const cacheFolder = join(appRoot, '.cache/recordings')
  const run = { data, manifest, validationPieces, runFolder, cacheFolder, preset, overrides, seconds, resultsEvery, resume, from, onEpoch, onNote }
  const reason = await runTraining(run, engine, workContext(signal, bar.show))
  bar.clear()
  if (clock.seconds > 0) process.stderr.write(`Steps waited for their data ${((100 * clock.waited) / clock.seconds).toFixed(0)} % of the time.\n`)
  return reason
}

/** What there is to learn from, for a network of this family. */
async function manifestFor(model: NetworkConfig, data: RunData, onNote: (note: string) => void): Promise<Manifest> {
  const kind = kindOfFamily(model.family)
  if (kind === 'images') return readPictureManifest(data.folder, data.without)
  if (kind !== 'clips') return readManifestOf(data.folder, data)
  const { manifest, notes } = await readClipManifest(data.folder, data)
  notes.forEach(onNote)
  return manifest
}

/** What the run learns from, and how: as it began, where it is continued, but for what is given again. */
async function openRun(options: TrainOptions): Promise<{ data: RunData; training: TrainingConfig; model: NetworkConfig }> {
  const { resume, runFolder, data, preset, overrides } = options
  if (resume) {
    const before = await readRunConfig(runFolder)
    return { training: before.training, model: before.model, data: { ...before.data, ...data } }
  }
  const training = trainingConfig.parse({ ...presets[preset].training, ...overrides })
  return { training, model: presets[preset].model, data: { folder: '', validation: [], test: [], without: [], ...data } }
}

function withLength({ overrides, epochs, steps }: TrainOptions, { stepsPerEpoch }: TrainingConfig): Partial<TrainingConfig> {
  const totalSteps = steps ?? (epochs === undefined ? undefined : epochs * stepsPerEpoch)
  return totalSteps === undefined ? overrides : { ...overrides, totalSteps }
}

function describe({ epoch, step, seconds, train, validation, score, best, waiting }: HistoryLine): string {
  const listed = (values: Record<string, number>, digits: number) =>
    Object.entries(values).map(([name, value]) => `${name} ${shown(value, digits)}`).join('  ')
  const progress = `epoch ${epoch}  step ${step}  ${(seconds / 60).toFixed(1)} min`
  const result = `score ${score.toFixed(3)}${best ? ' *' : ''}  waiting ${(100 * waiting).toFixed(0)} %`
  return `${progress}  ${listed(train, 4)}  ${result}  | validation ${listed(validation, 2)}`
}

/** Small numbers keep three digits: errors of pictures are of a few thousandths. */
function shown(value: number, digits: number): string {
  return value !== 0 && Math.abs(value) < 0.1 ? value.toPrecision(3) : value.toFixed(digits)
}

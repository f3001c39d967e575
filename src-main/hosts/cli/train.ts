import { readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { openEngine } from '#main/engine/select'
import { createProgressBar } from '#main/hosts/cli/progressBar'
import { appRoot } from '#main/node/appRoot'
import { listFiles, readManifestOf } from '#main/node/recordingCache'
import { loadPiece } from '#main/node/trainingFamilies'
import { readRunData, runTraining, type RunData } from '#main/node/trainingRun'
import { presets, type PresetId } from '#main/training/presets'
import { trainingConfig, type TrainingConfig } from '#main/training/config'
import type { HistoryLine } from '#main/training/trainer'
import { AppError, isCancellation, toAppError } from '#shared/errors'

const usage = `Trains a separator on your own recordings.

  npm run train -- --data DIR --preset s|m|tiny|conv000 --out RUN [options]

DIR holds songs as <song>/vocals.* with <song>/accompaniment.*, and loose recordings as voices/<group>/* and music/<group>/*.

  --minutes N            stop after so many minutes of training (all sittings together)
  --epochs N             stop after so many epochs; the learning rate reaches its end there
  --steps N              the same in steps
  --resume               continue the run in RUN as if it had never stopped; what is not given again is as it was
  --from MODEL           start from the model in that folder
  --validation NAMES     songs (folder names, comma-separated) that are only validated on
  --test NAMES           songs that are not touched at all
  --without FOLDERS      folders of DIR that are left out
  --validation-data DIR  more songs that are only validated on
  --set NAME=VALUE       any hyper-parameter, such as learningRate=1e-3 or patches.pool=64 (see src-main/training/config.ts)
`

const exitStatus = { done: 0, usage: 2, failed: 3, cancelled: 130 }

async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      data: { type: 'string' },
      preset: { type: 'string', default: 's' },
      out: { type: 'string' },
      minutes: { type: 'string' },
      epochs: { type: 'string' },
      steps: { type: 'string' },
      resume: { type: 'boolean', default: false },
      from: { type: 'string' },
      validation: { type: 'string' },
      test: { type: 'string' },
      without: { type: 'string' },
      'validation-data': { type: 'string' },
      set: { type: 'string', multiple: true, default: [] },
      help: { type: 'boolean', default: false },
    },
  })
  const here = process.env['INIT_CWD'] ?? process.cwd()
  const folder = (path: string) => resolve(here, path)
  if (values.help || !values.out || (!values.data && !values.resume) || !Object.hasOwn(presets, values.preset)) {
    process.stderr.write(usage)
    return values.help ? exitStatus.done : exitStatus.usage
  }
  const before: RunData = values.resume ? await readRunData(folder(values.out)) : { folder: '', validation: [], test: [], without: [] }
  const data: RunData = { ...before, ...given(values, folder) }
  const preset = presets[values.preset as PresetId]
  const overrides = readOverrides(values.set)
  const defaults = trainingConfig.parse({ ...preset.training, ...overrides })
  if (values.epochs) overrides.totalSteps = Number(values.epochs) * defaults.stepsPerEpoch
  if (values.steps) overrides.totalSteps = Number(values.steps)
  const manifest = await readManifestOf(data.folder, data)
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort())
  const bar = createProgressBar(process.stderr, 'train', () => performance.now())
  const engine = await openEngine({ purpose: 'training' })
  process.stderr.write(`Training on ${engine.label}.\n`)
  const reason = await runTraining(
    {
      data,
      manifest,
      validationPieces: data.validationFolder ? await pieces(data.validationFolder) : [],
      runFolder: folder(values.out),
      cacheFolder: join(appRoot, '.cache/recordings'),
      preset,
      overrides,
      seconds: values.minutes ? Number(values.minutes) * 60 : Infinity,
      resume: values.resume,
      from: values.from && folder(values.from),
      onEpoch(line) {
        bar.clear()
        process.stdout.write(`${describe(line)}\n`)
      },
    },
    engine,
    { signal: stop.signal, onProgress: (progress) => bar.show(progress as never), yieldTurn: () => new Promise((done) => setImmediate(done)) },
  )
  bar.clear()
  process.stderr.write(`${reasons[reason]} The best model is in ${values.out}/model.\n`)
  return exitStatus.done
}

const reasons = { finished: 'Finished.', time: 'The time is used up.', noProgress: 'No progress for a while, so the run was stopped.' }

/** What of the data the command line names. */
function given(values: Partial<Record<'data' | 'validation' | 'test' | 'without' | 'validation-data', string>>, folder: (path: string) => string): Partial<RunData> {
  const list = (text: string | undefined) => text?.split(',').filter(Boolean)
  const named = {
    folder: values.data && folder(values.data),
    validation: list(values.validation),
    test: list(values.test),
    without: list(values.without),
    validationFolder: values['validation-data'] && folder(values['validation-data']),
  }
  return Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined)) as Partial<RunData>
}

/** `a.b=1` → { a: { b: 1 } }; the schema checks names and values. */
function readOverrides(pairs: readonly string[]): Partial<TrainingConfig> {
  const overrides: Record<string, unknown> = {}
  for (const pair of pairs) {
    const [path = '', value = ''] = pair.split(/=(.*)/s)
    const keys = path.split('.')
    const last = keys.pop()!
    let at = overrides
    for (const key of keys) at = (at[key] ??= {}) as Record<string, unknown>
    at[last] = JSON.parse(value)
  }
  return overrides as Partial<TrainingConfig>
}

async function pieces(folder: string) {
  const names = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isDirectory()).map(({ name }) => name)
  return Promise.all(
    names.toSorted().map(async (name) => {
      const files = await listFiles(join(folder, name))
      const stem = (which: string) => join(folder, name, files.find((file) => file.startsWith(`${which}.`)) ?? `${which}.wav`)
      return loadPiece(name, stem('vocals'), stem('accompaniment'), 44100)
    }),
  )
}

function describe({ epoch, step, seconds, train, validation, score, best, waiting }: HistoryLine): string {
  const terms = Object.entries(train).map(([name, value]) => `${name} ${value.toFixed(4)}`).join('  ')
  const songs = Object.entries(validation).map(([name, value]) => `${name} ${value.toFixed(2)}`).join('  ')
  return `epoch ${epoch}  step ${step}  ${(seconds / 60).toFixed(1)} min  ${terms}  score ${score.toFixed(3)}${best ? ' *' : ''}  waiting ${(100 * waiting).toFixed(0)} %  | validation ${songs}`
}

try {
  process.exit(await main(process.argv.slice(2)))
} catch (error) {
  if (isCancellation(error)) {
    process.stderr.write('\nStopped. The best model so far is kept; --resume goes on from the last epoch.\n')
    process.exit(exitStatus.cancelled)
  }
  const { code, message } = error instanceof AppError ? error : toAppError(error)
  process.stderr.write(`\n${code}: ${message}\n`)
  if (code === 'INTERNAL') process.stderr.write(`${(error as Error).stack}\n`)
  process.exit(exitStatus.failed)
}

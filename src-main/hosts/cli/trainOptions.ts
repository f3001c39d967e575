import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { oneOf, UsageError } from '#main/hosts/cli/command'
import type { RunData } from '#main/node/trainingRun'
import { trainingConfig, type TrainingConfig } from '#shared/training/config'
import { presets, type PresetId } from '#main/training/presets'

/** What `npm run train -- --help` prints. */
export const trainUsage = `Trains a separator on your own recordings, or a network that takes pictures apart, or one of the Lab's on short sounds.

  npm run train -- --data DIR --preset ${Object.keys(presets).join('|')} --out RUN [options]

DIR holds songs as <song>/vocals.* with <song>/accompaniment.*, and loose recordings as voices/<group>/* and music/<group>/*.
Presets that begin with unmix learn from pictures: DIR holds IDX files in two folders, such as mnist and fashion-mnist.
Presets of the Lab learn from short sounds: DIR holds spoken digits (FSDD), ESC-10, or any sounds, labelled by their folders.

  --minutes N            stop after so many minutes of training (all sittings together)
  --epochs N             stop after so many epochs; the learning rate reaches its end there
  --steps N              the same in steps
  --resume               continue the run in RUN as if it had never stopped; what is not given again is as it was
  --results N            after each N epochs, write what the network makes of a few clips into RUN/results
  --from MODEL           start from the model in that folder
  --validation NAMES     songs (folder names, comma-separated) that are only validated on
  --test NAMES           songs that are not touched at all
  --without FOLDERS      folders of DIR that are left out
  --validation-data DIR  more songs that are only validated on
  --set NAME=VALUE       any hyper-parameter, such as learningRate=1e-3 or loss.reconstruction=l1 (see src-shared/training/config.ts)
`

export interface TrainOptions {
  /** Absolute. */
  readonly runFolder: string
  readonly preset: PresetId
  /** What of the data the command line names. */
  readonly data: Partial<RunData>
  readonly overrides: Partial<TrainingConfig>
  readonly epochs: number | undefined
  readonly steps: number | undefined
  /** Seconds of training at most. */
  readonly seconds: number
  /** Epochs between results; 0 for none. */
  readonly resultsEvery: number
  readonly resume: boolean
  /** Absolute folder of a model. */
  readonly from: string | undefined
}

const parsed = {
  data: { type: 'string' },
  preset: { type: 'string', default: 's' },
  out: { type: 'string' },
  minutes: { type: 'string' },
  epochs: { type: 'string' },
  steps: { type: 'string' },
  results: { type: 'string' },
  resume: { type: 'boolean', default: false },
  from: { type: 'string' },
  validation: { type: 'string' },
  test: { type: 'string' },
  without: { type: 'string' },
  'validation-data': { type: 'string' },
  set: { type: 'string', multiple: true, default: [] as string[] },
  help: { type: 'boolean', default: false },
} as const

/**
 * Returns the options of `train`, or undefined where only help is wanted.
 * @param folder the folder that relative paths start from
 * @throws UsageError
 */
export function parseTrainOptions(args: readonly string[], folder: string): TrainOptions | undefined {
  const { values } = parseArgs({ args: [...args], options: parsed })
  if (values.help) return undefined
  if (values.out === undefined) throw new UsageError('--out must name the folder of the run.')
  if (values.data === undefined && !values.resume) throw new UsageError('--data must name the folder of the recordings.')
  const preset = oneOf('preset', values.preset, Object.keys(presets) as PresetId[])
  const path = (given: string | undefined) => (given === undefined ? undefined : resolve(folder, given))
  const list = (given: string | undefined) => given?.split(',').filter(Boolean)
  const named = {
    folder: path(values.data),
    validation: list(values.validation),
    test: list(values.test),
    without: list(values.without),
    validationFolder: path(values['validation-data']),
  }
  return {
    runFolder: resolve(folder, values.out),
    preset,
    data: Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined)) as Partial<RunData>,
    overrides: readOverrides(values.set, preset),
    epochs: positive('epochs', values.epochs, true),
    steps: positive('steps', values.steps, true),
    seconds: (positive('minutes', values.minutes) ?? Infinity) * 60,
    resultsEvery: positive('results', values.results, true) ?? 0,
    resume: values.resume,
    from: path(values.from),
  }
}

function positive(name: string, given: string | undefined, whole = false): number | undefined {
  if (given === undefined) return undefined
  const value = given.trim() === '' ? Number.NaN : Number(given)
  if (Number.isFinite(value) && value > 0 && (!whole || Number.isInteger(value))) return value
  throw new UsageError(`--${name} is a ${whole ? 'whole ' : ''}number above 0, not "${given}".`)
}

/** `a.b=1` → { a: { b: 1 } }, every name and value being one that the schema knows. @throws UsageError */
function readOverrides(pairs: readonly string[], preset: PresetId): Partial<TrainingConfig> {
  const overrides: Record<string, unknown> = {}
  const names = pairs.map((pair) => {
    const [name = '', text = ''] = pair.split(/=(.*)/s)
    const keys = name.split('.')
    let at = overrides
    for (const key of keys.slice(0, -1)) at = (at[key] ??= {}) as Record<string, unknown>
    at[keys.at(-1)!] = readValue(pair, text)
    return { name, keys }
  })
  const checked = trainingConfig.safeParse({ ...presets[preset].training, ...overrides })
  if (!checked.success) throw new UsageError(`--set does not fit: ${z.prettifyError(checked.error)}`)
  // The schema drops what it does not know.
  const valueAt = (keys: readonly string[]) =>
    keys.reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], checked.data)
  const unknown = names.find(({ keys }) => valueAt(keys) === undefined)
  if (unknown) throw new UsageError(`--set knows no "${unknown.name}". The names are in src-shared/training/config.ts.`)
  return overrides as Partial<TrainingConfig>
}

function readValue(pair: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The choices of a hyper-parameter are words; one that it does not know is refused with the others.
    if (/^[a-z][\w-]*$/i.test(text)) return text
    throw new UsageError(`--set is given NAME=VALUE with a number, a word, or JSON, as its value, not "${pair}".`)
  }
}

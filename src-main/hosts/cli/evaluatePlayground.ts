import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { openEngine } from '#main/engine/select'
import { interruptSignal, oneOf, UsageError } from '#main/hosts/cli/command'
import { createProgressBar } from '#main/hosts/cli/progressBar'
import { formatTable } from '#main/hosts/cli/table'
import { requireUnmixerSelfTest } from '#main/models/unmixerSelfTest'
import { appRoot } from '#main/node/appRoot'
import { describePairs, measurePictures, measureUntouched, millisecondsOf, readHeldPictures } from '#main/node/heldPictures'
import { loadUnmixer } from '#main/node/modelFiles'
import { readPictureManifest } from '#main/node/pictureFiles'
import { workContext } from '#main/node/workContext'
import { usualProtocol, type UnmixingProtocol, type UnmixingReport } from '#main/unmixing/unmixingScores'
import { AppError } from '#shared/errors'
import { mixingRules, type Mixing } from '#shared/images/mixing'

const shippedFolder = join(appRoot, 'resources/models')

/** What the command line says of the playground's table. */
export interface PlaygroundOptions {
  readonly data: string | undefined
  readonly models: readonly string[]
  readonly protocol: UnmixingProtocol
  /** Where mixtures are of another rule than each model's own. */
  readonly mixing: Mixing | undefined
}

interface PlaygroundRow extends UnmixingReport {
  /** Its id, or its folder. */
  readonly model: string
  readonly name: string
  readonly parameters: number
  readonly mixing: Mixing
  /** Of one mixture by itself. */
  readonly milliseconds: number | undefined
  /** The mean squared error on its card, and by which share of that the one here differs. */
  readonly card: number | undefined
  readonly difference: number | undefined
}

/** All that is printed. */
export interface PlaygroundReport {
  readonly engine: string
  readonly measuredOn: string
  readonly protocol: UnmixingProtocol
  readonly models: readonly PlaygroundRow[]
}

/** @throws UsageError */
export function playgroundOptions(values: Readonly<Record<'data' | 'runs' | 'pairs' | 'seed' | 'rule' | 'level', string | undefined>>, models: readonly string[], here: string): PlaygroundOptions {
  const whole = (name: 'runs' | 'pairs' | 'seed', least: number, usual: number) => {
    const given = values[name]
    const value = given === undefined ? usual : Number(given.trim() || Number.NaN)
    if (Number.isInteger(value) && value >= least && value < 2 ** 32) return value
    throw new UsageError(`--${name} is a whole number of at least ${least}, not "${given}".`)
  }
  const level = Number(values.level ?? 0.5)
  if (!(level >= 0 && level <= 1)) throw new UsageError(`--level is a number from 0 to 1, not "${values.level}".`)
  return {
    data: values.data === undefined ? undefined : resolve(here, values.data),
    models: models.map((model) => (/[\\/]/.test(model) ? resolve(here, model) : join(shippedFolder, model))),
    protocol: { runs: whole('runs', 1, usualProtocol.runs), pairs: whole('pairs', 1, usualProtocol.pairs), seed: whole('seed', 0, usualProtocol.seed) },
    mixing: values.rule === undefined ? undefined : { rule: oneOf('rule', values.rule, mixingRules), level },
  }
}

/**
 * Measures networks that take pictures apart, those of the app and those that are named, on pictures that none has learned from.
 * @throws AppError FILE_NOT_FOUND, DATASET_EMPTY, DATASET_INVALID, MODEL_NOT_FOUND, MODEL_CORRUPT, MODEL_INCOMPATIBLE
 */
export async function evaluatePlayground({ data, models: named, protocol, mixing }: PlaygroundOptions): Promise<PlaygroundReport> {
  const signal = interruptSignal()
  const folder = data ?? usualPictures()
  const directories = [...new Set([...(await shippedUnmixers()), ...named])]
  if (directories.length === 0) throw new AppError('MODEL_NOT_FOUND', 'There is no model that takes pictures apart. Train one, and name its folder with --model.')
  const models = await Promise.all(directories.map(async (directory) => ({ directory, ...(await loadUnmixer(directory)) })))
  const { images = [] } = await readPictureManifest(folder)
  const { sources, split } = await readHeldPictures(folder, images)
  const engine = await openEngine()
  const rows: PlaygroundRow[] = []
  for (const { directory, card, parameters } of models) {
    const bar = createProgressBar(process.stderr, card.name, () => performance.now())
    await requireUnmixerSelfTest(card.selfTest, card.config, parameters, engine)
    const own = mixing ?? card.config.mixing
    const report = await measurePictures(card.config, parameters, sources, engine, workContext(signal, bar.show), protocol, own)
    bar.clear()
    const promised = mixing ? undefined : card.scores.find(({ name }) => name === 'MSE')?.value
    rows.push({
      model: dirname(directory) === shippedFolder ? basename(directory) : directory,
      name: card.name,
      parameters: card.parameters,
      mixing: own,
      ...report,
      milliseconds: await millisecondsOf(card.config, parameters, engine, () => performance.now()),
      card: promised,
      difference: promised === undefined ? undefined : report.mean.mse / promised - 1,
    })
  }
  const untouched = mixing ?? models[0]!.card.config.mixing
  const report = await measureUntouched(sources, untouched, workContext(signal, () => {}), protocol)
  rows.push({ model: '-', name: 'the mixture itself', parameters: 0, mixing: untouched, ...report, milliseconds: undefined, card: undefined, difference: undefined })
  return { engine: engine.label, measuredOn: describePairs(protocol, split, untouched), protocol, models: rows }
}

/** Where pictures lie on a machine that this is developed on. @throws AppError FILE_NOT_FOUND */
export function usualPictures(): string {
  const folder = process.env['STEMWRIGHT_DATA'] ?? join(appRoot, '../shared/data')
  if (existsSync(folder)) return folder
  const advice = 'Name the folder that holds mnist and fashion-mnist with --data DIR; the app downloads both on its page Train.'
  throw new AppError('FILE_NOT_FOUND', `There are no pictures to measure with. Nothing was measured. ${advice}`)
}

async function shippedUnmixers(): Promise<string[]> {
  const names = (await readdir(shippedFolder).catch(() => [])).toSorted()
  const own = await Promise.all(
    names.map(async (name) => {
      const text = await readFile(join(shippedFolder, name, 'card.json'), 'utf8').catch(() => '{}')
      return (JSON.parse(text) as { config?: { family?: unknown } }).config?.family === 'unmixer' ? [join(shippedFolder, name)] : []
    }),
  )
  return own.flat()
}

/** The table, with how it was made. */
export function playgroundTable({ engine, measuredOn, models }: PlaygroundReport): string {
  const heading = ['model', 'parameters', 'MSE', '±', 'PSNR', '±', 'SSIM', '±', 'mixture off by', 'ms', 'on its card', 'differs by']
  const small = (value: number) => (value === 0 ? '0' : value.toExponential(3))
  const rows = models.map(({ name, parameters, mean, deviation, mixtureError, milliseconds, card, difference }) => [
    name,
    parameters === 0 ? '-' : parameters.toLocaleString('en'),
    small(mean.mse),
    deviation.mse.toExponential(1),
    mean.psnr.toFixed(2),
    deviation.psnr.toFixed(2),
    mean.ssim.toFixed(4),
    deviation.ssim.toFixed(4),
    mixtureError.toExponential(1),
    milliseconds?.toFixed(1) ?? '-',
    card === undefined ? '-' : small(card),
    difference === undefined ? '-' : `${(100 * difference).toFixed(2)} %`,
  ])
  return `${formatTable([heading, ...rows])}\n${measuredOn}, on ${engine}\n`
}

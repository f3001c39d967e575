import { basename, dirname, join, resolve } from 'node:path'
import type { Engine } from '#main/engine/engine'
import { labSystems, readLabCard, shippedLabModels, shippedModels, soundFolderOf, systemOf, type LabFigure } from '#main/hosts/cli/labSystems'
import { createProgressBar } from '#main/hosts/cli/progressBar'
import { formatTable } from '#main/hosts/cli/table'
import { workContext } from '#main/node/workContext'
import { AppError } from '#shared/errors'

/** A figure, beside what the model's card promises. */
export interface CheckedFigure extends LabFigure {
  /** The model's id, or its folder. */
  readonly model: string
  readonly card: number | undefined
  /** By which share of the card's value the one here differs. */
  readonly difference: number | undefined
}

/** All that is printed. */
export interface LabReport {
  readonly engine: string
  readonly systems: readonly { readonly title: string; readonly figures: readonly CheckedFigure[] }[]
}

/**
 * Measures models of the Lab anew, those of the app and those that are named, and holds each figure against its card.
 * @param data the folder of all sounds, or of one system's; the usual one where nothing is named
 * @throws AppError FILE_NOT_FOUND, MODEL_NOT_FOUND, MODEL_CORRUPT, MODEL_INCOMPATIBLE, DATASET_EMPTY
 */
export async function evaluateLab(named: readonly string[], data: string | undefined, here: string, engine: Engine, signal: AbortSignal): Promise<LabReport> {
  const wanted = named.map((model) => (/[\\/]/.test(model) ? resolve(here, model) : join(shippedModels, model)))
  const directories = wanted.length > 0 ? wanted : await shippedLabModels()
  if (directories.length === 0) throw new AppError('MODEL_NOT_FOUND', 'There is no model of the Lab. Train one, and name its folder with --model.')
  const figures = new Map(labSystems.map(({ title }) => [title, [] as CheckedFigure[]]))
  for (const directory of directories) {
    const { name, scores } = await readLabCard(directory)
    const system = await systemOf(directory)
    if (!system) throw new AppError('MODEL_INCOMPATIBLE', `"${name}" is none of the Lab's models. Nothing was measured.`)
    const bar = createProgressBar(process.stderr, name, () => performance.now())
    const measured = await system.figures(directory, soundFolderOf(system, data && resolve(here, data)), engine, workContext(signal, bar.show))
    bar.clear()
    const model = dirname(directory) === shippedModels ? basename(directory) : directory
    figures.get(system.title)!.push(...measured.map((figure) => ({ ...figure, model, ...heldAgainst(figure, scores) })))
  }
  return { engine: engine.label, systems: [...figures].filter(([, found]) => found.length > 0).map(([title, found]) => ({ title, figures: found })) }
}

function heldAgainst({ name, value }: LabFigure, scores: readonly LabFigure[]): Pick<CheckedFigure, 'card' | 'difference'> {
  const card = scores.find((score) => score.name === name)?.value
  return { card, difference: card === undefined || card === 0 ? undefined : value / card - 1 }
}

/** A table for each system. */
export function labTables({ engine, systems }: LabReport): string {
  const heading = ['model', 'figure', 'here', 'on its card', 'differs by', 'measured on']
  const tables = systems.map(({ title, figures }) => {
    const rows = figures.map(({ model, name, value, unit, card, difference, measuredOn }) => [
      model,
      name,
      shown(value, unit),
      card === undefined ? '-' : shown(card, unit),
      difference === undefined ? '-' : `${(100 * difference).toFixed(2)} %`,
      measuredOn,
    ])
    return `${title}\n${formatTable([heading, ...rows])}\n`
  })
  return `${tables.join('\n')}\nOn ${engine}. A figure differs from its card where another engine or other sounds are used.\n`
}

function shown(value: number, unit: string): string {
  return `${Number(value.toPrecision(4))}${unit === '' ? '' : ` ${unit}`}`
}

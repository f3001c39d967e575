import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Engine } from '#main/engine/engine'
import { detectSystem } from '#main/hosts/cli/evaluateLabDetect'
import { generateSystem } from '#main/hosts/cli/evaluateLabGenerate'
import { quantiseSystem } from '#main/hosts/cli/evaluateLabQuantise'
import { appRoot } from '#main/node/appRoot'
import { AppError } from '#shared/errors'
import type { WorkContext } from '#shared/jobs/work'

/** A figure as a card has it. */
export interface LabFigure {
  readonly name: string
  readonly value: number
  readonly unit: string
  readonly measuredOn: string
}

/** One of the Lab's systems, as its models are measured. */
export interface LabSystem {
  readonly title: string
  /** Of the networks that are its models. */
  readonly families: readonly string[]
  /** Folder of its sounds below that of all data. */
  readonly sounds: string
  /**
   * Measures the model in `directory`, which passes its self-test first, on sounds that it has not learned from; the same each time.
   * @throws AppError MODEL_CORRUPT, DATASET_EMPTY, FILE_NOT_FOUND
   */
  figures(directory: string, soundFolder: string, engine: Engine, context: WorkContext): Promise<LabFigure[]>
}

export const labSystems: readonly LabSystem[] = [generateSystem, detectSystem, quantiseSystem]

export const shippedModels = join(appRoot, 'resources/models')

/** What a model's card says, as far as all cards do. @throws AppError MODEL_NOT_FOUND */
export async function readLabCard(directory: string): Promise<{ name: string; config: { family: string }; scores: readonly LabFigure[] } & Record<string, unknown>> {
  const text = await readFile(join(directory, 'card.json'), 'utf8').catch((cause: unknown) => {
    throw new AppError('MODEL_NOT_FOUND', `There is no complete model in ${directory}. Nothing was measured; name the folder "model" of a run.`, { cause })
  })
  return { config: { family: '' }, scores: [], ...JSON.parse(text) }
}

/** The system that a model is of; undefined for one that is none of the Lab's. */
export async function systemOf(directory: string): Promise<LabSystem | undefined> {
  const { config } = await readLabCard(directory)
  return labSystems.find(({ families }) => families.includes(config.family))
}

/** Folders of the app's own models of the Lab. */
export async function shippedLabModels(): Promise<string[]> {
  const names = (await readdir(shippedModels).catch(() => [])).toSorted()
  const found = await Promise.all(
    names.map(async (name) => {
      const directory = join(shippedModels, name)
      return existsSync(join(directory, 'card.json')) && (await systemOf(directory)) ? [directory] : []
    }),
  )
  return found.flat()
}

/** Where sounds lie on a machine that this is developed on, or the folder that was named. @throws AppError FILE_NOT_FOUND */
export function soundFolderOf({ sounds }: LabSystem, data: string | undefined): string {
  const all = data ?? process.env['STEMWRIGHT_DATA'] ?? join(appRoot, '../shared/data')
  const below = join(all, sounds)
  if (existsSync(below)) return below
  if (data !== undefined && existsSync(data)) return data
  const advice = `Name the folder that holds ${sounds} with --data DIR.`
  throw new AppError('FILE_NOT_FOUND', `There are no sounds to measure with in ${all}. Nothing was measured. ${advice}`)
}

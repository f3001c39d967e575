import { copyFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Engine } from '#main/engine/engine'
import { UsageError } from '#main/hosts/cli/command'
import { credited } from '#main/hosts/cli/credited'
import { readLabCard, shippedModels, soundFolderOf, systemOf } from '#main/hosts/cli/labSystems'
import { createProgressBar } from '#main/hosts/cli/progressBar'
import { makeFolder } from '#main/node/makeFolder'
import { writeWhole } from '#main/node/wholeFile'
import { workContext } from '#main/node/workContext'

/** What a model of the Lab is published as. */
export interface LabPublication {
  readonly id: string
  readonly name: string
  readonly summary: string
  readonly credits: readonly string[]
  readonly data: string | undefined
}

/**
 * Measures a model of the Lab as `evaluate --lab` does, and puts it into resources/models with a card that says so; returns that
 * in a line.
 * @throws UsageError for a model of another kind; AppError what measuring and writing throw
 */
export async function publishLab(directory: string, { id, name, summary, credits, data }: LabPublication, here: string, engine: Engine, signal: AbortSignal): Promise<string> {
  const system = await systemOf(directory)
  if (!system) throw new UsageError(`The model in ${directory} is none of the Lab's.`)
  const bar = createProgressBar(process.stderr, id, () => performance.now())
  const measured = await system.figures(directory, soundFolderOf(system, data && resolve(here, data)), engine, workContext(signal, bar.show))
  bar.clear()
  const scores = measured.map((figure) => ({ ...figure, value: Number(figure.value.toPrecision(4)) }))
  const card = await readLabCard(directory)
  const attributions = Array.isArray(card['attributions']) ? (card['attributions'] as string[]) : []
  const published = { ...card, ...credited({ name, summary }, credits, [{ card: { attributions } }]), scores }
  const folder = join(shippedModels, id)
  await makeFolder(folder)
  await copyFile(join(directory, 'weights.safetensors'), join(folder, 'weights.safetensors'))
  await writeWhole(join(folder, 'card.json'), `${JSON.stringify(published, undefined, 2)}\n`)
  return `${id}: ${scores.map((score) => `${score.name} ${score.value} ${score.unit}`.trim()).join(', ')}`
}

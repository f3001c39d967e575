import { resolve } from 'node:path'
import { findInputs } from '#main/hosts/cli/inputs'
import type { SeparateOptions } from '#main/hosts/cli/options'
import { createProgressBar, type Screen } from '#main/hosts/cli/progressBar'
import type { Services } from '#main/services/createServices'
import type { SeparationResult, StemName } from '#shared/contract/separation'
import type { SongSource } from '#shared/contract/songs'
import { CancelledError, isCancellation } from '#shared/errors'
import { type Failure, fromFailure, toFailure } from '#shared/jobs/job'

/** A song that was separated. */
export interface SeparatedFile {
  /** As it was given. */
  readonly input: string
  /** Absolute paths. */
  readonly vocals: string
  readonly music: string
  readonly result: SeparationResult
}

export interface SeparateOutcome {
  readonly files: readonly SeparatedFile[]
  readonly failed: readonly ({ input: string } & Failure)[]
  readonly cancelled: boolean
}

interface Surroundings {
  readonly services: Services
  /** For progress, warnings and failures. */
  readonly screen: Screen
  /** The folder that relative paths start from. */
  readonly folder: string
  /** Milliseconds. */
  now(): number
}

/** The demo song's name among the inputs. */
export const demoInput = 'demo song'

/** Separates all that `options` name, one song after the other; what fails or is cancelled is told, not thrown. */
export async function separateFiles(options: SeparateOptions, around: Surroundings): Promise<SeparateOutcome> {
  const demo = options.inputs.length === 0
  const found = demo ? { files: [demoInput], failed: [] } : await findInputs(options.inputs, around.folder, options.out)
  const files: SeparatedFile[] = []
  const failed = [...found.failed]
  const titles = new Set<string>()
  for (const { input, message } of failed) around.screen.write(`${input}: ${message}\n`)
  for (const input of found.files) {
    const source: SongSource = demo ? { demo: true } : { path: resolve(around.folder, input) }
    try {
      files.push(await separateFile(input, source, options, around, titles))
    } catch (error) {
      if (isCancellation(error)) return { files, failed, cancelled: true }
      const failure = toFailure(error)
      failed.push({ input, ...failure })
      around.screen.write(`${input}: ${failure.message}\n`)
    }
  }
  return { files, failed, cancelled: false }
}

async function separateFile(
  input: string,
  source: SongSource,
  options: SeparateOptions,
  { services, screen, now }: Surroundings,
  titles: Set<string>,
): Promise<SeparatedFile> {
  const song = await services.songs.import(source)
  const title = freeTitle(song.name, titles)
  const bar = createProgressBar(screen, title, now)
  const { format, quality, start, length, model } = options
  const request = { songId: song.id, modelId: model, format, quality, start, length }
  const { id } = await services.separations.start(request, { folder: options.out, title, overwrite: options.overwrite })
  const stop = services.onEvent(({ name, payload }) => {
    if (name === 'job.changed' && payload.id === id && payload.state.status === 'running') bar.show(payload.state.progress)
  })
  try {
    const { kind, state } = await services.jobs.finished(id)
    if (state.status === 'failed') throw fromFailure(state.error)
    if (kind !== 'separation' || state.status !== 'succeeded') throw new CancelledError()
    bar.clear()
    for (const warning of state.result.warnings) screen.write(`${input}: ${warning}\n`)
    const { result } = state
    return { input, vocals: pathOf('vocals', result, services), music: pathOf('accompaniment', result, services), result }
  } finally {
    stop()
    bar.clear()
  }
}

/** Songs of one name in one call must not overwrite each other: the second is called "name (2)", and so on. */
function freeTitle(name: string, taken: Set<string>): string {
  for (let number = 1; ; number++) {
    const title = number === 1 ? name : `${name} (${number})`
    if (taken.has(title)) continue
    taken.add(title)
    return title
  }
}

function pathOf(name: StemName, result: SeparationResult, services: Services): string {
  const id = result.stems.find((stem) => stem.name === name)!.id
  return services.mediaPath(id)!
}

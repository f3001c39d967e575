import { exitStatus, UsageError } from '#main/hosts/cli/command'
import { type SeparateOptions, parseOptions } from '#main/hosts/cli/options'
import type { Screen } from '#main/hosts/cli/progressBar'
import { demoTable, jsonReport, songTable } from '#main/hosts/cli/report'
import { separateFiles, type SeparatedFile } from '#main/hosts/cli/separate'
import { usage } from '#main/hosts/cli/usage'
import { createServices, type Services } from '#main/services/createServices'
import type { Platform, StemPaths } from '#main/services/platform'
import { toAppError } from '#shared/errors'

/** Where the command runs. */
export interface CommandHost {
  readonly platform: Platform
  /** The folder that relative paths start from. */
  readonly folder: string
  /** The demo song's true stems. */
  readonly demoStems: StemPaths
  /** Results; nothing else is written there. */
  readonly output: Pick<Screen, 'write'>
  /** Progress, warnings and failures. */
  readonly screen: Screen
  /** Calls back each time the user presses Ctrl-C. */
  onInterrupt(callback: () => void): void
}

/** Does what `npm run separate -- args` asks, and returns the exit status. */
export async function runSeparate(args: readonly string[], host: CommandHost): Promise<number> {
  try {
    const options = parseOptions(args, host.folder)
    if (!options.help) return await withServices(options, host)
    host.output.write(usage)
    return exitStatus.done
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    host.screen.write(`${error.message}\nnpm run separate -- --help tells what there is.\n`)
    return exitStatus.usage
  }
}

async function withServices(options: SeparateOptions, host: CommandHost): Promise<number> {
  const services = createServices(host.platform)
  // A terminal and npm may both send it; closing twice does no harm.
  host.onInterrupt(services.close)
  try {
    await checkModel(options, services)
    await prepareEngine(services, host.screen)
    return await separate(options, services, host)
  } finally {
    services.close()
  }
}

async function separate(options: SeparateOptions, services: Services, host: CommandHost): Promise<number> {
  const outcome = await separateFiles(options, { services, screen: host.screen, folder: host.folder, now: host.platform.now })
  const { files, failed, cancelled } = outcome
  if (options.json) host.output.write(`${jsonReport(outcome)}\n`)
  else if (files.length > 0 && !cancelled) host.output.write(`${await summary(options, files, services, host)}\n`)
  if (cancelled) host.screen.write('Cancelled. Nothing half-written was kept.\n')
  if (cancelled) return exitStatus.cancelled
  return failed.length > 0 ? exitStatus.someFailed : exitStatus.done
}

async function summary(options: SeparateOptions, files: readonly SeparatedFile[], services: Services, host: CommandHost) {
  const written = files.flatMap(({ vocals, music }) => [vocals, music]).join('\n')
  const table = options.inputs.length === 0 ? await scoredTable(options, files[0]!, services, host) : songTable(files)
  return `${written}\n\n${table}`
}

async function scoredTable({ start, length }: SeparateOptions, file: SeparatedFile, services: Services, host: CommandHost) {
  const estimates = { vocals: file.vocals, accompaniment: file.music }
  const task = { start, length, mixture: host.platform.demoSong, estimates, references: host.demoStems }
  return demoTable(file, await services.compute.run('measure', task))
}

/** How long finding the engine may take in silence, in milliseconds. */
const silence = 1000

/** The first run on a machine tries its engines; that is no part of any song's time. What fails here fails each song, with the reason. */
async function prepareEngine(services: Services, screen: Screen): Promise<void> {
  const telling = setTimeout(() => screen.write('Trying the engines of this machine (once) …\n'), silence)
  await services.compute.run('prepare', undefined).catch(() => undefined)
  clearTimeout(telling)
}

/** A model that is not there is a slip in the command line, found before any song is read. */
async function checkModel({ model }: SeparateOptions, services: Services): Promise<void> {
  try {
    await services.models.findSeparator(model)
  } catch (error) {
    throw new UsageError(toAppError(error).message, { cause: error })
  }
}

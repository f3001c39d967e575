import { dirname, join } from 'node:path'
import { type SeparateOptions, parseOptions, UsageError } from '#main/hosts/cli/options'
import { demoTable, jsonReport, songTable } from '#main/hosts/cli/report'
import { separateFiles, type SeparatedFile } from '#main/hosts/cli/separate'
import { usage } from '#main/hosts/cli/usage'
import { nodePlatform } from '#main/node/nodePlatform'
import { createServices, type Services } from '#main/services/createServices'
import { toAppError } from '#shared/errors'

/** What the shell is told. */
const exitStatus = { done: 0, usage: 2, someFailed: 3, cancelled: 130 }

const platform = nodePlatform('cli')

async function main(args: readonly string[]): Promise<number> {
  const { npm_lifecycle_event: script, INIT_CWD: callersFolder } = process.env
  // `npm run` starts scripts in the project's folder; relative paths mean the folder it was called from.
  const folder = script === 'separate' && callersFolder ? callersFolder : process.cwd()
  const options = parseOptions(args, folder)
  if (options.help) {
    process.stdout.write(usage)
    return exitStatus.done
  }
  const services = createServices(platform)
  // A terminal and npm may both send it; the first is enough.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => services.close())
  try {
    await checkModel(options, services)
    return await separate(options, services, folder)
  } finally {
    services.close()
  }
}

async function separate(options: SeparateOptions, services: Services, folder: string): Promise<number> {
  const outcome = await separateFiles(options, { services, screen: process.stderr, folder, now: platform.now })
  const { files, failed, cancelled } = outcome
  if (options.json) process.stdout.write(`${jsonReport(outcome)}\n`)
  else if (files.length > 0 && !cancelled) process.stdout.write(`${await summary(options, files, services)}\n`)
  if (cancelled) return exitStatus.cancelled
  return failed.length > 0 ? exitStatus.someFailed : exitStatus.done
}

async function summary(options: SeparateOptions, files: readonly SeparatedFile[], services: Services): Promise<string> {
  const written = files.flatMap(({ vocals, music }) => [vocals, music]).join('\n')
  const table = options.inputs.length === 0 ? await demoSummary(options, files[0]!, services) : songTable(files)
  return `${written}\n\n${table}`
}

async function demoSummary({ start, length }: SeparateOptions, file: SeparatedFile, services: Services): Promise<string> {
  const { vocals, music: accompaniment } = file
  const folder = dirname(platform.demoSong)
  const references = { vocals: join(folder, 'vocals.flac'), accompaniment: join(folder, 'music.flac') }
  const task = { start, length, mixture: platform.demoSong, estimates: { vocals, accompaniment }, references }
  return demoTable(file, await services.compute.run('measure', task))
}

/** A model that is not there is a slip in the command line, found before any song is read. */
async function checkModel({ model }: SeparateOptions, services: Services): Promise<void> {
  try {
    await services.models.find(model)
  } catch (error) {
    throw new UsageError(toAppError(error).message)
  }
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  process.stderr.write(`${error.message}\n\nnpm run separate -- --help tells what there is.\n`)
  process.exitCode = exitStatus.usage
}

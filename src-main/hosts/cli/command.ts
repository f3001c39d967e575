import { isCancellation, toAppError } from '#shared/errors'

/** What the shell is told. */
export const exitStatus = { done: 0, usage: 2, someFailed: 3, cancelled: 130 } as const

/** A command line that makes no sense; the message says what is wrong with it. */
export class UsageError extends Error {}

/** The folder that relative paths start from: `npm run` starts programs in the project's, not where it was called. */
export function callersFolder(script: string): string {
  const { npm_lifecycle_event: running, INIT_CWD: caller } = process.env
  return running === script && caller ? caller : process.cwd()
}

/** A signal that is aborted when the user presses Ctrl-C or the process is asked to end. */
export function interruptSignal(): AbortSignal {
  const stop = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => stop.abort())
  return stop.signal
}

/** Returns which of `choices` the option `--name` was given as. @throws UsageError */
export function oneOf<Choice extends string>(name: string, given: string, choices: readonly Choice[]): Choice {
  const choice = choices.find((candidate) => candidate === given)
  if (choice === undefined) throw new UsageError(`--${name} is one of ${choices.join(', ')}, not "${given}".`)
  return choice
}

/**
 * Does the work of the command that this process is, and ends the process with the status that it returns; where it
 * throws, with that of a bad usage, an interruption or a failure, and a message on standard error.
 */
export async function runCommand(usage: string, work: (args: string[]) => Promise<number>): Promise<void> {
  const status = await work(process.argv.slice(2)).catch((error: unknown) => failedStatus(error, usage))
  // Engines and their threads may keep the process alive; what was printed must be out before it is ended.
  process.stdout.write('', () => process.exit(status))
}

function failedStatus(error: unknown, usage: string): number {
  if (isCancellation(error)) return exitStatus.cancelled
  if (isBadUsage(error)) {
    process.stderr.write(`${error.message}\n\n${usage}`)
    return exitStatus.usage
  }
  const { code, message } = toAppError(error)
  process.stderr.write(`${code}: ${message}\n`)
  if (code === 'INTERNAL' && error instanceof Error) process.stderr.write(`${error.stack}\n`)
  return exitStatus.someFailed
}

function isBadUsage(error: unknown): error is Error {
  return error instanceof UsageError || (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'))
}

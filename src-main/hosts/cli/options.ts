import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { oneOf, UsageError } from '#main/hosts/cli/command'
import { type Quality, qualities, type StemFormat, stemFormats } from '#shared/contract/separation'

export interface SeparateOptions {
  /** Files and folders as they were given; none means the demo song. */
  readonly inputs: readonly string[]
  /** Absolute. */
  readonly out: string
  readonly format: StemFormat
  readonly model: string | undefined
  readonly quality: Quality
  /** Seconds. */
  readonly start: number | undefined
  readonly length: number | undefined
  readonly overwrite: boolean
  readonly json: boolean
  readonly help: boolean
}

/**
 * Returns the options of `separate`.
 * @param folder the folder that relative paths start from
 * @throws UsageError
 */
export function parseOptions(args: readonly string[], folder: string): SeparateOptions {
  const { values, positionals } = parse(args)
  return {
    inputs: positionals,
    out: resolve(folder, values.out),
    format: oneOf('format', values.format, stemFormats),
    model: values.model,
    quality: oneOf('quality', values.quality, qualities),
    start: seconds('start', values.start, 0),
    length: seconds('length', values.length, Number.MIN_VALUE),
    overwrite: values.overwrite,
    json: values.json,
    help: values.help,
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        out: { type: 'string', default: 'stems' },
        format: { type: 'string', default: 'wav24' },
        model: { type: 'string' },
        quality: { type: 'string', default: 'fast' },
        start: { type: 'string' },
        length: { type: 'string' },
        overwrite: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

function seconds(name: string, given: string | undefined, least: number): number | undefined {
  if (given === undefined) return undefined
  const value = given.trim() === '' ? Number.NaN : Number(given)
  if (!Number.isFinite(value) || value < least) {
    throw new UsageError(`--${name} is a number of seconds${least > 0 ? ' above 0' : ''}, not "${given}".`)
  }
  return value
}

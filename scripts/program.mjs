import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { SetupError, root } from './setup.mjs'

/** Returns the file of a built program. @throws SetupError where there is none */
export function programFile(name) {
  const file = join(root, 'out', 'main', `${name}.js`)
  if (!existsSync(file)) throw new SetupError(`This version of Stemwright has no program called ${name}.`)
  return file
}

/** Runs a built program as if Node had been started with it. */
export async function runProgram(name, args) {
  const file = programFile(name)
  process.argv.splice(1, process.argv.length, file, ...args)
  await import(pathToFileURL(file).href)
}

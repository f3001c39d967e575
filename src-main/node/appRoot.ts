import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The folder of package.json, out/ and resources/; both sources and built chunks lie somewhere below it. */
export const appRoot = findRoot(import.meta.dirname)

/** What package.json says of this version. */
export const appVersion = (JSON.parse(readFileSync(join(appRoot, 'package.json'), 'utf8')) as { version: string }).version

function findRoot(folder: string): string {
  if (existsSync(join(folder, 'package.json'))) return folder
  const parent = dirname(folder)
  if (parent === folder) throw new Error('package.json is missing: this copy of Stemwright is incomplete.')
  return findRoot(parent)
}

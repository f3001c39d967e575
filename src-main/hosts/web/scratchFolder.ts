import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { isRunning } from '#main/node/temporaryFile'

const ownedName = /^stemwright-web-(\d+)-/

/**
 * Makes a folder in `parent`, such as the system's for temporary files, that ends with this process, and removes those of
 * processes that were killed: uploads and exports of whole albums lie in them.
 */
export function makeScratchFolder(parent: string): string {
  for (const name of readdirSync(parent)) {
    const owner = ownedName.exec(name)?.[1]
    if (owner === undefined || isRunning(Number(owner))) continue
    try {
      rmSync(join(parent, name), { recursive: true, force: true })
    } catch {
      // That of another user, or one that something is still read from: tried again at the next start.
    }
  }
  const folder = mkdtempSync(join(parent, `stemwright-web-${process.pid}-`))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  return folder
}

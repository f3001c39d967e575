import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { makeFolder } from '#main/node/makeFolder'
import { outputError } from '#main/node/outputError'
import { isRunning } from '#main/node/temporaryFile'

const stagingName = /^\.staged-(\d+)-/

/** Makes a hidden folder inside `library`, so that publishing is a rename; what a killed app left there goes. */
export async function makeStagingFolder(library: string): Promise<string> {
  await makeFolder(library)
  await removeAbandoned(library)
  return mkdtemp(join(library, `.staged-${process.pid}-`))
}

/** Removes from `library` what killed apps left there. */
export async function removeAbandoned(library: string): Promise<void> {
  for (const name of await readdir(library).catch(() => [])) {
    const owner = stagingName.exec(name)?.[1]
    if (owner !== undefined && !isRunning(Number(owner))) await rm(join(library, name), { recursive: true, force: true })
  }
}

/** Does `work` in `folder`. @throws AppError OUTPUT_NOT_WRITABLE, DISK_FULL where the operating system refuses */
export async function reporting<Value>(folder: string, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work()
  } catch (error) {
    throw outputError(folder, error)
  }
}

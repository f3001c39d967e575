import { createHash } from 'node:crypto'
import { access, link, open, readdir, rename, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { AppError } from '#shared/errors'
import { makeFolder } from '#main/node/makeFolder'
import { outputError } from '#main/node/outputError'

/** Tells our files from those of the same program on another machine that shares the folder. */
const host = createHash('sha256').update(hostname()).digest('hex').slice(0, 8)
const pattern = /^\.stemwright-([0-9a-f]{8})-(\d+)-\d+\.part$/
const live = new Set<string>()
let count = 0

/**
 * A hidden file beside its destination that becomes visible, whole, in one step or not at all. Whoever creates it
 * publishes or discards it. What a killed process left behind in the folder is removed when the folder is next used.
 */
export class TemporaryFile {
  private constructor(
    readonly path: string,
    private readonly destination: string,
  ) {}

  /**
   * Makes an empty temporary file, and the destination's folder where it is missing.
   * @throws OUTPUT_NOT_WRITABLE, DISK_FULL
   */
  static async create(destination: string): Promise<TemporaryFile> {
    const folder = dirname(destination)
    try {
      await makeFolder(folder)
      await removeLeftovers(folder)
      const path = join(folder, `.stemwright-${host}-${process.pid}-${++count}.part`)
      live.add(path)
      const file = await open(path, 'w')
      await file.close()
      return new TemporaryFile(path, destination)
    } catch (error) {
      throw outputError(destination, error)
    }
  }

  /**
   * Brings the content to the disk, so that publishing is over in a moment.
   * @throws OUTPUT_NOT_WRITABLE, DISK_FULL
   */
  async sync(): Promise<void> {
    try {
      const file = await open(this.path, 'r+')
      try {
        await file.sync()
      } finally {
        await file.close()
      }
    } catch (error) {
      throw outputError(this.destination, error)
    }
  }

  /**
   * Gives the file its name, `destination` in the same folder where that is given; `sync` comes first.
   * @throws OUTPUT_EXISTS when the name is taken and `overwrite` is false; OUTPUT_NOT_WRITABLE, DISK_FULL
   */
  async publish(overwrite: boolean, destination = this.destination): Promise<void> {
    try {
      if (overwrite) await rename(this.path, destination)
      else await renameIfFree(this.path, destination)
      live.delete(this.path)
    } catch (error) {
      throw outputError(destination, error)
    }
  }

  async discard(): Promise<void> {
    await rm(this.path, { force: true })
    live.delete(this.path)
  }
}

/** A link fails when the name exists, a rename would replace the file; some file systems have no links. */
async function renameIfFree(from: string, to: string): Promise<void> {
  try {
    await link(from, to)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'EEXIST') throw alreadyThere(to, error)
    if (await exists(to)) throw alreadyThere(to, error)
    return rename(from, to)
  }
  await rm(from)
}

export function alreadyThere(path: string, cause?: unknown): AppError {
  return new AppError('OUTPUT_EXISTS', `${path} exists already and was left as it is. Choose another name, or allow overwriting.`, { cause })
}

/** True when something has this name. */
export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

/** Removes from a folder what processes that are gone left there half-written. */
export async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const match = pattern.exec(basename(name))
    if (match === null || match[1] !== host) continue
    const path = join(folder, name)
    const owner = Number(match[2])
    const abandoned = owner === process.pid ? !live.has(path) : !isRunning(owner)
    if (abandoned) await rm(path, { force: true })
  }
}

/** True while there is a process of this number. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

import { createHash, randomUUID } from 'node:crypto'
import { readFileSync, rmSync } from 'node:fs'
import { link, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { hostname, uptime } from 'node:os'
import { z } from 'zod'
import { isRunning } from '#main/node/temporaryFile'
import type { Claim } from '#main/services/projectPorts'
import { AppError } from '#shared/errors'

const host = createHash('sha256').update(hostname()).digest('hex').slice(0, 16)
const owner = z.object({ host: z.string(), pid: z.number().int(), token: z.string(), path: z.string() })
type Owner = z.infer<typeof owner>

const touchMs = 15_000
/** A living owner touches its lock far more often; asleep or unreachable for longer, it has lost it. */
const staleMs = 120_000
/** Clocks are set now and then; a lock that is that much older than the machine's start was not made since. */
const bootSlackMs = 60_000

const live = new Map<string, string>()

/**
 * Makes the file at `path`, in a folder that exists, a lock of this process. A lock of a process that has ended, on this machine or
 * by what it looks like on another one, or that came here as a copy, is taken over.
 * @throws AppError PROJECT_IN_USE; the operating system's error where the folder cannot be written to
 */
export async function acquireLock(path: string): Promise<Claim> {
  const token = randomUUID()
  const content = JSON.stringify({ host, pid: process.pid, token, path } satisfies Owner)
  for (let attempt = 0; attempt < 3; attempt++) {
    if (await createExclusively(path, content)) return holding(path, token)
    const found = await readLock(path)
    if (found && !isStale(found, path)) throw inUse(found.owner)
    if (found) await removeStale(path, found.content)
  }
  throw inUse(undefined)
}

/** True while another process that seems to be alive holds the lock at `path`. */
export async function isLockedElsewhere(path: string): Promise<boolean> {
  const found = await readLock(path)
  return found !== undefined && !isStale(found, path) && found.owner?.token !== live.get(path)
}

interface FoundLock {
  content: string
  /** Undefined for a file that makes no sense. */
  owner: Owner | undefined
  touchedAt: number
}

/** The lock appears whole or not at all: nobody ever reads half of one. */
async function createExclusively(path: string, content: string): Promise<boolean> {
  const draft = `${path}.${randomUUID()}`
  try {
    await writeFile(draft, content, { flag: 'wx' })
    await link(draft, path)
    return true
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return false
    // Some file systems have no links.
    if (code === 'EPERM' || code === 'ENOTSUP' || code === 'ENOSYS') return createDirectly(path, content)
    throw error
  } finally {
    await rm(draft, { force: true })
  }
}

async function createDirectly(path: string, content: string): Promise<boolean> {
  try {
    await writeFile(path, content, { flag: 'wx' })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

async function readLock(path: string): Promise<FoundLock | undefined> {
  try {
    const [content, { mtimeMs }] = await Promise.all([readFile(path, 'utf8'), stat(path)])
    return { content, owner: parseOwner(content), touchedAt: mtimeMs }
  } catch {
    return undefined
  }
}

function parseOwner(content: string): Owner | undefined {
  try {
    return owner.parse(JSON.parse(content))
  } catch {
    return undefined
  }
}

function isStale({ owner: found, touchedAt }: FoundLock, path: string): boolean {
  const now = Date.now()
  if (now - touchedAt > staleMs) return true
  if (found?.host !== host) return false
  if (found.path !== path || touchedAt < now - uptime() * 1000 - bootSlackMs) return true
  return found.pid === process.pid ? live.get(path) !== found.token : !isRunning(found.pid)
}

/** Of two processes that find the same stale lock, the slower one must not remove what the faster one put in its place. */
async function removeStale(path: string, content: string): Promise<void> {
  const aside = `${path}.${randomUUID()}`
  try {
    await rename(path, aside)
    if ((await readFile(aside, 'utf8')) !== content) await link(aside, path).catch(() => {})
  } catch {
    // Somebody else was faster; the next attempt sees what is there now.
  } finally {
    await rm(aside, { force: true })
  }
}

function holding(path: string, token: string): Claim {
  live.set(path, token)
  const held = async () => live.get(path) === token && (await readLock(path))?.owner?.token === token
  const touch = async () => {
    if (await held()) await utimes(path, new Date(), new Date()).catch(() => {})
  }
  const timer = setInterval(() => void touch(), touchMs)
  timer.unref()
  return {
    held,
    release() {
      clearInterval(timer)
      if (live.get(path) !== token) return
      live.delete(path)
      // At once, because the process may be about to end.
      try {
        if (parseOwner(readFileSync(path, 'utf8'))?.token === token) rmSync(path, { force: true })
      } catch {
        // It is gone, or stale from now on.
      }
    },
  }
}

function inUse(found: Owner | undefined): AppError {
  const where = found !== undefined && found.host !== host ? 'on another computer, or was copied while it was open there' : 'in another Stemwright'
  const message = `The project is open ${where}, so it was not opened here: two of them would overwrite each other's work. Close it there; if it was closed without a chance to say so, try again in two minutes.`
  return new AppError('PROJECT_IN_USE', message)
}

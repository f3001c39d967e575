import { readdir, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'

/** Seconds for which what was used stays whatever the limit: another training may have looked it up and not opened it yet. */
const untouchedSeconds = 3600

/** Notes that a file of a cache is used now. That it can't be noted is no reason to stop. */
export async function markUsed(path: string): Promise<void> {
  const now = new Date()
  await utimes(path, now, now).catch(() => {})
}

/**
 * Brings a cache of pairs of files (`<name>.json`, whose time says when it was last used, and the samples beside it) below
 * `limit` bytes, by removing those that were not used for longest. Those that `inUse` names, and those used within the hour,
 * stay. What can't be removed is passed over.
 */
export async function limitCache(folder: string, limit: number, inUse: ReadonlySet<string>): Promise<void> {
  const found = await cachedThings(folder)
  let total = found.reduce((sum, { size }) => sum + size, 0)
  const oldest = Date.now() - untouchedSeconds * 1000
  for (const { name, size, usedAt, files } of found.toSorted((a, b) => a.usedAt - b.usedAt)) {
    if (total <= limit) return
    if (inUse.has(name) || usedAt > oldest) continue
    // The note goes first: samples without it are decoded again, a note without samples would promise what is not there.
    for (const file of files.toSorted((a) => (a.endsWith('.json') ? -1 : 1))) await rm(join(folder, file), { force: true }).catch(() => {})
    total -= size
  }
}

interface CachedThing {
  readonly name: string
  readonly files: string[]
  readonly size: number
  /** Milliseconds since 1970. */
  readonly usedAt: number
}

async function cachedThings(folder: string): Promise<CachedThing[]> {
  const things = new Map<string, CachedThing>()
  for (const file of await readdir(folder).catch(() => [])) {
    const [name, kind] = file.split('.')
    const facts = await stat(join(folder, file)).catch(() => undefined)
    if (!name || !facts?.isFile()) continue
    const before = things.get(name) ?? { files: [], size: 0, usedAt: 0 }
    const usedAt = kind === 'json' || before.files.length === 0 ? facts.mtimeMs : before.usedAt
    things.set(name, { name, files: [...before.files, file], size: before.size + facts.size, usedAt })
  }
  return [...things.values()]
}

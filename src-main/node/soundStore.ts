import { access, copyFile, link, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { makeStagingFolder, removeAbandoned, reporting } from '#main/node/stagingFolder'
import { TemporaryFile } from '#main/node/temporaryFile'
import { tilePath } from '#main/node/tileFiles'
import type { SoundOrigin, SoundRecord, SoundStore, StagedSound, StoredSound } from '#main/services/platform'
import { createTurns } from '#shared/jobs/turns'

const recordFile = 'sound.json'
const origin = z.object({ sha256: z.string(), songName: z.string(), isSong: z.boolean() })
const record = z.object({
  id: z.string(),
  name: z.string(),
  sampleRate: z.number(),
  channels: z.number(),
  frames: z.number(),
  warnings: z.array(z.string()).optional(),
  origins: z.array(origin),
})
/** What a sound's id looks like; anything else is no folder of ours, and never a path out of the library. */
const idPattern = /^[0-9a-f]{32}$/

/** Returns the store of sounds whose folder is `library`, which is made when first written to. */
export function createSoundStore(library: string): SoundStore {
  /** Whoever publishes or restricts a sound reads first what there is of it. */
  const inTurn = createTurns()

  const find = async (id: string): Promise<StoredSound | undefined> => {
    if (!idPattern.test(id)) return undefined
    try {
      const folder = join(library, id)
      const stored = located(folder, record.parse(JSON.parse(await readFile(join(folder, recordFile), 'utf8'))))
      await Promise.all([access(stored.audioPath), access(stored.peaksPath)])
      return stored
    } catch {
      // Whatever is missing or damaged there, the remedy is the same: make the sound again.
      return undefined
    }
  }

  const publish = async (folder: string, made: SoundRecord): Promise<StoredSound> => {
    const place = join(library, made.id)
    const existing = await find(made.id)
    if (existing) return gainOrigins(existing, made.origins)
    await writeRecord(folder, made)
    // What lies there is not whole, or `find` had found it.
    await rm(place, { recursive: true, force: true })
    await rename(folder, place)
    return located(place, made)
  }

  return {
    find,
    async list() {
      const names = await readdir(library).catch(() => [])
      return (await Promise.all(names.map(find))).filter((sound) => sound !== undefined)
    },
    async stage() {
      const folder = await reporting(library, () => makeStagingFolder(library))
      return stagedIn(folder, (made) => reporting(library, () => inTurn(() => publish(folder, made))))
    },
    tilePath: ({ tilesFolder }, level, index) => tilePath(tilesFolder, level, index),
    sizeOf: (id) => bytesIn(join(library, id)),
    restrict: (id, origins) =>
      inTurn(async () => {
        await removeAbandoned(library)
        const sound = await find(id)
        if (!sound) return
        if (origins.length > 0) await writeRecord(join(library, id), { ...plain(sound), origins })
        else await rm(join(library, id), { recursive: true, force: true })
      }),
  }
}

function stagedIn(folder: string, publish: StagedSound['publish']): StagedSound {
  const { audioPath, peaksPath } = located(folder, {})
  return {
    audioPath,
    peaksPath,
    take: (file, keep) => reporting(folder, () => (keep ? linkOrCopy(file, audioPath) : moveFile(file, audioPath))),
    publish,
    discard: () => rm(folder, { recursive: true, force: true }),
  }
}

function located<Facts>(folder: string, facts: Facts) {
  return { ...facts, audioPath: join(folder, 'sound.wav'), peaksPath: join(folder, 'peaks.bin'), tilesFolder: join(folder, 'tiles') }
}

function plain({ id, name, sampleRate, channels, frames, warnings, origins }: SoundRecord): SoundRecord {
  return { id, name, sampleRate, channels, frames, warnings, origins }
}

async function gainOrigins(sound: StoredSound, more: readonly SoundOrigin[]): Promise<StoredSound> {
  const known = (added: SoundOrigin) => sound.origins.some(({ sha256, isSong }) => sha256 === added.sha256 && isSong === added.isSong)
  const added = more.filter((candidate) => !known(candidate))
  if (added.length === 0) return sound
  const origins = [...sound.origins, ...added]
  await writeRecord(join(sound.audioPath, '..'), { ...plain(sound), origins })
  return { ...sound, origins }
}

/** The record is replaced whole: one that is cut off would lose the sound. */
async function writeRecord(folder: string, made: SoundRecord): Promise<void> {
  const file = await TemporaryFile.create(join(folder, recordFile))
  try {
    await writeFile(file.path, JSON.stringify(plain(made), undefined, 2))
    await file.sync()
    await file.publish(true)
  } finally {
    await file.discard()
  }
}

/** Two names of one file need no space; some file systems have no links. */
async function linkOrCopy(from: string, to: string): Promise<void> {
  await link(from, to).catch(() => copyFile(from, to))
}

async function moveFile(from: string, to: string): Promise<void> {
  try {
    await rename(from, to)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error
    await copyFile(from, to)
    await rm(from)
  }
}

async function bytesIn(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  const sizes = entries.map((entry) => {
    const path = join(folder, entry.name)
    return entry.isDirectory() ? bytesIn(path) : stat(path).then(({ size }) => size, () => 0)
  })
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
}

import { access, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { makeStagingFolder, removeAbandoned, reporting } from '#main/node/stagingFolder'
import { removeLeftovers } from '#main/node/temporaryFile'
import type { StemPaths, StemStore } from '#main/services/platform'
import { separationReport } from '#shared/contract/separation'

const entryFile = 'separation.json'
const pair = z.object({ vocals: z.string(), accompaniment: z.string() })
const entry = z.object({ report: separationReport, names: pair, sounds: pair.optional() })

/** Returns the store of stems whose library is `library`; both folders are made when first written to. */
export function createStemStore(library: string, previews = join(dirname(library), 'previews')): StemStore {
  return {
    async find(key) {
      const found = await readEntry(join(library, key))
      if (!found) return undefined
      try {
        const { report, names, sounds } = found
        const paths = pathsIn(join(library, key), names)
        await Promise.all([access(paths.vocals), access(paths.accompaniment)])
        return { report, paths, sounds }
      } catch {
        return undefined
      }
    },
    async stage(key) {
      const folder = await reporting(library, () => makeStagingFolder(library))
      const place = join(library, key)
      return {
        folder,
        publish: (report, names, sounds) =>
          reporting(library, async () => {
            await writeFile(join(folder, entryFile), JSON.stringify({ report, names, sounds }, undefined, 2))
            await rm(place, { recursive: true, force: true })
            await rename(folder, place)
            return pathsIn(place, names)
          }),
        discard: () => rm(folder, { recursive: true, force: true }),
      }
    },
    async stagePreview() {
      const folder = await reporting(previews, () => makeStagingFolder(previews))
      const discard = () => rm(folder, { recursive: true, force: true })
      return { paths: pathsIn(folder, { vocals: 'vocals.wav', accompaniment: 'music.wav' }), discard }
    },
    async remove(hashes, soundIds) {
      await removeAbandoned(library)
      await removeAbandoned(previews)
      const names = await readdir(library).catch(() => [])
      for (const name of names.filter((candidate) => !candidate.startsWith('.'))) {
        const { sounds } = (await readEntry(join(library, name))) ?? {}
        const made = sounds !== undefined && (soundIds.has(sounds.vocals) || soundIds.has(sounds.accompaniment))
        if (made || isOfSong(name, hashes)) await rm(join(library, name), { recursive: true, force: true })
      }
    },
    async tidy(folder) {
      // A folder that could not be made or read holds nothing of ours.
      await removeLeftovers(folder).catch(() => {})
    },
  }
}

/** Whatever is missing or damaged there, the remedy is the same: separate the song again. */
async function readEntry(folder: string): Promise<z.infer<typeof entry> | undefined> {
  try {
    return entry.parse(JSON.parse(await readFile(join(folder, entryFile), 'utf8')))
  } catch {
    return undefined
  }
}

/** The name of a separation begins with its song's hash; see the separation service. */
function isOfSong(name: string, hashes: ReadonlySet<string>): boolean {
  return [...hashes].some((hash) => name.startsWith(`${hash.slice(0, 32)}-`))
}

function pathsIn(folder: string, names: StemPaths): StemPaths {
  return { vocals: join(folder, names.vocals), accompaniment: join(folder, names.accompaniment) }
}

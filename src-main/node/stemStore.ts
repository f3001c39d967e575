import { access, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { makeStagingFolder, reporting } from '#main/node/stagingFolder'
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
      try {
        const { report, names, sounds } = entry.parse(JSON.parse(await readFile(join(library, key, entryFile), 'utf8')))
        const paths = pathsIn(join(library, key), names)
        await Promise.all([access(paths.vocals), access(paths.accompaniment)])
        return { report, paths, sounds }
      } catch {
        // Whatever is missing or damaged there, the remedy is the same: separate the song again.
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
    async tidy(folder) {
      // A folder that could not be made or read holds nothing of ours.
      await removeLeftovers(folder).catch(() => {})
    },
  }
}

function pathsIn(folder: string, names: StemPaths): StemPaths {
  return { vocals: join(folder, names.vocals), accompaniment: join(folder, names.accompaniment) }
}

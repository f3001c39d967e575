import { access, mkdir, mkdtemp, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { outputError } from '#main/node/outputError'
import { isRunning, removeLeftovers } from '#main/node/temporaryFile'
import type { StemPaths, StemStore } from '#main/services/platform'
import { separationReport } from '#shared/contract/separation'

const entryFile = 'separation.json'
const entry = z.object({ report: separationReport, names: z.object({ vocals: z.string(), accompaniment: z.string() }) })
const stagingName = /^\.staged-(\d+)-/

/** Returns the store of stems whose library is `library`, a folder that is made when first written to. */
export function createStemStore(library: string): StemStore {
  return {
    async find(key) {
      try {
        const { report, names } = entry.parse(JSON.parse(await readFile(join(library, key, entryFile), 'utf8')))
        const paths = pathsIn(join(library, key), names)
        await Promise.all([access(paths.vocals), access(paths.accompaniment)])
        return { report, paths }
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
        publish: (report, names) =>
          reporting(library, async () => {
            await writeFile(join(folder, entryFile), JSON.stringify({ report, names }, undefined, 2))
            await rm(place, { recursive: true, force: true })
            await rename(folder, place)
            return pathsIn(place, names)
          }),
        discard: () => rm(folder, { recursive: true, force: true }),
      }
    },
    async tidy(folder) {
      // A folder that could not be made or read holds nothing of ours.
      await removeLeftovers(folder).catch(() => {})
    },
  }
}

/** Inside the library, so that publishing is a rename; what a killed app left there goes. */
async function makeStagingFolder(library: string): Promise<string> {
  await mkdir(library, { recursive: true })
  for (const name of await readdir(library)) {
    const owner = stagingName.exec(name)?.[1]
    if (owner !== undefined && !isRunning(Number(owner))) await rm(join(library, name), { recursive: true, force: true })
  }
  return mkdtemp(join(library, `.staged-${process.pid}-`))
}

function pathsIn(folder: string, names: StemPaths): StemPaths {
  return { vocals: join(folder, names.vocals), accompaniment: join(folder, names.accompaniment) }
}

async function reporting<Value>(folder: string, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work()
  } catch (error) {
    throw outputError(folder, error)
  }
}

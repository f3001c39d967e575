import { constants } from 'node:fs'
import { access, copyFile, link, mkdir, mkdtemp, readFile, rename, rm, unlink, writeFile } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import { notWritable, outputError } from '#main/node/outputError'
import type { StagedStems, StemPaths, StemStore } from '#main/services/platform'
import { separationReport } from '#shared/contract/separation'

const stemFile = { vocals: 'vocals', accompaniment: 'music' } as const
const reportFile = 'separation.json'

/** Returns the store of stems whose library is `library`, a folder that is made when first written to. */
export function createStemStore(library: string): StemStore {
  return {
    async find(key) {
      const folder = join(library, key)
      try {
        const stored = JSON.parse(await readFile(join(folder, reportFile), 'utf8')) as { report: unknown; extension: string }
        const paths = pathsIn(folder, stored.extension)
        await Promise.all([access(paths.vocals), access(paths.accompaniment)])
        return { report: separationReport.parse(stored.report), paths }
      } catch {
        // Whatever is missing or damaged there, the remedy is the same: separate the song again.
        return undefined
      }
    },
    async stageInLibrary(key, extension) {
      const staging = await stagingFolder(library)
      const place = join(library, key)
      return {
        paths: pathsIn(staging, extension),
        describe: (report) => writeFile(join(staging, reportFile), JSON.stringify({ report, extension }, undefined, 2)),
        publish: () =>
          reporting(library, async () => {
            await rm(place, { recursive: true, force: true })
            await rename(staging, place)
            return pathsIn(place, extension)
          }),
        discard: () => rm(staging, { recursive: true, force: true }),
      }
    },
    async stageInFolder(folder, names, overwrite) {
      const staging = await stagingFolder(folder)
      const paths = { vocals: join(staging, names.vocals), accompaniment: join(staging, names.accompaniment) }
      return {
        paths,
        publish: () => reporting(folder, () => (overwrite ? replace(paths, folder) : placeBeside(paths, folder))),
        discard: () => rm(staging, { recursive: true, force: true }),
      } satisfies StagedStems
    },
  }
}

function pathsIn(folder: string, extension: string): StemPaths {
  return { vocals: join(folder, `${stemFile.vocals}.${extension}`), accompaniment: join(folder, `${stemFile.accompaniment}.${extension}`) }
}

/** Makes a hidden folder inside `folder`: on the same disk, so that publishing is a rename. */
function stagingFolder(folder: string): Promise<string> {
  return reporting(folder, async () => {
    await mkdir(folder, { recursive: true })
    return mkdtemp(join(folder, '.stemwright-'))
  })
}

async function replace(paths: StemPaths, folder: string): Promise<StemPaths> {
  const places = placesIn(folder, paths, 1)
  await rename(paths.vocals, places.vocals)
  await rename(paths.accompaniment, places.accompaniment)
  return places
}

/** Moves both files under the first number that is free for both: " (2)" and so on, none for the first. */
async function placeBeside(paths: StemPaths, folder: string): Promise<StemPaths> {
  for (let number = 1; ; number++) {
    const places = placesIn(folder, paths, number)
    if (!(await moveUnlessTaken(paths.vocals, places.vocals))) continue
    if (await moveUnlessTaken(paths.accompaniment, places.accompaniment)) return places
    await rename(places.vocals, paths.vocals)
  }
}

function placesIn(folder: string, paths: StemPaths, number: number): StemPaths {
  const place = (path: string) => {
    const extension = extname(path)
    const name = basename(path, extension)
    return join(folder, `${name}${number > 1 ? ` (${number})` : ''}${extension}`)
  }
  return { vocals: place(paths.vocals), accompaniment: place(paths.accompaniment) }
}

/** Returns false, and moves nothing, when there is a file already; a rename would replace it silently. */
async function moveUnlessTaken(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    return copyUnlessTaken(from, to)
  }
  await unlink(from)
  return true
}

/** For file systems without hard links, such as FAT. */
async function copyUnlessTaken(from: string, to: string): Promise<boolean> {
  try {
    await copyFile(from, to, constants.COPYFILE_EXCL)
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    await rm(to, { force: true })
    throw error
  }
  await unlink(from)
  return true
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}

async function reporting<Value>(folder: string, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work()
  } catch (error) {
    throw codeOf(error) === 'EEXIST' ? notWritable(folder, 'a file has that name', error) : outputError(folder, error)
  }
}

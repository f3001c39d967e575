import { readdir, stat } from 'node:fs/promises'
import { extname, isAbsolute, join, relative, resolve } from 'node:path'
import { AppError } from '#shared/errors'
import { type Failure, toFailure } from '#shared/jobs/job'

/** What is taken for a song inside a folder; a file that is named itself may be called anything. */
const soundExtensions = new Set(
  '.wav .wave .bwf .rf64 .w64 .aif .aiff .aifc .flac .mp3 .ogg .oga .opus .m4a .m4b .mp4 .aac .caf .wma .wv .ape .mka .webm .au'.split(' '),
)

export interface FoundInputs {
  /** As given, or as given followed by the path inside the folder. */
  readonly files: readonly string[]
  readonly failed: readonly ({ input: string } & Failure)[]
}

/**
 * Returns the songs that are meant by `given`, folders being searched to their bottom in the order of names.
 * @param folder the folder that relative paths start from
 * @param out what was written earlier is no song: this folder is left out where a searched one contains it
 */
export async function findInputs(given: readonly string[], folder: string, out: string): Promise<FoundInputs> {
  // By their place on the disk, so that a song that is named twice is separated once.
  const files = new Map<string, string>()
  const failed: ({ input: string } & Failure)[] = []
  for (const input of given) {
    try {
      for (const file of await songsAt(input, folder, out)) {
        const place = resolve(folder, file)
        if (!files.has(place)) files.set(place, file)
      }
    } catch (error) {
      failed.push({ input, ...toFailure(error) })
    }
  }
  return { files: [...files.values()], failed }
}

async function songsAt(input: string, folder: string, out: string): Promise<string[]> {
  const path = resolve(folder, input)
  const entry = await stat(path).catch(() => undefined)
  // A missing file fails when it is opened, with the message for it.
  if (!entry?.isDirectory()) return [input]
  const entries = await readdir(path, { recursive: true, withFileTypes: true })
  const songs = entries
    .filter((file) => file.isFile() && soundExtensions.has(extname(file.name).toLowerCase()))
    .map((file) => join(file.parentPath, file.name))
    .filter((file) => !isInside(file, out) || isInside(path, out))
    .map((file) => relative(path, file))
    .filter((file) => !file.split(/[\\/]/).some((part) => part.startsWith('.')))
    .sort()
  if (songs.length === 0) throw new AppError('FILE_NOT_FOUND', `${input} holds no sound files. Give a folder with songs in it.`)
  return songs.map((song) => join(input, song))
}

function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path)
  return way.split(/[\\/]/)[0] !== '..' && !isAbsolute(way)
}

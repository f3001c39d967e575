import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isSound } from '#main/datasets/layouts/paths'

/** Sound files that are taken of one folder at most. */
const mostFiles = 2000

/** The file itself, whatever it is, or the sound files in a folder and all below it, in the order of their names. */
export async function soundFilesBelow(path: string): Promise<string[]> {
  const isFolder = await stat(path).then((entry) => entry.isDirectory(), () => false)
  if (!isFolder) return [path]
  const names = await readdir(path, { recursive: true })
  return names.filter(isSound).toSorted().slice(0, mostFiles).map((name) => join(path, name))
}

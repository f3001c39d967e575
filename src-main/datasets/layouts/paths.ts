import { anySplit } from '#main/datasets/layouts/layout'
import type { Split } from '#shared/contract/datasets'

const sound = /\.(wav|wave|bwf|flac|aif|aiff|aifc|mp3|ogg|oga|opus|m4a|mp4|aac|wma|wv|ape|w64|caf)$/i

export function isSound(path: string): boolean {
  return sound.test(path)
}

/** Path of the folder that a file is in; empty at the top. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')))
}

/** Name of a file without its folder and extension. */
export function baseOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1).replace(/(?<=.)\.[^.]*$/, '')
}

/** The last name of a path. */
export function lastOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/** Files by the folder that they are in, in the order of the files. */
export function byFolder(files: readonly string[]): Map<string, string[]> {
  return groupBy(files, folderOf)
}

/** Things by a key, in their order. */
export function groupBy<T>(things: readonly T[], keyOf: (thing: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const thing of things) {
    const key = keyOf(thing)
    const group = groups.get(key)
    if (group) group.push(thing)
    else groups.set(key, [thing])
  }
  return groups
}

const saidBy: readonly [RegExp, Split][] = [
  [/^(train|training|dev)$/i, 'train'],
  [/^(valid|validation|val)$/i, 'validation'],
  [/^(test|testing|eval|evaluation)$/i, 'test'],
]

/** The split that the name of a folder above a file stands for. */
export function saidSplit(path: string): Split | undefined {
  const folders = path.split('/').slice(0, -1)
  return saidBy.find(([name]) => folders.some((folder) => name.test(folder)))?.[1]
}

/**
 * Splits that each path may go to, as the names of folders say; where there is training material and no folder for
 * validation, a part of the training material is held out for that.
 */
export function splitsByFolder(paths: readonly string[]): (path: string) => readonly Split[] {
  const said = new Set(paths.map(saidSplit))
  return (path) => {
    const own = saidSplit(path)
    if (own === undefined) return anySplit
    return own === 'train' && !said.has('validation') ? ['train', 'validation'] : [own]
  }
}

/** Names of folders that are each other's only namesakes; of others the whole path. The folder itself is called `top`. */
export function shortNames(folders: readonly string[], top: string): Map<string, string> {
  const counts = new Map<string, number>()
  for (const folder of folders) counts.set(lastOf(folder), (counts.get(lastOf(folder)) ?? 0) + 1)
  return new Map(folders.map((folder) => [folder, folder === '' ? top : counts.get(lastOf(folder)) === 1 ? lastOf(folder) : folder]))
}

/** "3 songs", "1 song". */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`
}

/** Some names in a sentence: all of a few, else the first ones and how many more. */
export function listed(names: readonly string[]): string {
  const quoted = names.slice(0, 3).map((name) => `"${name}"`).join(', ')
  return names.length > 3 ? `${quoted} and ${(names.length - 3).toLocaleString('en')} more` : quoted
}
